//! Dense operators on the sites of a chain: singular values, inverse, clipping.

use super::error::BirmanSchwingerError;
use faer::linalg::solvers::DenseSolveCore;
use faer::{Mat, c64};
use num_complex::Complex;
use serde::{Deserialize, Serialize};

/// The largest number of sites of a dense operator: 4 MiB per matrix and about 10⁹ operations for its singular
/// values.
pub const MOST_DENSE_SITES: usize = 512;

/// A dense complex operator on N sites. Every element is finite.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseOperator {
    matrix: Mat<c64>,
}

/// The Schatten norms of an operator with singular values σ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SchattenNorms {
    /// S₁ = Σσ, the trace norm.
    pub trace: f64,
    /// S₂ = √Σσ², the Hilbert–Schmidt norm.
    pub hilbert_schmidt: f64,
    /// The largest σ, the operator norm.
    pub operator: f64,
}

impl DenseOperator {
    /// Creates the operator on `sites` sites whose elements are `element(row, column)`.
    ///
    /// # Errors
    /// [`BirmanSchwingerError::Sites`] for a size of 0 or above [`MOST_DENSE_SITES`], before `element` is called;
    /// [`BirmanSchwingerError::NotFinite`] for the first element, column by column, that is not finite.
    pub fn new(
        sites: usize,
        element: impl FnMut(usize, usize) -> Complex<f64>,
    ) -> Result<Self, BirmanSchwingerError> {
        check_dense(sites)?;
        Self::from_matrix(Mat::from_fn(sites, sites, element))
    }

    /// Wraps a matrix computed from other operators. Its elements are checked, since they may have overflowed.
    fn from_matrix(matrix: Mat<c64>) -> Result<Self, BirmanSchwingerError> {
        for column in 0..matrix.ncols() {
            if let Some(row) = (0..matrix.nrows()).find(|&row| !matrix[(row, column)].is_finite()) {
                return Err(BirmanSchwingerError::NotFinite { row, column });
            }
        }
        Ok(Self { matrix })
    }

    /// Returns the number of sites N.
    pub fn sites(&self) -> usize {
        self.matrix.nrows()
    }

    /// Returns the element at a row and a column, both less than [`sites`](Self::sites).
    pub fn element(&self, row: usize, column: usize) -> Complex<f64> {
        self.matrix[(row, column)]
    }

    /// Returns 1 + K.
    pub fn plus_identity(&self) -> Self {
        let mut matrix = self.matrix.clone();
        for site in 0..self.sites() {
            matrix[(site, site)] += 1.0;
        }
        Self { matrix }
    }

    /// Returns the singular values in descending order.
    ///
    /// # Errors
    /// [`BirmanSchwingerError::NoResult`] if the decomposition fails.
    pub fn singular_values(&self) -> Result<Vec<f64>, BirmanSchwingerError> {
        let failed = BirmanSchwingerError::NoResult { quantity: "singular values" };
        match self.matrix.singular_values() {
            Ok(values) if values.iter().all(|value| value.is_finite()) => Ok(values),
            _ => Err(failed),
        }
    }

    /// Returns the condition number σ_max/σ_min, which is infinite for a singular operator.
    ///
    /// # Errors
    /// The errors of [`singular_values`](Self::singular_values).
    pub fn condition_number(&self) -> Result<f64, BirmanSchwingerError> {
        let values = self.singular_values()?;
        Ok(match (values.first(), values.last()) {
            (Some(largest), Some(&smallest)) if smallest > 0.0 => largest / smallest,
            _ => f64::INFINITY,
        })
    }

    /// Returns the diagonal of the inverse, computed by LU decomposition with partial pivoting.
    ///
    /// # Errors
    /// [`BirmanSchwingerError::NoResult`] for a singular operator.
    pub fn inverse_diagonal(&self) -> Result<Vec<Complex<f64>>, BirmanSchwingerError> {
        let inverse = self.matrix.partial_piv_lu().inverse();
        let diagonal: Vec<_> = (0..self.sites()).map(|site| inverse[(site, site)]).collect();
        if diagonal.iter().all(|value| value.is_finite()) {
            Ok(diagonal)
        } else {
            Err(BirmanSchwingerError::NoResult { quantity: "inverse" })
        }
    }

    /// Returns the operator with its singular values limited to `largest` (≥ 0) and its singular vectors unchanged.
    ///
    /// # Errors
    /// [`BirmanSchwingerError::NoResult`] if the decomposition fails.
    pub fn clipped(&self, largest: f64) -> Result<Self, BirmanSchwingerError> {
        let failed = BirmanSchwingerError::NoResult { quantity: "singular value decomposition" };
        let decomposition = self.matrix.svd().map_err(|_| failed.clone())?;
        let values = decomposition.S().column_vector();
        let scaled = Mat::from_fn(self.sites(), self.sites(), |row, column| {
            decomposition.U()[(row, column)] * values[column].re.min(largest)
        });
        Self::from_matrix(scaled * decomposition.V().adjoint()).map_err(|_| failed)
    }

    /// Returns the matrix, for the neighboring modules.
    pub(super) fn matrix(&self) -> &Mat<c64> {
        &self.matrix
    }
}

impl SchattenNorms {
    /// Returns the norms of an operator with these singular values.
    pub fn of(singular_values: &[f64]) -> Self {
        let operator = singular_values.iter().copied().fold(0.0, f64::max);
        // The squares are taken relative to the largest value, so that none overflows.
        let scale = if operator > 0.0 { operator } else { 1.0 };
        let squares: f64 = singular_values.iter().map(|value| (value / scale) * (value / scale)).sum();
        Self { trace: singular_values.iter().sum(), hilbert_schmidt: scale * squares.sqrt(), operator }
    }
}

/// Returns an error for a size of 0 or above [`MOST_DENSE_SITES`].
pub(super) fn check_dense(sites: usize) -> Result<(), BirmanSchwingerError> {
    if (1..=MOST_DENSE_SITES).contains(&sites) { Ok(()) } else { Err(BirmanSchwingerError::Sites { sites }) }
}
