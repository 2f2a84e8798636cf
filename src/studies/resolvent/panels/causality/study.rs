//! The dependence of each site's output on each site's potential, in double precision.
//!
//! For i > j, G_ij = G_jj·∏(−R_k), k = j+1 … i, and for i < j, G_ij = G_jj·∏(−L_k), k = i … j−1. Hence
//! |∂G_i/∂v_j| = |G_ij|² is a running product from j outward (resolvent-performance.md §3). The chain cut after site i
//! has L_i at its end, and |∂L_i/∂v_j| = ∏|L_k|², k = j … i.

use crate::kit::context::StudyError;
use crate::studies::resolvent::record::{Causality, Finding, Window};
use crate::studies::resolvent::study::{Outcome, Problem, double_precision};
use bk_resolvent::{Chain, ComplexPlanes, ResolventError, Shift, causal_chain, green_chain};
use web_time::Instant;

/// The most sites whose pairs are all shown.
const WINDOW_SITES: usize = 96;

/// The effect of one site's potential on all sites, and of all sites on all around it.
pub(crate) async fn run(problem: &Problem<'_>) -> Result<Outcome, StudyError> {
    let source = problem.config.source()?;
    let started = Instant::now();
    let squares = Squares::new(&problem.chain, problem.shift)?;
    let sites = problem.chain.sites();
    let (two_sided, one_sided) = (squares.two_sided(source, 0, sites), squares.one_sided(source, 0, sites));
    let window = squares.window(source);
    let finding = Finding::Causality(Causality { source, two_sided, one_sided, window });
    Ok(Outcome {
        finding,
        wall_seconds: started.elapsed().as_secs_f64(),
        report: double_precision("products over a whole chain would leave the range of single precision"),
        origin: "|∂G_i/∂v_j| and |∂L_i/∂v_j| as products of the continued fractions.",
    })
}

/// |L_k|², |R_k|², and |G_kk|² of every site.
struct Squares {
    left: Vec<f64>,
    right: Vec<f64>,
    green: Vec<f64>,
}

impl Squares {
    fn new(chain: &Chain, shift: Shift) -> Result<Self, ResolventError> {
        let squares = |planes: ComplexPlanes<f64>| -> Vec<f64> {
            planes.re.iter().zip(&planes.im).map(|(re, im)| re * re + im * im).collect()
        };
        let mut values = ComplexPlanes::default();
        causal_chain(chain, shift, &mut values)?;
        let left = squares(std::mem::take(&mut values));
        // The effect on later sites is the effect on earlier sites in the reversed chain.
        causal_chain(&Chain::new(chain.diagonal().iter().rev().copied().collect())?, shift, &mut values)?;
        let mut right = squares(std::mem::take(&mut values));
        right.reverse();
        green_chain(chain, shift, &mut values)?;
        Ok(Squares { left, right, green: squares(values) })
    }

    /// Returns |∂G_i/∂v_j| for `sites` sites i, starting at `first`.
    fn two_sided(&self, source: usize, first: usize, sites: usize) -> Vec<f64> {
        let mut effect = vec![0.0; sites];
        let mut product = self.green[source];
        for site in (first..source).rev() {
            product *= self.left[site];
            effect[site - first] = product;
        }
        let mut product = self.green[source];
        effect[source - first] = product;
        for site in source + 1..first + sites {
            product *= self.right[site];
            effect[site - first] = product;
        }
        effect
    }

    /// Returns |∂L_i/∂v_j| for the same sites: 0 before j.
    fn one_sided(&self, source: usize, first: usize, sites: usize) -> Vec<f64> {
        let mut effect = vec![0.0; sites];
        // L_j itself changes by L_j², and each later one by its own square times the previous change.
        let mut product = 1.0;
        for site in source..first + sites {
            product *= self.left[site];
            effect[site - first] = product;
        }
        effect
    }

    /// Returns all pairs of sites around the source.
    fn window(&self, source: usize) -> Window {
        let sites = self.green.len().min(WINDOW_SITES);
        let first = source.saturating_sub(sites / 2).min(self.green.len() - sites);
        let pairs = |effect: fn(&Self, usize, usize, usize) -> Vec<f64>| {
            let rows = (first..first + sites).flat_map(|source| effect(self, source, first, sites));
            rows.map(|value| value as f32).collect()
        };
        Window { first, sites, two_sided: pairs(Self::two_sided), one_sided: pairs(Self::one_sided) }
    }
}
