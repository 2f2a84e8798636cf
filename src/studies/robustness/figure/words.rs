//! Description of the figure in words.

use super::curves::{Curve, Curves, THRESHOLD};
use crate::kit::figure::origin;
use crate::kit::figure::origin::Origin;
use crate::studies::robustness::record::precision_label;
use bk_plot::number;

/// Describes the figure as a text alternative.
pub fn summary(origins: &[Origin], labels: &[String], curves: &Curves) -> String {
    if curves.curves.is_empty() {
        return "Quantization robustness: no data.".into();
    }
    let mut sentences = vec![format!(
        "Quantization robustness: perplexity against bit width, from {} to {}.",
        curves.precisions.first().map_or("", String::as_str),
        curves.precisions.last().map_or("", String::as_str),
    )];
    sentences.extend(curves.curves.iter().map(|curve| describe(curve, &labels[curve.record])));
    sentences.extend(origin::notes(origins));
    sentences.join(" ")
}

fn describe(curve: &Curve, record: &str) -> String {
    let values: Vec<String> = curve
        .values
        .iter()
        .map(|value| {
            let spread = value.confidence.map(|half| format!(" ± {}", number::fixed(half, 1)));
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
    let runs = curve
        .run_count()
        .map(|count| format!(", {count} runs, ± the 95 % confidence interval of the mean"))
        .unwrap_or_default();
    format!("{} ({record}{runs}): {}; {verdict}.", curve.model.label(), values.join(", "))
}
