//! The records of the study of quantized LoRA for vision transformers: configurations and results of its experiments,
//! as in its files (vit-lora.md §1.3, §7.2).

pub mod config;
pub mod experiment;

pub use config::ExperimentConfig;
pub use experiment::{Experiment, Storage};

use crate::kit::record::{Manifest, Provenance};
use serde::{Deserialize, Serialize};
use serde_json::Value;

crate::kit::context::config_errors!(ConfigError);

/// Number of experiments in the published matrix.
pub const MATRIX: u32 = 144;

/// The config of the published simulation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Seed of Python's generator. The published program sets none.
    pub seed: u64,
    /// Number of experiments to run, from the first one of the matrix; 0 to 144.
    pub experiments: u32,
    /// Whether identifiers mention double quantization. The published ones do not, so 36 experiments of the matrix
    /// overwrite others.
    pub unique_ids: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config { seed: 42, experiments: MATRIX, unique_ids: false }
    }
}

impl Config {
    /// Fails if the matrix has fewer experiments.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.experiments <= MATRIX { Ok(()) } else { Err(ConfigError::Experiments(self.experiments)) }
    }
}

/// A config for which the simulation is not defined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// More experiments than the matrix has.
    #[error("The matrix has {MATRIX} experiments, not {0}. Give from 0 to {MATRIX}.")]
    Experiments(u32),
}

/// An experiment that failed, as the summary lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Its identifier.
    pub experiment_id: String,
    /// The error, one sentence.
    pub error: String,
}

/// The contents of a study's files besides its results. Empty for a simulation that was not read from files.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Stated {
    /// The experiments that failed, with their configurations.
    pub failed: Vec<(ExperimentConfig, Failed)>,
    /// The stated summary.
    pub summary: Option<Value>,
    /// The stated detailed analysis.
    pub detailed: Option<Value>,
}

impl Stated {
    fn is_empty(&self) -> bool {
        self.failed.is_empty() && self.summary.is_none() && self.detailed.is_none()
    }
}

/// The results of the published simulation, or those in the files of a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// Provenance of the numbers.
    pub provenance: Provenance,
    /// The manifest: how the record was made.
    pub manifest: Manifest,
    /// The config. For files: the number of experiments they hold, and the seed that reproduces them, if there is one.
    pub config: Config,
    /// The results, in the order of the matrix.
    pub experiments: Vec<Experiment>,
    /// The contents of its files besides the results.
    #[serde(default, skip_serializing_if = "Stated::is_empty")]
    pub stated: Stated,
}
