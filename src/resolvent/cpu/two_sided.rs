//! The two-sided continued fraction of a block: one sweep from the left that keeps its L, one from the right.

use super::batch::{Batch, ComplexPlanes, reshape};
use super::block::Block;
use super::lanes::{Lanes, Vector};
use super::rows::{RowsMut, TILE};
use super::schedule::{Kernel, in_blocks};
use crate::resolvent::error::ResolventError;
use crate::resolvent::real::Real;

/// G_ii of every sequence of a batch: two sweeps of the continued fraction, never the recursion with one division.
///
/// Finite always, with Im G ≥ 0 (0 only where the precision has no smaller number). Each site obeys
/// [`ErrorBound`](crate::resolvent::ErrorBound).
///
/// # Errors
/// [`ResolventError::Memory`] where result or workspace do not fit.
pub fn green_batch<T: Real>(batch: &Batch<T>, green: &mut ComplexPlanes<T>) -> Result<(), ResolventError> {
    green.reshape(batch.diagonals().len())?;
    in_blocks(batch.sequences(), &mut Green { batch, green })
}

struct Green<'b, 'a, T> {
    batch: &'b Batch<'a, T>,
    green: &'b mut ComplexPlanes<T>,
}

impl<T: Real> Kernel for Green<'_, '_, T> {
    fn run<const WIDTH: usize>(&mut self, first: usize) -> Result<(), ResolventError> {
        let block = Block::<T, WIDTH>::of(self.batch, first);
        let mut saved = Vec::new();
        reshape(&mut saved, block.sites, Saved { term: [T::default(); WIDTH], left: Lanes::zero() })?;
        let sites = block.sites;
        let re = RowsMut::of(&mut self.green.re, sites, first, WIDTH);
        let im = RowsMut::of(&mut self.green.im, sites, first, WIDTH);
        match self.batch.bonds() {
            Some(_) => sweep::<T, WIDTH, true>(&block, &mut saved, re, im),
            None => sweep::<T, WIDTH, false>(&block, &mut saved, re, im),
        }
        Ok(())
    }
}

/// What the sweep from the left leaves at a site for the one from the right.
#[derive(Clone, Copy)]
struct Saved<T, const WIDTH: usize> {
    /// v − E.
    term: Vector<T, WIDTH>,
    /// β_{i−1} L_{i−1}.
    left: Lanes<T, WIDTH>,
}

fn sweep<T: Real, const WIDTH: usize, const BONDED: bool>(
    block: &Block<T, WIDTH>,
    saved: &mut [Saved<T, WIDTH>],
    mut re: RowsMut<T>,
    mut im: RowsMut<T>,
) {
    let mut left = Lanes::zero();
    for (tile, saved) in saved.chunks_mut(TILE).enumerate() {
        let terms = block.terms(tile * TILE);
        let bonds = block.bonds(tile * TILE);
        for ((saved, term), bond) in saved.iter_mut().zip(&terms).zip(&bonds) {
            *saved = Saved { term: *term, left };
            left = block.site(term).minus_conjugate(&left).reciprocal();
            if BONDED {
                left = left.scaled(bond);
            }
        }
    }

    let mut right = Lanes::zero();
    for (tile, saved) in saved.chunks(TILE).enumerate().rev() {
        let bonds = block.bonds(tile * TILE);
        let mut green_re = [[T::default(); WIDTH]; TILE];
        let mut green_im = green_re;
        for (site, (saved, bond)) in saved.iter().zip(&bonds).enumerate().rev() {
            if BONDED {
                right = right.scaled(bond);
            }
            let without_left = block.site(&saved.term).minus_conjugate(&right);
            let green = without_left.minus_conjugate(&saved.left).reciprocal();
            right = without_left.reciprocal();
            green_re[site] = green.re;
            green_im[site] = green.im;
        }
        re.store(tile * TILE, &green_re);
        im.store(tile * TILE, &green_im);
    }
}
