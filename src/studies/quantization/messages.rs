//! What the room asks of the worker, and the answers.

use super::record::{ComparisonConfig, Config, ModeComparison, Quantize, TrainingRun};
use crate::kit::protocol::{Parcel, tasks};
use serde::{Deserialize, Serialize};

impl Parcel for Quantize {}
impl Parcel for ModeComparison {}

tasks! {
    "quantization":
    Quantization = "core" => Quantize,
    ComparisonConfig = "compare" => ModeComparison,
}

/// Quantize a core: go on with a training run, if one is given, up to a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantization {
    /// The config.
    pub config: Config,
    /// The training so far.
    pub training: Option<TrainingRun>,
    /// The step to stop before.
    pub until: usize,
}
