//! The record of a quantized BK core: the potential v and the resolvent's diagonal G on grids of few levels, the loss
//! of accuracy, and the bytes saved.
//!
//! The chain always has the published form: diagonal −2 + v, couplings of 1, z = i. **End to end** always has the same
//! meaning: v is quantized, G is computed from the quantized v, G is quantized, and the values of its codes are
//! compared with the exact G of the exact v, on rows that neither calibration nor training has seen.

mod comparison;
mod config;
mod tables;

pub use comparison::{ComparisonConfig, ModeComparison, ModeRuns, Outcome, with_margin};
pub use config::{Config, ConfigError, Format, MOST_SITES, Mode, Reading, Trained};

use crate::kit::record::{Manifest, Provenance};
use bk_quantize::{ByteCount, Codebook, DoubleQuantized, ErrorMeasure, Grid, LearnedStep, Subject, Width};
use serde::{Deserialize, Serialize};

/// The three tensors of the core, in the order of every list in this module.
pub const TENSORS: [&str; 3] = ["v", "Re G", "Im G"];

/// One quantized tensor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tensor {
    /// One of [`TENSORS`].
    pub name: String,
    /// Bit width of one number.
    pub width: Width,
    /// Group size: channels that share a grid.
    pub group_size: usize,
    /// The grids, one per group; empty for floats and blocks.
    pub grids: Vec<Grid>,
    /// The blocks of the first row, if the format has blocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Blocks>,
    /// The packed codes of the first row of the test batch, as hexadecimal digits.
    pub packed: String,
    /// Bytes of one row, including scales and zero points.
    pub bytes: ByteCount,
    /// Number of different codes in the test batch.
    pub codes_used: usize,
    /// Distribution of the values to be quantized, over the test batch.
    pub histogram: Histogram,
}

impl Tensor {
    /// Returns the label of the storage.
    pub fn label(&self) -> &'static str {
        match self.blocks.as_ref().map(|blocks| blocks.kind) {
            None => self.width.label(),
            Some(kind) => kind.label(),
        }
    }

    /// Returns the scales of the first row: steps of grids, absolute maxima of blocks; empty for floats.
    pub fn scales(&self) -> Vec<f32> {
        match &self.blocks {
            Some(blocks) => blocks.scales.clone(),
            None => self.grids.iter().map(|grid| grid.scale).collect(),
        }
    }

    /// Returns the levels of a group of the first row, or of the last group if there are not as many; `None` for
    /// floats.
    pub fn codebook(&self, group: usize) -> Option<Codebook> {
        match &self.blocks {
            Some(blocks) => {
                let scale = blocks.scales.get(group).or(blocks.scales.last())?;
                // A damaged file may name a format without a table of levels.
                (blocks.kind.bits() <= 8).then_some(Codebook::Table(blocks.kind, *scale))
            }
            None => {
                let grid = self.grids.get(group).or(self.grids.last())?;
                Some(Codebook::Uniform(*grid, self.width))
            }
        }
    }
}

/// Groups of numbers whose levels come from a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blocks {
    /// The format with these levels.
    pub kind: bk_quantize::Format,
    /// The scale of every group, as used in decoding.
    pub scales: Vec<f32>,
    /// The stored form of the scales, if they are quantized, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub double: Option<DoubleQuantized>,
}

/// Counts of values in equal bins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// Lower end of the first bin.
    pub from: f64,
    /// Upper end of the last bin.
    pub to: f64,
    /// Values per bin.
    pub counts: Vec<u32>,
}

/// An error and its tensor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TensorError {
    /// One of [`TENSORS`], or “G” for both parts together.
    pub tensor: String,
    /// The size of the error.
    #[serde(flatten)]
    pub measure: ErrorMeasure,
}

/// The first row of the test batch, one value per site.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sample {
    /// v.
    pub potential: Vec<f32>,
    /// v after quantization.
    pub potential_quantized: Vec<f32>,
    /// Re G of the exact v.
    pub re: Vec<f32>,
    /// Re G, end to end.
    pub re_quantized: Vec<f32>,
    /// Im G of the exact v.
    pub im: Vec<f32>,
    /// Im G, end to end.
    pub im_quantized: Vec<f32>,
}

/// The state of a training run, with everything needed to resume it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TrainingRun {
    /// The loss of every step so far: the end-to-end error on that step's batch, in percent.
    pub loss: Vec<f64>,
    /// The largest derivative of the loss with respect to any parameter, at every step.
    pub gradient: Vec<f64>,
    /// Step and zero point of every group: those of v, then Re G, then Im G.
    pub parameters: Vec<LearnedStep>,
    /// Adam's running means of the derivatives: two per group.
    pub first_moments: Vec<f64>,
    /// Adam's running means of their squares.
    pub second_moments: Vec<f64>,
}

/// The size by the published formula (resnet-bk.md §3.4).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SizeEstimate {
    /// Bytes before quantization.
    pub fp32_bytes: f64,
    /// Bytes after quantization.
    pub quantized_bytes: f64,
    /// The ratio of the first to the second.
    pub compression_ratio: f64,
}

/// The results of a study of the quantized core.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantize {
    /// Provenance of the numbers: always computed here.
    pub provenance: Provenance,
    /// The manifest: how the record was made.
    pub manifest: Manifest,
    /// The config of the study.
    pub config: Config,
    /// The tensors: v, Re G, and Im G.
    pub tensors: Vec<Tensor>,
    /// Errors over the test batch: of the input, of each output alone, and end to end.
    pub errors: Vec<TensorError>,
    /// Bytes of one row of all three tensors in single precision.
    pub fp32_bytes: usize,
    /// The published estimate, in the published reading only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<SizeEstimate>,
    /// The training run, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<TrainingRun>,
    /// One row as a sample.
    pub sample: Sample,
    /// |Re Ĝ − Re G| + |Im Ĝ − Im G| over the test batch, laid out `[site][row]`.
    pub error_map: Vec<f32>,
}

impl Quantize {
    /// Returns the error of a tensor with a given subject.
    pub fn error(&self, tensor: &str, subject: Subject) -> Option<&ErrorMeasure> {
        let of = |error: &&TensorError| error.tensor == tensor && error.measure.subject == subject;
        self.errors.iter().find(of).map(|error| &error.measure)
    }

    /// Returns the error by which all schemes are compared: that of G end to end, in percent of mean |G|. Returns
    /// `None` if G is zero.
    pub fn end_to_end_percent(&self) -> Option<f64> {
        self.error("G", Subject::EndToEnd)?.relative_percent
    }

    /// Returns the bytes of one row of all three tensors.
    pub fn bytes(&self) -> ByteCount {
        self.tensors.iter().map(|tensor| tensor.bytes).fold(ByteCount::default(), |sum, bytes| sum + bytes)
    }

    /// Returns whether training is complete or not needed.
    pub fn is_complete(&self) -> bool {
        self.training.as_ref().is_none_or(|training| training.loss.len() >= self.config.steps)
    }
}
