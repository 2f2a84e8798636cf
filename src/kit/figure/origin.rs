//! Where a figure's data comes from, in words.

use super::looks;
use crate::kit::record::{Comparison, Model, Provenance};
use bk_plot::number;
use bk_plot::plot::{Plot, Series};
use bk_plot::sheet::Sheet;
use bk_plot::view::View;

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
/// place in the list; before it whether it is run A, which was pinned, or what is compared with it.
pub fn labels(origins: &[Origin], view: &View) -> Vec<String> {
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
    let labels: Vec<String> = origins.iter().enumerate().map(label).collect();
    let distinct = |(index, label): (usize, &String)| {
        let alike = labels.iter().filter(|other| *other == label).count() > 1;
        let number = if alike { format!(", no. {}", index + 1) } else { String::new() };
        let letter = match view.pinned {
            true if index + 1 == labels.len() => "A, ",
            true => "B, ",
            false => "",
        };
        format!("{letter}{label}{number}")
    };
    labels.iter().enumerate().map(distinct).collect()
}

/// The key by which a model of a record is hidden: the model's, and the record's place after the first.
fn key(model: &Model, record: usize) -> String {
    match record {
        0 => model.key().to_owned(),
        _ => format!("{}~{}", model.key(), record + 1),
    }
}

/// Whether a view shows a model of a record.
pub fn shows(view: &View, model: &Model, record: usize) -> bool {
    !view.hidden.contains(&key(model, record))
}

/// The models of all records, as series to show and hide.
pub fn series<Config, Point>(
    sheet: &Sheet,
    records: &[&Comparison<Config, Point>],
    labels: &[String],
    view: &View,
) -> Vec<Series> {
    let all = records.iter().enumerate().flat_map(|(record, of)| {
        let models = of.series.iter().filter(|series| !series.points.is_empty());
        models.map(move |series| (record, &series.model))
    });
    let series = all.map(|(record, model)| Series {
        key: key(model, record),
        name: curve_label(model, labels, record, None),
        color: Some(looks::stroke(sheet, model, record).color),
        shown: shows(view, model, record),
    });
    series.collect()
}

/// What stands where nothing is drawn.
pub fn emptiness(series: &[Series]) -> &'static str {
    if series.is_empty() { "No data" } else { "Every series is hidden" }
}

/// What a view leaves out, in words: the hidden series, and what a plot does not show.
pub fn left_out(series: &[Series], view: &View, plot: &Plot) -> Vec<String> {
    let hidden: Vec<&str> =
        series.iter().filter(|series| !series.shown).map(|series| series.name.as_str()).collect();
    let mut sentences = Vec::new();
    if !hidden.is_empty() {
        sentences.push(format!("Not shown: {}.", hidden.join(", ")));
    }
    if view.is_zoomed() {
        sentences.push(format!("Zoomed to {}.", plot.extent()));
    }
    sentences
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

/// "± 1.48, n = 5": the interval of a mean of several runs.
pub fn interval_note(half: f64, decimals: usize, runs: usize) -> String {
    format!("± {}, 95 % interval, n = {runs}", number::fixed(half, decimals))
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
