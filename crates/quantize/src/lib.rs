//! Quantization: numbers on a grid of few levels, as codes that are really packed, and what that costs.
//!
//! A **scheme** says how many levels there are, where they stand and who shares a scale. **Calibration** finds the
//! scales from samples and hands on a [`Quantizer`]; that makes a [`Quantized`] tensor, whose bytes are the codes,
//! scales and zero points themselves, so that every size is counted and none estimated:
//!
//! ```text
//! Scheme → Calibration<Collecting> → Calibration<Calibrated> → Calibration<Applied> → Quantized
//! q = clamp(round(x/s) + z, lowest, highest),    x̂ = (q − z)·s
//! ```
//!
//! Values are single precision, as in the models; rounding is to the nearest, halves to even. Beside the uniform grid
//! there are the formats of stored models: [`Format`] is their table, and [`Packed`] a matrix in one of them.
//! [`LearnedStep`] is the straight-through estimator that training needs.
//!
//! Sources: resnet-bk.md §3.1, vit-lora.md §2.2 to 2.4; Esser et al., “Learned step size quantization” (2020).
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests compare with the standard library"))]

pub mod block;
mod calibration;
mod codebook;
mod codecs;
mod complex;
mod double;
mod e4m3;
mod error;
mod formats;
mod grid;
mod measure;
mod packed;
mod packing;
pub mod rows;
mod rule;
mod scheme;
mod straight_through;
mod tensor;

pub use calibration::{Applied, Calibrated, Calibration, Collecting};
pub use codebook::Codebook;
pub use complex::{ComplexCalibration, QuantizedComplex};
pub use double::DoubleQuantized;
pub use error::QuantizeError;
pub use formats::{Codec, Format, Sharing};
pub use grid::{Grid, Levels};
pub use measure::{ErrorMeasure, Subject};
pub use packed::{Packed, Rounding};
pub use packing::{pack, packed_length, unpack};
pub use rule::{PUBLISHED_SMALLEST_SCALE, ScaleRule};
pub use scheme::{Granularity, Scheme, Width};
pub use straight_through::{LearnedStep, StepGradient};
pub use tensor::{ByteCount, Quantized, Quantizer};
