//! The config of a study of mixed precision.

use crate::studies::quantization::record::Reading;
use bk_models::Rounding;
use bk_models::precision::Policy;
use bk_quantize::{ScaleRule, Width};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::kit::context::config_errors!(ConfigError);

/// The rule that assigns a bit width to a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assignment {
    /// By the component it belongs to.
    #[default]
    Static,
    /// By its importance.
    Dynamic,
}

/// The config of a study of mixed precision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The reading: the mathematics, or the published code.
    pub reading: Reading,
    /// The rule of assignment; the exact reading measures both.
    pub assignment: Assignment,
    /// Thresholds of the dynamic policy.
    pub policy: Policy,
    /// Exceptions from the policy's choices in the exact reading, by the parameter's name. If there are any, the model
    /// is also measured with them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub own: BTreeMap<String, Width>,
    /// Group size in the exact reading: weights of a row that share a scale.
    pub group: usize,
    /// Scale rule in the exact reading.
    pub rule: ScaleRule,
    /// Number of batches on which importances are measured.
    pub batches: usize,
    /// Seed of the fresh model and the random text in the published reading.
    pub seed: u32,
    /// Vocabulary size of that model.
    pub vocabulary: usize,
    /// Its embedding width.
    pub width: usize,
    /// Its number of layers.
    pub layers: usize,
    /// Its experts per layer.
    pub experts: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            reading: Reading::Exact,
            assignment: Assignment::Static,
            policy: Policy::default(),
            own: BTreeMap::new(),
            group: 128,
            rule: ScaleRule::AbsoluteMaximum,
            batches: 5,
            seed: 42,
            vocabulary: 1000,
            width: 128,
            layers: 4,
            experts: 4,
        }
    }
}

/// A value out of range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// Fractions of a policy that sum to more than 1.
    #[error(
        "A policy cannot store the part {high} at FP16 and {low} at INT4. Choose two parts from 0 to 1 that sum to at most 1."
    )]
    Policy {
        /// The fraction at FP16.
        high: f64,
        /// The fraction at INT4.
        low: f64,
    },
    /// The number of batches for importances.
    #[error("Importances cannot be measured on {0} batches. Choose from 1 to 1000.")]
    Batches(usize),
    /// The group size.
    #[error("{0} weights cannot share a scale. Choose from 1 to 65536.")]
    Group(usize),
    /// An exception for a parameter that is not quantized or does not exist.
    #[error(
        "The model has no parameter “{0}” whose width can be chosen. Choose among its linear maps and embeddings."
    )]
    Parameter(String),
}

impl Config {
    /// Checks all values.
    ///
    /// # Errors
    /// [`ConfigError`] for the first value out of range.
    pub fn check(&self) -> Result<(), ConfigError> {
        let Policy { high, low } = self.policy;
        if !(high >= 0.0 && low >= 0.0 && high + low <= 1.0) {
            return Err(ConfigError::Policy { high, low });
        }
        if !(1..=1000).contains(&self.batches) {
            return Err(ConfigError::Batches(self.batches));
        }
        if !(1..=1 << 16).contains(&self.group) {
            return Err(ConfigError::Group(self.group));
        }
        Ok(())
    }

    /// Returns the rounding of the tensors.
    pub fn rounding(&self) -> Rounding {
        Rounding { group: self.group, rule: self.rule }
    }
}
