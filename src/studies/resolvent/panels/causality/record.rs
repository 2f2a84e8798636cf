//! The dependence of each site's output on each site's potential.

use crate::studies::resolvent::record::{Fact, LongArrays, Numbers, scientific};
use serde::{Deserialize, Serialize};

/// |∂G_i/∂v_j| of the diagonal of (H − z)⁻¹, and |∂L_i/∂v_j| of the chain cut after site i (resnet-bk.md §9.5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Causality {
    /// The site j whose potential is changed.
    pub source: usize,
    /// |∂G_i/∂v_j| = |G_ij|² for every site i.
    pub two_sided: Vec<f64>,
    /// |∂L_i/∂v_j| for every site i: exactly 0 before j.
    pub one_sided: Vec<f64>,
    /// Both for all pairs of sites around j.
    pub window: Window,
}

/// All pairs of sites in a part of the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// The first site.
    pub first: usize,
    /// Number of sites.
    pub sites: usize,
    /// |∂G_i/∂v_j|, laid out `[j][i]`.
    pub two_sided: Vec<f32>,
    /// |∂L_i/∂v_j|, laid out `[j][i]`.
    pub one_sided: Vec<f32>,
}

impl Causality {
    /// Returns the fraction of the total effect of v_j that lies before j: 0 in a causal model.
    pub fn share_before(&self) -> f64 {
        let before: f64 = self.two_sided.iter().take(self.source).sum();
        before / self.two_sided.iter().sum::<f64>()
    }

    /// Returns |∂G_i/∂v_j| divided by |∂G_j/∂v_j| for the site i that lies `before` sites before j, if there is one.
    pub fn leak(&self, before: usize) -> Option<f64> {
        let site = self.source.checked_sub(before)?;
        Some(self.two_sided[site] / self.two_sided[self.source])
    }
}

impl Numbers for Causality {
    fn caption(&self) -> &'static str {
        "What one site’s potential moves"
    }

    fn headings(&self) -> Vec<String> {
        ["Site i", "i − j", "two-sided", "one-sided"].map(str::to_owned).to_vec()
    }

    fn rows(&self) -> usize {
        self.two_sided.len()
    }

    fn row(&self, site: usize, digits: usize) -> Vec<String> {
        vec![
            site.to_string(),
            (site as i64 - self.source as i64).to_string(),
            scientific(self.two_sided[site], digits),
            scientific(self.one_sided[site], digits),
        ]
    }

    fn facts(&self) -> Vec<Fact> {
        let leak =
            |before: usize| self.leak(before).map_or("no such site".into(), |part| format!("{part:.4}"));
        vec![
            ("Moved potential".into(), format!("that of site j = {}", self.source)),
            ("Site j − 1 feels it, relative to j itself".into(), leak(1)),
            ("Site j − 2 feels it, relative to j itself".into(), leak(2)),
            (
                "Share of all effects that lies before j".into(),
                format!("{:.4} two-sided, 0 one-sided", self.share_before()),
            ),
        ]
    }

    fn arrays_mut(&mut self) -> LongArrays<'_> {
        let Window { two_sided, one_sided, .. } = &mut self.window;
        (vec![&mut self.two_sided, &mut self.one_sided], vec![two_sided, one_sided])
    }
}
