//! The exact adjoint of the two-sided form, in the same two sweeps.
//!
//! With the cotangents g_i = ∂Loss/∂Re G_ii − i ∂Loss/∂Im G_ii, that is dLoss = Re Σ g_i dG_ii,
//!
//! ```text
//! A_1 = 0,  A_{j+1} = β_j L_j² (g_j + A_j)          in the sweep from the left,
//! B_N = 0,  B_{j−1} = β_{j−1} R_j² (g_j + B_j)      in the sweep from the right,
//! s_j = G_jj² (g_j + A_j + B_j),
//! ∂Loss/∂v_j = −Re s_j,   ∂Loss/∂E = Re Σ s_j,   ∂Loss/∂η = −Im Σ s_j,
//! ∂Loss/∂β_j = Re[ R_{j+1} G_jj² (g_j + A_j) + L_j G_{j+1,j+1}² (g_{j+1} + B_{j+1}) ].
//! ```
//!
//! No division and no difference besides those of the resolvent itself; |s_j| ≤ max|g| · Im G_jj/η
//! (resolvent-performance.md §3).

use super::batch::{Batch, ComplexPlanes, Gradient, reshape};
use super::block::Block;
use super::lanes::{Lanes, Vector};
use super::rows::{Rows, RowsMut, TILE};
use super::schedule::{Kernel, in_blocks};
use super::totals::Totals;
use crate::resolvent::error::ResolventError;
use crate::resolvent::real::Real;

/// The exact gradient through [`green_batch`](super::green_batch), given the cotangents
/// g_i = ∂Loss/∂Re G_ii − i ∂Loss/∂Im G_ii. Two sweeps; nothing of the forward computation is needed.
///
/// # Errors
/// [`ResolventError::BatchShape`] where the cotangents are not of the batch's shape, [`ResolventError::BatchValue`] for
/// one that is not finite or so large that a derivative, which may be |g|/η³, could overflow,
/// [`ResolventError::Memory`] where result or workspace do not fit.
pub fn green_adjoint<T: Real>(
    batch: &Batch<T>,
    cotangents: &ComplexPlanes<T>,
    gradient: &mut Gradient<T>,
) -> Result<(), ResolventError> {
    batch.check_cotangents(cotangents)?;
    gradient.reshape(batch)?;
    in_blocks(batch.sequences(), &mut Adjoint { batch, cotangents, gradient, green: None })
}

/// [`green_batch`](super::green_batch) and [`green_adjoint`] in the same two sweeps, for a loss whose cotangents are
/// known beforehand.
///
/// # Errors
/// As [`green_adjoint`].
pub fn green_with_adjoint<T: Real>(
    batch: &Batch<T>,
    cotangents: &ComplexPlanes<T>,
    green: &mut ComplexPlanes<T>,
    gradient: &mut Gradient<T>,
) -> Result<(), ResolventError> {
    batch.check_cotangents(cotangents)?;
    gradient.reshape(batch)?;
    green.reshape(batch.diagonals().len())?;
    in_blocks(batch.sequences(), &mut Adjoint { batch, cotangents, gradient, green: Some(green) })
}

struct Adjoint<'b, 'a, T> {
    batch: &'b Batch<'a, T>,
    cotangents: &'b ComplexPlanes<T>,
    gradient: &'b mut Gradient<T>,
    green: Option<&'b mut ComplexPlanes<T>>,
}

/// What the sweep from the left leaves at a site for the one from the right.
#[derive(Clone, Copy)]
struct Saved<T, const WIDTH: usize> {
    /// v − E.
    term: Vector<T, WIDTH>,
    /// L_{j−1}.
    left: Lanes<T, WIDTH>,
    /// g_j + A_j.
    from_left: Lanes<T, WIDTH>,
}

impl<T: Real> Kernel for Adjoint<'_, '_, T> {
    fn run<const WIDTH: usize>(&mut self, first: usize) -> Result<(), ResolventError> {
        match self.batch.bonds() {
            Some(_) => self.sweep::<WIDTH, true>(first),
            None => self.sweep::<WIDTH, false>(first),
        }
    }
}

impl<T: Real> Adjoint<'_, '_, T> {
    fn sweep<const WIDTH: usize, const BONDED: bool>(&mut self, first: usize) -> Result<(), ResolventError> {
        let block = Block::<T, WIDTH>::of(self.batch, first);
        let sites = block.sites;
        let zero = [T::default(); WIDTH];
        let mut saved = Vec::new();
        reshape(&mut saved, sites, Saved { term: zero, left: Lanes::zero(), from_left: Lanes::zero() })?;
        let rows = |plane| Rows::<T, WIDTH>::of(plane, sites, first);
        let (cotangent_re, cotangent_im) = (rows(&self.cotangents.re), rows(&self.cotangents.im));

        let mut left = Lanes::zero();
        let mut share = Lanes::zero();
        let mut before = Lanes::zero();
        for (tile, saved) in saved.chunks_mut(TILE).enumerate() {
            let start = tile * TILE;
            let terms = block.terms(start);
            let bonds = block.bonds(start);
            let (g_re, g_im) = (cotangent_re.load(start), cotangent_im.load(start));
            for (site, saved) in saved.iter_mut().enumerate() {
                let from_left = Lanes { re: g_re[site], im: g_im[site] }.plus(&before);
                *saved = Saved { term: terms[site], left, from_left };
                left = block.site(&terms[site]).minus_conjugate(&share).reciprocal();
                before = left.squared().times(&from_left);
                share = left;
                if BONDED {
                    share = share.scaled(&bonds[site]);
                    before = before.scaled(&bonds[site]);
                }
            }
        }

        let mut green_rows = self
            .green
            .as_mut()
            .map(|green| [&mut green.re, &mut green.im].map(|plane| RowsMut::of(plane, sites, first, WIDTH)));
        let mut diagonals = RowsMut::of(&mut self.gradient.diagonals, sites, first, WIDTH);
        let mut bond_rows = RowsMut::of(&mut self.gradient.bonds, sites - 1, first, WIDTH);
        let mut totals = Totals::<T, WIDTH>::default();
        let mut right = Lanes::zero();
        let mut after = Lanes::zero();
        // Re[L_j G_{j+1,j+1}² (g_{j+1} + B_{j+1})], which waits for its other half at site j.
        let mut from_next = zero;
        for (tile, saved) in saved.chunks(TILE).enumerate().rev() {
            let start = tile * TILE;
            let bonds = block.bonds(start);
            let before_tile = if BONDED && start > 0 { block.bonds(start - TILE)[TILE - 1] } else { zero };
            let (g_re, g_im) = (cotangent_re.load(start), cotangent_im.load(start));
            let mut green_tiles = [[zero; TILE]; 2];
            let mut by_diagonal = [zero; TILE];
            let mut by_bond = by_diagonal;
            for (site, saved) in saved.iter().enumerate().rev() {
                let bond_before = if site > 0 { &bonds[site - 1] } else { &before_tile };
                let share = if BONDED { right.scaled(&bonds[site]) } else { right };
                let left_share = if BONDED { saved.left.scaled(bond_before) } else { saved.left };
                let without_left = block.site(&saved.term).minus_conjugate(&share);
                let green = without_left.minus_conjugate(&left_share).reciprocal();
                let from_right = Lanes { re: g_re[site], im: g_im[site] }.plus(&after);
                let squared = green.squared();
                let sensitivity = squared.times(&saved.from_left.plus(&after));
                if BONDED {
                    let from_this = right.times(&squared.times(&saved.from_left)).re;
                    for lane in 0..WIDTH {
                        by_bond[site][lane] = from_this[lane] + from_next[lane];
                    }
                    from_next = saved.left.times(&squared.times(&from_right)).re;
                }
                right = without_left.reciprocal();
                after = right.squared().times(&from_right);
                if BONDED {
                    after = after.scaled(bond_before);
                }
                by_diagonal[site] = sensitivity.re.map(|value| -value);
                totals.add(&sensitivity);
                green_tiles[0][site] = green.re;
                green_tiles[1][site] = green.im;
            }
            totals.end_tile();
            diagonals.store(start, &by_diagonal);
            if BONDED {
                bond_rows.store(start, &by_bond);
            }
            if let Some(rows) = &mut green_rows {
                rows.iter_mut().zip(&green_tiles).for_each(|(rows, tile)| rows.store(start, tile));
            }
        }
        totals.write(&mut self.gradient.energies, &mut self.gradient.etas, first);
        Ok(())
    }
}
