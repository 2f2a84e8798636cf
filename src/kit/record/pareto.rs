//! Pareto frontiers of perplexity and floating-point operations (resnet-bk.md §6.5).

use serde::{Deserialize, Serialize};

/// What a configuration costs: less is better in both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Floating-point operations a token.
    pub flops: f64,
    /// Perplexity.
    pub perplexity: f64,
}

/// When a point is dominated, and so not on the frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dominance {
    /// Another point is no worse in both and better in one: what the word means.
    #[default]
    Exact,
    /// Another point is better in both: the published rule, by which ties survive.
    Published,
}

/// The places of the points that no other dominates, by rising operations and then by rising perplexity.
/// Equal points are on the frontier together. Takes n log n steps for n points.
pub fn frontier(costs: &[Cost], dominance: Dominance) -> Vec<usize> {
    let mut order: Vec<usize> = (0..costs.len()).collect();
    let key = |&place: &usize| (costs[place].flops, costs[place].perplexity);
    order.sort_by(|one, other| {
        let ((flops, perplexity), (other_flops, other_perplexity)) = (key(one), key(other));
        flops.total_cmp(&other_flops).then(perplexity.total_cmp(&other_perplexity))
    });
    let mut kept = Vec::new();
    // The lowest perplexity of all points that take fewer operations.
    let mut best = f64::INFINITY;
    for equals in order.chunk_by(|&one, &other| costs[one].flops == costs[other].flops) {
        let lowest = costs[equals[0]].perplexity;
        kept.extend(equals.iter().copied().filter(|&place| {
            let perplexity = costs[place].perplexity;
            match dominance {
                Dominance::Exact => perplexity < best && perplexity == lowest,
                Dominance::Published => perplexity <= best,
            }
        }));
        best = best.min(lowest);
    }
    kept
}
