//! The record of a study of mixed precision: how large a model becomes, and what that costs.

use super::table::{Grid, cell};
use super::{Manifest, Provenance};
use crate::model::corpus::Text;
use crate::model::precision::{Component, Policy, Thresholds};
use crate::model::{Architecture, Rounding};
use crate::quantize::{ScaleRule, Width};
use crate::record::quantize::Reading;
use serde::{Deserialize, Serialize};

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

/// A part of the model: a linear map or an embedding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// What it belongs to.
    pub component: Component,
    /// Numbers that it is.
    pub parameters: usize,
    /// Its importance, where it has one.
    pub importance: Option<f64>,
    /// What one number is stored as.
    pub width: Width,
}

/// One way to store the whole model, embeddings and all, as it was really stored and run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Which one.
    pub name: String,
    /// Bytes of all tensors with their scales.
    pub bytes: usize,
    /// Held-out perplexity.
    pub perplexity: f64,
    /// Whether everything that is quantized has one width.
    pub uniform: bool,
}

/// The compression that was aimed at.
pub const TARGET: f64 = 6.0;

/// The published size estimate (§4.5).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ModelSize {
    /// Weights and biases of the linear maps alone.
    pub total_parameters: usize,
    /// Four bytes each.
    pub fp32_bytes: f64,
    /// As stored, scales included.
    pub mixed_precision_bytes: f64,
    /// The first over the second.
    pub compression_ratio: f64,
    /// [`TARGET`].
    pub target_compression: f64,
    /// Whether that is reached.
    pub meets_target: bool,
}

/// What the published recipe leaves of the weights that it quantizes: calibration sees nothing, every scale stays 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RecipeEffect {
    /// Weights stored at INT8 or INT4.
    pub quantized: usize,
    /// Those of them that are 0 afterwards.
    pub zeros: usize,
    /// The largest magnitude among them before.
    pub largest: f32,
}

/// What the published reading comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// The published estimate of linear maps alone.
    pub size: ModelSize,
    /// Compression where embeddings are counted too, at FP16.
    pub ratio_with_embeddings: f64,
    /// Names that were given an importance.
    pub analysed: usize,
    /// What the recipe does to the weights.
    pub recipe: RecipeEffect,
    /// The part of all quantized weights that would be lost if activations were fed in by hand.
    pub lost_part: f64,
}

/// What a study of mixed precision found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mixed {
    /// Computed for the published reading, measured for the exact one.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was asked for.
    pub config: Config,
    /// The model.
    pub architecture: Architecture,
    /// The text that perplexities are of, in the exact reading.
    pub text: Option<Text>,
    /// Where widths change under the dynamic policy.
    pub thresholds: Option<Thresholds>,
    /// The parts of the model under the policy asked for, the most important first.
    pub layers: Vec<Layer>,
    /// The published sizes, in the published reading.
    pub published: Option<Published>,
    /// Ways to store the model, measured, in the exact reading. The first is single precision.
    pub points: Vec<Point>,
}

impl Mixed {
    /// What the record is about.
    pub fn title(&self) -> String {
        let reading = match self.config.reading {
            Reading::Exact => "measured",
            Reading::Published => "as published",
        };
        format!(
            "Mixed precision {reading}: {}, {} parameters",
            self.architecture.label(),
            self.architecture.parameter_count()
        )
    }

    /// The published sizes and what is wrong with them.
    pub fn published_table(&self) -> Option<Grid> {
        let published = self.published.as_ref()?;
        let size = &published.size;
        let kilobytes = |bytes: f64| format!("{:.2} KB", bytes / 1024.0);
        let rows = [
            ("Linear maps, FP32", kilobytes(size.fp32_bytes)),
            ("Mixed precision", kilobytes(size.mixed_precision_bytes)),
            ("Compression", format!("{:.2}×", size.compression_ratio)),
            ("Meets the target of 6×", if size.meets_target { "yes" } else { "no" }.into()),
            ("Compression, embeddings counted", format!("{:.2}×", published.ratio_with_embeddings)),
            ("Names given an importance", published.analysed.to_string()),
            ("Weights at INT8 and INT4", published.recipe.quantized.to_string()),
            ("… that the recipe rounds to 0", published.recipe.zeros.to_string()),
            ("… of magnitude at most", format!("{:.4}", published.recipe.largest)),
            ("… lost if calibrated on outputs", format!("{:.1} %", 100.0 * published.lost_part)),
        ];
        Some(Grid {
            heading: "As published: of linear maps alone, by the published estimate".into(),
            columns: ["", "Value"].map(String::from).into(),
            rows: rows.map(|(name, value)| vec![name.to_owned(), value]).into(),
            omitted: 0,
        })
    }

    /// The perplexity of a model of one width throughout that had so many bytes: on the line between the two measured ones
    /// of more and of fewer. None beyond them.
    pub fn uniform_at(&self, bytes: usize) -> Option<f64> {
        let uniform = || self.points.iter().filter(|point| point.uniform);
        let above = uniform().filter(|point| point.bytes >= bytes).min_by_key(|point| point.bytes)?;
        let below = uniform().filter(|point| point.bytes <= bytes).max_by_key(|point| point.bytes)?;
        let length = (above.bytes - below.bytes).max(1) as f64;
        let part = (bytes - below.bytes) as f64 / length;
        Some(below.perplexity + part * (above.perplexity - below.perplexity))
    }

    /// Size and perplexity of each way, the mixed ones beside a uniform one of as many bytes.
    pub fn points_table(&self) -> Grid {
        let columns =
            ["", "Bytes", "× smaller", "Perplexity", "Change", "Uniform at these bytes"].map(String::from);
        let first = self.points.first();
        let rows = self.points.iter().map(|point| {
            let against = |value: &dyn Fn(&Point) -> f64| first.map(|first| value(first) / value(point));
            let change = first.map(|first| 100.0 * (point.perplexity / first.perplexity - 1.0));
            vec![
                point.name.clone(),
                point.bytes.to_string(),
                cell(against(&|point| point.bytes as f64), |ratio| format!("{ratio:.2}")),
                format!("{:.4}", point.perplexity),
                cell(change, |change| format!("{change:+.2} %")),
                cell(self.uniform_at(point.bytes).filter(|_| !point.uniform), |uniform| {
                    format!("{uniform:.4}")
                }),
            ]
        });
        Grid {
            heading: "Held-out perplexity of the whole model as it is stored".into(),
            columns: columns.into(),
            rows: rows.collect(),
            omitted: 0,
        }
    }

    /// The parts of the model.
    pub fn layer_table(&self) -> Grid {
        let columns = ["Part", "Component", "Parameters", "Importance", "Stored as"].map(String::from);
        let rows = self.layers.iter().map(|layer| {
            vec![
                layer.name.clone(),
                layer.component.label().into(),
                layer.parameters.to_string(),
                cell(layer.importance, |importance| format!("{importance:+.4}")),
                layer.width.label().into(),
            ]
        });
        Grid {
            heading: "Parts of the model".into(),
            columns: columns.into(),
            rows: rows.collect(),
            omitted: 0,
        }
    }
}
