//! The causal form and its adjoint: the continued fraction from the left alone, y_i = L_i, which at site i depends
//! only on the sites up to i.

use super::ahead::Ahead;
use super::batch::{Batch, ComplexPlanes, Gradient};
use super::blocks::{Block, Blocks, share};
use super::complex::Complexes;
use super::complex_blocks::{ComplexBlocks, Cotangents, Pair};
use super::gradient_blocks::{GradientBlock, GradientBlocks};
use super::meeting::Side;
use super::pieces::in_pieces;
use super::schedule::runs;
use super::totals::Totals;
use super::width::at_width;
use crate::error::ResolventError;
use crate::real::Real;

/// Computes L_i of every sequence of a batch: the last diagonal element of the resolvent of the chain that ends at
/// site i. Takes one sweep from left to right.
///
/// L_i is always finite, with Im L ≥ 0; Im L is 0 only where it underflows.
///
/// # Errors
/// [`ResolventError::Memory`] if the result does not fit in memory.
pub fn causal_batch<T: Real>(batch: &Batch<T>, causal: &mut ComplexPlanes<T>) -> Result<(), ResolventError> {
    causal.reshape(batch.diagonals().len())?;
    if in_pieces(batch, 1, causal, causal_blocks)? {
        return Ok(());
    }
    let (mut blocks, mut computed) = (Blocks::default(), ComplexBlocks::default());
    for (first, shape) in runs::<T>(batch.sites(), batch.sequences()) {
        blocks.pack_batch(batch, first, shape)?;
        causal_blocks(&blocks, &mut computed)?;
        computed.unpack_from(causal, first);
    }
    Ok(())
}

/// Computes [`causal_batch`] in the block layout of the kernels.
///
/// # Errors
/// [`ResolventError::Memory`] if the result does not fit in memory.
pub fn causal_blocks<T: Real>(
    blocks: &Blocks<T>,
    causal: &mut ComplexBlocks<T>,
) -> Result<(), ResolventError> {
    causal.reshape(blocks.shape)?;
    at_width!(blocks.shape.width, T, sweep_all(blocks, causal));
    Ok(())
}

/// Computes the exact gradient through [`causal_batch`], given its result and the cotangents g_i = ∂Loss/∂Re L_i −
/// i ∂Loss/∂Im L_i. Takes one sweep from right to left:
///
/// ```text
/// s_N = L_N² g_N,   s_j = L_j² (g_j + β_j s_{j+1}),
/// ∂Loss/∂v_j = −Re s_j,   ∂Loss/∂β_j = Re(L_j s_{j+1}),   ∂Loss/∂E = Re Σ s_j,   ∂Loss/∂η = −Im Σ s_j
/// ```
///
/// (resolvent-performance.md §3).
///
/// # Errors
/// [`ResolventError::BatchShape`] if `causal` or `cotangents` do not have the shape of the batch;
/// [`ResolventError::BatchValue`] for a cotangent that is not finite or so large that a derivative, which may reach
/// |g|/η³, could overflow; [`ResolventError::Memory`] if the result does not fit in memory.
pub fn causal_adjoint<T: Real>(
    batch: &Batch<T>,
    causal: &ComplexPlanes<T>,
    cotangents: &ComplexPlanes<T>,
    gradient: &mut Gradient<T>,
) -> Result<(), ResolventError> {
    batch.check_planes("causal resolvents", causal)?;
    batch.check_cotangents(cotangents)?;
    gradient.reshape(batch)?;
    let (mut blocks, mut left, mut g) =
        (Blocks::default(), ComplexBlocks::default(), Cotangents::<T>::default());
    let mut computed = GradientBlocks::default();
    for (first, shape) in runs::<T>(batch.sites(), batch.sequences()) {
        blocks.pack_batch(batch, first, shape)?;
        left.pack_planes(shape, causal, first)?;
        g.pack_checked(shape, cotangents, first)?;
        computed.reshape(&blocks)?;
        at_width!(shape.width, T, adjoint_all(&blocks, &left, g.of(&blocks)?, &mut computed));
        computed.unpack_from(gradient, first);
    }
    Ok(())
}

/// Computes [`causal_batch`] and then [`causal_adjoint`], for a loss whose cotangents are known in advance.
///
/// # Errors
/// The errors of both.
pub fn causal_with_adjoint<T: Real>(
    batch: &Batch<T>,
    cotangents: &ComplexPlanes<T>,
    causal: &mut ComplexPlanes<T>,
    gradient: &mut Gradient<T>,
) -> Result<(), ResolventError> {
    causal_batch(batch, causal)?;
    causal_adjoint(batch, causal, cotangents, gradient)
}

fn sweep_all<T: Real, const REGISTERS: usize>(blocks: &Blocks<T>, causal: &mut ComplexBlocks<T>) {
    let mut all = blocks.each::<REGISTERS>().zip(causal.each_mut());
    while let Some((block, left)) = all.next() {
        let bonded = block.bonds.is_some();
        match (all.next(), bonded) {
            (Some((other, right)), true) => sweep::<T, REGISTERS, 2, true>([block, other], [left, right]),
            (Some((other, right)), false) => sweep::<T, REGISTERS, 2, false>([block, other], [left, right]),
            (None, true) => sweep::<T, REGISTERS, 1, true>([block], [left]),
            (None, false) => sweep::<T, REGISTERS, 1, false>([block], [left]),
        }
    }
}

/// Sweeps one or two blocks at once: two chains of divisions hide each other's latency.
#[inline(never)]
fn sweep<T: Real, const REGISTERS: usize, const BLOCKS: usize, const BONDED: bool>(
    blocks: [Block<T, REGISTERS>; BLOCKS],
    causal: [&mut [Pair<T, REGISTERS>]; BLOCKS],
) {
    let mut carries = [[Complexes::default(); REGISTERS]; BLOCKS];
    let mut ahead = Ahead::default();
    for site in 0..blocks[0].terms.len() {
        for block in 0..BLOCKS {
            ahead.along_pairs(causal[block], site, Side::Left);
            let bond = blocks[block].bond(Side::Left.bond(site));
            let [re, im] = &mut causal[block][site];
            for part in 0..REGISTERS {
                let carry = &mut carries[block][part];
                let share = share::<_, BONDED>(bond[part], *carry);
                *carry = blocks[block].site(site, part).minus_conjugate(share).reciprocal();
                (re[part], im[part]) = (carry.re, carry.im);
            }
        }
    }
}

fn adjoint_all<T: Real, const REGISTERS: usize>(
    blocks: &Blocks<T>,
    causal: &ComplexBlocks<T>,
    cotangents: &ComplexBlocks<T>,
    gradient: &mut GradientBlocks<T>,
) {
    let values = causal.each::<REGISTERS>().zip(cotangents.each());
    for ((block, values), gradient) in blocks.each().zip(values).zip(gradient.each_mut()) {
        match block.bonds {
            Some(_) => adjoint::<T, REGISTERS, true>(block, values, gradient),
            None => adjoint::<T, REGISTERS, false>(block, values, gradient),
        }
    }
}

/// The number of sites between two additions of the totals to their f64 sums.
const TILE: usize = 32;

#[inline(never)]
fn adjoint<T: Real, const REGISTERS: usize, const BONDED: bool>(
    block: Block<T, REGISTERS>,
    (causal, cotangents): (&[Pair<T, REGISTERS>], &[Pair<T, REGISTERS>]),
    gradient: GradientBlock<T, REGISTERS>,
) {
    let GradientBlock { diagonals, bonds, energies, etas } = gradient;
    let mut totals = Totals::<T, REGISTERS>::into(energies, etas);
    // s_{j+1}.
    let mut after = [Complexes::default(); REGISTERS];
    for site in (0..causal.len()).rev() {
        let ([re, im], [g_re, g_im]) = (&causal[site], &cotangents[site]);
        let here = block.bond(site);
        for part in 0..REGISTERS {
            let left = Complexes { re: re[part], im: im[part] };
            if BONDED && let Some(bond) = bonds.get_mut(site) {
                bond[part] = left.real_product(after[part]);
            }
            let share = share::<_, BONDED>(here[part], after[part]);
            let sum = Complexes { re: g_re[part], im: g_im[part] }.plus(share);
            after[part] = left.squared().times(sum);
            let derivative = Complexes { re: -after[part].re, im: after[part].im };
            diagonals[site][part] = derivative.re;
            totals.add(part, derivative);
        }
        if site % TILE == 0 {
            totals.end_tile();
        }
    }
}
