//! Rows: single evaluations as the published forms hold them, and their way into series.

use super::json::{describe, excerpt, number};
use crate::record::Model;
use crate::record::robustness::{Point, Run, Series};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// One evaluation found in a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) model: Model,
    pub(super) bits: u32,
    pub(super) run: Run,
    /// The natural logarithm of the perplexity, where the file states it.
    pub(super) loss: Option<f64>,
    /// Whether the row has a measured throughput, as a real sweep would write.
    pub(super) has_throughput: bool,
    /// What the row itself says about its origin.
    pub(super) origin: Option<String>,
}

/// A row that cannot be used; `place` says which, for example “row 3”.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// A list without rows.
    #[error("The list has no rows.")]
    NoRows,
    /// Something else where an object is needed.
    #[error("{place} is {found}, where an object with “perplexity” is expected.")]
    NotAnObject {
        /// Which row.
        place: String,
        /// What stands there.
        found: String,
    },
    /// No perplexity.
    #[error("{place} has no “perplexity”; the published script would have counted it as 0.")]
    NoPerplexity {
        /// Which row.
        place: String,
    },
    /// A perplexity that is no number.
    #[error("{place} has {found} as its perplexity, where a number is expected.")]
    PerplexityNotANumber {
        /// Which row.
        place: String,
        /// What stands there.
        found: String,
    },
    /// A perplexity that no model can have.
    #[error("{place} has a perplexity of {value}. A perplexity is finite and above zero.")]
    Perplexity {
        /// Which row.
        place: String,
        /// The value.
        value: f64,
    },
    /// No bit width in the row or the file name.
    #[error(
        "{place} does not say its bit width: neither “bit_width” nor “bits”, nor fp32, fp16, int8, int4 or int2 in the file name."
    )]
    NoWidth {
        /// Which row.
        place: String,
    },
    /// A bit width that is none.
    #[error(
        "{place} has {found} as its bit width. Expected is a number from 1 to 64, or a name such as INT8."
    )]
    Width {
        /// Which row.
        place: String,
        /// What stands there.
        found: String,
    },
    /// No model in the row or the file name.
    #[error("{place} does not say its model: no “model”, and neither resnetbk nor mamba in the file name.")]
    NoModel {
        /// Which row.
        place: String,
    },
}

/// The rows of a top-level list.
pub(super) fn from_list(list: &Value, file: &str) -> Result<Vec<Row>, RowError> {
    let items = list.as_array().map_or(&[][..], Vec::as_slice);
    if items.is_empty() {
        return Err(RowError::NoRows);
    }
    items.iter().enumerate().map(|(index, item)| from_object(item, file, Some(index + 1))).collect()
}

/// The rows of a published summary: maps from width to perplexity under each model's key.
pub(super) fn from_summary(summary: &Map<String, Value>) -> Result<Vec<Row>, RowError> {
    let mut rows = Vec::new();
    for model in Model::PUBLISHED {
        let Some(widths) = summary.get(model.key()) else { continue };
        let place = format!("“{}”", model.key());
        let widths = widths
            .as_object()
            .ok_or_else(|| RowError::NotAnObject { place: place.clone(), found: describe(widths) })?;
        for (width, entry) in widths {
            let place = format!("{place} at width “{}”", excerpt(width));
            let bits = width_from_text(width).ok_or_else(|| RowError::Width {
                place: place.clone(),
                found: format!("“{}”", excerpt(width)),
            })?;
            rows.push(row(entry, place, model.clone(), bits)?);
        }
    }
    if rows.is_empty() { Err(RowError::NoRows) } else { Ok(rows) }
}

/// A row from an object of the loader or the list format; the file name fills in what the object leaves out.
pub(super) fn from_object(value: &Value, file: &str, index: Option<usize>) -> Result<Row, RowError> {
    let place = index.map_or("The object".into(), |index| format!("Row {index}"));
    let object = value
        .as_object()
        .ok_or_else(|| RowError::NotAnObject { place: place.clone(), found: describe(value) })?;
    let model = match object.get("model").and_then(Value::as_str) {
        Some(name) => Model::named(name),
        None => Model::in_file_name(file).ok_or_else(|| RowError::NoModel { place: place.clone() })?,
    };
    let bits = match object.get("bit_width").or_else(|| object.get("bits")) {
        Some(width) => width_from_value(width)
            .ok_or_else(|| RowError::Width { place: place.clone(), found: describe(width) })?,
        None => width_from_file(file).ok_or_else(|| RowError::NoWidth { place: place.clone() })?,
    };
    row(value, place, model, bits)
}

/// A row whose model and width are known.
fn row(value: &Value, place: String, model: Model, bits: u32) -> Result<Row, RowError> {
    let Some(object) = value.as_object() else {
        return Err(RowError::NotAnObject { place, found: describe(value) });
    };
    let perplexity = match object.get("perplexity") {
        None | Some(Value::Null) => return Err(RowError::NoPerplexity { place }),
        Some(value) => match number(value) {
            None => return Err(RowError::PerplexityNotANumber { place, found: describe(value) }),
            Some(perplexity) if !perplexity.is_finite() || perplexity <= 0.0 => {
                return Err(RowError::Perplexity { place, value: perplexity });
            }
            Some(perplexity) => perplexity,
        },
    };
    Ok(Row {
        model,
        bits,
        run: Run { seed: object.get("seed").and_then(Value::as_u64), perplexity },
        loss: object.get("loss").and_then(number),
        has_throughput: object.contains_key("throughput"),
        origin: object.get("provenance").and_then(Value::as_str).map(excerpt),
    })
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

/// Whether two sets of rows have no model and width in common.
pub(super) fn disjoint(left: &[Row], right: &[Row]) -> bool {
    let places: HashSet<(&Model, u32)> = left.iter().map(|row| (&row.model, row.bits)).collect();
    !right.iter().any(|row| places.contains(&(&row.model, row.bits)))
}

/// Collects rows into series: models and widths in the order in which they first appear.
pub(super) fn to_series(rows: &[Row]) -> Vec<Series> {
    let mut series: Vec<Series> = Vec::new();
    for row in rows {
        let index = series.iter().position(|series| series.model == row.model).unwrap_or_else(|| {
            series.push(Series { model: row.model.clone(), points: Vec::new() });
            series.len() - 1
        });
        let points = &mut series[index].points;
        match points.iter_mut().find(|point| point.bits == row.bits) {
            Some(point) => point.runs.push(row.run),
            None => points.push(Point { bits: row.bits, runs: vec![row.run] }),
        }
    }
    series
}
