//! The record of a quantized BK core: the potential v and the resolvent's diagonal G on grids of few levels, what
//! that costs in accuracy, and what it saves in bytes.
//!
//! One chain of the published form is used throughout: the diagonal −2 + v, couplings of 1, z = i. **End to end** means
//! one thing everywhere: v is quantized, G is computed from the quantized v, G is quantized, and what its bytes stand
//! for is compared with the exact G of the exact v, on rows that no calibration and no training has seen.

mod comparison;
mod config;
mod tables;

pub use comparison::{ComparisonConfig, ModeComparison, ModeRuns, Outcome, with_margin};
pub use config::{Config, ConfigError, Format, MOST_SITES, Mode, Reading, Trained};

use crate::kit::record::{Manifest, Provenance};
use bk_quantize::block::FourBit;
use bk_quantize::{ByteCount, Codebook, DoubleQuantized, ErrorMeasure, Grid, LearnedStep, Subject, Width};
use serde::{Deserialize, Serialize};

/// The three tensors of the core, in the order of every list here.
pub const TENSORS: [&str; 3] = ["v", "Re G", "Im G"];

/// What one tensor has become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tensor {
    /// One of [`TENSORS`].
    pub name: String,
    /// What one number is stored as.
    pub width: Width,
    /// Channels that share a grid.
    pub group_size: usize,
    /// The grids, one a group; none for floats and blocks.
    pub grids: Vec<Grid>,
    /// The blocks of the first row, where the format has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Blocks>,
    /// The bytes of the codes of the first row of the test batch, as hexadecimal digits.
    pub packed: String,
    /// Bytes of one row with its scales and zero points.
    pub bytes: ByteCount,
    /// How many different codes the test batch uses.
    pub codes_used: usize,
    /// How the values to be quantized are distributed over the test batch.
    pub histogram: Histogram,
}

impl Tensor {
    /// What it is stored as, in a word.
    pub fn label(&self) -> &'static str {
        match self.blocks.as_ref().map(|blocks| blocks.kind) {
            None => self.width.label(),
            Some(FourBit::Nf4) => "NF4",
            Some(FourBit::Fp4) => "FP4",
        }
    }

    /// The scales of the first row: steps of grids, absolute maxima of blocks; none for floats.
    pub fn scales(&self) -> Vec<f32> {
        match &self.blocks {
            Some(blocks) => blocks.scales.clone(),
            None => self.grids.iter().map(|grid| grid.scale).collect(),
        }
    }

    /// The levels of a group of the first row, or of the last if there are not so many; `None` for floats.
    pub fn codebook(&self, group: usize) -> Option<Codebook> {
        match &self.blocks {
            Some(blocks) => {
                let scale = blocks.scales.get(group).or(blocks.scales.last())?;
                Some(Codebook::Table(blocks.kind, *scale))
            }
            None => {
                let grid = self.grids.get(group).or(self.grids.last())?;
                Some(Codebook::Uniform(*grid, self.width))
            }
        }
    }
}

/// Blocks of 64 numbers with 16 levels each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blocks {
    /// The table of levels.
    pub kind: FourBit,
    /// The absolute maximum of every block, as it is used.
    pub scales: Vec<f32>,
    /// What is stored of the scales, where they are quantized, too.
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
    /// Values a bin.
    pub counts: Vec<u32>,
}

/// An error, and of which tensor it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TensorError {
    /// One of [`TENSORS`], or “G” for both parts together.
    pub tensor: String,
    /// How large it is.
    #[serde(flatten)]
    pub measure: ErrorMeasure,
}

/// The first row of the test batch, one value a site.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sample {
    /// v.
    pub potential: Vec<f32>,
    /// v as its codes stand for it.
    pub potential_quantized: Vec<f32>,
    /// Re G of the exact v.
    pub re: Vec<f32>,
    /// Re G at the end of the road.
    pub re_quantized: Vec<f32>,
    /// Im G of the exact v.
    pub im: Vec<f32>,
    /// Im G at the end of the road.
    pub im_quantized: Vec<f32>,
}

/// A training run as far as it has come, with all that is needed to go on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TrainingRun {
    /// The loss of every step so far: the error end to end on that step's batch, in per cent.
    pub loss: Vec<f64>,
    /// The largest derivative of the loss by any parameter, at every step.
    pub gradient: Vec<f64>,
    /// Step and zero point of every group: those of v, then Re G, then Im G.
    pub parameters: Vec<LearnedStep>,
    /// Adam's running means of the derivatives: two a group.
    pub first_moments: Vec<f64>,
    /// Adam's running means of their squares.
    pub second_moments: Vec<f64>,
}

/// What the published formula says of the size (resnet-bk.md §3.4).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SizeEstimate {
    /// Bytes before.
    pub fp32_bytes: f64,
    /// Bytes after.
    pub quantized_bytes: f64,
    /// The first over the second.
    pub compression_ratio: f64,
}

/// What a study of the quantized core found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantize {
    /// Where the numbers come from: always computed here.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was asked for.
    pub config: Config,
    /// v, Re G and Im G.
    pub tensors: Vec<Tensor>,
    /// Errors over the test batch: of the input, of each output alone, end to end.
    pub errors: Vec<TensorError>,
    /// Bytes of one row of all three tensors in single precision.
    pub fp32_bytes: usize,
    /// The published estimate, where the reading is the published one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<SizeEstimate>,
    /// The training, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<TrainingRun>,
    /// One row to look at.
    pub sample: Sample,
    /// |Re Ĝ − Re G| + |Im Ĝ − Im G| over the test batch, laid out `[site][row]`.
    pub error_map: Vec<f32>,
}

impl Quantize {
    /// The error of a kind of a tensor.
    pub fn error(&self, tensor: &str, subject: Subject) -> Option<&ErrorMeasure> {
        let of = |error: &&TensorError| error.tensor == tensor && error.measure.subject == subject;
        self.errors.iter().find(of).map(|error| &error.measure)
    }

    /// The error that all schemes are compared by: of G end to end, in per cent of mean |G|. None where G is zero.
    pub fn end_to_end_percent(&self) -> Option<f64> {
        self.error("G", Subject::EndToEnd)?.relative_percent
    }

    /// Bytes of one row of all three tensors.
    pub fn bytes(&self) -> ByteCount {
        self.tensors.iter().map(|tensor| tensor.bytes).fold(ByteCount::default(), |sum, bytes| sum + bytes)
    }

    /// Whether training is done, or there is none.
    pub fn is_complete(&self) -> bool {
        self.training.as_ref().is_none_or(|training| training.loss.len() >= self.config.steps)
    }
}
