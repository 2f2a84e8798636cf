//! The problem: a chain of sites and the point z = E + iη at which its resolvent is wanted.
//!
//! Both are checked once, when they are made; every engine may then rely on the ranges below, within which no
//! square over- or underflows in single precision and so no NaN or infinity can arise.

use super::error::ResolventError;
use super::real::Real;

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

/// A chain of N sites, H = diag(v) plus couplings of 1 between neighbours.
///
/// Holds at least one site and at most [`MOST_SITES`]; every v_j is finite and at most [`LARGEST_ENERGY`] in
/// magnitude.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    diagonal: Vec<f64>,
    lowest: f64,
    highest: f64,
}

impl Chain {
    /// The chain with this diagonal.
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
        Ok(Self { diagonal, lowest, highest })
    }

    /// The diagonal v, one value a site.
    pub fn diagonal(&self) -> &[f64] {
        &self.diagonal
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
}

/// Refuses a length of 0 or beyond [`MOST_SITES`]; called before anything of that length is allocated.
pub(super) fn check_sites(sites: usize) -> Result<(), ResolventError> {
    if (1..=MOST_SITES).contains(&sites) { Ok(()) } else { Err(ResolventError::Sites { sites }) }
}

/// Whether a number may serve as potential or energy.
pub(super) fn is_usable_energy(value: f64) -> bool {
    value.is_finite() && value.abs() <= LARGEST_ENERGY
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
