//! Rows of foreign files, field by field, and what can be wrong with them.

use super::json::{describe, excerpt, number};
use crate::kit::record::Model;
use serde_json::{Map, Value};

/// Data of a recognised figure that cannot be used; `place` says where, for example “row 3”.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// Something else where an object is needed.
    #[error("{place} is {found}, where an object is expected.")]
    NotAnObject {
        /// Which row.
        place: String,
        /// What stands there.
        found: String,
    },
    /// A value is missing.
    #[error("{place} has no “{what}”, which the figure needs.")]
    Missing {
        /// Which row.
        place: String,
        /// The key of the value.
        what: &'static str,
    },
    /// A value that is no number.
    #[error("{place} has {found} as its {what}, where a number is expected.")]
    NotANumber {
        /// Which row.
        place: String,
        /// What the value is.
        what: &'static str,
        /// What stands there.
        found: String,
    },
    /// A number that cannot be: below zero, zero or infinite.
    #[error("{place} has a {what} of {value}. A {what} is finite and above zero.")]
    Impossible {
        /// Which row.
        place: String,
        /// What the value is.
        what: &'static str,
        /// The value.
        value: f64,
    },
    /// A number that must be finite and is not.
    #[error("{place} has a {what} of {value}, where a finite number is expected.")]
    NotFinite {
        /// Which row.
        place: String,
        /// What the value is.
        what: &'static str,
        /// The value.
        value: f64,
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
    /// A sequence length that is none.
    #[error(
        "{place} has {found} as its sequence length. Expected is a number of tokens from 1 to {}.",
        u32::MAX
    )]
    Length {
        /// Which row.
        place: String,
        /// What stands there.
        found: String,
    },
    /// Losses and steps that do not fit together.
    #[error("{place} has {losses} losses but {steps} steps. Each loss needs its step, as a whole number.")]
    Steps {
        /// Which row.
        place: String,
        /// How many losses.
        losses: usize,
        /// How many whole-numbered steps.
        steps: usize,
    },
    /// No model in the row or the file name.
    #[error("{place} does not say its model: no “model”, and neither resnetbk nor mamba in the file name.")]
    NoModel {
        /// Which row.
        place: String,
    },
    /// No runs behind a point of one of the lab's own records.
    #[error("{place} has no runs.")]
    NoRuns {
        /// Which point.
        place: String,
    },
}

/// One object of a file, with its place for error messages.
pub(crate) struct Fields<'file> {
    pub(crate) place: String,
    pub(crate) object: &'file Map<String, Value>,
}

impl<'file> Fields<'file> {
    /// The fields of an object.
    pub(crate) fn of(value: &'file Value, place: String) -> Result<Self, RowError> {
        match value.as_object() {
            Some(object) => Ok(Fields { place, object }),
            None => Err(RowError::NotAnObject { place, found: describe(value) }),
        }
    }

    /// The value of a key, unless it is null.
    pub(crate) fn get(&self, key: &str) -> Option<&'file Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// The value of the first of several keys that the object has.
    pub(crate) fn first(&self, keys: &[&str]) -> Option<&'file Value> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// The model: from its key, or from the file name.
    pub(crate) fn model(&self, file: &str) -> Result<Model, RowError> {
        let named = self.get("model").and_then(Value::as_str).map(Model::named);
        named
            .or_else(|| Model::in_file_name(file))
            .ok_or_else(|| RowError::NoModel { place: self.place.clone() })
    }

    /// A number that must be there, finite and above zero; `what` is its name in words.
    pub(crate) fn positive(&self, key: &'static str, what: &'static str) -> Result<f64, RowError> {
        let value = self.get(key).ok_or_else(|| self.missing(key))?;
        positive(value_as_number(value, what, &self.place)?, what, &self.place)
    }

    /// The error for a key that must be there.
    pub(crate) fn missing(&self, what: &'static str) -> RowError {
        RowError::Missing { place: self.place.clone(), what }
    }

    /// A value that must be a finite number; `what` is its name in words.
    pub(crate) fn as_finite(&self, value: &Value, what: &'static str) -> Result<f64, RowError> {
        let number = value_as_number(value, what, &self.place)?;
        match number.is_finite() {
            true => Ok(number),
            false => Err(RowError::NotFinite { place: self.place.clone(), what, value: number }),
        }
    }

    /// A finite number, if it is there.
    pub(crate) fn finite(&self, key: &str) -> Option<f64> {
        self.get(key).and_then(number).filter(|number| number.is_finite())
    }

    /// The seed the row states.
    pub(crate) fn seed(&self) -> Option<u64> {
        self.get("seed").and_then(Value::as_u64)
    }

    /// What tells of the row's origin.
    pub(crate) fn marks(&self) -> Marks {
        Marks {
            loss: self.finite("loss"),
            perplexity: self.finite("perplexity"),
            has_throughput: self.object.contains_key("throughput"),
            stated: self.get("provenance").and_then(Value::as_str).map(excerpt),
        }
    }
}

/// What in a row tells of its origin.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Marks {
    /// The natural logarithm of the perplexity, where the row states it.
    pub(crate) loss: Option<f64>,
    /// The perplexity, where the row states it.
    pub(crate) perplexity: Option<f64>,
    /// Whether the row has a measured throughput, as a real sweep would write.
    pub(crate) has_throughput: bool,
    /// What the row itself says about its origin.
    pub(crate) stated: Option<String>,
}

/// A number, whatever it is.
pub(crate) fn value_as_number(value: &Value, what: &'static str, place: &str) -> Result<f64, RowError> {
    number(value).ok_or_else(|| RowError::NotANumber { place: place.into(), what, found: describe(value) })
}

/// A number that is finite and above zero.
pub(crate) fn positive(value: f64, what: &'static str, place: &str) -> Result<f64, RowError> {
    match value.is_finite() && value > 0.0 {
        true => Ok(value),
        false => Err(RowError::Impossible { place: place.into(), what, value }),
    }
}

/// The words for the place of a row in a list, counted from 1, or of an object that stands alone.
pub(crate) fn place(index: Option<usize>) -> String {
    index.map_or("The object".into(), |index| format!("Row {}", index + 1))
}
