//! The local density of states of every site at every energy of a window.

use crate::studies::resolvent::record::{Fact, LongArrays, Numbers, in_words};
use bk_resolvent::Deviation;
use serde::{Deserialize, Serialize};

/// Im G_ii/π on a grid of sites and energies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Density {
    /// The energies, ascending and evenly spaced.
    pub energies: Vec<f64>,
    /// The deviation of the values from the f64 continued fraction.
    pub deviation: Deviation,
    /// Im G_ii / π, laid out `[site][energy]`.
    pub values: Vec<f32>,
}

impl Density {
    /// Returns the number of sites.
    pub fn sites(&self) -> usize {
        self.values.len() / self.energies.len().max(1)
    }

    /// Returns the mean over all sites at an energy, and the largest value with its site.
    fn at(&self, energy: usize) -> (f64, f64, usize) {
        let column =
            || self.values.iter().skip(energy).step_by(self.energies.len()).map(|&value| f64::from(value));
        let mean = column().sum::<f64>() / self.sites() as f64;
        let (site, largest) =
            column().enumerate().fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
        (mean, largest, site)
    }
}

impl Numbers for Density {
    fn caption(&self) -> &'static str {
        "Density of states by energy"
    }

    fn headings(&self) -> Vec<String> {
        ["Energy", "Mean over sites", "Largest", "at site"].map(str::to_owned).to_vec()
    }

    fn rows(&self) -> usize {
        self.energies.len()
    }

    fn row(&self, index: usize, digits: usize) -> Vec<String> {
        let (mean, largest, site) = self.at(index);
        vec![
            format!("{:.4}", self.energies[index]),
            format!("{mean:.digits$}"),
            format!("{largest:.digits$}"),
            site.to_string(),
        ]
    }

    fn facts(&self) -> Vec<Fact> {
        let step = match self.energies.as_slice() {
            [first, second, ..] => format!("{:.2e} between neighbouring energies", second - first),
            _ => "one energy".into(),
        };
        vec![
            ("Deviation of the map from f64".into(), in_words(&self.deviation, "densities", "Δρ")),
            ("Resolution".into(), step),
        ]
    }

    fn arrays_mut(&mut self) -> LongArrays<'_> {
        (vec![], vec![&mut self.values])
    }
}
