//! Where the figure's data comes from, and what it shows, in words.

use super::curves::{Curve, Curves, THRESHOLD};
use crate::figure::number;
use crate::record::Provenance;
use crate::record::robustness::{Robustness, precision_label};

/// Names that tell the records apart: their provenance, and where that is the same, the seed, the file or
/// the place in the list.
pub fn record_labels(records: &[&Robustness]) -> Vec<String> {
    let label = |index: usize, record: &Robustness| {
        let provenance = record.provenance.label();
        let alike = records.iter().filter(|other| other.provenance == record.provenance).count();
        let seed = record.config.as_ref().map(|config| format!("seed {}", config.seed));
        let file = record.manifest.files.first().cloned();
        match seed.or(file) {
            _ if alike == 1 => provenance.to_owned(),
            Some(origin) => format!("{provenance}, {origin}"),
            None => format!("{provenance}, no. {}", index + 1),
        }
    };
    records.iter().enumerate().map(|(index, record)| label(index, record)).collect()
}

/// One line for each kind of data in the figure, saying what it is.
pub fn provenance_notes(records: &[&Robustness]) -> Vec<String> {
    let mut kinds: Vec<Provenance> = Vec::new();
    for record in records {
        if !kinds.contains(&record.provenance) {
            kinds.push(record.provenance);
        }
    }
    kinds.into_iter().map(|kind| format!("Data: {}. {}", kind.label(), kind.meaning())).collect()
}

/// The figure in words, for those who do not see it.
pub fn summary(records: &[&Robustness], curves: &Curves) -> String {
    if curves.curves.is_empty() {
        return "Quantization robustness: no data.".into();
    }
    let labels = record_labels(records);
    let mut sentences = vec![format!(
        "Quantization robustness: perplexity against bit width, from {} to {}.",
        curves.precisions.first().map_or("", String::as_str),
        curves.precisions.last().map_or("", String::as_str),
    )];
    sentences.extend(curves.curves.iter().map(|curve| describe(curve, &labels[curve.record])));
    sentences.extend(provenance_notes(records));
    sentences.join(" ")
}

fn describe(curve: &Curve, record: &str) -> String {
    let values: Vec<String> = curve
        .values
        .iter()
        .map(|value| {
            let spread = value.deviation.map(|deviation| format!(" ± {}", number::fixed(deviation, 1)));
            let spread = spread.unwrap_or_default();
            format!("{} {}{spread}", precision_label(value.bits), number::fixed(value.mean, 1))
        })
        .collect();
    let above: Vec<String> = curve
        .values
        .iter()
        .filter(|value| value.mean >= THRESHOLD)
        .map(|value| precision_label(value.bits))
        .collect();
    let verdict = match above.as_slice() {
        [] => format!("always below the deployment threshold of {THRESHOLD}"),
        above => format!("not below the deployment threshold of {THRESHOLD} at {}", above.join(", ")),
    };
    let runs = curve.run_count().map(|count| format!(", {count} runs")).unwrap_or_default();
    format!("{} ({record}{runs}): {}; {verdict}.", curve.model.label(), values.join(", "))
}
