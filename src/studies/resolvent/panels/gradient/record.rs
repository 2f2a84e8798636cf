//! The gradient of a loss with respect to the potential: exact, by finite differences, and as published.

use crate::studies::resolvent::record::{Fact, LongArrays, Numbers, Version, scientific};
use serde::{Deserialize, Serialize};

/// ∂Loss/∂v_j for Loss = Σ Re G_ii + 2 Σ Im G_ii, the loss with known published values (resnet-bk.md §1.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gradient {
    /// By the exact adjoint, one value per site.
    pub exact: Vec<f64>,
    /// As published, one entry per version of the code.
    pub published: Vec<Blend>,
    /// The sites at which finite differences were taken, ascending.
    pub sites: Vec<usize>,
    /// The central differences at these sites.
    pub differences: Vec<f64>,
}

/// A published gradient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blend {
    /// The version of the code.
    pub version: Version,
    /// The gradient used in training, one value per site.
    pub values: Vec<f32>,
}

impl Blend {
    /// Returns the cosine of the angle to another gradient; `None` if one of them is zero.
    pub fn cosine(&self, exact: &[f64]) -> Option<f64> {
        let values = || self.values.iter().map(|&value| f64::from(value));
        let product: f64 = values().zip(exact).map(|(one, other)| one * other).sum();
        let lengths = values().map(|value| value * value).sum::<f64>().sqrt()
            * exact.iter().map(|value| value * value).sum::<f64>().sqrt();
        (lengths > 0.0).then(|| product / lengths)
    }
}

impl Gradient {
    /// Returns the largest difference between adjoint and finite differences, relative to the largest derivative.
    pub fn disagreement(&self) -> f64 {
        let largest = self.exact.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
        let pairs = self.sites.iter().zip(&self.differences);
        let worst = pairs.fold(0.0f64, |worst, (&site, value)| worst.max((value - self.exact[site]).abs()));
        if largest > 0.0 { worst / largest } else { worst }
    }
}

impl Numbers for Gradient {
    fn caption(&self) -> &'static str {
        "Derivative by the potential of each site"
    }

    fn headings(&self) -> Vec<String> {
        let published = self.published.iter().map(|blend| format!("published, {}", blend.version.name()));
        ["Site j", "exact", "finite difference"].map(str::to_owned).into_iter().chain(published).collect()
    }

    fn rows(&self) -> usize {
        self.exact.len()
    }

    fn row(&self, site: usize, digits: usize) -> Vec<String> {
        let difference = self.sites.binary_search(&site).map(|place| self.differences[place]);
        let difference = difference.map_or_else(|_| "–".to_owned(), |value| format!("{value:.digits$}"));
        let exact = [site.to_string(), format!("{:.digits$}", self.exact[site]), difference];
        let single = digits.min(7);
        exact
            .into_iter()
            .chain(self.published.iter().map(|blend| format!("{:.single$}", blend.values[site])))
            .collect()
    }

    fn facts(&self) -> Vec<Fact> {
        let direction = |blend: &Blend| {
            let words = match blend.cosine(&self.exact) {
                None => "no direction: it is zero everywhere".to_owned(),
                Some(cosine) if cosine < 0.0 => format!("{cosine:.3}: it points against the true gradient"),
                Some(cosine) => format!("{cosine:.3}"),
            };
            (format!("Cosine of the {} published to the exact one", blend.version.name()), words)
        };
        let check =
            ("Adjoint against finite differences, relative".into(), scientific(self.disagreement(), 2));
        let count =
            ("Finite differences".into(), format!("at {} of {} sites", self.sites.len(), self.exact.len()));
        [check, count].into_iter().chain(self.published.iter().map(direction)).collect()
    }

    fn arrays_mut(&mut self) -> LongArrays<'_> {
        let singles = self.published.iter_mut().map(|blend| &mut blend.values);
        (vec![&mut self.exact], singles.collect())
    }
}
