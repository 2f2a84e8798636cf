//! Robustness data in foreign files: perplexity by bit width (resnet-bk.md §5.3, §5.4, §11.1).

use super::published::simulate;
use super::record::{Config, Point, Run, Series};
use crate::kit::import::dataset::{FigurePoint, Found, Row};
use crate::kit::import::fields::{Fields, RowError, place, positive};
use crate::kit::import::json::{describe, excerpt};
use crate::kit::import::origin::SEEDS_TRIED;
use crate::kit::record::Model;
use serde_json::{Map, Value};

impl FigurePoint for Point {
    type Config = Config;
    type Key = u32;

    fn recognise(value: &Value, file: &str) -> Option<Result<Found<Self>, RowError>> {
        match value {
            Value::Array(rows) if is_row(rows.first()?, file) => {
                let rows = rows.iter().enumerate();
                Some(Found::list(rows.map(|(index, value)| row(value, file, place(Some(index))))))
            }
            Value::Object(object) if is_row(value, file) && !object.contains_key("comparison") => {
                Some(Found::single(row(value, file, place(None))))
            }
            Value::Object(models) => {
                let models = models.iter().filter(|(key, _)| *key != "comparison");
                let models = models.filter_map(|(key, widths)| Some((key, widths.as_object()?)));
                let models = models.filter(|(_, widths)| is_map_of_widths(widths));
                Found::complete(models.flat_map(|(key, widths)| from_summary(key, widths)))
            }
            _ => None,
        }
    }

    fn key(&self) -> u32 {
        self.bits
    }

    fn absorb(&mut self, other: Self) {
        self.runs.extend(other.runs);
    }

    fn seeds(&self) -> Vec<Option<u64>> {
        self.runs.iter().map(|run| run.seed).collect()
    }

    fn check(&self, place: &str) -> Result<(), RowError> {
        if self.runs.is_empty() {
            return Err(RowError::NoRuns { place: place.into() });
        }
        self.runs.iter().try_for_each(|run| positive(run.perplexity, "perplexity", place).map(drop))
    }

    fn simulate(config: &Config) -> Option<Vec<Series>> {
        config.check().is_ok().then(|| simulate(config))
    }

    fn simulation_behind(series: &[Series], _: Option<u32>) -> Option<Config> {
        let longest = series.iter().max_by_key(|series| series.points.len())?;
        if series.iter().flat_map(|series| &series.points).any(|point| point.runs.len() != 1) {
            return None;
        }
        let given: Vec<u32> = longest.points.iter().map(|point| point.bits).collect();
        let mut descending = given.clone();
        descending.sort_unstable_by(|a, b| b.cmp(a));
        let ascending = descending.iter().rev().copied().collect();
        [given, descending, ascending].into_iter().find_map(|bit_widths: Vec<u32>| {
            let config = |seed| Config { seed, bit_widths: bit_widths.clone() };
            (0..SEEDS_TRIED).map(config).find(|config| matches(series, &simulate(config)))
        })
    }

    fn seed(config: &Config) -> u32 {
        config.seed
    }
}

/// Whether an object is an evaluation: it has a perplexity, and it or the file name a width and a model.
fn is_row(value: &Value, file: &str) -> bool {
    let has = |key| value.get(key).is_some();
    has("perplexity")
        && (has("bit_width") || has("bits") || width_from_file(file).is_some())
        && (has("model") || Model::in_file_name(file).is_some())
}

/// Whether an object is a model's map from width to evaluation.
fn is_map_of_widths(widths: &Map<String, Value>) -> bool {
    let first = widths.iter().next();
    first.is_some_and(|(width, entry)| width_from_text(width).is_some() && entry.get("perplexity").is_some())
}

/// The rows of one model in a published summary.
fn from_summary<'file>(
    key: &'file str,
    widths: &'file Map<String, Value>,
) -> impl Iterator<Item = Result<Row<Point>, RowError>> + 'file {
    widths.iter().map(move |(width, entry)| {
        let place = format!("“{}” at width “{}”", excerpt(key), excerpt(width));
        let fields = Fields::of(entry, place)?;
        let bits = width_from_text(width).ok_or_else(|| RowError::Width {
            place: fields.place.clone(),
            found: format!("“{}”", excerpt(width)),
        })?;
        evaluation(&fields, Model::named(key), bits)
    })
}

/// A row of a list, or the only one; the file name fills in what the object leaves out.
fn row(value: &Value, file: &str, place: String) -> Result<Row<Point>, RowError> {
    let fields = Fields::of(value, place)?;
    let bits = match fields.first(&["bit_width", "bits"]) {
        Some(width) => width_from_value(width)
            .ok_or_else(|| RowError::Width { place: fields.place.clone(), found: describe(width) })?,
        None => width_from_file(file).ok_or_else(|| fields.missing("bit_width"))?,
    };
    evaluation(&fields, fields.model(file)?, bits)
}

/// A row whose model and width are known.
fn evaluation(fields: &Fields, model: Model, bits: u32) -> Result<Row<Point>, RowError> {
    let run = Run { seed: fields.seed(), perplexity: fields.positive("perplexity", "perplexity")? };
    Ok(Row { model, point: Point { bits, runs: vec![run] }, marks: fields.marks() })
}

/// A bit width written as a number, as "INT8", "FP16", "8-bit" or "8".
fn width_from_value(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => {
            let bits = number.as_f64().filter(|bits| bits.fract() == 0.0 && (1.0..=64.0).contains(bits))?;
            Some(bits as u32)
        }
        Value::String(text) => width_from_text(text),
        _ => None,
    }
}

fn width_from_text(text: &str) -> Option<u32> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = ["int", "fp", "bf"].into_iter().find_map(|kind| lower.strip_prefix(kind)).unwrap_or(&lower);
    let digits = digits.strip_suffix("-bit").unwrap_or(digits);
    digits.parse().ok().filter(|bits| (1..=64).contains(bits))
}

/// The published rule: fp32, fp16, int8, int4 or int2 somewhere in the lower-cased name.
fn width_from_file(file: &str) -> Option<u32> {
    let name = file.to_ascii_lowercase();
    [("fp32", 32), ("fp16", 16), ("int8", 8), ("int4", 4), ("int2", 2)]
        .into_iter()
        .find(|(key, _)| name.contains(key))
        .map(|(_, bits)| bits)
}

/// Whether every point stands in the simulated series with exactly the same perplexity.
fn matches(series: &[Series], simulated: &[Series]) -> bool {
    series.iter().all(|series| {
        let twin = simulated.iter().find(|twin| twin.model == series.model);
        series.points.iter().all(|point| {
            twin.and_then(|twin| twin.at(point.bits))
                .is_some_and(|twin| twin.perplexity() == point.perplexity())
        })
    })
}
