//! What decides a study of mixed precision.

use crate::studies::quantization::record::Reading;
use bk_models::Rounding;
use bk_models::precision::Policy;
use bk_quantize::{ScaleRule, Width};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::kit::context::config_errors!(ConfigError);

/// Who decides how a tensor is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assignment {
    /// The component it belongs to.
    #[default]
    Static,
    /// Its importance.
    Dynamic,
}

/// What decides a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// What the mathematics says, or what the published code does.
    pub reading: Reading,
    /// Who decides; the exact reading measures both.
    pub assignment: Assignment,
    /// Thresholds of the dynamic policy.
    pub policy: Policy,
    /// Exceptions from what the policy chooses, in the exact reading: by the parameter's name. Where there are any, the
    /// model is measured with them too.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub own: BTreeMap<String, Width>,
    /// Weights of a row that share a scale, in the exact reading.
    pub group: usize,
    /// How a scale is found, in the exact reading.
    pub rule: ScaleRule,
    /// Batches that importances are measured on.
    pub batches: usize,
    /// Seed of the published reading's fresh model and random text.
    pub seed: u32,
    /// Its vocabulary.
    pub vocabulary: usize,
    /// Its width.
    pub width: usize,
    /// Its layers.
    pub layers: usize,
    /// Its experts a layer.
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
    /// Parts of a policy that leave nothing between them.
    #[error(
        "A policy cannot store the part {high} at FP16 and {low} at INT4. Choose two parts from 0 to 1 that sum to at most 1."
    )]
    Policy {
        /// The part at FP16.
        high: f64,
        /// The part at INT4.
        low: f64,
    },
    /// Batches to measure importances on.
    #[error("Importances cannot be measured on {0} batches. Choose from 1 to 1000.")]
    Batches(usize),
    /// Weights that share a scale.
    #[error("{0} weights cannot share a scale. Choose from 1 to 65536.")]
    Group(usize),
    /// An exception for something that is not quantized, or not there.
    #[error(
        "The model has no parameter “{0}” whose width can be chosen. Choose among its linear maps and embeddings."
    )]
    Parameter(String),
}

impl Config {
    /// Refuses what cannot be computed.
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

    /// How tensors are quantized.
    pub fn rounding(&self) -> Rounding {
        Rounding { group: self.group, rule: self.rule }
    }
}
