//! The table of storage formats: one row per format.
//!
//! A row holds all that distinguishes a format: its key in files and links, its label, the bits of a code, which
//! weights share a scale, and its [`Codec`]. A [`Packed`](crate::Packed) matrix is stored by its row alone, so a new
//! format is a row and a codec.

use crate::block::FourBit;
use crate::codecs::{Half, Integer, RowInteger, Single, Table};
use crate::e4m3::E4m3;
use crate::error::QuantizeError;
use crate::rule::ScaleRule;
use crate::scheme::Width;
use serde::{Deserialize, Serialize};

/// Which weights of a matrix share a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// None: the format has no scales.
    Nothing,
    /// Those of one group along a row. The group size is a setting; the last group of a row may be shorter.
    Group,
    /// Those of one row.
    Row,
    /// Those of one block of this many weights; blocks continue across rows.
    Block(usize),
}

/// How a format turns the weights of one group into codes and back.
pub trait Codec: Sync {
    /// Returns the scale of a group of finite weights. Formats without a choice of scales ignore the rule.
    fn scale(&self, weights: &[f32], rule: ScaleRule) -> f32;

    /// Returns the code of a finite weight, in the low bits.
    fn encode(&self, weight: f32, scale: f32) -> u32;

    /// Returns the weight that a code stands for.
    fn decode(&self, code: u32, scale: f32) -> f32;

    /// Returns the codes of a group of finite weights.
    fn encode_all(&self, weights: &[f32], scale: f32) -> Vec<u32> {
        weights.iter().map(|&weight| self.encode(weight, scale)).collect()
    }

    /// Returns the weights that the codes of a group stand for.
    fn decode_all(&self, codes: &[u32], scale: f32) -> Vec<f32> {
        codes.iter().map(|&code| self.decode(code, scale)).collect()
    }
}

/// One row of the table.
struct Row {
    key: &'static str,
    label: &'static str,
    bits: u32,
    sharing: Sharing,
    /// Whether the scales are quantized, too.
    double: bool,
    codec: &'static dyn Codec,
}

/// Declares the formats and their rows: key, label, bits, sharing, double quantization, codec.
macro_rules! table {
    ($($(#[$documentation:meta])* $format:ident: $key:literal, $label:literal, $bits:literal, $sharing:expr, $double:literal, $codec:expr;)*) => {
        /// The storage format of weights. In files and links, a format is its key.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum Format { $($(#[$documentation])* $format,)* }

        impl Format {
            /// All formats, in the order of the table.
            pub const ALL: [Format; [$($key),*].len()] = [$(Format::$format),*];
        }

        static ROWS: [Row; Format::ALL.len()] = [$(Row {
            key: $key, label: $label, bits: $bits, sharing: $sharing, double: $double, codec: &$codec,
        }),*];
    };
}

/// Weights per block of NF4 and FP4.
const BLOCK: Sharing = Sharing::Block(crate::block::BLOCK);

table! {
    /// IEEE single precision.
    Fp32: "fp32", "FP32", 32, Sharing::Nothing, false, Single;
    /// IEEE half precision.
    Fp16: "fp16", "FP16", 16, Sharing::Nothing, false, Half;
    /// 256 evenly spaced levels, in groups.
    Int8: "int8", "INT8", 8, Sharing::Group, false, Integer(Width::Int8);
    /// 16 evenly spaced levels, in groups.
    Int4: "int4", "INT4", 4, Sharing::Group, false, Integer(Width::Int4);
    /// 16 levels at the quantiles of a normal distribution, in blocks of 64 (vit-lora.md §2.2).
    Nf4: "nf4", "NF4", 4, BLOCK, false, Table(FourBit::Nf4);
    /// NF4 with its scales quantized to 8 bits (vit-lora.md §2.3).
    Nf4Double: "nf4-double", "NF4, double quantization", 4, BLOCK, true, Table(FourBit::Nf4);
    /// 4-bit floats, in blocks of 64.
    Fp4: "fp4", "FP4", 4, BLOCK, false, Table(FourBit::Fp4);
    /// FP4 with its scales quantized to 8 bits.
    Fp4Double: "fp4-double", "FP4, double quantization", 4, BLOCK, true, Table(FourBit::Fp4);
    /// LLM.int8: 8 bits, one scale per row (vit-lora.md §2.4).
    LlmInt8: "llm-int8", "LLM.int8", 8, Sharing::Row, false, RowInteger;
    /// FP8 E4M3: floats of 4 exponent and 3 mantissa bits, in groups (OCP 8-bit floating point specification).
    Fp8E4m3: "fp8-e4m3", "FP8 E4M3", 8, Sharing::Group, false, E4m3;
    /// 8 evenly spaced levels, in groups.
    Int3: "int3", "INT3", 3, Sharing::Group, false, Integer(Width::Int3);
    /// 4 evenly spaced levels, in groups. With the absolute-maximum rule, only 3 are used.
    Int2: "int2", "INT2", 2, Sharing::Group, false, Integer(Width::Int2);
}

impl Format {
    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// Returns the key in files and links, such as `nf4-double`.
    pub fn key(self) -> &'static str {
        self.row().key
    }

    /// Returns the usual name, such as INT4 or NF4.
    pub fn label(self) -> &'static str {
        self.row().label
    }

    /// Returns the bits of one code, without its share of a scale: 2 to 32.
    pub fn bits(self) -> u32 {
        self.row().bits
    }

    /// Returns which weights share a scale.
    pub fn sharing(self) -> Sharing {
        self.row().sharing
    }

    /// Returns whether the scales are quantized, too.
    pub fn is_double(self) -> bool {
        self.row().double
    }

    /// Returns the codec.
    pub fn codec(self) -> &'static dyn Codec {
        self.row().codec
    }

    /// Returns the number of weights that share a scale in rows of `columns` weights, at least 1. `group` is the group
    /// size of the formats that leave it open.
    pub fn group_size(self, columns: usize, group: usize) -> usize {
        match self.sharing() {
            Sharing::Nothing | Sharing::Row => columns,
            Sharing::Group => group,
            Sharing::Block(size) => size,
        }
        .max(1)
    }
}

impl std::str::FromStr for Format {
    type Err = QuantizeError;

    fn from_str(key: &str) -> Result<Self, QuantizeError> {
        let format = Format::ALL.into_iter().find(|format| format.key() == key);
        format.ok_or_else(|| QuantizeError::Format(key.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Format {
    type Error = QuantizeError;

    fn try_from(key: String) -> Result<Self, QuantizeError> {
        key.parse()
    }
}

impl From<Format> for String {
    fn from(format: Format) -> String {
        format.key().into()
    }
}

impl From<Width> for Format {
    fn from(width: Width) -> Self {
        match width {
            Width::Single => Format::Fp32,
            Width::Half => Format::Fp16,
            Width::Int8 => Format::Int8,
            Width::Int4 => Format::Int4,
            Width::Int3 => Format::Int3,
            Width::Int2 => Format::Int2,
        }
    }
}
