//! The diagonal of the resolvent of a chain plus a low-rank matrix, by the Woodbury identity.

use super::dense::DenseOperator;
use super::error::BirmanSchwingerError;
use faer::linalg::solvers::Solve;
use faer::{Mat, MatRef, c64};
use num_complex::Complex;

/// The factors of a low-rank matrix U Vᵀ, each with layout `[site][rank]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Factors {
    left: Mat<c64>,
    right: Mat<c64>,
}

impl Factors {
    /// Creates the factors for `sites` sites, with `rank` values per site.
    ///
    /// # Errors
    /// [`BirmanSchwingerError::Factors`] if a factor has the wrong number of values or a value that is not finite.
    pub fn new(sites: usize, rank: usize, left: &[f64], right: &[f64]) -> Result<Self, BirmanSchwingerError> {
        let expected = sites.saturating_mul(rank);
        let fits = |factor: &[f64]| factor.len() == expected && factor.iter().all(|value| value.is_finite());
        if !fits(left) || !fits(right) {
            let (left, right) = (left.len(), right.len());
            return Err(BirmanSchwingerError::Factors { left, right, sites, rank });
        }
        let matrix = |factor: &[f64]| {
            Mat::from_fn(sites, rank, |site, column| Complex::from(factor[site * rank + column]))
        };
        Ok(Self { left: matrix(left), right: matrix(right) })
    }
}

/// Returns diag((T + U Vᵀ − z)⁻¹), computed from the full matrix R = (T − z)⁻¹ as
///
/// ```text
/// diag(R − R U (1 + Vᵀ R U)⁻¹ Vᵀ R).
/// ```
///
/// # Errors
/// [`BirmanSchwingerError::Factors`] if the factors and R differ in the number of sites;
/// [`BirmanSchwingerError::NoResult`] if 1 + VᵀRU is singular.
pub fn low_rank_diagonal(
    resolvent: &DenseOperator,
    factors: &Factors,
) -> Result<Vec<Complex<f64>>, BirmanSchwingerError> {
    let (left, right): (MatRef<c64>, MatRef<c64>) = (factors.left.as_ref(), factors.right.as_ref());
    let (sites, rank) = (resolvent.sites(), left.ncols());
    if left.nrows() != sites {
        let values = left.nrows() * rank;
        return Err(BirmanSchwingerError::Factors { left: values, right: values, sites, rank });
    }
    let resolvent = resolvent.matrix();
    let spread = resolvent * left;
    let gathered = right.transpose() * resolvent;
    let capacitance = Mat::<c64>::identity(rank, rank) + right.transpose() * &spread;
    let solved = capacitance.partial_piv_lu().solve(&gathered);
    let corrected = |site: usize| {
        let correction: c64 = (0..rank).map(|index| spread[(site, index)] * solved[(index, site)]).sum();
        resolvent[(site, site)] - correction
    };
    let diagonal: Vec<_> = (0..sites).map(corrected).collect();
    if diagonal.iter().all(|value| value.is_finite()) {
        Ok(diagonal)
    } else {
        Err(BirmanSchwingerError::NoResult { quantity: "low-rank correction" })
    }
}
