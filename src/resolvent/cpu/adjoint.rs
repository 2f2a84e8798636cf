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
//! Coming from the left and coming from the right is the same computation with L, A and R, B exchanged.
//! No division and no difference besides those of the resolvent itself; |s_j| ≤ max|g| · Im G_jj/η
//! (resolvent-performance.md §3).

use super::batch::{Batch, ComplexPlanes, Gradient};
use super::blocks::{Block, Blocks, ComplexBlocks, Cotangents, GradientBlock, GradientBlocks, Pair, share};
use super::complex::Complexes;
use super::meeting::{Meeting, Side, meet};
use super::schedule::runs;
use super::totals::Totals;
use super::width::at_width;
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
    run_all(batch, cotangents, None, gradient)
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

/// [`green_with_adjoint`] in the kernels' own layout.
///
/// # Errors
/// [`ResolventError::BatchShape`] where the cotangents are not of the blocks' shape, [`ResolventError::Memory`] where
/// result or workspace do not fit.
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
    };
    meet(&mut sweeps, sites);
}

/// What is handed from site to site; from the left, and mirrored from the right.
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
    /// L_{j−1} or R_{j+1} from the first visit to the second, then G.
    green: &'a mut [Pair<T, REGISTERS>],
    /// g_j + A_j or g_j + B_j, from the first visit to the second.
    sums: &'a mut [Pair<T, REGISTERS>],
    diagonals: &'a mut [[T::Register; REGISTERS]],
    /// Sums over the sites on both sides of each bond, in whatever order they are visited.
    bonds: &'a mut [[T::Register; REGISTERS]],
    totals: Totals<'a, T, REGISTERS>,
}

impl<T: Real, const REGISTERS: usize, const BONDED: bool> Meeting<REGISTERS>
    for Sweeps<'_, T, REGISTERS, BONDED>
{
    type Carry = Carry<T::Register>;

    #[inline(always)]
    fn enter(&mut self, site: usize, from: Side, carries: &mut [Self::Carry; REGISTERS]) {
        let bond = self.block.bond(from.bond(site));
        let [re, im] = &mut self.green[site];
        let [g_re, g_im] = &self.cotangents[site];
        let [sum_re, sum_im] = &mut self.sums[site];
        for part in 0..REGISTERS {
            let carry = &mut carries[part];
            (re[part], im[part]) = (carry.value.re, carry.value.im);
            let share_of = |neighbour| share::<_, BONDED>(bond[part], neighbour);
            let sum = Complexes { re: g_re[part], im: g_im[part] }.plus(share_of(carry.sensitivity));
            (sum_re[part], sum_im[part]) = (sum.re, sum.im);
            let denominator = self.block.site(site, part).minus_conjugate(share_of(carry.value));
            let squared;
            (carry.value, squared) = denominator.reciprocal_and_square();
            carry.sensitivity = squared.times(sum);
        }
    }

    #[inline(always)]
    fn finish(&mut self, site: usize, from: Side, carries: &mut [Self::Carry; REGISTERS]) {
        let (towards, away) = (from.bond(site), from.opposite().bond(site));
        let (bond, other_bond) = (self.block.bond(towards), self.block.bond(away));
        let [re, im] = &mut self.green[site];
        let [g_re, g_im] = &self.cotangents[site];
        let [sum_re, sum_im] = &self.sums[site];
        let diagonals = &mut self.diagonals[site];
        for part in 0..REGISTERS {
            let carry = &mut carries[part];
            let behind = Complexes { re: re[part], im: im[part] };
            let other =
                self.block.site(site, part).minus_conjugate(share::<_, BONDED>(bond[part], carry.value));
            let denominator = other.minus_conjugate(share::<_, BONDED>(other_bond[part], behind));
            let (green, squared) = denominator.reciprocal_and_square();
            (re[part], im[part]) = (green.re, green.im);

            let sum_behind = Complexes { re: sum_re[part], im: sum_im[part] };
            let sensitivity = share::<_, BONDED>(bond[part], carry.sensitivity);
            let total = squared.times(sum_behind.plus(sensitivity));
            diagonals[part] = -total.re;
            self.totals.add(part, total);

            let sum = Complexes { re: g_re[part], im: g_im[part] }.plus(sensitivity);
            if BONDED {
                let terms = [(towards, carry.value, sum_behind), (away, behind, sum)];
                for (bond, neighbour, sum) in terms {
                    if let Some(derivative) = self.bonds.get_mut(bond) {
                        derivative[part] = derivative[part] + neighbour.real_product(squared.times(sum));
                    }
                }
            }
            let squared;
            (carry.value, squared) = other.reciprocal_and_square();
            carry.sensitivity = squared.times(sum);
        }
    }

    #[inline(always)]
    fn end_tile(&mut self) {
        self.totals.end_tile();
    }
}
