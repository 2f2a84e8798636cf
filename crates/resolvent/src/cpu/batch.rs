//! Batches of sequences, as for a layer of a model or a map over energies.

use crate::chain::{LARGEST_BOND, LARGEST_ENERGY, Shift, check_sites};
use crate::error::ResolventError;
use crate::real::Real;

/// A batch of B sequences of N sites, each with its own point z = E + iη, in the precision `T`.
///
/// Layout \[sequence\]\[site\]. The constructors check the limits of [`Chain`](crate::Chain): every value is finite
/// and at most [`LARGEST_ENERGY`] in magnitude, and every bond lies in [0, [`LARGEST_BOND`]].
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a, T> {
    sites: usize,
    diagonals: &'a [T],
    bonds: Option<&'a [T]>,
    shifts: &'a [Shift],
}

impl<'a, T: Real> Batch<'a, T> {
    /// Creates a batch with bonds of 1. The diagonals are the rows of `diagonals`, with `sites` values each;
    /// `shifts` holds one point per sequence and may be empty.
    ///
    /// # Errors
    /// [`ResolventError::Sites`] if `sites` is 0 or too large; [`ResolventError::BatchShape`] if the number of
    /// values is not sites × shifts; [`ResolventError::BatchValue`] for the first value out of range.
    pub fn new(sites: usize, diagonals: &'a [T], shifts: &'a [Shift]) -> Result<Self, ResolventError> {
        check_sites(sites)?;
        check_shape("diagonals", shifts.len(), sites, sites, diagonals.len())?;
        check_values("diagonal", diagonals, sites, (-LARGEST_ENERGY, LARGEST_ENERGY))?;
        Ok(Self { sites, diagonals, bonds: None, shifts })
    }

    /// Returns the same batch with these bonds, layout \[sequence\]\[site on the left\], one fewer than sites per
    /// sequence.
    ///
    /// # Errors
    /// [`ResolventError::BatchShape`] if their number is not (sites − 1) × sequences;
    /// [`ResolventError::BatchValue`] for the first bond out of range.
    pub fn with_bonds(self, bonds: &'a [T]) -> Result<Self, ResolventError> {
        check_shape("bonds", self.sequences(), self.sites, self.sites - 1, bonds.len())?;
        check_values("bond", bonds, self.sites - 1, (0.0, LARGEST_BOND))?;
        Ok(Self { bonds: Some(bonds), ..self })
    }

    /// Creates a batch from values that have been checked: in another precision, relative to another origin, or cut
    /// into pieces.
    pub(crate) fn of_checked(
        sites: usize,
        diagonals: &'a [T],
        bonds: Option<&'a [T]>,
        shifts: &'a [Shift],
    ) -> Self {
        Self { sites, diagonals, bonds, shifts }
    }

    /// Returns the number of sites N of each sequence.
    pub fn sites(&self) -> usize {
        self.sites
    }

    /// Returns the number of sequences B.
    pub fn sequences(&self) -> usize {
        self.shifts.len()
    }

    /// Returns the diagonals v, layout \[sequence\]\[site\].
    pub fn diagonals(&self) -> &'a [T] {
        self.diagonals
    }

    /// Returns the bonds β, layout \[sequence\]\[site on the left\]; `None` if all are 1.
    pub fn bonds(&self) -> Option<&'a [T]> {
        self.bonds
    }

    /// Returns the points z, one per sequence.
    pub fn shifts(&self) -> &'a [Shift] {
        self.shifts
    }

    /// Returns an error for planes that do not have the shape of the batch.
    pub(super) fn check_planes(
        &self,
        quantity: &'static str,
        planes: &ComplexPlanes<T>,
    ) -> Result<(), ResolventError> {
        for plane in [&planes.re, &planes.im] {
            check_shape(quantity, self.sequences(), self.sites, self.sites, plane.len())?;
        }
        Ok(())
    }

    /// Returns an error for cotangents that do not have the shape of the batch, or that are so large that a
    /// derivative, which may reach |g|/η³, could overflow.
    pub(crate) fn check_cotangents(&self, cotangents: &ComplexPlanes<T>) -> Result<(), ResolventError> {
        self.check_planes("cotangents", cotangents)?;
        for plane in [&cotangents.re, &cotangents.im] {
            for (sequence, (row, shift)) in plane.chunks_exact(self.sites).zip(self.shifts).enumerate() {
                let eta = shift.eta();
                let most = T::LARGEST_DERIVATIVE * (eta * eta * eta).min(1.0);
                check_values("cotangent", row, self.sites, (-most, most)).map_err(|error| match error {
                    ResolventError::BatchValue { quantity, site, value, least, most, .. } => {
                        ResolventError::BatchValue { quantity, sequence, site, value, least, most }
                    }
                    other => other,
                })?;
            }
        }
        Ok(())
    }
}

pub(super) fn check_shape(
    quantity: &'static str,
    sequences: usize,
    sites: usize,
    row: usize,
    found: usize,
) -> Result<(), ResolventError> {
    let expected = sequences.saturating_mul(row);
    if found == expected {
        return Ok(());
    }
    Err(ResolventError::BatchShape { quantity, sequences, sites, expected, found })
}

/// Returns an error for the first value that is below `least`, above `most` or not a number.
fn check_values<T: Real>(
    quantity: &'static str,
    values: &[T],
    row: usize,
    (least, most): (f64, f64),
) -> Result<(), ResolventError> {
    let (low, high) = (T::round(least), T::round(most));
    let usable = |value: &T| *value >= low && *value <= high;
    // Checks pieces without an early exit, so that the check can be vectorized.
    let piece =
        values.chunks(4096).position(|piece| !piece.iter().fold(true, |all, value| all & usable(value)));
    let Some(start) = piece.map(|piece| piece * 4096) else { return Ok(()) };
    let place = start + values[start..].iter().position(|value| !usable(value)).unwrap_or_default();
    let (sequence, site) = (place / row.max(1), place % row.max(1));
    Err(ResolventError::BatchValue { quantity, sequence, site, value: values[place].into(), least, most })
}

/// Complex numbers, one per site of each sequence, layout \[sequence\]\[site\]. The real parts lie in one plane and
/// the imaginary parts in another, which suits vector instructions and tensors.
///
/// A function that writes its result here sets the length and reuses the memory already allocated.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ComplexPlanes<T> {
    /// The real parts.
    pub re: Vec<T>,
    /// The imaginary parts.
    pub im: Vec<T>,
}

impl<T: Real> ComplexPlanes<T> {
    /// Sets the length of both planes; their content is then unspecified.
    pub(super) fn reshape(&mut self, length: usize) -> Result<(), ResolventError> {
        reshape(&mut self.re, length)?;
        reshape(&mut self.im, length)
    }
}

/// The derivatives of a real loss, in the shapes of the batch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gradient<T> {
    /// ∂Loss/∂v, layout \[sequence\]\[site\].
    pub diagonals: Vec<T>,
    /// ∂Loss/∂β, layout \[sequence\]\[site on the left\]; empty for a batch without bonds.
    pub bonds: Vec<T>,
    /// ∂Loss/∂E, one per sequence.
    pub energies: Vec<f64>,
    /// ∂Loss/∂η, one per sequence.
    pub etas: Vec<f64>,
}

impl<T: Real> Gradient<T> {
    pub(crate) fn reshape(&mut self, batch: &Batch<T>) -> Result<(), ResolventError> {
        reshape(&mut self.diagonals, batch.diagonals().len())?;
        reshape(&mut self.bonds, batch.bonds().map_or(0, <[T]>::len))?;
        reshape(&mut self.energies, batch.sequences())?;
        reshape(&mut self.etas, batch.sequences())
    }
}

/// Sets the length of a vector; returns an error if there is not enough memory.
pub(super) fn reshape<V: Clone + Default>(values: &mut Vec<V>, length: usize) -> Result<(), ResolventError> {
    reserve(values, length)?;
    values.resize(length, V::default());
    Ok(())
}

fn reserve<V>(values: &mut Vec<V>, length: usize) -> Result<(), ResolventError> {
    let missing = length.saturating_sub(values.len());
    values
        .try_reserve_exact(missing)
        .map_err(|_| ResolventError::Memory { bytes: missing.saturating_mul(size_of::<V>()) })
}
