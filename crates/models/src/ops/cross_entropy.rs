//! The loss of a language model: cross-entropy.

use super::element::{Element, LANES, Lanes, load, store, sum};
use super::{Argument, Kernel, Operation, check};
use candle_core::{Result, Shape, Tensor};

/// Returns −ln p of the target of each row, in nats, where p is the softmax of the row. `logits` is `[rows, symbols]`,
/// with one target per row; the result is `[rows]`.
pub(crate) fn cross_entropy(logits: &Tensor, targets: Vec<u32>) -> Result<Tensor> {
    logits.apply_op1(Operation(CrossEntropy { targets }))
}

struct CrossEntropy {
    targets: Vec<u32>,
}

/// Computes e^{x − max} for each x of a row into `powers`. Returns the maximum and the sum of the powers.
pub(super) fn powers<T: Element>(row: &[T], powers: &mut [T]) -> (T, T) {
    let most = row.iter().fold(row[0], |most, &value| if value > most { value } else { most });
    let mut total = [T::default(); LANES];
    for first in (0..row.len()).step_by(LANES) {
        let power = T::exp(load(row, first).map(|value| value - most));
        store(powers, first, power);
        let kept: Lanes<T> = load(powers, first);
        total = std::array::from_fn(|lane| total[lane] + kept[lane]);
    }
    (most, sum(total))
}

impl Kernel<1> for CrossEntropy {
    const NAME: &'static str = "cross-entropy";

    fn forward<T: Element>(&self, [logits]: [Argument<'_, T>; 1]) -> Result<(Vec<T>, Shape)> {
        let &[rows, symbols] = logits.dims else {
            return Err(candle_core::Error::Msg("Cross-entropy needs one row of logits a target.".into()));
        };
        check(rows == self.targets.len() && symbols > 0, Self::NAME, || {
            format!("{rows} rows for {} targets", self.targets.len())
        })?;
        let mut space = vec![T::default(); symbols];
        let mut losses = Vec::with_capacity(rows);
        for (row, &target) in logits.values.chunks_exact(symbols).zip(&self.targets) {
            let Some(&chosen) = row.get(target as usize) else {
                return Err(candle_core::Error::InvalidIndex {
                    op: Self::NAME,
                    index: target as usize,
                    size: symbols,
                });
            };
            let (most, total) = powers(row, &mut space);
            // The total is at least 1, because the power of the maximum is 1.
            losses.push(most - chosen + (total - T::ONE).ln_one_plus());
        }
        Ok((losses, rows.into()))
    }

    fn backward<T: Element>(
        &self,
        [logits]: [Argument<'_, T>; 1],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 1]> {
        let symbols = logits.dims[1];
        let mut by = vec![T::default(); logits.values.len()];
        let rows = logits.values.chunks_exact(symbols).zip(by.chunks_exact_mut(symbols));
        for ((row, by), (&target, &upstream)) in rows.zip(self.targets.iter().zip(gradient)) {
            let (_, total) = powers(row, by);
            let scale = upstream / total;
            by.iter_mut().for_each(|value| *value *= scale);
            by[target as usize] -= upstream;
        }
        Ok([by])
    }
}
