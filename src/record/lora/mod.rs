//! The records of the study of quantized LoRA for vision transformers: configurations and results of its
//! experiments, as its files hold them (vit-lora.md §1.3, §7.2).

pub mod config;
pub mod experiment;

pub use config::ExperimentConfig;
pub use experiment::{Experiment, Storage};

use super::{Manifest, Provenance};
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

/// What the published simulation of the study gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// Where the numbers come from.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was asked for.
    pub config: Config,
    /// The results, in the order of the matrix.
    pub experiments: Vec<Experiment>,
}

/// A study as its record holds it: the results as JSON, in the form of the published files. Whoever only hands a record
/// on, as the page does before the room of the study is open, needs no code that knows what is in them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudyFile {
    /// Where the numbers come from.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was asked for.
    pub config: Config,
    /// The results, in the order of the matrix: see [`Experiment`].
    pub experiments: Vec<Value>,
}

impl StudyFile {
    /// The file of a study.
    pub fn of(study: &Study) -> Result<Self, serde_json::Error> {
        Ok(StudyFile {
            provenance: study.provenance,
            manifest: study.manifest.clone(),
            config: study.config.clone(),
            experiments: study.experiments.iter().map(serde_json::to_value).collect::<Result<_, _>>()?,
        })
    }

    /// The study of a file; fails if a result has not the published form.
    pub fn read(&self) -> Result<Study, serde_json::Error> {
        Ok(Study {
            provenance: self.provenance,
            manifest: self.manifest.clone(),
            config: self.config.clone(),
            experiments: self.experiments.iter().map(Experiment::deserialize).collect::<Result<_, _>>()?,
        })
    }
}
