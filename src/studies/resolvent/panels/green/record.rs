//! The diagonal of the resolvent.

use crate::studies::resolvent::record::{Fact, LongArrays, Numbers, in_words};
use bk_resolvent::Deviation;
use serde::{Deserialize, Serialize};
use std::f64::consts::FRAC_1_PI;

/// G_ii at one z.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Green {
    /// The error bound: the largest deviation that rounding on the back end can cause, over all sites
    /// (resolvent-performance.md §2.5).
    pub deviation_bound: f64,
    /// The measured deviation from the f64 continued fraction.
    pub deviation: Deviation,
    /// Re G_ii, one per site.
    pub re: Vec<f64>,
    /// Im G_ii, one per site.
    pub im: Vec<f64>,
}

impl Numbers for Green {
    fn caption(&self) -> &'static str {
        "Gᵢᵢ by site"
    }

    fn headings(&self) -> Vec<String> {
        ["Site", "Re G", "Im G", "Im G / π"].map(str::to_owned).to_vec()
    }

    fn rows(&self) -> usize {
        self.re.len()
    }

    fn row(&self, site: usize, digits: usize) -> Vec<String> {
        let (re, im) = (self.re[site], self.im[site]);
        let numbers = [re, im, im * FRAC_1_PI].map(|number| format!("{number:.digits$}"));
        [vec![site.to_string()], numbers.to_vec()].concat()
    }

    fn facts(&self) -> Vec<Fact> {
        vec![
            ("Deviation of the lines from f64".into(), in_words(&self.deviation, "lines", "ΔG")),
            ("Largest deviation rounding can cause".into(), format!("{:.1e}", self.deviation_bound)),
        ]
    }

    fn arrays_mut(&mut self) -> LongArrays<'_> {
        (vec![&mut self.re, &mut self.im], vec![])
    }
}
