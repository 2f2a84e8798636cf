//! Multi-head attention: each site of a sequence gets a weighted mean of the values of all sites. The weights measure
//! how well its query matches their keys.

use super::cross_entropy::powers;
use super::element::Element;
use super::{Argument, Kernel, Operation, check};
use bk_resolvent::Real;
use candle_core::{Result, Shape, Tensor};

/// Returns softmax(q·kᵀ/√d)·v of each head, without a causal mask (vit-lora.md §3.2). `packed` is `[sequences·sites,
/// 3·width]`; its rows hold queries, keys, and values, each divided into heads of d = width/heads numbers. The result
/// is `[sequences·sites, width]`.
///
/// # Errors
/// Returns an error if the rows do not fill whole sequences, or `heads` does not divide the width.
pub fn attention(packed: &Tensor, heads: usize, sites: usize) -> Result<Tensor> {
    packed.apply_op1(Operation(Attention { heads, sites }))
}

struct Attention {
    heads: usize,
    sites: usize,
}

/// One head of a sequence, with its place in the packed rows.
struct Head<'a, T> {
    rows: &'a [T],
    width: usize,
    first: usize,
    size: usize,
}

impl<'a, T: Element> Head<'a, T> {
    /// Returns the query (0), key (1), or value (2) of a site.
    fn part(&self, which: usize, site: usize) -> &'a [T] {
        let start = self.place(which, site);
        &self.rows[start..start + self.size]
    }

    fn place(&self, which: usize, site: usize) -> usize {
        (site * 3 + which) * self.width + self.first
    }

    /// Computes the attention weights of a site. They are positive and sum to 1.
    fn weights(&self, site: usize, scores: &mut [T], weights: &mut [T]) {
        let scale = T::ONE / <T as Real>::round(self.size as f64).root();
        let query = self.part(0, site);
        for (other, score) in scores.iter_mut().enumerate() {
            *score = dot(query, self.part(1, other)) * scale;
        }
        let (_, total) = powers(scores, weights);
        weights.iter_mut().for_each(|weight| *weight /= total);
    }
}

fn dot<T: Element>(left: &[T], right: &[T]) -> T {
    left.iter().zip(right).fold(T::default(), |sum, (&left, &right)| sum + left * right)
}

/// Adds by·source to target.
fn add<T: Element>(target: &mut [T], by: T, source: &[T]) {
    target.iter_mut().zip(source).for_each(|(target, &source)| *target += by * source);
}

impl Attention {
    fn width(&self, dims: &[usize]) -> Result<usize> {
        let &[rows, packed] = dims else {
            return Err(candle_core::Error::Msg("Attention needs rows of queries, keys and values.".into()));
        };
        let fits = self.heads > 0 && packed > 0 && packed.is_multiple_of(3 * self.heads);
        let whole = self.sites > 0 && rows.is_multiple_of(self.sites);
        check(fits && whole, <Self as Kernel<1>>::NAME, || {
            format!("{dims:?} for {} heads and {} sites", self.heads, self.sites)
        })?;
        Ok(packed / 3)
    }
}

impl Kernel<1> for Attention {
    const NAME: &'static str = "attention";

    fn forward<T: Element>(&self, [packed]: [Argument<'_, T>; 1]) -> Result<(Vec<T>, Shape)> {
        let width = self.width(packed.dims)?;
        let (size, sites) = (width / self.heads, self.sites);
        let mut result = vec![T::default(); packed.dims[0] * width];
        let (mut scores, mut weights) = (vec![T::default(); sites], vec![T::default(); sites]);
        let sequences = packed.values.chunks_exact(3 * width * sites);
        for (rows, result) in sequences.zip(result.chunks_exact_mut(width * sites)) {
            for first in (0..width).step_by(size) {
                let head = Head { rows, width, first, size };
                for site in 0..sites {
                    head.weights(site, &mut scores, &mut weights);
                    let target = &mut result[site * width + first..][..size];
                    for (other, &weight) in weights.iter().enumerate() {
                        add(target, weight, head.part(2, other));
                    }
                }
            }
        }
        Ok((result, (packed.dims[0], width).into()))
    }

    fn backward<T: Element>(
        &self,
        [packed]: [Argument<'_, T>; 1],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 1]> {
        let width = self.width(packed.dims)?;
        let (size, sites) = (width / self.heads, self.sites);
        let scale = T::ONE / <T as Real>::round(size as f64).root();
        let mut by = vec![T::default(); packed.values.len()];
        let (mut scores, mut weights) = (vec![T::default(); sites], vec![T::default(); sites]);
        let sequences = packed.values.chunks_exact(3 * width * sites);
        let upstream = gradient.chunks_exact(width * sites);
        for ((rows, by), upstream) in sequences.zip(by.chunks_exact_mut(3 * width * sites)).zip(upstream) {
            for first in (0..width).step_by(size) {
                let head = Head { rows, width, first, size };
                for site in 0..sites {
                    head.weights(site, &mut scores, &mut weights);
                    let upstream = &upstream[site * width + first..][..size];
                    // The gradient with respect to the weights. It reuses the space of the scores, which are no longer
                    // needed.
                    let by_weights = &mut scores;
                    for (other, by_weight) in by_weights.iter_mut().enumerate() {
                        *by_weight = dot(upstream, head.part(2, other));
                        add(&mut by[head.place(2, other)..][..size], weights[other], upstream);
                    }
                    let mean = dot(by_weights, &weights);
                    for other in 0..sites {
                        let by_score = weights[other] * (by_weights[other] - mean) * scale;
                        add(&mut by[head.place(0, site)..][..size], by_score, head.part(1, other));
                        add(&mut by[head.place(1, other)..][..size], by_score, head.part(0, site));
                    }
                }
            }
        }
        Ok([by])
    }
}
