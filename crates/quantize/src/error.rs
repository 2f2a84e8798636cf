//! What cannot be quantized, each with the value that was wrong and what to do about it.

use crate::formats::Format;

/// Why nothing was quantized.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum QuantizeError {
    /// A value is NaN or infinite.
    #[error(
        "The value at index {index} is {value}. Only finite numbers can be quantized: find where it arose."
    )]
    NotFinite {
        /// Place of the first such value, counted from 0.
        index: usize,
        /// The value.
        value: f32,
    },
    /// The number of values is no multiple of the number of channels.
    #[error("{values} values do not fill rows of {channels} channels. Give whole rows.")]
    Rows {
        /// Values given.
        values: usize,
        /// Values a row.
        channels: usize,
    },
    /// Calibration ended before it saw a value.
    #[error(
        "Nothing was collected, so there is no range to take a scale from. Collect at least one row first."
    )]
    Empty,
    /// A bit width that has no format here.
    #[error("{0} bits have no format here. Choose 2, 3, 4 or 8 for integers, 16 or 32 for floats.")]
    Width(u32),
    /// An unknown storage format.
    #[error("“{0}” is not a storage format. Choose {formats}.", formats = keys())]
    Format(String),
    /// An unknown scale rule.
    #[error(
        "“{0}” is no scale rule. Choose absolute-maximum, published-divisor, percentile:99.9 or least-squares."
    )]
    Rule(String),
    /// A percentile that is none.
    #[error("{0} is no percentile to clip at. Choose one above 50 and at most 100.")]
    Percentile(f64),
    /// The published divisor together with a zero point.
    #[error(
        "The published divisor is for symmetric schemes only. Take another rule, or leave the zero point away."
    )]
    PublishedDivisor,
    /// Scales or zero points that do not belong to the scheme.
    #[error("{found} grids were given where the scheme has {expected}. Calibrate again for this scheme.")]
    Grids {
        /// Grids given.
        found: usize,
        /// Groups of the scheme.
        expected: usize,
    },
    /// Codes of another number than there are values.
    #[error(
        "{found} bytes of codes were given where the values take {expected}. Give the codes as they were packed."
    )]
    Packed {
        /// Bytes given.
        found: usize,
        /// Bytes that the values take.
        expected: usize,
    },
    /// A format without an integer product.
    #[error("{0} has no integer product. Store the weights as LLM.int8, or multiply with their values.")]
    Product(&'static str),
    /// Matrices whose sides do not match.
    #[error("{values} values do not fill a matrix with rows of {width}. Check its shape.")]
    Shape {
        /// Values given.
        values: usize,
        /// Values a row.
        width: usize,
    },
}

/// Returns the keys of all formats, for a message.
fn keys() -> String {
    Format::ALL.map(Format::key).join(", ")
}

/// The first value that is not finite, as an error.
pub(super) fn check_finite(values: &[f32]) -> Result<(), QuantizeError> {
    match values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        Some((index, &value)) => Err(QuantizeError::NotFinite { index, value }),
        None => Ok(()),
    }
}
