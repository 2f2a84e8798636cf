//! Σ_j s_j of each lane, from which the derivatives with respect to E and η come.

use super::lanes::Lanes;
use crate::resolvent::real::Real;

/// A running sum: in the working precision within a tile, in f64 beyond, so that it is as exact as its terms.
pub(super) struct Totals<T, const WIDTH: usize> {
    tile: Lanes<T, WIDTH>,
    re: [f64; WIDTH],
    im: [f64; WIDTH],
}

impl<T: Real, const WIDTH: usize> Default for Totals<T, WIDTH> {
    fn default() -> Self {
        Self { tile: Lanes::zero(), re: [0.0; WIDTH], im: [0.0; WIDTH] }
    }
}

impl<T: Real, const WIDTH: usize> Totals<T, WIDTH> {
    /// Adds one site.
    #[inline(always)]
    pub(super) fn add(&mut self, terms: &Lanes<T, WIDTH>) {
        self.tile = self.tile.plus(terms);
    }

    /// Ends a tile of sites.
    #[inline(always)]
    pub(super) fn end_tile(&mut self) {
        for lane in 0..WIDTH {
            self.re[lane] += self.tile.re[lane].into();
            self.im[lane] += self.tile.im[lane].into();
        }
        self.tile = Lanes::zero();
    }

    /// Writes ∂Loss/∂E = Re Σ s and ∂Loss/∂η = −Im Σ s of the sequences from `first` on.
    pub(super) fn write(&self, energies: &mut [f64], etas: &mut [f64], first: usize) {
        for (lane, (energy, eta)) in energies.iter_mut().zip(etas).skip(first).take(WIDTH).enumerate() {
            (*energy, *eta) = (self.re[lane], -self.im[lane]);
        }
    }
}
