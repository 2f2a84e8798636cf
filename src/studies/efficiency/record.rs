//! The record of a dynamic efficiency study: perplexity against FLOPs per token, for each configuration of each model.

use crate::kit::protocol::{Parcel, tasks};
use crate::kit::record::difference::{Quantities, Quantity};
use crate::kit::record::pareto::{Cost, Dominance, frontier};
use crate::kit::record::{Comparison, Model, statistics};
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(ConfigError);

impl Parcel for Efficiency {}

tasks! { "efficiency": Config = "simulate" => Efficiency }

/// The config of the published simulation (resnet-bk.md §6.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Seed of NumPy's legacy generator, 0 to 2³² − 1.
    pub seed: u32,
    /// Configurations per model, from full depth downward; 1 to 10,000.
    pub configurations: u32,
}

impl Default for Config {
    fn default() -> Self {
        Config { seed: 42, configurations: 10 }
    }
}

/// The largest number of points that a figure can show.
const MOST_CONFIGURATIONS: u32 = 10_000;

impl Config {
    /// Fails if the simulation is not defined for these values.
    pub fn check(&self) -> Result<(), ConfigError> {
        match self.configurations {
            1..=MOST_CONFIGURATIONS => Ok(()),
            other => Err(ConfigError::Configurations(other)),
        }
    }
}

/// A config for which the simulation is not defined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No configurations, or more than the figure can show.
    #[error("{0} configurations cannot be simulated. Give from 1 to {MOST_CONFIGURATIONS}.")]
    Configurations(u32),
}

/// One evaluation: its cost, its perplexity, and its seed if the source states one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The seed that the source states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// FLOPs per token: finite and above zero.
    pub flops_per_token: f64,
    /// Perplexity: finite and above zero.
    pub perplexity: f64,
}

/// All evaluations of one configuration of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The configuration's name in the source.
    pub configuration: String,
    /// The fraction of full depth that is computed, 0 to 1; `None` if the source does not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute_factor: Option<f64>,
    /// The runs; at least one.
    pub runs: Vec<Run>,
}

impl Point {
    /// Returns mean FLOPs per token and mean perplexity.
    pub fn cost(&self) -> Cost {
        let mean = |value: fn(&Run) -> f64| statistics::mean(&self.values(value));
        Cost { flops: mean(|run| run.flops_per_token), perplexity: mean(|run| run.perplexity) }
    }

    /// Returns the half-widths of the 95 % confidence intervals of both means; `None` for fewer than two runs.
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
    /// Returns the cost of each configuration, in the order of the source.
    pub fn costs(&self) -> Vec<Cost> {
        self.points.iter().map(Point::cost).collect()
    }

    /// Returns the indices of the points that no other point of this model dominates, by ascending FLOPs.
    pub fn frontier(&self, dominance: Dominance) -> Vec<usize> {
        frontier(&self.costs(), dominance)
    }
}

/// The results of an efficiency study, or of an import of result files.
pub type Efficiency = Comparison<Config, Point>;

impl Efficiency {
    /// Returns the cost of each configuration of a model, in the order of the source; empty if there is no such model.
    pub fn costs(&self, model: &Model) -> Vec<Cost> {
        self.series(model).map_or(vec![], Series::costs)
    }

    /// Returns the indices of the points of a model that no other of its points dominates, by ascending FLOPs.
    pub fn frontier(&self, model: &Model, dominance: Dominance) -> Vec<usize> {
        self.series(model).map_or(vec![], |series| series.frontier(dominance))
    }

    /// Returns the points that no point of any model dominates, as (index of the series, index of the point), by
    /// ascending FLOPs.
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
