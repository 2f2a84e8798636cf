//! LLM.int8: weights and activations with a scale a row, outlying columns apart (vit-lora.md §2.4).

use crate::error::{QuantizeError, check_finite};
use crate::tensor::ByteCount;

/// Columns with an activation at least this large in magnitude are multiplied in floating point.
pub const OUTLIER: f32 = 6.0;

/// The largest code; the map is symmetric, so −128 is not used.
const HIGHEST: f32 = 127.0;

/// A matrix in INT8 with the absolute maximum of every row: w ≈ q·S/127.
#[derive(Debug, Clone, PartialEq)]
pub struct RowQuantized {
    width: usize,
    codes: Vec<i8>,
    maxima: Vec<f32>,
}

impl RowQuantized {
    /// Quantizes a matrix, given row by row, to q = round(w·127/S), halves to even.
    ///
    /// # Errors
    /// [`QuantizeError::Shape`] for an incomplete row, [`QuantizeError::NotFinite`] for NaN and infinities.
    pub fn new(values: &[f32], width: usize) -> Result<Self, QuantizeError> {
        check_shape(values, width)?;
        check_finite(values)?;
        let maxima: Vec<f32> = values.chunks(width.max(1)).map(largest).collect();
        let rows = values.chunks(width.max(1)).zip(&maxima);
        let codes = rows.flat_map(|(row, &most)| row.iter().map(move |&value| code(value, most))).collect();
        Ok(Self { width, codes, maxima })
    }

    /// The codes, row by row.
    pub fn codes(&self) -> &[i8] {
        &self.codes
    }

    /// The absolute maximum of every row.
    pub fn maxima(&self) -> &[f32] {
        &self.maxima
    }

    /// The values that the stored bytes stand for.
    pub fn dequantize(&self) -> Vec<f32> {
        let rows = self.codes.chunks(self.width.max(1)).zip(&self.maxima);
        rows.flat_map(|(row, &most)| row.iter().map(move |&code| level(code, most))).collect()
    }

    /// Bytes taken: a byte a code, four a row.
    pub fn bytes(&self) -> ByteCount {
        ByteCount { codes: self.codes.len(), scales: size_of_val(self.maxima.as_slice()), zero_points: 0 }
    }

    /// x·Wᵀ for activations given row by row, with as many columns as this matrix: columns of x that hold an outlier
    /// are multiplied in floating point with the dequantized weights, all others as integers.
    ///
    /// # Errors
    /// As [`RowQuantized::new`].
    pub fn multiply(&self, activations: &[f32]) -> Result<Vec<f32>, QuantizeError> {
        check_shape(activations, self.width)?;
        check_finite(activations)?;
        let width = self.width.max(1);
        let is_outlier = |&column: &usize| {
            activations.iter().skip(column).step_by(width).any(|value| value.abs() >= OUTLIER)
        };
        let outliers: Vec<usize> = (0..self.width).filter(is_outlier).collect();
        let mut regular = activations.to_vec();
        for row in regular.chunks_mut(width) {
            outliers.iter().for_each(|&column| row[column] = 0.0);
        }
        let quantized = RowQuantized::new(&regular, self.width)?;
        let mut product = Vec::with_capacity(quantized.maxima.len() * self.maxima.len());
        for (row, &most) in quantized.maxima.iter().enumerate() {
            let exact = &activations[row * width..(row + 1) * width];
            let codes = &quantized.codes[row * width..(row + 1) * width];
            for (weights, &weight_most) in self.codes.chunks(width).zip(&self.maxima) {
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

fn check_shape(values: &[f32], width: usize) -> Result<(), QuantizeError> {
    if values.len().checked_rem(width).unwrap_or(values.len()) == 0 {
        return Ok(());
    }
    Err(QuantizeError::Shape { values: values.len(), width })
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
