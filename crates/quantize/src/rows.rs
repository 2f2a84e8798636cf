//! The product of LLM.int8: weights and activations with a scale per row, outlying columns apart (vit-lora.md §2.4).

use crate::error::{QuantizeError, check_finite};
use crate::formats::Format;
use crate::packed::{Packed, Rounding, check_shape};

/// Columns with an activation at least this large in magnitude are multiplied in floating point.
pub const OUTLIER: f32 = 6.0;

/// The largest code; the map is symmetric, so −128 is not used.
const HIGHEST: f32 = 127.0;

/// Returns x·Wᵀ for LLM.int8 weights W and activations x, given row by row with as many columns as W. Columns of x that
/// hold an outlier are multiplied in floating point with the values of the codes, all others as integers.
///
/// # Errors
/// Returns [`QuantizeError::Product`] for weights in another format, [`QuantizeError::Shape`] for an incomplete row of
/// activations, and [`QuantizeError::NotFinite`] for NaN and infinities.
pub fn multiply(weights: &Packed, activations: &[f32]) -> Result<Vec<f32>, QuantizeError> {
    if weights.format() != Format::LlmInt8 {
        return Err(QuantizeError::Product(weights.format().label()));
    }
    let [_, columns] = weights.dims();
    check_shape(activations.len(), columns)?;
    check_finite(activations)?;
    let is_outlier = |&column: &usize| {
        activations.iter().skip(column).step_by(columns).any(|value| value.abs() >= OUTLIER)
    };
    let outliers: Vec<usize> = (0..columns).filter(is_outlier).collect();
    let mut regular = activations.to_vec();
    for row in regular.chunks_mut(columns) {
        outliers.iter().for_each(|&column| row[column] = 0.0);
    }
    let quantized = Packed::new(&regular, columns, Format::LlmInt8, Rounding::default())?;
    let signed = |packed: &Packed| -> Vec<i8> { packed.packed().iter().map(|&code| code as i8).collect() };
    let (activation_codes, weight_codes) = (signed(&quantized), signed(weights));
    let (activation_maxima, weight_maxima) = (quantized.scales(), weights.scales());
    let mut product = Vec::with_capacity(activation_maxima.len() * weight_maxima.len());
    let rows = activations.chunks(columns).zip(activation_codes.chunks(columns)).zip(activation_maxima);
    for ((exact, codes), most) in rows {
        for (weights, &weight_most) in weight_codes.chunks(columns).zip(&weight_maxima) {
            let outliers: f64 = outliers
                .iter()
                .map(|&column| f64::from(exact[column]) * f64::from(level(weights[column], weight_most)))
                .sum();
            let scale = f64::from(most) * f64::from(weight_most) / f64::from(HIGHEST * HIGHEST);
            product.push((inner(codes, weights) as f64 * scale + outliers) as f32);
        }
    }
    Ok(product)
}

/// Σ x·w of codes. In 32 bits as long as no sum can leave them, which registers hold more of.
fn inner(x: &[i8], weights: &[i8]) -> i64 {
    /// 127²·2¹⁶ is below 2³¹.
    const SAFE: usize = 1 << 16;
    let part = |(x, weights): (&[i8], &[i8])| -> i64 {
        i64::from(x.iter().zip(weights).map(|(&x, &w)| i32::from(x) * i32::from(w)).sum::<i32>())
    };
    x.chunks(SAFE).zip(weights.chunks(SAFE)).map(part).sum()
}

/// Returns the absolute maximum of a row.
pub(crate) fn largest(row: &[f32]) -> f32 {
    row.iter().fold(0f32, |most, value| most.max(value.abs()))
}

/// Returns the code of a value in a row with this absolute maximum.
pub(crate) fn code(value: f32, most: f32) -> i8 {
    if most == 0.0 {
        return 0;
    }
    // In double precision, where neither the smallest nor the largest row over- or underflows.
    (f64::from(value) * f64::from(HIGHEST) / f64::from(most)).round_ties_even() as i8
}

/// Returns the value of a code in a row with this absolute maximum.
pub(crate) fn level(code: i8, most: f32) -> f32 {
    (f64::from(code) * f64::from(most) / f64::from(HIGHEST)) as f32
}
