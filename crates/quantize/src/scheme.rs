//! Schemes as data: how wide a code is, where its levels stand, who shares a scale and by which rule it is found.

use crate::error::QuantizeError;
use crate::rule::ScaleRule;
use serde::{Deserialize, Serialize};

/// What one number is stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum Width {
    /// 4 levels.
    Int2,
    /// 8 levels.
    Int3,
    /// 16 levels.
    Int4,
    /// 256 levels.
    Int8,
    /// IEEE half precision; no scale.
    Half,
    /// IEEE single precision; no scale, and no error.
    Single,
}

impl Width {
    /// All widths, the narrowest first.
    pub const ALL: [Width; 6] =
        [Width::Int2, Width::Int3, Width::Int4, Width::Int8, Width::Half, Width::Single];

    /// Bits a number.
    pub fn bits(self) -> u32 {
        match self {
            Width::Int2 => 2,
            Width::Int3 => 3,
            Width::Int4 => 4,
            Width::Int8 => 8,
            Width::Half => 16,
            Width::Single => 32,
        }
    }

    /// Whether codes are integers, which need a scale.
    pub fn is_integer(self) -> bool {
        self.bits() <= 8
    }

    /// The lowest and the highest code: −2^(b−1) and 2^(b−1) − 1; 0 and 0 for floats.
    pub fn codes(self) -> (i32, i32) {
        if !self.is_integer() {
            return (0, 0);
        }
        let half = 1 << (self.bits() - 1);
        (-half, half - 1)
    }

    /// The usual name: INT4, FP16.
    pub fn label(self) -> &'static str {
        match self {
            Width::Int2 => "INT2",
            Width::Int3 => "INT3",
            Width::Int4 => "INT4",
            Width::Int8 => "INT8",
            Width::Half => "FP16",
            Width::Single => "FP32",
        }
    }
}

impl TryFrom<u32> for Width {
    type Error = QuantizeError;

    fn try_from(bits: u32) -> Result<Self, QuantizeError> {
        Width::ALL.into_iter().find(|width| width.bits() == bits).ok_or(QuantizeError::Width(bits))
    }
}

impl From<Width> for u32 {
    fn from(width: Width) -> u32 {
        width.bits()
    }
}

/// Which numbers share a scale. Tensors are rows of channels; a channel is a place in the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Granularity {
    /// All of them.
    Tensor,
    /// Those of one channel, in every row.
    Channel,
    /// Those of so many neighbouring channels; the last group may be shorter. A size of 0 counts as 1.
    #[default]
    Group,
}

/// How numbers are quantized.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scheme {
    /// What one number is stored as.
    pub width: Width,
    /// Whether the grid may be shifted against zero; if not, the level 0 is code 0.
    pub zero_point: bool,
    /// Who shares a scale.
    pub granularity: Granularity,
    /// Channels a group where the granularity is [`Granularity::Group`].
    pub group: usize,
    /// How a scale is found from samples.
    pub rule: ScaleRule,
}

impl Scheme {
    /// Channels that share a scale, of so many; at least 1.
    pub fn group_size(&self, channels: usize) -> usize {
        match self.granularity {
            Granularity::Tensor => channels.max(1),
            Granularity::Channel => 1,
            Granularity::Group => self.group.max(1),
        }
    }

    /// Number of scales for so many channels; none for floats.
    pub fn groups(&self, channels: usize) -> usize {
        if self.width.is_integer() { channels.div_ceil(self.group_size(channels)) } else { 0 }
    }

    /// Whether rule and grid go together.
    ///
    /// # Errors
    /// [`QuantizeError::PublishedDivisor`] for the published divisor with a zero point,
    /// [`QuantizeError::Percentile`] for a percentile out of range.
    pub fn check(&self) -> Result<(), QuantizeError> {
        match self.rule {
            ScaleRule::PublishedDivisor if self.zero_point => Err(QuantizeError::PublishedDivisor),
            rule => rule.check(),
        }
    }
}
