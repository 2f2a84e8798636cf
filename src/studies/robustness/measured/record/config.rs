//! The config of a bit-width sweep.

use bk_models::{Architecture, Format, Rounding, Sharing};
use bk_quantize::{ScaleRule, Width};
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(ConfigError);

/// The config of a bit-width sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Group size: weights of a row that share a scale.
    pub group: usize,
    /// The scale rule of the weights.
    pub rule: ScaleRule,
    /// Largest number of held-out tokens to measure on, from the beginning of the held-out text.
    pub tokens: usize,
    /// Whether to measure additional points with the numbers of the BK core rounded.
    pub core: bool,
    /// Largest number of training sequences that calibrate the scales of the core.
    pub windows: usize,
    /// Whether to measure additional points with single components quantized.
    pub parts: bool,
    /// Storage formats to measure in addition to [`FORMATS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<Format>,
}

/// The formats of a sweep, widest first.
pub const FORMATS: [Format; 7] =
    [Format::Fp32, Format::Fp16, Format::Int8, Format::Int4, Format::Nf4, Format::Int3, Format::Int2];

impl Default for Config {
    fn default() -> Self {
        Self {
            group: 128,
            rule: ScaleRule::AbsoluteMaximum,
            tokens: 20_000,
            core: true,
            windows: 128,
            parts: true,
            formats: vec![],
        }
    }
}

/// A value out of range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// The group size.
    #[error("{0} weights cannot share a scale. Choose from 1 to 65536.")]
    Group(usize),
    /// The number of held-out tokens.
    #[error("A perplexity cannot be measured on {0} tokens. Choose from 1 to 100000000.")]
    Tokens(usize),
    /// The number of calibration sequences.
    #[error("The scales of the core cannot be found on {0} sequences. Choose from 1 to 4096.")]
    Windows(usize),
}

impl Config {
    /// Checks all values.
    ///
    /// # Errors
    /// [`ConfigError`] for the first value out of range.
    pub fn check(&self) -> Result<(), ConfigError> {
        if !(1..=1 << 16).contains(&self.group) {
            return Err(ConfigError::Group(self.group));
        }
        if !(1..=100_000_000).contains(&self.tokens) {
            return Err(ConfigError::Tokens(self.tokens));
        }
        if !(1..=4096).contains(&self.windows) {
            return Err(ConfigError::Windows(self.windows));
        }
        Ok(())
    }

    /// Returns the rounding of the weights.
    pub fn rounding(&self) -> Rounding {
        Rounding { group: self.group, rule: self.rule }
    }

    /// Returns whether points of another config have the same meaning as points of this one. The sets of points may
    /// differ.
    pub fn measures_alike(&self, other: &Self) -> bool {
        let Self { group, rule, tokens, windows, .. } = *self;
        (group, rule, tokens, windows) == (other.group, other.rule, other.tokens, other.windows)
    }

    /// Returns all points of a model whose checkpoint is stored in `stored`, in the order of measurement.
    pub fn ways(&self, architecture: &Architecture, stored: Format) -> Vec<Way> {
        let whole = |weights| Way { weights, part: Part::Everything, core: None };
        let mut ways: Vec<Way> =
            FORMATS.into_iter().filter(|&format| format != Format::Fp32).map(whole).collect();
        let further = self.formats.iter().filter(|format| !FORMATS.contains(format));
        ways.extend(further.map(|&format| whole(format)));
        if stored == Format::Fp32 {
            ways.insert(0, whole(Format::Fp32));
        }
        if let (true, Architecture::ResNetBk(model)) = (self.core, architecture) {
            let sharings = [Sharing::Tensor, Sharing::Potential];
            // With a single potential both sharings are the same.
            for &sharing in &sharings[..sharings.len().min(model.potentials)] {
                for (width, weights) in [(Width::Int8, Format::Int8), (Width::Int4, Format::Int4)] {
                    let core = Some(Core { width, sharing });
                    ways.push(Way { core, ..whole(stored) });
                    ways.push(Way { core, ..whole(weights) });
                }
            }
        }
        if self.parts {
            for weights in [Format::Int4, Format::Int2] {
                let parts = Part::SINGLE.into_iter().filter(|part| part.is_of(architecture));
                ways.extend(parts.map(|part| Way { part, ..whole(weights) }));
            }
        }
        ways
    }
}

/// A component of a model that is quantized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Every weight matrix.
    Everything,
    /// The embedding tables of tokens and positions, and the head.
    Embeddings,
    /// The mixers of sites: the maps around the resolvent, or those of the scan.
    Mixers,
    /// The experts and their router.
    Experts,
}

impl Part {
    /// All components except [`Part::Everything`].
    pub const SINGLE: [Part; 3] = [Part::Embeddings, Part::Mixers, Part::Experts];

    /// Returns whether a parameter belongs to the component.
    pub fn holds(self, parameter: &str) -> bool {
        let of = if parameter.contains("embedding") || parameter.contains("lm_head") {
            Part::Embeddings
        } else if parameter.contains("moe_ffn") {
            Part::Experts
        } else {
            Part::Mixers
        };
        self == Part::Everything || self == of
    }

    fn is_of(self, architecture: &Architecture) -> bool {
        self != Part::Experts || matches!(architecture, Architecture::ResNetBk(_))
    }

    /// Returns the label.
    pub fn label(self) -> &'static str {
        match self {
            Part::Everything => "everything",
            Part::Embeddings => "embeddings and head",
            Part::Mixers => "mixers",
            Part::Experts => "experts and router",
        }
    }
}

/// Rounding of the numbers that the BK core computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Core {
    /// The bit width.
    pub width: Width,
    /// The numbers that share a scale.
    pub sharing: Sharing,
}

/// A storage format: how a model is stored and run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Way {
    /// The format of the weight matrices. Other parameters are stored as FP16, or unchanged if this is the format of
    /// the checkpoint.
    pub weights: Format,
    /// The component whose matrices are stored in that format; the others stay unchanged.
    pub part: Part,
    /// Rounding of the core's numbers; `None` for single precision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core: Option<Core>,
}

impl Way {
    /// Creates the storage format with every matrix in `weights` and the core in single precision.
    pub fn of(weights: Format) -> Self {
        Self { weights, part: Part::Everything, core: None }
    }

    /// Returns the label: “INT4”, “INT4, mixers only”, “FP32, core INT4 per potential”.
    pub fn label(&self) -> String {
        let mut label = self.weights.label().to_owned();
        if self.part != Part::Everything {
            label += &format!(", {} only", self.part.label());
        }
        if let Some(Core { width, sharing }) = self.core {
            let sharing = match sharing {
                Sharing::Tensor => "per tensor",
                Sharing::Potential => "per potential",
            };
            label += &format!(", core {} {sharing}", width.label());
        }
        label
    }
}
