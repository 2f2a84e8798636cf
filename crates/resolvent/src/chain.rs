//! The problem: a chain of sites and the point z = E + iη at which its resolvent is wanted.
//!
//! Both are checked once, when they are made; every engine may then rely on the ranges below, within which no
//! square over- or underflows in single precision and so no NaN or infinity can arise.

use crate::error::ResolventError;
use crate::real::Real;

/// The longest chain, 2²⁰ sites: its 8 MiB of single-precision Green's function and as much of workspace fit
/// every browser tab and every WebGPU binding.
pub const MOST_SITES: usize = 1_048_576;
/// The largest |v_j| and |E|: |v_j − E|² ≤ 4·10³⁰ stays below the largest single, 3.4·10³⁸, with room for the
/// neighbours' share |L| ≤ 1/η.
pub const LARGEST_ENERGY: f64 = 1e15;
/// The smallest η: |pivot|² ≥ η² = 10⁻³⁰ stays above the smallest normal single, 1.2·10⁻³⁸.
pub const SMALLEST_ETA: f64 = 1e-15;
/// The largest η: its square stays below the largest single.
pub const LARGEST_ETA: f64 = 1e15;
/// The largest bond: a neighbour's share β|L| ≤ β/η of a pivot stays below 10¹⁸, whose square and its reciprocal are
/// still normal singles.
pub const LARGEST_BOND: f64 = 1e3;

/// A chain of N sites: H is tridiagonal with the diagonal v and, between the sites i and i + 1, off-diagonal elements
/// b_i and c_i, of which only the product enters the diagonal of the resolvent: the **bond** β_i = b_i c_i. It is 1
/// everywhere unless bonds are given.
///
/// Holds at least one site and at most [`MOST_SITES`]; every v_j is finite and at most [`LARGEST_ENERGY`] in
/// magnitude; every β_i lies in [0, [`LARGEST_BOND`]]. Bonds are not negative because only then is H similar to a
/// symmetric matrix, so that its resolvent exists everywhere off the real axis, Im G is positive, and the error bound
/// holds. A bond of 0 cuts the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    diagonal: Vec<f64>,
    bonds: Option<Vec<f64>>,
    lowest: f64,
    highest: f64,
    largest_bond: f64,
}

impl Chain {
    /// The chain with this diagonal and bonds of 1.
    ///
    /// # Errors
    /// [`ResolventError::Sites`] for an empty or too long diagonal, [`ResolventError::PotentialValue`] for the
    /// first element that is not finite or too large.
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

    /// The chain with this diagonal and these bonds, one fewer than sites.
    ///
    /// # Errors
    /// As [`new`](Self::new); [`ResolventError::BondCount`] for another number of bonds, [`ResolventError::BondValue`]
    /// for the first that is negative, not finite or beyond [`LARGEST_BOND`].
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

    /// The same chain with a diagonal of zeros.
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

    /// The diagonal v, one value a site.
    pub fn diagonal(&self) -> &[f64] {
        &self.diagonal
    }

    /// The bonds β, one fewer than sites; `None` where all are 1.
    pub fn bonds(&self) -> Option<&[f64]> {
        self.bonds.as_deref()
    }

    /// The largest magnitude √β of an off-diagonal element of the symmetric matrix similar to H: what each neighbour
    /// adds to the reach in the error bound.
    pub fn largest_coupling(&self) -> f64 {
        self.largest_bond.sqrt()
    }

    /// The number of sites N.
    pub fn sites(&self) -> usize {
        self.diagonal.len()
    }

    /// max_j |v_j − energy|: how far the chain reaches from an energy, which scales every rounding error
    /// (resolvent-performance.md §2.5).
    pub fn reach(&self, energy: f64) -> f64 {
        (self.highest - energy).abs().max((energy - self.lowest).abs())
    }

    /// The diagonal as seen from `origin`, v_j − origin: subtracted in f64 and only then rounded, since rounding
    /// v or E by itself would cost as much as the whole error bound (§2.4, "Overflow").
    pub(super) fn offset_from<T: Real>(&self, origin: f64) -> Vec<T> {
        self.diagonal.iter().map(|value| T::round(value - origin)).collect()
    }

    /// The bonds, each rounded; `None` where all are 1.
    pub(super) fn rounded_bonds<T: Real>(&self) -> Option<Vec<T>> {
        self.bonds().map(|bonds| bonds.iter().map(|&bond| T::round(bond)).collect())
    }
}

/// Refuses a length of 0 or beyond [`MOST_SITES`]; called before anything of that length is allocated.
pub(super) fn check_sites(sites: usize) -> Result<(), ResolventError> {
    if (1..=MOST_SITES).contains(&sites) { Ok(()) } else { Err(ResolventError::Sites { sites }) }
}

/// Whether a number may serve as potential or energy.
pub(super) fn is_usable_energy(value: f64) -> bool {
    value.is_finite() && value.abs() <= LARGEST_ENERGY
}

/// Whether a number may serve as a bond.
pub(super) fn is_usable_bond(value: f64) -> bool {
    (0.0..=LARGEST_BOND).contains(&value)
}

/// The point z = E + iη of the complex plane at which the resolvent is taken.
///
/// E is finite and at most [`LARGEST_ENERGY`] in magnitude; η lies in [[`SMALLEST_ETA`], [`LARGEST_ETA`]].
/// Both in units of the coupling between neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    energy: f64,
    eta: f64,
}

impl Shift {
    /// The point energy + i·eta.
    ///
    /// # Errors
    /// [`ResolventError::Energy`] or [`ResolventError::Eta`] for a value out of range; η ≤ 0 is one.
    pub fn new(energy: f64, eta: f64) -> Result<Self, ResolventError> {
        if !is_usable_energy(energy) {
            return Err(ResolventError::Energy { energy });
        }
        if !(SMALLEST_ETA..=LARGEST_ETA).contains(&eta) {
            return Err(ResolventError::Eta { eta });
        }
        Ok(Self { energy, eta })
    }

    /// The energy E.
    pub fn energy(self) -> f64 {
        self.energy
    }

    /// The broadening η: the half-width of every line in the density of states.
    pub fn eta(self) -> f64 {
        self.eta
    }

    /// The same point for a diagonal from which E has been subtracted.
    pub(super) fn at_origin(self) -> Self {
        Self { energy: 0.0, eta: self.eta }
    }
}

/// One or more points of one η: z_k = E_k + iη, as a map over energies needs them.
#[derive(Debug, Clone, PartialEq)]
pub struct Shifts {
    energies: Vec<f64>,
    eta: f64,
    origin: f64,
}

impl Shifts {
    /// The points energies\[k\] + i·eta, in the order given.
    ///
    /// # Errors
    /// [`ResolventError::NoEnergies`] for an empty list; else as [`Shift::new`], for the first energy out of range
    /// or for η.
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

    /// The energies E_k.
    pub fn energies(&self) -> &[f64] {
        &self.energies
    }

    /// The broadening η common to all.
    pub fn eta(&self) -> f64 {
        self.eta
    }

    /// E₀, half-way between the lowest and the highest energy: the zero from which single precision sees both
    /// the diagonal and the energies, so that neither loses digits to a common offset.
    pub fn origin(&self) -> f64 {
        self.origin
    }

    /// E_k − E₀, subtracted in f64 and then rounded.
    pub(super) fn offset_from_origin<T: Real>(&self) -> Vec<T> {
        self.energies.iter().map(|energy| T::round(energy - self.origin)).collect()
    }
}

impl From<Shift> for Shifts {
    fn from(shift: Shift) -> Self {
        Self { energies: vec![shift.energy], eta: shift.eta, origin: shift.energy }
    }
}
