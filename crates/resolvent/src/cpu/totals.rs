//! The sums Σ_j s_j of each lane, which give the derivatives with respect to E and η.

use super::complex::Complexes;
use crate::real::Real;

/// A running sum: in the working precision within a tile of sites, in f64 across tiles, so that it is as accurate
/// as its terms.
pub(super) struct Totals<'a, T: Real, const REGISTERS: usize> {
    tile: [Complexes<T::Register>; REGISTERS],
    /// Re Σ s = ∂Loss/∂E of each lane.
    energies: &'a mut [f64],
    /// −Im Σ s = ∂Loss/∂η of each lane.
    etas: &'a mut [f64],
}

impl<'a, T: Real, const REGISTERS: usize> Totals<'a, T, REGISTERS> {
    /// Creates sums that are stored in `energies` and `etas`, one per lane, and sets them to 0.
    pub(super) fn into(energies: &'a mut [f64], etas: &'a mut [f64]) -> Self {
        energies.fill(0.0);
        etas.fill(0.0);
        Self { tile: [Complexes::default(); REGISTERS], energies, etas }
    }

    /// Adds −s̄ of one site. Its real part is ∂Loss/∂v.
    #[inline(always)]
    pub(crate) fn add(&mut self, part: usize, term: Complexes<T::Register>) {
        self.tile[part] = self.tile[part].plus(term);
    }

    /// Ends a tile of sites: adds its sum to the f64 sums.
    pub(super) fn end_tile(&mut self) {
        let tile = std::mem::replace(&mut self.tile, [Complexes::default(); REGISTERS]);
        let (re, im) = (tile.map(|sum| sum.re), tile.map(|sum| sum.im));
        let (re, im): (&[T], &[T]) = (bytemuck::cast_slice(&re), bytemuck::cast_slice(&im));
        self.energies.iter_mut().zip(re).for_each(|(sum, &term)| *sum -= term.into());
        self.etas.iter_mut().zip(im).for_each(|(sum, &term)| *sum -= term.into());
    }
}
