//! What decides a study of perplexity against bit width.

use bk_models::{Architecture, Format, Rounding, Sharing};
use bk_quantize::{ScaleRule, Width};
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(ConfigError);

/// What decides a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Weights of a row that share a scale.
    pub group: usize,
    /// How a scale of weights is found.
    pub rule: ScaleRule,
    /// Held-out tokens that are measured on, at most: those the text begins its held-out part with.
    pub tokens: usize,
    /// Whether the numbers that the BK core computes are rounded too, in points of their own.
    pub core: bool,
    /// Sequences of the training part that the scales of the core are found on, at most.
    pub windows: usize,
    /// Whether single parts of a model are quantized too, in points of their own.
    pub parts: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            group: 128,
            rule: ScaleRule::AbsoluteMaximum,
            tokens: 20_000,
            core: true,
            windows: 128,
            parts: true,
        }
    }
}

/// A value out of range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// Weights that share a scale.
    #[error("{0} weights cannot share a scale. Choose from 1 to 65536.")]
    Group(usize),
    /// Tokens to measure on.
    #[error("A perplexity cannot be measured on {0} tokens. Choose from 1 to 100000000.")]
    Tokens(usize),
    /// Sequences to find scales on.
    #[error("The scales of the core cannot be found on {0} sequences. Choose from 1 to 4096.")]
    Windows(usize),
}

impl Config {
    /// Refuses what cannot be computed.
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

    /// How weights are quantized.
    pub fn rounding(&self) -> Rounding {
        Rounding { group: self.group, rule: self.rule }
    }

    /// Whether a point of another config means the same as one of this: the points asked for may differ.
    pub fn measures_alike(&self, other: &Self) -> bool {
        let Self { group, rule, tokens, windows, .. } = *self;
        (group, rule, tokens, windows) == (other.group, other.rule, other.tokens, other.windows)
    }

    /// All points of a model whose checkpoint holds it in `stored`, in the order in which they are measured.
    pub fn ways(&self, architecture: &Architecture, stored: Format) -> Vec<Way> {
        let whole = |weights| Way { weights, part: Part::Everything, core: None };
        let mut ways: Vec<Way> =
            Format::ALL.into_iter().filter(|&format| format != Format::Fp32).map(whole).collect();
        if stored == Format::Fp32 {
            ways.insert(0, whole(Format::Fp32));
        }
        if let (true, Architecture::ResNetBk(model)) = (self.core, architecture) {
            let sharings = [Sharing::Tensor, Sharing::Potential];
            // Of one potential both are the same.
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

/// What is quantized of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Every matrix.
    Everything,
    /// The tables of tokens and positions, and the head.
    Embeddings,
    /// What mixes sites: the maps around the resolvent, or those of the scan.
    Mixers,
    /// The experts and their router.
    Experts,
}

impl Part {
    /// Those that are less than everything.
    pub const SINGLE: [Part; 3] = [Part::Embeddings, Part::Mixers, Part::Experts];

    /// Whether a parameter belongs to it.
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

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Part::Everything => "everything",
            Part::Embeddings => "embeddings and head",
            Part::Mixers => "mixers",
            Part::Experts => "experts and router",
        }
    }
}

/// How the numbers that the BK core computes are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Core {
    /// To what.
    pub width: Width,
    /// Who shares a scale.
    pub sharing: Sharing,
}

/// A way to store a model and to run it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Way {
    /// What its matrices are stored as; what is no matrix is stored at FP16, or as it came where this is what it came in.
    pub weights: Format,
    /// Which of them; the others stay as they came.
    pub part: Part,
    /// How the numbers of the core are rounded; none where they are computed in single precision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core: Option<Core>,
}

impl Way {
    /// Every matrix in a format, the core in single precision.
    pub fn of(weights: Format) -> Self {
        Self { weights, part: Part::Everything, core: None }
    }

    /// In words: “INT4”, “INT4, mixers only”, “FP32, core INT4 per potential”.
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
