//! The exact adjoint of the two-sided form, computed in the same two sweeps.
//!
//! Let g_i = ∂Loss/∂Re G_ii − i ∂Loss/∂Im G_ii be the cotangents, so that dLoss = Re Σ g_i dG_ii. Then
//!
//! ```text
//! A_1 = 0,  A_{j+1} = β_j L_j² (g_j + A_j)          in the sweep from the left,
//! B_N = 0,  B_{j−1} = β_{j−1} R_j² (g_j + B_j)      in the sweep from the right,
//! s_j = G_jj² (g_j + A_j + B_j),
//! ∂Loss/∂v_j = −Re s_j,   ∂Loss/∂E = Re Σ s_j,   ∂Loss/∂η = −Im Σ s_j,
//! ∂Loss/∂β_j = Re[ R_{j+1} G_jj² (g_j + A_j) + L_j G_{j+1,j+1}² (g_{j+1} + B_{j+1}) ].
//! ```
//!
//! The sweeps from the left and from the right are the same computation with L, A and R, B exchanged. The adjoint
//! has no division and no difference besides those of the resolvent itself; |s_j| ≤ max|g| · Im G_jj/η
//! (resolvent-performance.md §3).

use super::ahead::Ahead;
use super::batch::{Batch, ComplexPlanes, Gradient};
use super::blocks::{Block, Blocks, share};
use super::complex::Complexes;
use super::complex_blocks::{ComplexBlocks, Cotangents, Pair};
use super::gradient_blocks::{GradientBlock, GradientBlocks};
use super::meeting::{Meeting, Side, meet};
use super::schedule::runs;
use super::totals::Totals;
use super::width::at_width;
use crate::error::ResolventError;
use crate::real::Real;

/// Computes the exact gradient through [`green_batch`](super::green_batch), given the cotangents g_i = ∂Loss/∂Re
/// G_ii − i ∂Loss/∂Im G_ii. Takes two sweeps and needs nothing of the forward computation.
///
/// # Errors
/// [`ResolventError::BatchShape`] if the cotangents do not have the shape of the batch;
/// [`ResolventError::BatchValue`] for one that is not finite or so large that a derivative, which may reach |g|/η³,
/// could overflow; [`ResolventError::Memory`] if the result or the workspace does not fit in memory.
pub fn green_adjoint<T: Real>(
    batch: &Batch<T>,
    cotangents: &ComplexPlanes<T>,
    gradient: &mut Gradient<T>,
) -> Result<(), ResolventError> {
    run_all(batch, cotangents, None, gradient)
}

/// Computes [`green_batch`](super::green_batch) and [`green_adjoint`] in the same two sweeps, for a loss whose
/// cotangents are known in advance.
///
/// # Errors
/// The errors of [`green_adjoint`].
pub fn green_with_adjoint<T: Real>(
    batch: &Batch<T>,
    cotangents: &ComplexPlanes<T>,
    green: &mut ComplexPlanes<T>,
    gradient: &mut Gradient<T>,
) -> Result<(), ResolventError> {
    green.reshape(batch.diagonals().len())?;
    run_all(batch, cotangents, Some(green), gradient)
}

fn run_all<T: Real>(
    batch: &Batch<T>,
    cotangents: &ComplexPlanes<T>,
    mut green: Option<&mut ComplexPlanes<T>>,
    gradient: &mut Gradient<T>,
) -> Result<(), ResolventError> {
    batch.check_cotangents(cotangents)?;
    gradient.reshape(batch)?;
    let (mut blocks, mut g) = (Blocks::default(), Cotangents::default());
    let (mut computed, mut by) = (ComplexBlocks::default(), GradientBlocks::default());
    for (first, shape) in runs::<T>(batch.sites(), batch.sequences()) {
        blocks.pack_batch(batch, first, shape)?;
        g.pack_checked(shape, cotangents, first)?;
        green_blocks_with_adjoint(&blocks, &g, &mut computed, &mut by)?;
        if let Some(green) = &mut green {
            computed.unpack_from(green, first);
        }
        by.unpack_from(gradient, first);
    }
    Ok(())
}

/// Computes [`green_with_adjoint`] in the block layout of the kernels.
///
/// # Errors
/// [`ResolventError::BatchShape`] if the cotangents do not have the shape of the blocks; [`ResolventError::Memory`]
/// if the result or the workspace does not fit in memory.
pub fn green_blocks_with_adjoint<T: Real>(
    blocks: &Blocks<T>,
    cotangents: &Cotangents<T>,
    green: &mut ComplexBlocks<T>,
    gradient: &mut GradientBlocks<T>,
) -> Result<(), ResolventError> {
    let cotangents = cotangents.of(blocks)?;
    green.reshape(blocks.shape)?;
    gradient.reshape(blocks)?;
    at_width!(blocks.shape.width, T, sweep_all(blocks, cotangents, green, gradient));
    Ok(())
}

fn sweep_all<T: Real, const REGISTERS: usize>(
    blocks: &Blocks<T>,
    cotangents: &ComplexBlocks<T>,
    green: &mut ComplexBlocks<T>,
    gradient: &mut GradientBlocks<T>,
) {
    let mut sums = std::mem::take(&mut gradient.sums);
    let inputs = blocks.each::<REGISTERS>().zip(cotangents.each()).zip(green.each_mut());
    for (((block, cotangents), green), gradient) in inputs.zip(gradient.each_mut()) {
        let sums = sums.as_chunks_mut().0.as_chunks_mut().0;
        match block.bonds {
            Some(_) => sweep::<T, REGISTERS, true>(block, cotangents, green, gradient, sums),
            None => sweep::<T, REGISTERS, false>(block, cotangents, green, gradient, sums),
        }
    }
    gradient.sums = sums;
}

#[inline(never)]
fn sweep<T: Real, const REGISTERS: usize, const BONDED: bool>(
    block: Block<T, REGISTERS>,
    cotangents: &[Pair<T, REGISTERS>],
    green: &mut [Pair<T, REGISTERS>],
    gradient: GradientBlock<T, REGISTERS>,
    sums: &mut [Pair<T, REGISTERS>],
) {
    let GradientBlock { diagonals, bonds, energies, etas } = gradient;
    let sites = block.terms.len();
    let mut sweeps = Sweeps::<T, REGISTERS, BONDED> {
        block,
        cotangents: &cotangents[..sites],
        green: &mut green[..sites],
        sums: &mut sums[..sites],
        diagonals: &mut diagonals[..sites],
        bonds,
        totals: Totals::into(energies, etas),
        ahead: Ahead::default(),
    };
    meet(&mut sweeps, sites);
}

/// The values carried from site to site. The fields are named for the sweep from the left; the sweep from the right
/// carries R and B in their place.
#[derive(Clone, Copy, Default)]
struct Carry<R> {
    /// L_{j−1}.
    value: Complexes<R>,
    /// L_{j−1}² (g_{j−1} + A_{j−1}), so that A_j is β_{j−1} times this.
    sensitivity: Complexes<R>,
}

struct Sweeps<'a, T: Real, const REGISTERS: usize, const BONDED: bool> {
    block: Block<'a, T, REGISTERS>,
    cotangents: &'a [Pair<T, REGISTERS>],
    /// L_{j−1} or R_{j+1} between the first and the second visit of a site, then G.
    green: &'a mut [Pair<T, REGISTERS>],
    /// g_j + A_j or g_j + B_j, between the first and the second visit of a site.
    sums: &'a mut [Pair<T, REGISTERS>],
    diagonals: &'a mut [[T::Register; REGISTERS]],
    /// For each bond, the sum of the contributions of its two sites, which are added in the order of the visits.
    bonds: &'a mut [[T::Register; REGISTERS]],
    totals: Totals<'a, T, REGISTERS>,
    ahead: Ahead,
}

impl<T: Real, const REGISTERS: usize, const BONDED: bool> Meeting<REGISTERS>
    for Sweeps<'_, T, REGISTERS, BONDED>
{
    type Carry = Carry<T::Register>;

    // Two loops over the registers, so that the squares of one register are computed while the divisions of the
    // others are in progress. Not inlined, so that compilers address each array element relative to that of the
    // site.
    #[inline(never)]
    fn enter(&mut self, site: usize, from: Side, carries: &mut [Self::Carry; REGISTERS]) {
        let bond = self.block.bond(from.bond(site));
        let (terms, eta) = (&self.block.terms[site], &self.block.eta);
        let [re, im] = &mut self.green[site];
        let mut norms = [T::Register::default(); REGISTERS];
        for part in 0..REGISTERS {
            let value = &mut carries[part].value;
            (re[part], im[part]) = (value.re, value.im);
            let share = share::<_, BONDED>(bond[part], *value);
            (*value, norms[part]) =
                Complexes { re: terms[part], im: eta[part] }.minus_conjugate(share).reciprocal_and_norm();
        }
        let [g_re, g_im] = &self.cotangents[site];
        let [sum_re, sum_im] = &mut self.sums[site];
        for part in 0..REGISTERS {
            let Carry { value, sensitivity } = &mut carries[part];
            let share = share::<_, BONDED>(bond[part], *sensitivity);
            let sum = Complexes { re: g_re[part], im: g_im[part] }.plus(share);
            (sum_re[part], sum_im[part]) = (sum.re, sum.im);
            *sensitivity = value.squared_of_norm(norms[part]).times(sum);
        }
    }

    #[inline(always)]
    fn before_entering(&mut self, site: usize, from: Side) {
        self.ahead.along_pairs(self.green, site, from);
        self.ahead.along_pairs(self.sums, site, from);
    }

    #[inline(always)]
    fn before_finishing(&mut self, site: usize, from: Side) {
        self.ahead.along(self.diagonals, site, from);
        if BONDED {
            self.ahead.along(self.bonds, site, from);
        }
    }

    #[inline(never)]
    fn finish(&mut self, site: usize, from: Side, carries: &mut [Self::Carry; REGISTERS]) {
        let (towards, away) = (from.bond(site), from.opposite().bond(site));
        let (bond, other_bond) = (self.block.bond(towards), self.block.bond(away));
        let (terms, eta) = (&self.block.terms[site], &self.block.eta);
        let [re, im] = &mut self.green[site];
        let mut norms = [[T::Register::default(); 2]; REGISTERS];
        let mut neighbours = [[Complexes::default(); 2]; REGISTERS];
        for part in 0..REGISTERS {
            let value = &mut carries[part].value;
            let behind = Complexes { re: re[part], im: im[part] };
            neighbours[part] = [*value, behind];
            let other = Complexes { re: terms[part], im: eta[part] }
                .minus_conjugate(share::<_, BONDED>(bond[part], *value));
            let denominator = other.minus_conjugate(share::<_, BONDED>(other_bond[part], behind));
            let green;
            (green, norms[part][0]) = denominator.reciprocal_and_norm();
            (re[part], im[part]) = (green.re, green.im);
            (*value, norms[part][1]) = other.reciprocal_and_norm();
        }
        let [g_re, g_im] = &self.cotangents[site];
        let [sum_re, sum_im] = &self.sums[site];
        let diagonals = &mut self.diagonals[site];
        for part in 0..REGISTERS {
            let Carry { value, sensitivity } = &mut carries[part];
            let green = Complexes { re: re[part], im: im[part] };
            let squared = green.squared_of_norm(norms[part][0]);
            let sum_behind = Complexes { re: sum_re[part], im: sum_im[part] };
            let share = share::<_, BONDED>(bond[part], *sensitivity);
            let derivative = squared.reflected_product(sum_behind.plus(share));
            diagonals[part] = derivative.re;
            self.totals.add(part, derivative);

            let sum = Complexes { re: g_re[part], im: g_im[part] }.plus(share);
            if BONDED {
                let [neighbour, behind] = neighbours[part];
                let terms = [(towards, neighbour, sum_behind), (away, behind, sum)];
                for (bond, neighbour, sum) in terms {
                    if let Some(derivative) = self.bonds.get_mut(bond) {
                        derivative[part] = derivative[part] + neighbour.real_product(squared.times(sum));
                    }
                }
            }
            *sensitivity = value.squared_of_norm(norms[part][1]).times(sum);
        }
    }

    #[inline(always)]
    fn end_tile(&mut self) {
        self.totals.end_tile();
    }
}
