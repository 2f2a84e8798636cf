//! The Mourre estimate, checked numerically on a finite chain.
//!
//! On the half-line of sites x = 1, 2, …, let H = H₀ + V with couplings of 1. The velocity i\[H, x\] has the
//! elements ±i next to the diagonal, and the generator of dilations is A = ½(x·i\[H, x\] + i\[H, x\]·x). Its
//! commutator is
//!
//! ```text
//! i[H, A] = 4 − H₀² + W,   W_{x,x+1} = W_{x+1,x} = (v_{x+1} − v_x)(x + ½).
//! ```
//!
//! A Mourre estimate on a window of energies I is P i\[H, A\] P ≥ θP + compact with θ > 0, where P is the
//! projection on the states of H in I. It implies that H has only finitely many eigenvalues in I, each of finite
//! multiplicity, and no singular continuous spectrum. Without potential, θ = 4 − max_I E², which vanishes at the
//! band edges ±2.
//!
//! Here the half-line is truncated after N sites, so the result is **evidence, not proof**: H and H₀ are those of
//! the truncated chain, while the estimate is about infinitely many sites. The commutator of the truncated matrices
//! themselves is
//!
//! ```text
//! i[H, A]_cut = 4 − H₀² + W − 2(N + 1)|N⟩⟨N|.
//! ```
//!
//! Its expectation vanishes in every eigenstate (the virial theorem), so that no window could pass. Its last term
//! is due to the truncation alone and is left out.

use super::dense::check_dense;
use super::error::BirmanSchwingerError;
use crate::Chain;
use faer::{Mat, Side};
use serde::{Deserialize, Serialize};

/// An open interval of energies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EnergyWindow {
    /// The lower end.
    pub from: f64,
    /// The upper end.
    pub to: f64,
}

/// The commutator i\[H, A\] restricted to the states in a window of energies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MourreEstimate {
    /// The number of states of the truncated chain in the window.
    pub states: usize,
    /// The smallest eigenvalue of the commutator compressed to these states: the θ of a strict estimate. `None` if
    /// there are no states.
    pub smallest: Option<f64>,
    /// The number of its eigenvalues that are not positive: the rank that a compact remainder needs to make the
    /// estimate hold.
    pub not_positive: usize,
    /// 4 − max_I E², the θ of the chain without potential. At most 0 if the window reaches a band edge.
    pub without_potential: f64,
}

impl MourreEstimate {
    /// Compresses the commutator of `chain` to the states in `window`.
    ///
    /// # Errors
    /// [`BirmanSchwingerError::Window`], [`BirmanSchwingerError::Sites`] or [`BirmanSchwingerError::Bonds`] for an
    /// unusable window or chain; [`BirmanSchwingerError::NoResult`] if the eigenvalues cannot be computed.
    pub fn new(chain: &Chain, window: EnergyWindow) -> Result<Self, BirmanSchwingerError> {
        let EnergyWindow { from, to } = window;
        if !(from.is_finite() && to.is_finite() && from < to) {
            return Err(BirmanSchwingerError::Window { from, to });
        }
        check_dense(chain.sites())?;
        if chain.bonds().is_some_and(|bonds| bonds.iter().any(|&bond| bond != 1.0)) {
            return Err(BirmanSchwingerError::Bonds);
        }
        let failed = BirmanSchwingerError::NoResult { quantity: "eigenvalues" };
        let states = hamiltonian(chain).self_adjoint_eigen(Side::Lower).map_err(|_| failed.clone())?;
        let energies = states.S().column_vector();
        let inside: Vec<usize> =
            (0..chain.sites()).filter(|&state| from < energies[state] && energies[state] < to).collect();
        let outermost = from.abs().max(to.abs());
        let without_potential = 4.0 - outermost * outermost;
        if inside.is_empty() {
            return Ok(Self { states: 0, smallest: None, not_positive: 0, without_potential });
        }
        let basis =
            Mat::from_fn(chain.sites(), inside.len(), |site, state| states.U()[(site, inside[state])]);
        let compressed = basis.transpose() * commutator(chain) * &basis;
        let values = compressed.self_adjoint_eigenvalues(Side::Lower).map_err(|_| failed.clone())?;
        if values.iter().any(|value| !value.is_finite()) {
            return Err(failed);
        }
        Ok(Self {
            states: inside.len(),
            smallest: values.first().copied(),
            not_positive: values.iter().filter(|value| **value <= 0.0).count(),
            without_potential,
        })
    }

    /// Returns whether the strict estimate holds with some θ > 0. This takes at least one state in the window and a
    /// window inside the band: at a band edge, θ tends to 0 as the chain grows, even where it is positive on every
    /// truncated chain.
    pub fn holds(&self) -> bool {
        self.without_potential > 0.0 && self.smallest.is_some_and(|smallest| smallest > 0.0)
    }
}

/// Returns H of the truncated chain.
fn hamiltonian(chain: &Chain) -> Mat<f64> {
    let diagonal = chain.diagonal();
    Mat::from_fn(diagonal.len(), diagonal.len(), |row, column| match row.abs_diff(column) {
        0 => diagonal[row],
        1 => 1.0,
        _ => 0.0,
    })
}

/// Returns 4 − H₀² + W. The diagonal of H₀² is the number of neighbors; two sites off the diagonal it is 1.
fn commutator(chain: &Chain) -> Mat<f64> {
    let diagonal = chain.diagonal();
    let sites = diagonal.len();
    Mat::from_fn(sites, sites, |row, column| {
        let first = row.min(column);
        match row.abs_diff(column) {
            0 => 4.0 - f64::from(u8::from(row > 0)) - f64::from(u8::from(row + 1 < sites)),
            1 => (diagonal[first + 1] - diagonal[first]) * (first as f64 + 1.5),
            2 => -1.0,
            _ => 0.0,
        }
    })
}
