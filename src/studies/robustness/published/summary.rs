//! The summary and the six checks of the published robustness script (resnet-bk.md §5.4), for any record, in the
//! published JSON form and by the published rules, including their gaps.

use super::base_perplexity;
use crate::kit::claims::check::{Check, to_value};
use crate::kit::record::Model;
use crate::studies::robustness::record::Robustness;
use crate::studies::robustness::record::{Point, Series, precision_label};
use bk_python::printing as python;
use serde_json::{Map, Value, json};

/// A model counts as deployable below this perplexity.
const DEPLOYABLE_BELOW: f64 = 100.0;

/// The published comparison of both models at one bit width.
struct Comparison {
    bits: u32,
    perplexity: [f64; 2],
    degradation: [f64; 2],
    ratio: Option<f64>,
}

/// Returns 100 · (p − p₃₂)/p₃₂ of a model, in the order of operations that gives the published digits; p₃₂ falls back
/// to the formula's base if width 32 is missing. Returns `None` without a perplexity or without a base.
pub fn degradation(record: &Robustness, model: &Model, bits: u32) -> Option<f64> {
    degradation_of(record.series(model)?, bits)
}

/// Returns the [`degradation`] of a model whose series is known.
pub(super) fn degradation_of(series: &Series, bits: u32) -> Option<f64> {
    let at = |bits| series.at(bits).map(Point::perplexity);
    let base = at(32).or_else(|| base_perplexity(&series.model))?;
    Some((at(bits)? - base) / base * 100.0)
}

/// Returns the comparison at one bit width; `None` unless both models have it.
fn compare(record: &Robustness, bits: u32) -> Option<Comparison> {
    let [resnetbk, mamba] = &Model::PUBLISHED;
    let perplexity = [record.perplexity(resnetbk, bits)?, record.perplexity(mamba, bits)?];
    let degradation = [degradation(record, resnetbk, bits)?, degradation(record, mamba, bits)?];
    Some(Comparison {
        bits,
        perplexity,
        degradation,
        ratio: (perplexity[0] > 0.0).then(|| perplexity[1] / perplexity[0]),
    })
}

/// Returns the checks that the published rules emit for this data, in the published order.
pub(super) fn checks(record: &Robustness) -> Vec<Check> {
    let has = |model: &Model, bits| record.perplexity(model, bits).is_some();
    let [resnetbk, mamba] = &Model::PUBLISHED;
    let int8 = compare(record, 8);
    let int4 = compare(record, 4);
    let mut checks = Vec::new();
    if has(resnetbk, 8) {
        let value = int8.as_ref().map(|c| c.degradation[0]);
        checks.push(Check {
            key: "req_7_2_int8_degradation_lt_5pct",
            statement: "INT8 raises ResNet-BK's perplexity by less than 5 %",
            value,
            threshold: json!(5.0),
            unit: "%",
            met: value.unwrap_or(0.0) < 5.0,
        });
    }
    if has(resnetbk, 4) {
        let value = int4.as_ref().map(|c| c.degradation[0]);
        checks.push(Check {
            key: "req_7_6_int4_degradation_lt_15pct",
            statement: "INT4 raises ResNet-BK's perplexity by less than 15 %",
            value,
            threshold: json!(15.0),
            unit: "%",
            met: value.unwrap_or(0.0) < 15.0,
        });
        let value = record.perplexity(resnetbk, 4);
        checks.push(Check {
            key: "req_8_6_resnetbk_int4_lt_50",
            statement: "ResNet-BK's perplexity at INT4 is below 50",
            value,
            threshold: json!(50),
            unit: "",
            met: value.is_some_and(|perplexity| perplexity < 50.0),
        });
    }
    if has(mamba, 4) {
        let value = record.perplexity(mamba, 4);
        checks.push(Check {
            key: "req_8_7_mamba_int4_gt_200",
            statement: "Mamba's perplexity at INT4 is above 200",
            value,
            threshold: json!(200),
            unit: "",
            met: value.is_some_and(|perplexity| perplexity > 200.0),
        });
    }
    if let Some(int8) = &int8 {
        let value = int8.degradation[1] - int8.degradation[0];
        checks.push(Check {
            key: "req_7_8_int8_10pct_better",
            statement: "At INT8 ResNet-BK loses at least 10 percentage points less than Mamba",
            value: Some(value),
            threshold: json!(10.0),
            unit: "points",
            met: value >= 10.0,
        });
    }
    if let Some(int4) = &int4 {
        let value = int4.ratio;
        checks.push(Check {
            key: "req_7_9_mamba_4x_worse_int4",
            statement: "At INT4 Mamba's perplexity is at least 4 times ResNet-BK's",
            value,
            threshold: json!(4.0),
            unit: "×",
            met: value.unwrap_or(0.0) >= 4.0,
        });
    }
    checks
}

/// Returns the published summary JSON of a record: two-space indent, no trailing newline. For the default simulation it
/// is Appendix B.1 byte for byte.
pub(super) fn summary_json(record: &Robustness) -> Result<String, serde_json::Error> {
    let mut summary = Map::new();
    for model in &Model::PUBLISHED {
        summary.insert(model.key().into(), model_summary(record.series(model)));
    }
    let widths = |model: &Model| -> Vec<u32> {
        record.series(model).map_or(vec![], |series| series.points.iter().map(|point| point.bits).collect())
    };
    let [resnetbk, mamba] = &Model::PUBLISHED;
    let shared = python::intersection_order(&widths(resnetbk), &widths(mamba));
    let comparison: Map<String, Value> = shared
        .into_iter()
        .filter_map(|bits| compare(record, bits))
        .map(|comparison| (comparison.bits.to_string(), comparison.to_value()))
        .collect();
    summary.insert("comparison".into(), Value::Object(comparison));
    let requirements: Map<String, Value> =
        checks(record).iter().map(|check| (check.key.into(), to_value(check))).collect();
    summary.insert("requirements_check".into(), Value::Object(requirements));
    python::to_json(&Value::Object(summary))
}

/// Returns one model's map from bit width to perplexity, in the order of the source.
fn model_summary(series: Option<&Series>) -> Value {
    let points = series.map_or(&[][..], |series| &series.points);
    let entries = points.iter().map(|point| {
        let perplexity = point.perplexity();
        let entry = json!({
            "perplexity": perplexity,
            "precision": precision_label(point.bits),
            "deployable": perplexity < DEPLOYABLE_BELOW,
        });
        (point.bits.to_string(), entry)
    });
    Value::Object(entries.collect())
}

impl Comparison {
    fn to_value(&self) -> Value {
        json!({
            "precision": precision_label(self.bits),
            "resnetbk_ppl": self.perplexity[0],
            "mamba_ppl": self.perplexity[1],
            "resnetbk_degradation_pct": self.degradation[0],
            "mamba_degradation_pct": self.degradation[1],
            "ppl_ratio": self.ratio.map_or(json!(0), |ratio| json!(ratio)),
            "resnetbk_deployable": self.perplexity[0] < DEPLOYABLE_BELOW,
            "mamba_deployable": self.perplexity[1] < DEPLOYABLE_BELOW,
        })
    }
}
