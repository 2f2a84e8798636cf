//! A block: as many sequences as lanes, swept side by side.

use super::batch::Batch;
use super::lanes::{Lanes, Vector};
use super::rows::{Rows, Tile};
use crate::resolvent::chain::Shift;
use crate::resolvent::real::Real;

/// One of the two sides of a site.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The sites before it.
    Left,
    /// The sites after it.
    Right,
}

impl Side {
    /// The other one.
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

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

    /// v for the sites from `first` on.
    #[inline(always)]
    pub(super) fn diagonal(&self, first: usize) -> Tile<T, WIDTH> {
        self.diagonal.load(first as isize)
    }

    /// v − E for one site.
    #[inline(always)]
    pub(super) fn term(&self, values: &Vector<T, WIDTH>) -> Vector<T, WIDTH> {
        let mut term = *values;
        for lane in 0..WIDTH {
            term[lane] = (term[lane] - self.energy[lane]) - self.energy_remainder[lane];
        }
        term
    }

    /// The bonds on one side of the sites from `first` on; 0 where there is none.
    #[inline(always)]
    pub(super) fn bonds(&self, first: usize, side: Side) -> Tile<T, WIDTH> {
        let first = match side {
            Side::Left => first as isize - 1,
            Side::Right => first as isize,
        };
        self.bonds.map_or(vec![], |bonds| bonds.load(first))
    }

    /// conj(v − z) = (v − E) + iη for one site.
    #[inline(always)]
    pub(super) fn site(&self, term: &Vector<T, WIDTH>) -> Lanes<T, WIDTH> {
        Lanes { re: *term, im: self.eta }
    }
}
