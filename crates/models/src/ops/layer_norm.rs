//! Layer normalization.

use super::element::Element;
use super::{Argument, Kernel, Operation, check};
use bk_resolvent::Real;
use candle_core::{Result, Shape, Tensor};

/// Returns w·(x − mean)/√(variance + ε) + b over the last dimension. The mean and the variance are those of each row.
pub(crate) fn layer_norm(x: &Tensor, weight: &Tensor, bias: &Tensor, epsilon: f64) -> Result<Tensor> {
    x.apply_op3(weight, bias, Operation(LayerNorm { epsilon }))
}

struct LayerNorm {
    /// ε, added to the variance.
    epsilon: f64,
}

/// Returns the mean of a row, and 1/√(variance + ε).
fn moments<T: Element>(row: &[T], epsilon: f64) -> (T, T) {
    let count = T::round(row.len() as f64);
    let mean = row.iter().fold(T::default(), |sum, &value| sum + value) / count;
    let square = |sum: T, &value: &T| sum + (value - mean) * (value - mean);
    let variance = row.iter().fold(T::default(), square) / count;
    (mean, T::ONE / (variance + <T as Real>::round(epsilon)).root())
}

impl Kernel<3> for LayerNorm {
    const NAME: &'static str = "layer normalization";

    fn forward<T: Element>(&self, [x, weight, bias]: [Argument<'_, T>; 3]) -> Result<(Vec<T>, Shape)> {
        let width = weight.values.len();
        check(width > 0 && bias.values.len() == width && x.dims.last() == Some(&width), Self::NAME, || {
            format!("{:?}, {:?} and {:?}", x.dims, weight.dims, bias.dims)
        })?;
        let mut result = Vec::with_capacity(x.values.len());
        for row in x.values.chunks_exact(width) {
            let (mean, scale) = moments(row, self.epsilon);
            let terms = row.iter().zip(weight.values).zip(bias.values);
            result.extend(terms.map(|((&x, &weight), &bias)| (x - mean) * scale * weight + bias));
        }
        Ok((result, x.dims.into()))
    }

    fn backward<T: Element>(
        &self,
        [x, weight, bias]: [Argument<'_, T>; 3],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 3]> {
        let width = weight.values.len();
        let count = T::round(width as f64);
        let mut by_x = Vec::with_capacity(x.values.len());
        let mut by_weight = vec![T::default(); width];
        let mut by_bias = vec![T::default(); bias.values.len()];
        for (row, upstream) in x.values.chunks_exact(width).zip(gradient.chunks_exact(width)) {
            let (mean, scale) = moments(row, self.epsilon);
            let (mut along, mut across) = (T::default(), T::default());
            for place in 0..width {
                let normal = (row[place] - mean) * scale;
                let by_normal = upstream[place] * weight.values[place];
                along += by_normal;
                across += by_normal * normal;
                by_weight[place] += upstream[place] * normal;
                by_bias[place] += upstream[place];
            }
            let (along, across) = (along / count, across / count);
            by_x.extend((0..width).map(|place| {
                let normal = (row[place] - mean) * scale;
                scale * (upstream[place] * weight.values[place] - along - normal * across)
            }));
        }
        Ok([by_x, by_weight, by_bias])
    }
}
