//! The spectral function of one site, and how well it obeys its sum rule.

use crate::studies::resolvent::record::{Fact, Numbers, scientific};
use serde::{Deserialize, Serialize};
use std::f64::consts::FRAC_1_PI;

/// The largest tolerance with which the sum rule is a test.
const LARGEST_TOLERANCE: f64 = 0.01;

/// Im G_jj(E + iη) of one site j over a window of energies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpectralFunction {
    /// The site j, counted from 0.
    pub site: usize,
    /// The energies E, rising and evenly spaced.
    pub energies: Vec<f64>,
    /// Im G_jj at each energy.
    pub im: Vec<f64>,
    /// The marked energy.
    pub marked_energy: f64,
    /// Im G_jj at the marked energy.
    pub marked_im: f64,
    /// ∫ Im G_jj/π dE over the window, by the trapezoid rule.
    pub window_weight: Integral,
    /// The same over all energies.
    pub sum_rule: SumRule,
}

/// A computed integral.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Integral {
    /// Its value.
    pub value: f64,
    /// The largest error that the rule can cause, without rounding.
    pub error_bound: f64,
}

/// The integral over all energies, whose exact value is 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SumRule {
    /// Number of points.
    pub points: usize,
    /// The computed total.
    pub total: Integral,
    /// The largest error that rounding can cause.
    pub rounding_bound: f64,
}

impl SumRule {
    /// Returns the largest |total − 1| that the number of points and rounding explain.
    pub fn tolerance(&self) -> f64 {
        self.total.error_bound + self.rounding_bound
    }

    /// Returns whether the rule holds; `None` where the tolerance exceeds 0.01, because η is too small for the number
    /// of points.
    pub fn holds(&self) -> Option<bool> {
        let deviation = (self.total.value - 1.0).abs();
        (self.tolerance() <= LARGEST_TOLERANCE).then(|| deviation <= self.tolerance())
    }

    fn in_words(&self) -> String {
        let (points, tolerance) = (self.points, scientific(self.tolerance(), 2));
        let verdict = match self.holds() {
            Some(true) => "holds",
            Some(false) => "does not hold",
            None => return format!("not tested: η is too small for {points} points (tolerance {tolerance})"),
        };
        let deviation = scientific((self.total.value - 1.0).abs(), 2);
        format!("{verdict}: deviation from 1 {deviation}, tolerance {tolerance}, {points} points")
    }
}

impl Numbers for SpectralFunction {
    fn caption(&self) -> &'static str {
        "Spectral function by energy"
    }

    fn headings(&self) -> Vec<String> {
        ["Energy", "Im G", "Im G / π"].map(str::to_owned).to_vec()
    }

    fn rows(&self) -> usize {
        self.energies.len()
    }

    fn row(&self, index: usize, digits: usize) -> Vec<String> {
        let im = self.im[index];
        let values = [im, im * FRAC_1_PI].map(|value| format!("{value:.digits$}"));
        [vec![format!("{:.4}", self.energies[index])], values.to_vec()].concat()
    }

    fn facts(&self) -> Vec<Fact> {
        let Integral { value, error_bound } = self.window_weight;
        let weight = match error_bound {
            bound if bound < 1.0 => format!("{value:.4}, error at most {}", scientific(bound, 2)),
            _ => "unknown: the energies lie too far apart for η".into(),
        };
        vec![
            ("Site".into(), format!("j = {}", self.site)),
            ("Sum rule over all energies".into(), self.sum_rule.in_words()),
            ("Weight in the window".into(), weight),
            (format!("Im G at E = {}", self.marked_energy), format!("{:.6}", self.marked_im)),
        ]
    }
}
