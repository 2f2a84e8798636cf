//! The published quantization robustness simulation: a formula plus noise (resnet-bk.md §5.2).
//!
//! The generator is seeded anew for each model, so **both models get the same standard normals**, one per bit width in
//! the order given: PPL = max(base · m(bits) + σ·g, 1). The multipliers m lie just inside the thresholds of the
//! requirements that the figure then "verifies".

mod claims;
mod numbers;
mod summary;

pub use summary::degradation;

use super::record::Robustness;
use super::record::{Config, Point, Run, Series};
use crate::kit::claims::{Check, Claim, PublishedFigure};
use crate::kit::record::Model;
use crate::kit::record::table::Grid;
use bk_python::random::LegacyRandom;

/// The constants of one model.
struct Formula {
    /// Perplexity at full precision.
    base: f64,
    /// Multiplier at FP16, INT8, INT4, and INT2; any other bit width counts as full precision.
    multipliers: [(u32, f64); 4],
    /// Standard deviation of the noise, in perplexity.
    sigma: f64,
}

/// Returns the published constants; `None` for a model that was not simulated.
fn formula(model: &Model) -> Option<Formula> {
    Some(match model {
        Model::ResNetBk => {
            Formula { base: 30.0, multipliers: [(16, 1.01), (8, 1.04), (4, 1.12), (2, 1.5)], sigma: 0.5 }
        }
        Model::Mamba => {
            Formula { base: 32.0, multipliers: [(16, 1.03), (8, 1.15), (4, 6.5), (2, 15.0)], sigma: 2.0 }
        }
        Model::Other(_) => return None,
    })
}

/// Returns the perplexity of a model at full precision before noise. The published summary falls back to it if width 32
/// is missing.
pub fn base_perplexity(model: &Model) -> Option<f64> {
    formula(model).map(|formula| formula.base)
}

/// Runs the published simulation. A width given twice draws noise twice and keeps its first position and its last
/// value, as in a Python dictionary.
pub fn simulate(config: &Config) -> Vec<Series> {
    let formulas = Model::PUBLISHED.into_iter().filter_map(|model| Some((formula(&model)?, model)));
    formulas.map(|(formula, model)| simulate_model(formula, model, config)).collect()
}

/// Simulates one model for [`simulate`].
fn simulate_model(formula: Formula, model: Model, config: &Config) -> Series {
    let Formula { base, multipliers, sigma } = formula;
    let mut random = LegacyRandom::new(config.seed);
    let mut points: Vec<Point> = Vec::new();
    for &bits in &config.bit_widths {
        let multiplier = multipliers.iter().find(|(width, _)| *width == bits).map_or(1.0, |(_, m)| *m);
        let perplexity = (base * multiplier + sigma * random.normal()).max(1.0);
        let runs = vec![Run { seed: None, perplexity }];
        match points.iter_mut().find(|point| point.bits == bits) {
            Some(point) => point.runs = runs,
            None => points.push(Point { bits, runs }),
        }
    }
    Series { model, points }
}

impl PublishedFigure for Robustness {
    const TITLE: &'static str = "Quantization robustness";

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
