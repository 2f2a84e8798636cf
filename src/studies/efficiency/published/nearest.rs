//! The published script's “equal” points: for each model the point nearest to a target, at any distance
//! (resnet-bk.md §6.4).

use crate::kit::record::Model;
use crate::kit::record::pareto::Cost;
use crate::studies::efficiency::record::Efficiency;

/// Two perplexities count as equal if they differ by at most this fraction of the larger one. The noise of the
/// simulation alone moves them by 1.1 % (ResNet-BK) and 1.6 % (Mamba).
const EQUAL: f64 = 0.01;

/// One point of each model, chosen separately.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// ResNet-BK's point.
    pub resnetbk: Cost,
    /// Mamba's point.
    pub mamba: Cost,
}

impl Pair {
    /// Returns the pair “at equal perplexity”: each model's point whose perplexity is nearest to `target`. Returns
    /// `None` if a model has no points.
    pub fn at_perplexity(record: &Efficiency, target: f64) -> Option<Self> {
        Pair::nearest(record, |cost| (cost.perplexity - target).abs())
    }

    /// Returns the pair “at equal operations”: each model's point whose FLOPs per token are nearest to `target`.
    pub fn at_flops(record: &Efficiency, target: f64) -> Option<Self> {
        Pair::nearest(record, |cost| (cost.flops - target).abs())
    }

    fn nearest(record: &Efficiency, distance: impl Fn(&Cost) -> f64) -> Option<Self> {
        let point = |model| least(&record.costs(model), &distance);
        Some(Pair { resnetbk: point(&Model::ResNetBk)?, mamba: point(&Model::Mamba)? })
    }

    /// Returns whether the two perplexities may be called equal, as “at equal perplexity” requires: they differ by at
    /// most 1 %.
    pub fn is_equal_in_perplexity(&self) -> bool {
        let (one, other) = (self.resnetbk.perplexity, self.mamba.perplexity);
        (one - other).abs() <= EQUAL * one.max(other)
    }

    /// Returns the ratio of Mamba's FLOPs to ResNet-BK's.
    pub fn flops_ratio(&self) -> f64 {
        self.mamba.flops / self.resnetbk.flops
    }

    /// Returns by how many percent ResNet-BK's perplexity is lower than Mamba's, in the order of operations that gives
    /// the published digits.
    pub fn improvement(&self) -> f64 {
        (self.mamba.perplexity - self.resnetbk.perplexity) / self.mamba.perplexity * 100.0
    }
}

/// Returns the first of the points with the least value.
pub(super) fn least(costs: &[Cost], value: impl Fn(&Cost) -> f64) -> Option<Cost> {
    costs.iter().copied().min_by(|one, other| value(one).total_cmp(&value(other)))
}
