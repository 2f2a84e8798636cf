//! The Birman–Schwinger operator itself.

use super::bounds::SchattenBounds;
use super::dense::DenseOperator;
use super::error::BirmanSchwingerError;
use super::free::{FreeResolvent, Weight};
use crate::{Chain, Shift};
use num_complex::Complex;

/// K = |V|^½ w R₀ w V^½ for the potential V on the diagonal of a chain, a kernel R₀ and a weight w.
#[derive(Debug, Clone, PartialEq)]
pub struct BirmanSchwinger {
    operator: DenseOperator,
    bounds: SchattenBounds,
    potential: Vec<f64>,
}

impl BirmanSchwinger {
    /// The operator of `chain` at one point.
    ///
    /// # Errors
    /// [`BirmanSchwingerError::Sites`] for too long a chain, [`BirmanSchwingerError::NotFinite`] where an element
    /// overflows, which takes a potential and a 1/η beyond 10¹⁵⁰ together.
    pub fn new(
        chain: &Chain,
        shift: Shift,
        free: FreeResolvent,
        weight: Weight,
    ) -> Result<Self, BirmanSchwingerError> {
        let kernel = free.operator(chain, shift)?;
        let potential = chain.diagonal();
        let root = |site: usize| potential[site].abs().sqrt() * weight.at(site);
        let operator = DenseOperator::new(chain.sites(), |row, column| {
            root(row) * kernel.element(row, column) * root(column).copysign(potential[column])
        })?;
        let bounds = SchattenBounds::new(potential, shift, free, &kernel);
        Ok(Self { operator, bounds, potential: potential.to_vec() })
    }

    /// K.
    pub fn operator(&self) -> &DenseOperator {
        &self.operator
    }

    /// What the Schatten norms of K cannot exceed.
    pub fn bounds(&self) -> SchattenBounds {
        self.bounds
    }

    /// The largest |\[(1 + K)⁻¹\]_ii − (1 − v_i G_ii)| over all sites: rounding alone for the chain's own resolvent
    /// without weight, since the two are the same number; anything for another kernel or weight.
    ///
    /// `inverse_diagonal` is that of 1 + K, `green` the diagonal of (H − z)⁻¹, each one value a site.
    pub fn identity_residual(&self, inverse_diagonal: &[Complex<f64>], green: &[Complex<f64>]) -> f64 {
        let sites = self.potential.iter().zip(inverse_diagonal).zip(green);
        sites.map(|((value, inverse), green)| (inverse - (1.0 - value * green)).norm()).fold(0.0, f64::max)
    }
}
