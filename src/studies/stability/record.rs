//! The record of a long-context stability study: training loss against step, for each sequence length of each model.

use crate::kit::protocol::{Parcel, tasks};
use crate::kit::record::difference::{Quantities, Quantity};
use crate::kit::record::{Comparison, statistics};
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(ConfigError);

impl Parcel for Stability {}

tasks! { "stability": Config = "simulate" => Stability }

/// The config of the published simulation (resnet-bk.md §7.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Seed of NumPy's legacy generator, 0 to 2³² − 1.
    pub seed: u32,
    /// Sequence lengths in tokens, in the order in which they draw their noise.
    pub sequence_lengths: Vec<u32>,
    /// Training steps, 1 to 10,000.
    pub steps: u32,
}

impl Default for Config {
    fn default() -> Self {
        Config { seed: 42, sequence_lengths: vec![8192, 32768, 131_072, 524_288, 1_048_576], steps: 1000 }
    }
}

/// The largest number of lengths, more than a figure can distinguish.
const MOST_LENGTHS: usize = 32;

/// The largest number of steps that a figure can show. The simulated losses of Mamba grow by e^0.02 per step; their
/// squares stay below the largest double up to about 18,000 steps.
const MOST_STEPS: u32 = 10_000;

impl Config {
    /// Fails if the simulation is not defined for these values.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.sequence_lengths.is_empty() {
            return Err(ConfigError::NoLengths);
        }
        if self.sequence_lengths.len() > MOST_LENGTHS {
            return Err(ConfigError::TooManyLengths(self.sequence_lengths.len()));
        }
        if self.sequence_lengths.contains(&0) {
            return Err(ConfigError::Length);
        }
        match self.steps {
            1..=MOST_STEPS => Ok(()),
            other => Err(ConfigError::Steps(other)),
        }
    }
}

/// A config for which the simulation is not defined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The list of lengths is empty.
    #[error("There are no sequence lengths. Give at least one, for example 8192,32768,131072.")]
    NoLengths,
    /// The list of lengths is too long.
    #[error("{0} sequence lengths are too many. Give at most {MOST_LENGTHS}.")]
    TooManyLengths(usize),
    /// A length of zero.
    #[error("A sequence length of 0 does not exist. Give lengths from 1 token upward.")]
    Length,
    /// No steps, or more than the simulation can take.
    #[error("{0} steps cannot be simulated. Give from 1 to {MOST_STEPS}.")]
    Steps(u32),
}

/// The losses of a training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Losses {
    /// The loss at every step.
    Curve(Curve),
    /// The statistics of a curve that a summary does not show.
    Statistics(Statistics),
}

/// Losses by step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The steps, ascending, one per loss; empty if they are 0, 1, 2, ….
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<u64>,
    /// The losses; `None` for a loss that was not a finite number.
    pub losses: Vec<Option<f64>>,
}

impl Curve {
    /// Returns steps and losses in order.
    pub fn points(&self) -> impl Iterator<Item = (u64, Option<f64>)> {
        let steps = self.steps.iter().copied().map(Some).chain(std::iter::repeat(None));
        self.losses.iter().zip(steps).zip(0..).map(|((loss, step), place)| (step.unwrap_or(place), *loss))
    }

    /// Returns the loss at a step; `None` if it was not finite or the curve has no such step.
    pub fn at(&self, step: u64) -> Option<f64> {
        self.points().find(|(other, _)| *other == step)?.1
    }

    /// Returns the statistics of the published summary for this curve; `None` if it has no finite loss.
    pub fn statistics(&self) -> Option<Statistics> {
        let losses: Vec<f64> = self.losses.iter().flatten().copied().collect();
        Some(Statistics {
            final_loss: *losses.last()?,
            min_loss: Some(losses.iter().copied().fold(f64::INFINITY, f64::min)),
            mean_loss: Some(statistics::mean(&losses)),
            std_loss: Some(statistics::population_deviation(&losses)),
            num_nan: Some((self.losses.len() - losses.len()) as u64),
        })
    }
}

/// A curve's last, least, and mean loss, its deviation and its gaps, over the finite losses only.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// The last loss.
    pub final_loss: f64,
    /// The least loss. This and the fields below are absent if a file states only the last loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_loss: Option<f64>,
    /// The mean loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_loss: Option<f64>,
    /// The population standard deviation of the losses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_loss: Option<f64>,
    /// Number of losses that were not finite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num_nan: Option<u64>,
}

/// One training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The seed that the source states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Whether the source calls the run diverged.
    pub diverged: bool,
    /// The first step of the divergence, if the source states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub divergence_step: Option<u64>,
    /// Its losses.
    pub losses: Losses,
}

impl Run {
    /// Returns the run's losses by step, if the source gives them.
    pub fn curve(&self) -> Option<&Curve> {
        match &self.losses {
            Losses::Curve(curve) => Some(curve),
            Losses::Statistics(_) => None,
        }
    }

    /// Returns the statistics of the published summary for this run; `None` if it has no finite loss.
    pub fn statistics(&self) -> Option<Statistics> {
        match &self.losses {
            Losses::Curve(curve) => curve.statistics(),
            Losses::Statistics(statistics) => Some(*statistics),
        }
    }
}

/// All runs of one model at one sequence length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Tokens in a sequence: at least 1.
    pub sequence_length: u32,
    /// The runs; at least one.
    pub runs: Vec<Run>,
}

impl Point {
    /// Returns whether the source calls any of the runs diverged.
    pub fn diverged(&self) -> bool {
        self.runs.iter().any(|run| run.diverged)
    }

    /// Returns the earliest step from which a run diverged.
    pub fn divergence_step(&self) -> Option<u64> {
        self.runs.iter().filter_map(|run| run.divergence_step).min()
    }

    /// Returns the half-width of the 95 % confidence interval of the mean last loss; `None` for fewer than two runs
    /// with a last loss.
    pub fn confidence(&self) -> Option<f64> {
        let last = self.runs.iter().filter_map(Run::statistics).map(|of| of.final_loss);
        statistics::confidence(&last.collect::<Vec<f64>>())
    }

    /// Returns the means of the runs' statistics, and the sum of their gaps, over the runs with a finite loss; `None`
    /// if there are none.
    pub fn statistics(&self) -> Option<Statistics> {
        let runs: Vec<Statistics> = self.runs.iter().filter_map(Run::statistics).collect();
        let mean = |value: fn(&Statistics) -> Option<f64>| {
            let values: Option<Vec<f64>> = runs.iter().map(value).collect();
            values.filter(|values| !values.is_empty()).map(|values| statistics::mean(&values))
        };
        Some(Statistics {
            final_loss: mean(|run| Some(run.final_loss))?,
            min_loss: mean(|run| run.min_loss),
            mean_loss: mean(|run| run.mean_loss),
            std_loss: mean(|run| run.std_loss),
            num_nan: runs.iter().map(|run| run.num_nan).sum(),
        })
    }
}

/// One model's sequence lengths.
pub type Series = crate::kit::record::Series<Point>;

/// The results of a stability study, or of an import of result files.
pub type Stability = Comparison<Config, Point>;

impl Series {
    /// Returns the point at a sequence length, if the series has one.
    pub fn at(&self, sequence_length: u32) -> Option<&Point> {
        self.points.iter().find(|point| point.sequence_length == sequence_length)
    }
}

/// Returns the published name of a sequence length: 8192 → 8k, 131072 → 131k, 1048576 → 1M.
pub fn length_label(sequence_length: u32) -> String {
    match sequence_length {
        1_000_000.. => format!("{}M", sequence_length / 1_000_000),
        1000.. => format!("{}k", sequence_length / 1000),
        short => short.to_string(),
    }
}

impl Quantities for Stability {
    fn quantities(&self) -> Vec<Quantity> {
        let of = |series: &Series| {
            let quantities = |point: &Point| {
                let statistics = point.statistics();
                let numbers = [
                    ("Final loss", statistics.map(|of| of.final_loss)),
                    ("Least loss", statistics.and_then(|of| of.min_loss)),
                    ("Mean loss", statistics.and_then(|of| of.mean_loss)),
                    ("Step of divergence", point.divergence_step().map(|step| step as f64)),
                ];
                let quantity = |(name, value): (&'static str, Option<f64>)| {
                    let place = length_label(point.sequence_length);
                    Some(Quantity { model: series.model.clone(), place, name, value: value? })
                };
                numbers.into_iter().filter_map(quantity).collect::<Vec<_>>()
            };
            series.points.iter().flat_map(quantities).collect::<Vec<_>>()
        };
        self.series.iter().flat_map(of).collect()
    }
}
