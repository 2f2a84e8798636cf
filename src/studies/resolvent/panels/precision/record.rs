//! The deviation of single precision as η decreases, beside the proved error bound.

use crate::studies::resolvent::record::{Fact, Numbers, scientific};
use bk_resolvent::{AdapterReport, Backend};
use serde::{Deserialize, Serialize};

/// The deviation of every single-precision back end from f64 over a range of η.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    /// The values of η, descending.
    pub etas: Vec<f64>,
    /// One curve per back end.
    pub curves: Vec<Curve>,
}

/// One back end at every η.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The back end.
    pub backend: Backend,
    /// Its adapter, if it is a GPU.
    pub adapter: Option<AdapterReport>,
    /// The largest |ΔG| over all sites, at each η.
    pub deviations: Vec<f64>,
    /// The error bound: the largest |ΔG| that rounding can cause at any site (resolvent-performance.md §2.5).
    pub bounds: Vec<f64>,
    /// The largest ratio of |ΔG| at a site to the bound at the same site.
    pub ratios: Vec<f64>,
}

impl Curve {
    /// Returns the label of the back end in a figure.
    pub fn label(&self) -> String {
        match (self.backend, &self.adapter) {
            (Backend::Gpu, Some(adapter)) => format!("f32 on {}", adapter.name),
            (Backend::Gpu, None) => "f32 on the GPU".into(),
            (backend, _) => format!("{backend} on the CPU"),
        }
    }
}

impl Numbers for Precision {
    fn caption(&self) -> &'static str {
        "Deviation from f64 by η"
    }

    fn headings(&self) -> Vec<String> {
        let of = |curve: &Curve| {
            let name = curve.backend;
            [format!("{name} |ΔG|"), format!("{name} bound"), format!("{name} worst ratio")]
        };
        std::iter::once("η".to_owned()).chain(self.curves.iter().flat_map(of)).collect()
    }

    fn rows(&self) -> usize {
        self.etas.len()
    }

    fn row(&self, index: usize, _digits: usize) -> Vec<String> {
        let of = |curve: &Curve| {
            [
                scientific(curve.deviations[index], 3),
                scientific(curve.bounds[index], 3),
                format!("{:.2}", curve.ratios[index]),
            ]
        };
        std::iter::once(scientific(self.etas[index], 3)).chain(self.curves.iter().flat_map(of)).collect()
    }

    fn facts(&self) -> Vec<Fact> {
        let fact = |curve: &Curve| {
            let worst = curve.ratios.iter().copied().fold(0.0, f64::max);
            (format!("Worst ratio to the bound, {}", curve.label()), format!("{worst:.2}"))
        };
        self.curves.iter().map(fact).collect()
    }
}
