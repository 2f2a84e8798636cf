//! What the published script calls “equal”: for each model the point nearest to a target, however far off
//! (resnet-bk.md §6.4).

use crate::kit::record::Model;
use crate::kit::record::pareto::Cost;
use crate::studies::efficiency::record::Efficiency;

/// Two perplexities this close, relative to the larger, count as equal: the noise of the simulation alone
/// moves them by 1.1 % (ResNet-BK) and 1.6 % (Mamba).
const EQUAL: f64 = 0.01;

/// A point of each model, chosen apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// ResNet-BK's point.
    pub resnetbk: Cost,
    /// Mamba's point.
    pub mamba: Cost,
}

impl Pair {
    /// The pair “at equal perplexity”: each model's point whose perplexity is nearest to `target`. `None`
    /// where a model has no points.
    pub fn at_perplexity(record: &Efficiency, target: f64) -> Option<Self> {
        Pair::nearest(record, |cost| (cost.perplexity - target).abs())
    }

    /// The pair “at equal operations”: each model's point whose operations a token are nearest to `target`.
    pub fn at_flops(record: &Efficiency, target: f64) -> Option<Self> {
        Pair::nearest(record, |cost| (cost.flops - target).abs())
    }

    fn nearest(record: &Efficiency, distance: impl Fn(&Cost) -> f64) -> Option<Self> {
        let point = |model| least(&record.costs(model), &distance);
        Some(Pair { resnetbk: point(&Model::ResNetBk)?, mamba: point(&Model::Mamba)? })
    }

    /// Whether the two perplexities may be called equal: the honest reading of “at equal perplexity”. They are
    /// within 1 % of one another.
    pub fn is_equal_in_perplexity(&self) -> bool {
        let (one, other) = (self.resnetbk.perplexity, self.mamba.perplexity);
        (one - other).abs() <= EQUAL * one.max(other)
    }

    /// How many times the operations of ResNet-BK Mamba takes.
    pub fn flops_ratio(&self) -> f64 {
        self.mamba.flops / self.resnetbk.flops
    }

    /// By how many percent of Mamba's perplexity ResNet-BK's is lower, in the order of operations that gives
    /// the published digits.
    pub fn improvement(&self) -> f64 {
        (self.mamba.perplexity - self.resnetbk.perplexity) / self.mamba.perplexity * 100.0
    }
}

/// The first of the points with the least value.
pub(super) fn least(costs: &[Cost], value: impl Fn(&Cost) -> f64) -> Option<Cost> {
    costs.iter().copied().min_by(|one, other| value(one).total_cmp(&value(other)))
}
