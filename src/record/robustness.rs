//! The record of a quantization robustness study: perplexity against bit width for each model.

use super::{Manifest, Provenance};
use crate::published::robustness::Config;
use serde::{Deserialize, Serialize};

/// The two language models the published figures compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Model {
    /// ResNet-BK, whose layer is the diagonal of a tridiagonal resolvent.
    ResNetBk,
    /// Mamba, a selective state-space model.
    Mamba,
}

impl Model {
    /// The name a reader knows.
    pub fn label(self) -> &'static str {
        match self {
            Model::ResNetBk => "ResNet-BK",
            Model::Mamba => "Mamba",
        }
    }

    /// The key of the published JSON files.
    pub fn key(self) -> &'static str {
        match self {
            Model::ResNetBk => "resnetbk",
            Model::Mamba => "mamba",
        }
    }
}

/// One evaluation: a perplexity and, where the source names one, its seed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The seed the source states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Perplexity: finite and above zero.
    pub perplexity: f64,
}

/// All evaluations of one model at one bit width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Bits per weight.
    pub bits: u32,
    /// At least one run.
    pub runs: Vec<Run>,
}

impl Point {
    /// Arithmetic mean of the runs' perplexities (the value itself for a single run).
    pub fn perplexity(&self) -> f64 {
        match self.runs.as_slice() {
            [only] => only.perplexity,
            runs => runs.iter().map(|run| run.perplexity).sum::<f64>() / runs.len() as f64,
        }
    }
}

/// One model's points, in the order of the source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Whose perplexities these are.
    pub model: Model,
    /// One point a bit width; widths are distinct.
    pub points: Vec<Point>,
}

impl Series {
    /// The point at a bit width, if the series has one.
    pub fn at(&self, bits: u32) -> Option<&Point> {
        self.points.iter().find(|point| point.bits == bits)
    }
}

/// What a robustness study, or an import of result files, found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Robustness {
    /// Where the numbers come from.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// The configuration of the simulation; absent where the numbers were imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Config>,
    /// One series a model, in the order of the source.
    pub series: Vec<Series>,
}

impl Robustness {
    /// The series of a model, if the record has one.
    pub fn series(&self, model: Model) -> Option<&Series> {
        self.series.iter().find(|series| series.model == model)
    }
}

/// The published name of a precision: 32 → FP32, 16 → FP16, 8 → INT8, 4 → INT4, 2 → INT2, otherwise "b-bit".
pub fn precision_label(bits: u32) -> String {
    match bits {
        32 => "FP32".into(),
        16 => "FP16".into(),
        8 => "INT8".into(),
        4 => "INT4".into(),
        2 => "INT2".into(),
        other => format!("{other}-bit"),
    }
}
