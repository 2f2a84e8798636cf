//! The records of the study of quantized LoRA for vision transformers: configurations and results of its
//! experiments, as its files hold them (vit-lora.md §1.3, §7.2).

pub mod config;
pub mod experiment;

pub use config::ExperimentConfig;
pub use experiment::{Experiment, Storage};

use crate::kit::record::{Manifest, Provenance};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Experiments of the published matrix.
pub const MATRIX: u32 = 144;

/// What decides the published simulation of the study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Seed of Python's generator. The published program sets none.
    pub seed: u64,
    /// How many experiments of the matrix are run, from its first on; 0 to 144.
    pub experiments: u32,
    /// Whether identifiers tell double quantization; the published ones do not, so that 36 experiments of the
    /// matrix overwrite others.
    pub unique_ids: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config { seed: 42, experiments: MATRIX, unique_ids: false }
    }
}

impl Config {
    /// Whether the matrix has as many experiments.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.experiments <= MATRIX { Ok(()) } else { Err(ConfigError::Experiments(self.experiments)) }
    }
}

/// A configuration the simulation is not defined for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// More than there are.
    #[error("The matrix has {MATRIX} experiments, not {0}. Give from 0 to {MATRIX}.")]
    Experiments(u32),
}

/// An experiment that failed, as the summary lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Its identifier.
    pub experiment_id: String,
    /// What happened, in a sentence.
    pub error: String,
}

/// What files of a study hold beside its results. A simulation that was not read from files has nothing of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Stated {
    /// The experiments that failed, with their configurations.
    pub failed: Vec<(ExperimentConfig, Failed)>,
    /// The summary that lies beside them.
    pub summary: Option<Value>,
    /// The detailed analysis that lies beside them.
    pub detailed: Option<Value>,
}

impl Stated {
    fn is_empty(&self) -> bool {
        self.failed.is_empty() && self.summary.is_none() && self.detailed.is_none()
    }
}

/// What the published simulation of the study gives, or what files of the study hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// Where the numbers come from.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was asked for; of files, as many experiments as they hold, and the seed that gives them, if one does.
    pub config: Config,
    /// The results, in the order of the matrix.
    pub experiments: Vec<Experiment>,
    /// What its files hold beside them.
    #[serde(default, skip_serializing_if = "Stated::is_empty")]
    pub stated: Stated,
}
