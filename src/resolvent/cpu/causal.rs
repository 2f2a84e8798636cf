//! The causal form: the continued fraction from the left alone, y_i = L_i, which at site i knows nothing of the sites
//! after it; and its adjoint.

use super::batch::{Batch, ComplexPlanes, Gradient};
use super::block::{Block, Side};
use super::lanes::Lanes;
use super::pieces::in_pieces;
use super::rows::{Rows, RowsMut, TILE, empty_tile};
use super::schedule::{Kernel, in_blocks};
use super::totals::Totals;
use crate::resolvent::error::ResolventError;
use crate::resolvent::real::Real;

/// L_i of every sequence of a batch: the last diagonal element of the resolvent of the chain that ends at site i. One
/// sweep from left to right.
///
/// Finite always, with Im L ≥ 0 (0 only where the precision has no smaller number).
///
/// # Errors
/// [`ResolventError::Memory`] where the result does not fit.
pub fn causal_batch<T: Real>(batch: &Batch<T>, causal: &mut ComplexPlanes<T>) -> Result<(), ResolventError> {
    causal.reshape(batch.diagonals().len())?;
    if in_pieces(batch, 1, causal, causal_batch)? {
        return Ok(());
    }
    in_blocks(batch.sequences(), &mut Causal { batch, causal })
}

/// The exact gradient through [`causal_batch`], given its result and the cotangents
/// g_i = ∂Loss/∂Re L_i − i ∂Loss/∂Im L_i. One sweep from right to left:
///
/// ```text
/// s_N = L_N² g_N,   s_j = L_j² (g_j + β_j s_{j+1}),
/// ∂Loss/∂v_j = −Re s_j,   ∂Loss/∂β_j = Re(L_j s_{j+1}),   ∂Loss/∂E = Re Σ s_j,   ∂Loss/∂η = −Im Σ s_j
/// ```
///
/// (resolvent-performance.md §3).
///
/// # Errors
/// [`ResolventError::BatchShape`] where `causal` or `cotangents` are not of the batch's shape,
/// [`ResolventError::BatchValue`] for a cotangent that is not finite or so large that a derivative, which may be |g|/η³,
/// could overflow, [`ResolventError::Memory`] where the result does not fit.
pub fn causal_adjoint<T: Real>(
    batch: &Batch<T>,
    causal: &ComplexPlanes<T>,
    cotangents: &ComplexPlanes<T>,
    gradient: &mut Gradient<T>,
) -> Result<(), ResolventError> {
    batch.check_planes("causal resolvents", causal)?;
    batch.check_cotangents(cotangents)?;
    gradient.reshape(batch)?;
    in_blocks(batch.sequences(), &mut Adjoint { batch, causal, cotangents, gradient })
}

/// [`causal_batch`] and [`causal_adjoint`] one after the other, for a loss whose cotangents are known beforehand.
///
/// # Errors
/// As those two.
pub fn causal_with_adjoint<T: Real>(
    batch: &Batch<T>,
    cotangents: &ComplexPlanes<T>,
    causal: &mut ComplexPlanes<T>,
    gradient: &mut Gradient<T>,
) -> Result<(), ResolventError> {
    causal_batch(batch, causal)?;
    causal_adjoint(batch, causal, cotangents, gradient)
}

struct Causal<'b, 'a, T> {
    batch: &'b Batch<'a, T>,
    causal: &'b mut ComplexPlanes<T>,
}

impl<T: Real> Kernel for Causal<'_, '_, T> {
    type Precision = T;
    type Scratch<const WIDTH: usize> = ();

    fn scratch<const WIDTH: usize>(&self) -> Result<(), ResolventError> {
        Ok(())
    }

    fn run<const WIDTH: usize>(&mut self, first: usize, _scratch: &mut ()) {
        let block = Block::<T, WIDTH>::of(self.batch, first);
        let sites = block.sites;
        let re = RowsMut::of(&mut self.causal.re, sites, first, WIDTH);
        let im = RowsMut::of(&mut self.causal.im, sites, first, WIDTH);
        match self.batch.bonds() {
            Some(_) => sweep::<T, WIDTH, true>(&block, re, im),
            None => sweep::<T, WIDTH, false>(&block, re, im),
        }
    }
}

fn sweep<T: Real, const WIDTH: usize, const BONDED: bool>(
    block: &Block<T, WIDTH>,
    mut re: RowsMut<T>,
    mut im: RowsMut<T>,
) {
    let mut share = Lanes::zero();
    for first in (0..block.sites).step_by(TILE) {
        let diagonal = block.diagonal(first);
        let bonds = block.bonds(first, Side::Right);
        let (mut left_re, mut left_im) = (empty_tile(), empty_tile());
        for site in 0..TILE {
            let left = block.site(&block.term(&diagonal[site])).minus_conjugate(&share).reciprocal();
            left_re[site] = left.re;
            left_im[site] = left.im;
            share = if BONDED { left.scaled(&bonds[site]) } else { left };
        }
        re.store(first, &left_re);
        im.store(first, &left_im);
    }
}

struct Adjoint<'b, 'a, T> {
    batch: &'b Batch<'a, T>,
    causal: &'b ComplexPlanes<T>,
    cotangents: &'b ComplexPlanes<T>,
    gradient: &'b mut Gradient<T>,
}

impl<T: Real> Kernel for Adjoint<'_, '_, T> {
    type Precision = T;
    type Scratch<const WIDTH: usize> = ();

    fn scratch<const WIDTH: usize>(&self) -> Result<(), ResolventError> {
        Ok(())
    }

    fn run<const WIDTH: usize>(&mut self, first: usize, _scratch: &mut ()) {
        match self.batch.bonds() {
            Some(_) => self.sweep::<WIDTH, true>(first),
            None => self.sweep::<WIDTH, false>(first),
        }
    }
}

impl<T: Real> Adjoint<'_, '_, T> {
    fn sweep<const WIDTH: usize, const BONDED: bool>(&mut self, first: usize) {
        let block = Block::<T, WIDTH>::of(self.batch, first);
        let sites = block.sites;
        let rows = |plane| Rows::<T, WIDTH>::of(plane, sites, first);
        let (left_re, left_im) = (rows(&self.causal.re), rows(&self.causal.im));
        let (cotangent_re, cotangent_im) = (rows(&self.cotangents.re), rows(&self.cotangents.im));
        let mut diagonals = RowsMut::of(&mut self.gradient.diagonals, sites, first, WIDTH);
        let mut bond_rows = RowsMut::of(&mut self.gradient.bonds, sites - 1, first, WIDTH);
        let mut totals = Totals::<T, WIDTH>::default();
        // s_{j+1}.
        let mut after = Lanes::zero();
        for tile in (0..sites).step_by(TILE).rev() {
            let (re, im) = (left_re.load(tile as isize), left_im.load(tile as isize));
            let (g_re, g_im) = (cotangent_re.load(tile as isize), cotangent_im.load(tile as isize));
            let bonds = block.bonds(tile, Side::Right);
            let (mut by_diagonal, mut by_bond) = (empty_tile(), empty_tile());
            for site in (0..TILE.min(sites - tile)).rev() {
                let left = Lanes { re: re[site], im: im[site] };
                let cotangent = Lanes { re: g_re[site], im: g_im[site] };
                if BONDED {
                    by_bond[site] = left.times(&after).re;
                    after = after.scaled(&bonds[site]);
                }
                after = left.squared().times(&cotangent.plus(&after));
                by_diagonal[site] = after.re.map(|value| -value);
                totals.add(&after);
            }
            totals.end_tile();
            diagonals.store(tile, &by_diagonal);
            if BONDED {
                bond_rows.store(tile, &by_bond);
            }
        }
        totals.write(&mut self.gradient.energies, &mut self.gradient.etas, first);
    }
}
