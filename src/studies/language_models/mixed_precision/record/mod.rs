//! The record of a study of mixed precision: the size of a model and its perplexity.

mod comparison;
mod config;

pub use comparison::{Comparison, comparison_table};
pub use config::{Assignment, Config, ConfigError};

use crate::kit::record::table::{Grid, cell};
use crate::kit::record::{Manifest, Provenance};
use crate::studies::quantization::record::Reading;
use bk_models::Architecture;
use bk_models::corpus::Text;
use bk_models::importance::Importance;
use bk_models::precision::{Component, Policy, Thresholds};
use bk_quantize::Width;
use serde::{Deserialize, Serialize};

/// The bit widths that a part of a model may have, the narrowest first.
pub const WIDTHS: [Width; 6] = Width::ALL;

/// A part of the model: a linear map or an embedding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// The component it belongs to.
    pub component: Component,
    /// Number of parameters.
    pub parameters: usize,
    /// Its importance, if it has one and that was measured.
    pub importance: Option<f64>,
    /// The factors of the importance.
    pub parts: Option<Importance>,
    /// Bit width of one number: by the chosen policy, unless the config makes an exception.
    pub width: Width,
    /// Bit width by its component.
    pub by_component: Width,
    /// Bit width by its importance.
    pub by_importance: Width,
    /// Bytes at each of [`WIDTHS`], scales included. Empty in the published reading, which uses a different estimate.
    pub bytes: Vec<usize>,
}

impl Layer {
    /// Returns the name of the quantized parameter, which the config's exceptions use.
    pub fn parameter(&self) -> String {
        format!("{}.weight", self.name)
    }

    /// Returns the bytes at a bit width; `None` in the published reading.
    pub fn bytes_at(&self, width: Width) -> Option<usize> {
        let place = WIDTHS.iter().position(|&other| other == width)?;
        self.bytes.get(place).copied()
    }
}

/// A measured storage of the whole model, including embeddings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Its name.
    pub name: String,
    /// Bytes of all tensors with their scales.
    pub bytes: usize,
    /// Held-out perplexity.
    pub perplexity: f64,
    /// Whether all quantized parameters have one bit width.
    pub uniform: bool,
}

/// The compression target.
pub const TARGET: f64 = 6.0;

/// The published size estimate (resnet-bk.md §4.5).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ModelSize {
    /// Weights and biases of the linear maps only.
    pub total_parameters: usize,
    /// Size in single precision, four bytes per parameter.
    pub fp32_bytes: f64,
    /// Size as stored, scales included.
    pub mixed_precision_bytes: f64,
    /// The ratio of the first to the second.
    pub compression_ratio: f64,
    /// [`TARGET`].
    pub target_compression: f64,
    /// Whether the target is reached.
    pub meets_target: bool,
}

/// The effect of the published recipe on the weights that it quantizes: calibration sees no values, so every scale
/// stays 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RecipeEffect {
    /// Weights stored at INT8 or INT4.
    pub quantized: usize,
    /// Those of them that are 0 after quantization.
    pub zeros: usize,
    /// The largest magnitude among them before quantization.
    pub largest: f32,
}

/// The results of the published reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// The published estimate, which counts linear maps only.
    pub size: ModelSize,
    /// Compression ratio with embeddings counted, too, at FP16.
    pub ratio_with_embeddings: f64,
    /// Number of parameters with an importance.
    pub analysed: usize,
    /// The effect of the recipe on the weights.
    pub recipe: RecipeEffect,
    /// The fraction of all quantized weights that would be lost if activations were fed in by hand.
    pub lost_part: f64,
}

/// The results of a study of mixed precision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mixed {
    /// Computed for the published reading, measured for the exact one.
    pub provenance: Provenance,
    /// The manifest: how the record was made.
    pub manifest: Manifest,
    /// The config of the study.
    pub config: Config,
    /// The model.
    pub architecture: Architecture,
    /// The text on which perplexities are measured, in the exact reading.
    pub text: Option<Text>,
    /// Checksum that identifies the model whose importances and points these are, in the exact reading.
    pub fingerprint: Option<u32>,
    /// Bytes of the parameters without a choice of bit width, in the exact reading: biases, norms, and parameters of
    /// the scan's shape, at FP16.
    pub rest: usize,
    /// Importances at which the bit width changes under the dynamic policy.
    pub thresholds: Option<Thresholds>,
    /// The parts of the model under the chosen policy, the most important first.
    pub layers: Vec<Layer>,
    /// The published sizes, in the published reading.
    pub published: Option<Published>,
    /// Measured storages of the model, in the exact reading. The first is single precision.
    pub points: Vec<Point>,
}

impl Mixed {
    /// Returns the title of the record.
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

    /// Returns the bytes of the whole model if its layers had these bit widths, without quantizing it. Returns `None`
    /// in the published reading.
    pub fn bytes_with(&self, width: impl Fn(&Layer) -> Width) -> Option<usize> {
        let bytes = self.layers.iter().map(|layer| layer.bytes_at(width(layer)));
        bytes.sum::<Option<usize>>().map(|bytes| bytes + self.rest)
    }

    /// Returns the thresholds of another policy, with the importances of this record.
    pub fn thresholds_of(&self, policy: Policy) -> Option<Thresholds> {
        policy.thresholds(self.layers.iter().filter_map(|layer| layer.importance))
    }

    /// Returns the published sizes and their errors.
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
            columns: ["What", "Value"].map(String::from).into(),
            rows: rows.map(|(name, value)| vec![name.to_owned(), value]).into(),
            omitted: 0,
        })
    }

    /// Returns the perplexity of a model with a uniform bit width and a given number of bytes, interpolated linearly
    /// between the measured ones with more and with fewer bytes. Returns `None` beyond them.
    pub fn uniform_at(&self, bytes: usize) -> Option<f64> {
        let uniform = || self.points.iter().filter(|point| point.uniform);
        let above = uniform().filter(|point| point.bytes >= bytes).min_by_key(|point| point.bytes)?;
        let below = uniform().filter(|point| point.bytes <= bytes).max_by_key(|point| point.bytes)?;
        let length = (above.bytes - below.bytes).max(1) as f64;
        let part = (bytes - below.bytes) as f64 / length;
        Some(below.perplexity + part * (above.perplexity - below.perplexity))
    }

    /// Returns size and perplexity of each storage; mixed ones beside a uniform one with the same number of bytes.
    pub fn points_table(&self) -> Grid {
        let columns = ["Stored as", "Bytes", "× smaller", "Perplexity", "Change", "Uniform at these bytes"]
            .map(String::from);
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

    /// Returns the parts of the model.
    pub fn layer_table(&self) -> Grid {
        let columns = [
            "Part",
            "Component",
            "Parameters",
            "Importance",
            "Gradient",
            "Activation",
            "Weight",
            "Stored as",
        ];
        let rows = self.layers.iter().map(|layer| {
            let part =
                |part: fn(Importance) -> f64| cell(layer.parts.map(part), |part| format!("{part:+.2}"));
            vec![
                layer.name.clone(),
                layer.component.label().into(),
                layer.parameters.to_string(),
                cell(layer.importance, |importance| format!("{importance:+.4}")),
                part(|parts| parts.gradient),
                part(|parts| parts.activation),
                part(|parts| parts.weight),
                layer.width.label().into(),
            ]
        });
        Grid {
            heading: "Parts of the model; importances in deviations from the mean".into(),
            columns: columns.map(String::from).into(),
            rows: rows.collect(),
            omitted: 0,
        }
    }
}
