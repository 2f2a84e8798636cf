//! The problem: a chain of sites, and the point z = E + iη at which its resolvent is computed.
//!
//! Both are checked once, in their constructors. Within the ranges below, no square overflows or underflows in
//! single precision, so that no NaN or infinity can arise.

use crate::error::ResolventError;
use crate::real::Real;

/// The largest number of sites, 2²⁰: 8 MiB of single-precision Green's function and 8 MiB of workspace, which fit
/// every browser tab and every WebGPU binding.
pub const MOST_SITES: usize = 1_048_576;
/// The largest |v_j| and |E|: |v_j − E|² ≤ 4·10³⁰ stays below the largest single, 3.4·10³⁸, with room for the
/// neighbors' terms |L| ≤ 1/η.
pub const LARGEST_ENERGY: f64 = 1e15;
/// The smallest η: |pivot|² ≥ η² = 10⁻³⁰ stays above the smallest normal single, 1.2·10⁻³⁸.
pub const SMALLEST_ETA: f64 = 1e-15;
/// The largest η, whose square stays below the largest single.
pub const LARGEST_ETA: f64 = 1e15;
/// The largest bond: a neighbor's term β|L| ≤ β/η in a pivot stays below 10¹⁸, whose square and its reciprocal are
/// still normal singles.
pub const LARGEST_BOND: f64 = 1e3;

/// A chain of N sites. H is tridiagonal, with the diagonal v and, between the sites i and i + 1, the off-diagonal
/// elements b_i and c_i. Only their product affects the diagonal of the resolvent: the **bond** β_i = b_i c_i,
/// which defaults to 1.
///
/// Holds 1 to [`MOST_SITES`] sites. Every v_j is finite and at most [`LARGEST_ENERGY`] in magnitude, and every β_i
/// lies in [0, [`LARGEST_BOND`]]. Bonds must not be negative: only then is H similar to a symmetric matrix, so that
/// its resolvent exists everywhere off the real axis, Im G is positive, and the error bound holds. A bond of 0 cuts
/// the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    diagonal: Vec<f64>,
    bonds: Option<Vec<f64>>,
    lowest: f64,
    highest: f64,
    largest_bond: f64,
}

impl Chain {
    /// Creates the chain with this diagonal and bonds of 1.
    ///
    /// # Errors
    /// [`ResolventError::Sites`] for a diagonal that is empty or too long; [`ResolventError::PotentialValue`] for
    /// the first element that is not finite or too large.
    pub fn new(diagonal: Vec<f64>) -> Result<Self, ResolventError> {
        check_sites(diagonal.len())?;
        if let Some((site, &value)) =
            diagonal.iter().enumerate().find(|(_, value)| !is_usable_energy(**value))
        {
            return Err(ResolventError::PotentialValue { site, value });
        }
        let lowest = diagonal.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = diagonal.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Ok(Self { diagonal, bonds: None, lowest, highest, largest_bond: 1.0 })
    }

    /// Creates the chain with this diagonal and these bonds, one fewer than sites.
    ///
    /// # Errors
    /// The errors of [`new`](Self::new); [`ResolventError::BondCount`] for a wrong number of bonds;
    /// [`ResolventError::BondValue`] for the first bond that is negative, not finite or above [`LARGEST_BOND`].
    pub fn with_bonds(diagonal: Vec<f64>, bonds: Vec<f64>) -> Result<Self, ResolventError> {
        let chain = Self::new(diagonal)?;
        if bonds.len() + 1 != chain.sites() {
            return Err(ResolventError::BondCount { bonds: bonds.len(), sites: chain.sites() });
        }
        if let Some((bond, &value)) = bonds.iter().enumerate().find(|(_, value)| !is_usable_bond(**value)) {
            return Err(ResolventError::BondValue { bond, value });
        }
        let largest_bond = bonds.iter().copied().fold(0.0, f64::max);
        Ok(Self { bonds: Some(bonds), largest_bond, ..chain })
    }

    /// Returns the same chain with a diagonal of zeros.
    pub fn without_potential(&self) -> Self {
        let bonds = self.bonds.clone();
        Self {
            diagonal: vec![0.0; self.sites()],
            bonds,
            lowest: 0.0,
            highest: 0.0,
            largest_bond: self.largest_bond,
        }
    }

    /// Returns the diagonal v, one value per site.
    pub fn diagonal(&self) -> &[f64] {
        &self.diagonal
    }

    /// Returns the bonds β, one fewer than sites; `None` if all are 1.
    pub fn bonds(&self) -> Option<&[f64]> {
        self.bonds.as_deref()
    }

    /// Returns the largest off-diagonal magnitude √β of the symmetric matrix similar to H. In the error bound, each
    /// neighbor adds this to the reach.
    pub fn largest_coupling(&self) -> f64 {
        self.largest_bond.sqrt()
    }

    /// Returns the number of sites N.
    pub fn sites(&self) -> usize {
        self.diagonal.len()
    }

    /// Returns the reach max_j |v_j − energy|, to which every rounding error is proportional
    /// (resolvent-performance.md §2.5).
    pub fn reach(&self, energy: f64) -> f64 {
        (self.highest - energy).abs().max((energy - self.lowest).abs())
    }

    /// Returns the diagonal relative to `origin`, v_j − origin, subtracted in f64 and then rounded. Rounding v or E
    /// separately would cost as much as the whole error bound (§2.4, "Overflow").
    pub(super) fn offset_from<T: Real>(&self, origin: f64) -> Vec<T> {
        self.diagonal.iter().map(|value| T::round(value - origin)).collect()
    }

    /// Returns the rounded bonds; `None` if all are 1.
    pub(super) fn rounded_bonds<T: Real>(&self) -> Option<Vec<T>> {
        self.bonds().map(|bonds| bonds.iter().map(|&bond| T::round(bond)).collect())
    }
}

/// Returns an error for a length of 0 or above [`MOST_SITES`]. Called before anything of that length is allocated.
pub(super) fn check_sites(sites: usize) -> Result<(), ResolventError> {
    if (1..=MOST_SITES).contains(&sites) { Ok(()) } else { Err(ResolventError::Sites { sites }) }
}

/// Returns whether a number is a valid potential value or energy.
pub(super) fn is_usable_energy(value: f64) -> bool {
    value.is_finite() && value.abs() <= LARGEST_ENERGY
}

/// Returns whether a number is a valid bond.
pub(super) fn is_usable_bond(value: f64) -> bool {
    (0.0..=LARGEST_BOND).contains(&value)
}

/// The point z = E + iη of the complex plane at which the resolvent is computed.
///
/// E is finite and at most [`LARGEST_ENERGY`] in magnitude; η lies in [[`SMALLEST_ETA`], [`LARGEST_ETA`]]. Both are
/// in units of the coupling between neighbors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    energy: f64,
    eta: f64,
}

impl Shift {
    /// Creates the point energy + i·eta.
    ///
    /// # Errors
    /// [`ResolventError::Energy`] or [`ResolventError::Eta`] for a value out of range, such as η ≤ 0.
    pub fn new(energy: f64, eta: f64) -> Result<Self, ResolventError> {
        if !is_usable_energy(energy) {
            return Err(ResolventError::Energy { energy });
        }
        if !(SMALLEST_ETA..=LARGEST_ETA).contains(&eta) {
            return Err(ResolventError::Eta { eta });
        }
        Ok(Self { energy, eta })
    }

    /// Returns the energy E.
    pub fn energy(self) -> f64 {
        self.energy
    }

    /// Returns the broadening η: the half-width of every line in the density of states, in the same units as E.
    pub fn eta(self) -> f64 {
        self.eta
    }

    /// Returns the same point for a diagonal from which E has been subtracted.
    pub(super) fn at_origin(self) -> Self {
        Self { energy: 0.0, eta: self.eta }
    }
}

/// One or more points z_k = E_k + iη with a common η, as for a map over energies.
#[derive(Debug, Clone, PartialEq)]
pub struct Shifts {
    energies: Vec<f64>,
    eta: f64,
    origin: f64,
}

impl Shifts {
    /// Creates the points energies\[k\] + i·eta, in the given order.
    ///
    /// # Errors
    /// [`ResolventError::NoEnergies`] for an empty list; otherwise the errors of [`Shift::new`], for the first
    /// energy out of range or for η.
    pub fn new(energies: &[f64], eta: f64) -> Result<Self, ResolventError> {
        if energies.is_empty() {
            return Err(ResolventError::NoEnergies);
        }
        for &energy in energies {
            Shift::new(energy, eta)?;
        }
        let lowest = energies.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = energies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Ok(Self { energies: energies.to_vec(), eta, origin: f64::midpoint(lowest, highest) })
    }

    /// Returns the energies E_k.
    pub fn energies(&self) -> &[f64] {
        &self.energies
    }

    /// Returns the common broadening η.
    pub fn eta(&self) -> f64 {
        self.eta
    }

    /// Returns E₀, the midpoint of the lowest and the highest energy. In single precision, the diagonal and the
    /// energies are relative to E₀, so that neither loses digits to a common offset.
    pub fn origin(&self) -> f64 {
        self.origin
    }

    /// Returns E_k − E₀, subtracted in f64 and then rounded.
    pub(super) fn offset_from_origin<T: Real>(&self) -> Vec<T> {
        self.energies.iter().map(|energy| T::round(energy - self.origin)).collect()
    }
}

impl From<Shift> for Shifts {
    fn from(shift: Shift) -> Self {
        Self { energies: vec![shift.energy], eta: shift.eta, origin: shift.energy }
    }
}
