//! The published efficiency simulation: a formula plus noise (resnet-bk.md §6.2).
//!
//! The generator is seeded anew for each model, so **both models get the same standard normals**. Configuration i of n
//! computes the fraction c = 1 − (i/n)·ρ; its perplexity is P·(1 + (1 − c)·κ), and it needs F·c FLOPs per token. Each
//! configuration draws noise for its perplexity first, then for its FLOPs; the lower limits are applied last. F and σ
//! of Mamba are exactly twice those of ResNet-BK: the “2×” of the requirement is an input.

mod claims;
mod nearest;
mod numbers;
mod summary;

pub use nearest::Pair;

use super::record::Efficiency;
use super::record::{Config, Point, Run, Series};
use crate::kit::claims::{Check, Claim, PublishedFigure};
use crate::kit::record::Model;
use crate::kit::record::table::Grid;
use bk_python::random::LegacyRandom;

/// The constants of one model.
struct Formula {
    /// F, FLOPs per token at full depth.
    flops: f64,
    /// P, perplexity at full depth.
    perplexity: f64,
    /// ρ, the fraction of the FLOPs that configuration n would leave out.
    reduction: f64,
    /// κ, the relative increase of perplexity per fraction left out.
    penalty: f64,
    /// Standard deviation of the noise in perplexity.
    perplexity_sigma: f64,
    /// Standard deviation of the noise in FLOPs per token.
    flops_sigma: f64,
    /// Lower limit of perplexity.
    lowest_perplexity: f64,
    /// Lower limit of FLOPs per token.
    lowest_flops: f64,
}

/// The published constants of both models.
const FORMULAS: [(Model, Formula); 2] = [
    (
        Model::ResNetBk,
        Formula {
            flops: 5e9,
            perplexity: 28.0,
            reduction: 0.6,
            penalty: 0.15,
            perplexity_sigma: 0.3,
            flops_sigma: 1e8,
            lowest_perplexity: 20.0,
            lowest_flops: 1e9,
        },
    ),
    (
        Model::Mamba,
        Formula {
            flops: 1e10,
            perplexity: 32.0,
            reduction: 0.5,
            penalty: 0.35,
            perplexity_sigma: 0.5,
            flops_sigma: 2e8,
            lowest_perplexity: 25.0,
            lowest_flops: 2e9,
        },
    ),
];

/// Runs the published simulation.
pub fn simulate(config: &Config) -> Vec<Series> {
    FORMULAS.into_iter().map(|(model, formula)| simulate_model(model, &formula, config)).collect()
}

/// Simulates one model for [`simulate`].
fn simulate_model(model: Model, formula: &Formula, config: &Config) -> Series {
    let mut random = LegacyRandom::new(config.seed);
    let count = config.configurations;
    let points = (0..count).map(|index| {
        let factor = 1.0 - (f64::from(index) / f64::from(count)) * formula.reduction;
        let perplexity = formula.perplexity * (1.0 + (1.0 - factor) * formula.penalty);
        let perplexity = perplexity + formula.perplexity_sigma * random.normal();
        let flops = formula.flops * factor + formula.flops_sigma * random.normal();
        let run = Run {
            seed: None,
            flops_per_token: flops.max(formula.lowest_flops),
            perplexity: perplexity.max(formula.lowest_perplexity),
        };
        let configuration = format!("{}_config_{index}", model.key());
        Point { configuration, compute_factor: Some(factor), runs: vec![run] }
    });
    let points = points.collect();
    Series { model, points }
}

impl PublishedFigure for Efficiency {
    const TITLE: &'static str = "Dynamic efficiency";

    fn numbers(&self) -> Grid {
        numbers::numbers(self)
    }

    fn values(&self) -> Grid {
        numbers::values(self)
    }

    fn checks(&self) -> Vec<Check> {
        summary::checks(self)
    }

    fn claims(&self) -> Vec<Claim> {
        claims::claims(self)
    }

    fn summary_json(&self) -> Result<String, serde_json::Error> {
        summary::summary_json(self)
    }
}
