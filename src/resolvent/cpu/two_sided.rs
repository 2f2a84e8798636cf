//! The two-sided continued fraction of a block.

use super::batch::{Batch, ComplexPlanes};
use super::block::{Block, Side};
use super::lanes::{Lanes, Vector};
use super::meeting::{Meeting, Stacks, meet};
use super::pieces::in_pieces;
use super::rows::{RowsMut, Tile, empty_tile};
use super::schedule::{Kernel, in_blocks};
use crate::resolvent::error::ResolventError;
use crate::resolvent::real::Real;

/// G_ii of every sequence of a batch: two sweeps of the continued fraction, never the recursion with one division.
///
/// A sequence alone is computed in overlapping pieces, one a lane, where it is long enough for its η.
///
/// Finite always, with Im G ≥ 0 (0 only where the precision has no smaller number). Each site obeys
/// [`ErrorBound`](crate::resolvent::ErrorBound).
///
/// # Errors
/// [`ResolventError::Memory`] where result or workspace do not fit.
pub fn green_batch<T: Real>(batch: &Batch<T>, green: &mut ComplexPlanes<T>) -> Result<(), ResolventError> {
    green.reshape(batch.diagonals().len())?;
    if in_pieces(batch, 2, green, green_batch)? {
        return Ok(());
    }
    in_blocks(batch.sequences(), &mut Green { batch, green })
}

struct Green<'b, 'a, T> {
    batch: &'b Batch<'a, T>,
    green: &'b mut ComplexPlanes<T>,
}

impl<T: Real> Kernel for Green<'_, '_, T> {
    type Precision = T;
    type Scratch<const WIDTH: usize> = Stacks<Saved<T, WIDTH>>;

    fn scratch<const WIDTH: usize>(&self) -> Result<Self::Scratch<WIDTH>, ResolventError> {
        Stacks::of(self.batch.sites())
    }

    fn run<const WIDTH: usize>(&mut self, first: usize, saved: &mut Self::Scratch<WIDTH>) {
        let block = Block::<T, WIDTH>::of(self.batch, first);
        let sites = block.sites;
        let re = RowsMut::of(&mut self.green.re, sites, first, WIDTH);
        let im = RowsMut::of(&mut self.green.im, sites, first, WIDTH);
        let (left, right) = (Lanes::zero(), Lanes::zero());
        match self.batch.bonds() {
            Some(_) => meet(&mut TwoSided::<T, WIDTH, true> { block, re, im }, saved, left, right),
            None => meet(&mut TwoSided::<T, WIDTH, false> { block, re, im }, saved, left, right),
        }
    }
}

/// What the first sweep over a site leaves for the second.
#[derive(Clone, Copy)]
pub(super) struct Saved<T, const WIDTH: usize> {
    /// v − E.
    term: Vector<T, WIDTH>,
    /// β L or β R of the neighbour the sweep came from.
    share: Lanes<T, WIDTH>,
}

struct TwoSided<'a, T, const WIDTH: usize, const BONDED: bool> {
    block: Block<'a, T, WIDTH>,
    re: RowsMut<'a, T>,
    im: RowsMut<'a, T>,
}

impl<T: Real, const WIDTH: usize, const BONDED: bool> Meeting<T> for TwoSided<'_, T, WIDTH, BONDED> {
    type Carry = Lanes<T, WIDTH>;
    type Saved = Saved<T, WIDTH>;
    type Entering = (Tile<T, WIDTH>, Tile<T, WIDTH>);
    type Finishing = Tile<T, WIDTH>;
    type Results = [Tile<T, WIDTH>; 2];

    #[inline(always)]
    fn entering(&self, first: usize, from: Side) -> Self::Entering {
        (self.block.diagonal(first), self.block.bonds(first, from))
    }

    #[inline(always)]
    fn enter(
        &self,
        (diagonal, bonds): &Self::Entering,
        site: usize,
        carry: &mut Lanes<T, WIDTH>,
    ) -> Self::Saved {
        let term = self.block.term(&diagonal[site]);
        let share = if BONDED { carry.scaled(&bonds[site]) } else { *carry };
        *carry = self.block.site(&term).minus_conjugate(&share).reciprocal();
        Saved { term, share }
    }

    #[inline(always)]
    fn finishing(&self, first: usize, from: Side) -> (Self::Finishing, Self::Results) {
        (self.block.bonds(first, from), [empty_tile(), empty_tile()])
    }

    #[inline(always)]
    fn finish(
        &mut self,
        bonds: &Self::Finishing,
        [re, im]: &mut Self::Results,
        site: usize,
        saved: &Self::Saved,
        carry: &mut Lanes<T, WIDTH>,
    ) {
        let share = if BONDED { carry.scaled(&bonds[site]) } else { *carry };
        let other = self.block.site(&saved.term).minus_conjugate(&share);
        let green = other.minus_conjugate(&saved.share).reciprocal();
        *carry = other.reciprocal();
        (re[site], im[site]) = (green.re, green.im);
    }

    #[inline(always)]
    fn store(&mut self, first: usize, [re, im]: &Self::Results, _from: Side) {
        self.re.store(first, re);
        self.im.store(first, im);
    }
}
