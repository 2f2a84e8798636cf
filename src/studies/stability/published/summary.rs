//! The summary of the published stability script (resnet-bk.md §7.3), for any record, in the published JSON form. It
//! contains no checks.

use crate::kit::record::Model;
use crate::studies::stability::record::Stability;
use crate::studies::stability::record::{Point, Series};
use bk_python::printing as python;
use serde_json::{Map, Value, json};

/// The improvement of ResNet-BK's final loss over Mamba's at one sequence length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Improvement {
    /// ResNet-BK's final loss.
    pub resnetbk: f64,
    /// Mamba's final loss.
    pub mamba: f64,
}

impl Improvement {
    /// Returns the final losses of both models at a sequence length; `None` unless both have one.
    pub fn at(record: &Stability, sequence_length: u32) -> Option<Self> {
        let last = |model| Some(record.series(model)?.at(sequence_length)?.statistics()?.final_loss);
        Some(Improvement { resnetbk: last(&Model::ResNetBk)?, mamba: last(&Model::Mamba)? })
    }

    /// Returns Mamba's loss minus ResNet-BK's; negative if ResNet-BK is worse.
    pub fn absolute(&self) -> f64 {
        self.mamba - self.resnetbk
    }

    /// Returns the difference in percent of Mamba's loss, in the order of operations that gives the published digits.
    pub fn percent(&self) -> f64 {
        self.absolute() / self.mamba * 100.0
    }
}

/// Returns the published summary JSON of a record. For the default simulation it is Appendix B.3, whose last digits
/// depend on the exponential function.
pub(super) fn summary_json(record: &Stability) -> Result<String, serde_json::Error> {
    let mut summary = Map::new();
    for model in &Model::PUBLISHED {
        summary.insert(model.key().into(), model_summary(record.points(model)));
    }
    let lengths =
        |model| -> Vec<u32> { record.points(model).iter().map(|point| point.sequence_length).collect() };
    let shared = python::intersection_order(&lengths(&Model::ResNetBk), &lengths(&Model::Mamba));
    let comparison = shared.into_iter().filter_map(|length| {
        let improvement = Improvement::at(record, length)?;
        let diverged = |model| {
            record.series(model).and_then(|series: &Series| series.at(length)).is_some_and(Point::diverged)
        };
        let entry = json!({
            "resnetbk_final": improvement.resnetbk,
            "mamba_final": improvement.mamba,
            "improvement": improvement.absolute(),
            "improvement_pct": improvement.percent(),
            "mamba_diverged": diverged(&Model::Mamba),
            "resnetbk_diverged": diverged(&Model::ResNetBk),
        });
        Some((length.to_string(), entry))
    });
    summary.insert("comparison".into(), Value::Object(comparison.collect()));
    python::to_json(&Value::Object(summary))
}

/// Returns one model's map from sequence length to statistics, in the order of the source, with null for missing data.
fn model_summary(points: &[Point]) -> Value {
    let entries = points.iter().map(|point| {
        let statistics = point.statistics();
        let entry = json!({
            "final_loss": statistics.map(|statistics| statistics.final_loss),
            "min_loss": statistics.and_then(|statistics| statistics.min_loss),
            "mean_loss": statistics.and_then(|statistics| statistics.mean_loss),
            "std_loss": statistics.and_then(|statistics| statistics.std_loss),
            "diverged": point.diverged(),
            "divergence_step": point.divergence_step(),
            "num_nan": statistics.and_then(|statistics| statistics.num_nan),
        });
        (point.sequence_length.to_string(), entry)
    });
    Value::Object(entries.collect())
}
