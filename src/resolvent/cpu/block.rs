//! A block: as many sequences as lanes, swept side by side.

use super::batch::Batch;
use super::lanes::{Lanes, Vector};
use super::rows::{Rows, Tile};
use crate::resolvent::chain::Shift;
use crate::resolvent::real::Real;

/// What the sweeps over one block read.
pub(super) struct Block<'a, T, const WIDTH: usize> {
    /// Sites of each row.
    pub(super) sites: usize,
    diagonal: Rows<'a, T, WIDTH>,
    bonds: Option<Rows<'a, T, WIDTH>>,
    /// E rounded, and what rounding it left over: v − E is then as exact as if it had been subtracted in f64.
    energy: Vector<T, WIDTH>,
    energy_remainder: Vector<T, WIDTH>,
    eta: Vector<T, WIDTH>,
}

impl<'a, T: Real, const WIDTH: usize> Block<'a, T, WIDTH> {
    /// The sequences of a batch from `first` on.
    pub(super) fn of(batch: &Batch<'a, T>, first: usize) -> Self {
        let sites = batch.sites();
        let last = batch.sequences().saturating_sub(1);
        let shifts: [Shift; WIDTH] = std::array::from_fn(|lane| batch.shifts()[(first + lane).min(last)]);
        let energy = shifts.map(|shift| T::round(shift.energy()));
        Self {
            sites,
            diagonal: Rows::of(batch.diagonals(), sites, first),
            bonds: batch.bonds().map(|bonds| Rows::of(bonds, sites - 1, first)),
            energy,
            energy_remainder: std::array::from_fn(|lane| {
                T::round(shifts[lane].energy() - energy[lane].into())
            }),
            eta: shifts.map(|shift| T::round(shift.eta())),
        }
    }

    /// v − E for the sites from `first` on.
    #[inline(always)]
    pub(super) fn terms(&self, first: usize) -> Tile<T, WIDTH> {
        let mut tile = self.diagonal.load(first);
        for values in &mut tile {
            for lane in 0..WIDTH {
                values[lane] = (values[lane] - self.energy[lane]) - self.energy_remainder[lane];
            }
        }
        tile
    }

    /// The bonds to the right of the sites from `first` on.
    #[inline(always)]
    pub(super) fn bonds(&self, first: usize) -> Tile<T, WIDTH> {
        self.bonds.map_or([[T::default(); WIDTH]; super::rows::TILE], |bonds| bonds.load(first))
    }

    /// conj(v − z) = (v − E) + iη for one site.
    #[inline(always)]
    pub(super) fn site(&self, term: &Vector<T, WIDTH>) -> Lanes<T, WIDTH> {
        Lanes { re: *term, im: self.eta }
    }
}
