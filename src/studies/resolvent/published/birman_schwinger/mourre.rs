//! The published “Mourre verification”, in both versions. Neither depends on the potential, so neither can change its
//! verdict (resnet-bk.md §2.4). A check that can is [`bk_resolvent::birman_schwinger::MourreEstimate`].

use super::super::magnitude;
use num_complex::Complex;
use serde::{Deserialize, Serialize};

/// The comparison of a published check, and its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MourreCheck {
    /// The largest difference between the commutator and the matrix it is compared with; `None` if nothing is compared.
    pub difference: Option<f64>,
    /// The largest difference that passes.
    pub tolerance: f64,
    /// The verdict.
    pub verified: bool,
}

impl MourreCheck {
    /// Returns the original version: i\[H₀, x\] against the identity, away from the ends. The commutator has a zero
    /// diagonal, and the identity has nothing off the diagonal, so for more than two sites the verdict is always no.
    pub fn original(sites: usize) -> Self {
        const TOLERANCE: f64 = 0.1;
        let identity = |row, column| if row == column { 1.0.into() } else { Complex::default() };
        Self::new(sites, 1, TOLERANCE, identity)
    }

    /// Returns the later version: i\[H₀, x\] against −2P with P the centered difference. Both are the same matrix, so
    /// the verdict is always yes.
    pub fn later(sites: usize) -> Self {
        let momentum = |row: usize, column: usize| match column as i64 - row as i64 {
            1 => Complex::new(0.0, -0.5),
            -1 => Complex::new(0.0, 0.5),
            _ => Complex::default(),
        };
        let tolerance = 2.0 / sites as f64;
        Self::new(sites, 2, tolerance, |row, column| momentum(row, column) * -2.0)
    }

    /// Compares all elements at least `margin` sites from the ends.
    fn new(
        sites: usize,
        margin: usize,
        tolerance: f64,
        expected: impl Fn(usize, usize) -> Complex<f64>,
    ) -> Self {
        let interior = margin..sites.saturating_sub(margin);
        // Both matrices are tridiagonal.
        let elements = interior.clone().flat_map(|row| {
            (row.saturating_sub(1)..=row + 1)
                .filter(|column| interior.contains(column))
                .map(move |column| (row, column))
        });
        let differences =
            elements.map(|(row, column)| magnitude(commutator(row, column) - expected(row, column)));
        let difference = differences.reduce(f64::max);
        Self { difference, tolerance, verified: difference.is_none_or(|difference| difference <= tolerance) }
    }
}

/// Returns i(H₀x − xH₀) with H₀ = (1, −2, 1) and x = 0, 1, …: i·h_rc·(x_c − x_r).
fn commutator(row: usize, column: usize) -> Complex<f64> {
    let element = match row.abs_diff(column) {
        0 => -2.0,
        1 => 1.0,
        _ => 0.0,
    };
    Complex::new(0.0, element * (column as f64 - row as f64))
}
