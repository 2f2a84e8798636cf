//! The short causal convolution before a selective scan.

use super::element::Element;
use super::{Argument, Kernel, Operation, check};
use candle_core::{Result, Shape, Tensor};

/// Returns y_t = b + Σ_j w_j x_{t−k+1+j} for each channel. Inputs before the sequence count as 0, and y_t does not
/// depend on inputs after t. x is `[batch, length, channels]`, w is `[channels, 1, k]`, and b is `[channels]`.
pub(crate) fn causal_convolution(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    x.apply_op3(weight, bias, Operation(Convolution))
}

struct Convolution;

impl Convolution {
    /// Returns the length, the channels, and the taps.
    fn sizes<T>(x: Argument<'_, T>, weight: Argument<'_, T>, bias: Argument<'_, T>) -> Result<[usize; 3]> {
        match (x.dims, weight.dims, bias.dims) {
            (&[_, length, channels], &[same, 1, taps], &[too])
                if same == channels && too == channels && length * channels * taps > 0 =>
            {
                Ok([length, channels, taps])
            }
            shapes => Err(candle_core::Error::Msg(format!("A convolution cannot be made of {shapes:?}."))),
        }
    }
}

/// Transposes the weights to one row of all channels per tap.
fn by_tap<T: Element>(weight: &[T], channels: usize, taps: usize) -> Vec<T> {
    (0..taps * channels).map(|place| weight[place % channels * taps + place / channels]).collect()
}

impl Kernel<3> for Convolution {
    const NAME: &'static str = "convolution";

    fn forward<T: Element>(&self, [x, weight, bias]: [Argument<'_, T>; 3]) -> Result<(Vec<T>, Shape)> {
        let [length, channels, taps] = Self::sizes(x, weight, bias)?;
        check(weight.values.len() == channels * taps, Self::NAME, || format!("{:?}", weight.dims))?;
        let weights = by_tap(weight.values, channels, taps);
        let mut result = Vec::with_capacity(x.values.len());
        for sequence in x.values.chunks_exact(length * channels) {
            for time in 0..length {
                let start = result.len();
                result.extend_from_slice(bias.values);
                for (tap, weights) in weights.chunks_exact(channels).enumerate() {
                    let Some(seen) = (time + tap + 1).checked_sub(taps) else { continue };
                    let row = &sequence[seen * channels..][..channels];
                    let sums = result[start..].iter_mut().zip(row).zip(weights);
                    sums.for_each(|((sum, &x), &weight)| *sum += weight * x);
                }
            }
        }
        Ok((result, x.dims.into()))
    }

    fn backward<T: Element>(
        &self,
        [x, weight, bias]: [Argument<'_, T>; 3],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 3]> {
        let [length, channels, taps] = Self::sizes(x, weight, bias)?;
        let weights = by_tap(weight.values, channels, taps);
        let mut by_x = vec![T::default(); x.values.len()];
        let mut by_taps = vec![T::default(); taps * channels];
        let mut by_bias = vec![T::default(); channels];
        let whole = length * channels;
        let sequences = x.values.chunks_exact(whole).zip(gradient.chunks_exact(whole));
        for ((sequence, upstream), by_x) in sequences.zip(by_x.chunks_exact_mut(whole)) {
            for (time, upstream) in upstream.chunks_exact(channels).enumerate() {
                by_bias.iter_mut().zip(upstream).for_each(|(sum, &term)| *sum += term);
                let each = weights.chunks_exact(channels).zip(by_taps.chunks_exact_mut(channels));
                for (tap, (weights, by_tap)) in each.enumerate() {
                    let Some(seen) = (time + tap + 1).checked_sub(taps) else { continue };
                    let row = &sequence[seen * channels..][..channels];
                    let by_row = &mut by_x[seen * channels..][..channels];
                    for channel in 0..channels {
                        by_row[channel] += weights[channel] * upstream[channel];
                        by_tap[channel] += row[channel] * upstream[channel];
                    }
                }
            }
        }
        let by_weight =
            (0..taps * channels).map(|place| by_taps[place % taps * channels + place / taps]).collect();
        Ok([by_x, by_weight, by_bias])
    }
}
