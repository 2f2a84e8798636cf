//! The record of a quantization robustness study: perplexity against bit width for each model.

use crate::kit::protocol::{Parcel, tasks};
use crate::kit::record::difference::{Quantities, Quantity};
use crate::kit::record::{Comparison, Model, statistics};
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(ConfigError);

impl Parcel for Robustness {}

tasks! { "robustness": Config = "simulate" => Robustness }

/// The config of the published simulation (resnet-bk.md §5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Seed of NumPy's legacy generator, 0 to 2³² − 1.
    pub seed: u32,
    /// Bit widths, 1 to 64, in the order in which they draw their noise.
    pub bit_widths: Vec<u32>,
}

impl Default for Config {
    fn default() -> Self {
        Config { seed: 42, bit_widths: vec![32, 16, 8, 4, 2] }
    }
}

/// The largest useful bit width: that of a double.
const WIDEST: u32 = 64;

/// Limit of the number of bit widths. The same width may appear twice, as in the published script.
const MOST_WIDTHS: usize = 1000;

impl Config {
    /// Fails if the simulation is not defined for these values.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.bit_widths.is_empty() {
            return Err(ConfigError::NoWidths);
        }
        if self.bit_widths.len() > MOST_WIDTHS {
            return Err(ConfigError::TooManyWidths(self.bit_widths.len()));
        }
        match self.bit_widths.iter().find(|&&bits| bits == 0 || bits > WIDEST) {
            Some(&bits) => Err(ConfigError::Width(bits)),
            None => Ok(()),
        }
    }
}

/// A config for which the simulation is not defined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The list of widths is empty.
    #[error("There are no bit widths. Give at least one, for example 32,16,8,4,2.")]
    NoWidths,
    /// The list of widths is too long.
    #[error("{0} bit widths are too many. Give at most {MOST_WIDTHS}.")]
    TooManyWidths(usize),
    /// A width outside 1 to 64.
    #[error("A bit width of {0} does not exist. Give widths from 1 to {WIDEST}.")]
    Width(u32),
}

/// One evaluation: a perplexity, and its seed if the source states one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The seed that the source states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Perplexity: finite and above zero.
    pub perplexity: f64,
}

/// All evaluations of one model at one bit width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Bits per weight.
    pub bits: u32,
    /// The runs; at least one.
    pub runs: Vec<Run>,
}

impl Point {
    /// Returns the arithmetic mean of the runs' perplexities (the value itself for a single run).
    pub fn perplexity(&self) -> f64 {
        statistics::mean(&self.perplexities())
    }

    /// Returns the half-width of the 95 % confidence interval of the mean; `None` for fewer than two runs.
    pub fn confidence(&self) -> Option<f64> {
        statistics::confidence(&self.perplexities())
    }

    fn perplexities(&self) -> Vec<f64> {
        self.runs.iter().map(|run| run.perplexity).collect()
    }
}

/// One model's bit widths.
pub type Series = crate::kit::record::Series<Point>;

impl Series {
    /// Returns the point at a bit width, if the series has one.
    pub fn at(&self, bits: u32) -> Option<&Point> {
        self.points.iter().find(|point| point.bits == bits)
    }
}

/// The results of a robustness study, or of an import of result files.
pub type Robustness = Comparison<Config, Point>;

impl Robustness {
    /// Returns the perplexity of a model at a bit width: the mean over several runs.
    pub fn perplexity(&self, model: &Model, bits: u32) -> Option<f64> {
        self.series(model)?.at(bits).map(Point::perplexity)
    }
}

/// Returns the published name of a precision: 32 → FP32, 16 → FP16, 8 → INT8, 4 → INT4, 2 → INT2, otherwise "b-bit".
pub fn precision_label(bits: u32) -> String {
    match bits {
        32 => "FP32".into(),
        16 => "FP16".into(),
        8 => "INT8".into(),
        4 => "INT4".into(),
        2 => "INT2".into(),
        other => format!("{other}-bit"),
    }
}

impl Quantities for Robustness {
    fn quantities(&self) -> Vec<Quantity> {
        let of = |series: &Series| {
            let quantity = |point: &Point| Quantity {
                model: series.model.clone(),
                place: precision_label(point.bits),
                name: "Perplexity",
                value: point.perplexity(),
            };
            series.points.iter().map(quantity).collect::<Vec<_>>()
        };
        self.series.iter().flat_map(of).collect()
    }
}
