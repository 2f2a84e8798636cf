//! The checks of the published summaries, with the published rules, holes included.

use serde_json::{Value, json};

/// One published check.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Key in the published JSON. The numbers in it are the published ones and partly wrong (resnet-bk.md §10.1).
    pub key: &'static str,
    /// What is checked, in words.
    pub statement: &'static str,
    /// The value compared; `None` where the data lacks what the check needs, which the published rule
    /// counts as the value 0.
    pub value: Option<f64>,
    /// The threshold, as the published JSON prints it (an integer or a float).
    pub threshold: Value,
    /// Unit of value and threshold.
    pub unit: &'static str,
    /// The published verdict: met even where nothing was compared, if 0 would meet it.
    pub met: bool,
}

impl Check {
    /// Whether the check rests on data and is met: the reading a person may trust.
    pub fn holds(&self) -> Option<bool> {
        self.value.map(|_| self.met)
    }
}

/// A check as the published summaries write it: where nothing was compared, the value is 0.
pub(crate) fn to_value(check: &Check) -> Value {
    let value = check.value.map_or(json!(0), |value| json!(value));
    json!({ "met": check.met, "value": value, "threshold": check.threshold })
}
