//! The Birman–Schwinger operator.

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
    /// Creates the operator of `chain` at one point.
    ///
    /// # Errors
    /// [`BirmanSchwingerError::Sites`] if the chain is too long; [`BirmanSchwingerError::NotFinite`] if an element
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

    /// Returns K.
    pub fn operator(&self) -> &DenseOperator {
        &self.operator
    }

    /// Returns the upper bounds on the Schatten norms of K.
    pub fn bounds(&self) -> SchattenBounds {
        self.bounds
    }

    /// Returns the largest |\[(1 + K)⁻¹\]_ii − (1 − v_i G_ii)| over all sites. For the resolvent of the chain
    /// without weight this is rounding alone, since both terms are equal. For another kernel or weight it can have
    /// any value.
    ///
    /// `inverse_diagonal` is the diagonal of (1 + K)⁻¹ and `green` the diagonal of (H − z)⁻¹, each with one value
    /// per site.
    #[allow(
        clippy::disallowed_methods,
        reason = "the differences are rounding of the dense inverse, whose last digits depend on the machine already"
    )]
    pub fn identity_residual(&self, inverse_diagonal: &[Complex<f64>], green: &[Complex<f64>]) -> f64 {
        let sites = self.potential.iter().zip(inverse_diagonal).zip(green);
        sites.map(|((value, inverse), green)| (inverse - (1.0 - value * green)).norm()).fold(0.0, f64::max)
    }
}
