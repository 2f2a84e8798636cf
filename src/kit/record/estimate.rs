//! What several seeds tell of a number.

use super::hypothesis::Interval;
use super::statistics::mean;
use super::table::cell;

/// A number over seeds: its mean, with the 95 % interval where there are several.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// How many seeds.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// The ends of the 95 % interval of the mean by Student's t; none of a single seed.
    pub interval: Option<(f64, f64)>,
}

impl Estimate {
    /// Of one value a seed; none of no values.
    pub fn of(values: &[f64]) -> Option<Self> {
        let interval = Interval::of(values, 0.95).map(|interval| (interval.lower(), interval.upper()));
        (!values.is_empty()).then(|| Self { count: values.len(), mean: mean(values), interval })
    }

    /// Of the difference of two means, first less second, whose seeds have nothing to do with each other.
    pub fn of_difference(first: &[f64], second: &[f64]) -> Option<Self> {
        if first.is_empty() || second.is_empty() {
            return None;
        }
        let interval = Interval::of_difference(first, second, 0.95);
        Some(Self {
            count: first.len().min(second.len()),
            mean: mean(first) - mean(second),
            interval: interval.map(|interval| (interval.lower(), interval.upper())),
        })
    }

    /// Of a rising function of the number.
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let interval = self.interval.map(|(low, high)| (f(low), f(high)));
        Self { mean: f(self.mean), interval, ..self }
    }

    /// Half the width of the interval.
    pub fn margin(&self) -> Option<f64> {
        self.interval.map(|(low, high)| (high - low) / 2.0)
    }
}

/// “57.08 ± 1.20”, or without an interval where there is one seed.
pub fn estimated(values: &[f64], decimals: usize, unit: &str) -> String {
    cell(Estimate::of(values), |found| match found.margin() {
        Some(margin) => format!("{:.decimals$} ± {margin:.decimals$}{unit}", found.mean),
        None => format!("{:.decimals$}{unit}", found.mean),
    })
}
