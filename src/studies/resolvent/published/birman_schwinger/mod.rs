//! The published Birman–Schwinger core, including its defects (resnet-bk.md §2). The exact operator is
//! [`bk_resolvent::birman_schwinger`]'s.
//!
//! * The kernel (i/2)·sgn(u − v)·e^{iz(u − v)} lacks the absolute value around u − v, so it grows exponentially above
//!   the diagonal, where the published bound says it decays.
//! * The potential's sign is discarded.
//! * diag((1 + K)⁻¹) is passed on as if it were the diagonal of the resolvent.
//! * By default none of this is computed: the diagonal comes from
//!   [`published::resolvent`](crate::studies::resolvent::published), and the diagnostics report norms of 0.

mod dense_path;
mod memory;
mod mourre;

pub use dense_path::{DensePath, SINGULAR_VALUE_THRESHOLD, UPGRADE_THRESHOLD, kernel, weight};
pub use memory::MemoryEstimate;
pub use mourre::MourreCheck;

use bk_resolvent::birman_schwinger::{BirmanSchwingerError, DenseOperator, Factors, low_rank_diagonal};
use num_complex::Complex;

/// Applies Woodbury's identity as published: with the diagonal `green` of the resolvent in place of the resolvent
/// itself. It is therefore correct for a diagonal chain only (§2.3).
///
/// # Errors
/// The errors of [`low_rank_diagonal`], the exact version.
pub fn low_rank_correction(
    green: &[Complex<f64>],
    factors: &Factors,
) -> Result<Vec<Complex<f64>>, BirmanSchwingerError> {
    let diagonal = |row: usize, column: usize| if row == column { green[row] } else { Complex::default() };
    low_rank_diagonal(&DenseOperator::new(green.len(), diagonal)?, factors)
}
