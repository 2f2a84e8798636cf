//! The record of a dynamic efficiency study: perplexity against floating-point operations a token, for each
//! configuration of each model.

use crate::kit::protocol::{Parcel, tasks};
use crate::kit::record::difference::{Quantities, Quantity};
use crate::kit::record::pareto::{Cost, Dominance, frontier};
use crate::kit::record::{Comparison, Model, statistics};
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(ConfigError);

impl Parcel for Efficiency {}

tasks! { "efficiency": Config = "simulate" => Efficiency }

/// What decides the published simulation (resnet-bk.md §6.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Seed of NumPy's legacy generator, 0 to 2³² − 1.
    pub seed: u32,
    /// How many configurations each model has, from its full depth downward; 1 to 10,000.
    pub configurations: u32,
}

impl Default for Config {
    fn default() -> Self {
        Config { seed: 42, configurations: 10 }
    }
}

/// As many points as a figure can show.
const MOST_CONFIGURATIONS: u32 = 10_000;

impl Config {
    /// Whether the simulation is defined for these values.
    pub fn check(&self) -> Result<(), ConfigError> {
        match self.configurations {
            1..=MOST_CONFIGURATIONS => Ok(()),
            other => Err(ConfigError::Configurations(other)),
        }
    }
}

/// A configuration the simulation is not defined for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// None at all, or more than the figure can show.
    #[error("{0} configurations cannot be simulated. Give from 1 to {MOST_CONFIGURATIONS}.")]
    Configurations(u32),
}

/// One evaluation: what it cost, how well it did and, where the source names one, its seed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The seed the source states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Floating-point operations a token: finite and above zero.
    pub flops_per_token: f64,
    /// Perplexity: finite and above zero.
    pub perplexity: f64,
}

/// All evaluations of one configuration of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The configuration's name in the source.
    pub configuration: String,
    /// The share of full depth that is computed, 0 to 1, where the source states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute_factor: Option<f64>,
    /// At least one run.
    pub runs: Vec<Run>,
}

impl Point {
    /// Mean floating-point operations a token, and mean perplexity.
    pub fn cost(&self) -> Cost {
        let mean = |value: fn(&Run) -> f64| statistics::mean(&self.values(value));
        Cost { flops: mean(|run| run.flops_per_token), perplexity: mean(|run| run.perplexity) }
    }

    /// Half the widths of the 95 % confidence intervals of both means; `None` for fewer than two runs.
    pub fn confidence(&self) -> Option<Cost> {
        let confidence = |value: fn(&Run) -> f64| statistics::confidence(&self.values(value));
        Some(Cost {
            flops: confidence(|run| run.flops_per_token)?,
            perplexity: confidence(|run| run.perplexity)?,
        })
    }

    fn values(&self, value: fn(&Run) -> f64) -> Vec<f64> {
        self.runs.iter().map(value).collect()
    }
}

/// One model's configurations.
pub type Series = crate::kit::record::Series<Point>;

impl Series {
    /// What each configuration costs, in the order of the source.
    pub fn costs(&self) -> Vec<Cost> {
        self.points.iter().map(Point::cost).collect()
    }

    /// The places of the points that no other of this model dominates, by rising operations.
    pub fn frontier(&self, dominance: Dominance) -> Vec<usize> {
        frontier(&self.costs(), dominance)
    }
}

/// What an efficiency study, or an import of result files, found.
pub type Efficiency = Comparison<Config, Point>;

impl Efficiency {
    /// What each configuration of a model costs, in the order of the source; none if there is no such model.
    pub fn costs(&self, model: &Model) -> Vec<Cost> {
        self.series(model).map_or(vec![], Series::costs)
    }

    /// The places in a model's points that no other of its points dominates, by rising operations.
    pub fn frontier(&self, model: &Model, dominance: Dominance) -> Vec<usize> {
        self.series(model).map_or(vec![], |series| series.frontier(dominance))
    }

    /// The points that none of any model dominates, as (place of the series, place of the point), by rising
    /// operations.
    pub fn union_frontier(&self, dominance: Dominance) -> Vec<(usize, usize)> {
        let places = self.series.iter().enumerate().flat_map(|(series, of)| {
            of.costs().into_iter().enumerate().map(move |(point, cost)| ((series, point), cost))
        });
        let (places, costs): (Vec<(usize, usize)>, Vec<Cost>) = places.unzip();
        frontier(&costs, dominance).into_iter().map(|index| places[index]).collect()
    }
}

impl Quantities for Efficiency {
    fn quantities(&self) -> Vec<Quantity> {
        let of = |series: &Series| {
            let quantities = |point: &Point| {
                let cost = point.cost();
                [("GFLOPs a token", cost.flops / 1e9), ("Perplexity", cost.perplexity)].map(
                    |(name, value)| Quantity {
                        model: series.model.clone(),
                        place: point.configuration.clone(),
                        name,
                        value,
                    },
                )
            };
            series.points.iter().flat_map(quantities).collect::<Vec<_>>()
        };
        self.series.iter().flat_map(of).collect()
    }
}
