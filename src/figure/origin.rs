//! Where a figure's data comes from, in words.

use crate::record::{Comparison, Model, Provenance};

/// Where the numbers of one record come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin<'record> {
    provenance: Provenance,
    seed: Option<u32>,
    file: Option<&'record str>,
}

impl<'record> Origin<'record> {
    /// The origins of records, whose configurations have a seed.
    pub fn all<Config, Point>(
        records: &[&'record Comparison<Config, Point>],
        seed: impl Fn(&Config) -> u32,
    ) -> Vec<Self> {
        let origin = |record: &&'record Comparison<Config, Point>| Origin {
            provenance: record.provenance,
            seed: record.config.as_ref().map(&seed),
            file: record.manifest.files.first().map(String::as_str),
        };
        records.iter().map(origin).collect()
    }
}

/// Names that tell records apart: their provenance, and where that is the same, the seed, the file or the
/// place in the list.
pub fn labels(origins: &[Origin]) -> Vec<String> {
    let label = |(index, origin): (usize, &Origin)| {
        let provenance = origin.provenance.label();
        let alike = origins.iter().filter(|other| other.provenance == origin.provenance).count();
        match (origin.seed, origin.file) {
            _ if alike == 1 => provenance.to_owned(),
            (Some(seed), _) => format!("{provenance}, seed {seed}"),
            (None, Some(file)) => format!("{provenance}, {file}"),
            (None, None) => format!("{provenance}, no. {}", index + 1),
        }
    };
    origins.iter().enumerate().map(label).collect()
}

/// One line for each kind of data in the figure, saying what it is.
pub fn notes(origins: &[Origin]) -> Vec<String> {
    let mut kinds: Vec<Provenance> = Vec::new();
    for origin in origins {
        if !kinds.contains(&origin.provenance) {
            kinds.push(origin.provenance);
        }
    }
    kinds.into_iter().map(|kind| format!("Data: {}. {}", kind.label(), kind.meaning())).collect()
}

/// "n = 3", or "n = 2–5", where points stand for several runs.
pub fn run_count(runs: impl Iterator<Item = usize> + Clone) -> Option<String> {
    let (fewest, most) = (runs.clone().min()?, runs.max()?);
    match most {
        1 => None,
        _ if fewest == most => Some(format!("n = {most}")),
        _ => Some(format!("n = {fewest}–{most}")),
    }
}

/// The name of a model's curve in a legend: with its record where there are several, and its number of runs.
pub fn curve_label(model: &Model, records: &[String], record: usize, runs: Option<String>) -> String {
    let mut label = model.label().to_owned();
    if records.len() > 1 {
        label += &format!(" · {}", records[record]);
    }
    runs.into_iter().for_each(|runs| label += &format!(" ({runs})"));
    label
}
