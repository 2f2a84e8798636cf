//! The two-sided continued fraction of a block.

use super::ahead::Ahead;
use super::batch::{Batch, ComplexPlanes};
use super::blocks::{Block, Blocks, share};
use super::complex::Complexes;
use super::complex_blocks::{ComplexBlocks, Pair};
use super::meeting::{Meeting, Side, meet};
use super::pieces::in_pieces;
use super::schedule::runs;
use super::width::at_width;
use crate::error::ResolventError;
use crate::real::Real;

/// Computes G_ii of every sequence of a batch. Takes two sweeps of the continued fraction, never the recursion with
/// one division.
///
/// Packs, computes and unpacks two blocks at a time; [`green_blocks`] computes the same without packing. A single
/// sequence is computed in overlapping pieces, one per lane, if it is long enough for its η.
///
/// G_ii is always finite, with Im G ≥ 0; Im G is 0 only where it underflows. Each site obeys
/// [`ErrorBound`](crate::ErrorBound).
///
/// # Errors
/// [`ResolventError::Memory`] if the result or the workspace does not fit in memory.
pub fn green_batch<T: Real>(batch: &Batch<T>, green: &mut ComplexPlanes<T>) -> Result<(), ResolventError> {
    green.reshape(batch.diagonals().len())?;
    if in_pieces(batch, 2, green, green_blocks)? {
        return Ok(());
    }
    let (mut blocks, mut computed) = (Blocks::default(), ComplexBlocks::default());
    for (first, shape) in runs::<T>(batch.sites(), batch.sequences()) {
        blocks.pack_batch(batch, first, shape)?;
        green_blocks(&blocks, &mut computed)?;
        computed.unpack_from(green, first);
    }
    Ok(())
}

/// Computes [`green_batch`] in the block layout of the kernels.
///
/// # Errors
/// [`ResolventError::Memory`] if the result does not fit in memory.
pub fn green_blocks<T: Real>(blocks: &Blocks<T>, green: &mut ComplexBlocks<T>) -> Result<(), ResolventError> {
    green.reshape(blocks.shape)?;
    at_width!(blocks.shape.width, T, sweep_all(blocks, green));
    Ok(())
}

fn sweep_all<T: Real, const REGISTERS: usize>(blocks: &Blocks<T>, green: &mut ComplexBlocks<T>) {
    for (block, green) in blocks.each::<REGISTERS>().zip(green.each_mut()) {
        match block.bonds {
            Some(_) => sweep::<T, REGISTERS, true>(block, green),
            None => sweep::<T, REGISTERS, false>(block, green),
        }
    }
}

#[inline(never)]
fn sweep<T: Real, const REGISTERS: usize, const BONDED: bool>(
    block: Block<T, REGISTERS>,
    green: &mut [Pair<T, REGISTERS>],
) {
    let sites = block.terms.len().min(green.len());
    meet(&mut TwoSided::<T, REGISTERS, BONDED> { block, green, ahead: Ahead::default() }, sites);
}

struct TwoSided<'a, T: Real, const REGISTERS: usize, const BONDED: bool> {
    block: Block<'a, T, REGISTERS>,
    /// The neighbor's term β L or β R between the first and the second visit of a site, then G.
    green: &'a mut [Pair<T, REGISTERS>],
    ahead: Ahead,
}

impl<T: Real, const REGISTERS: usize, const BONDED: bool> Meeting<REGISTERS>
    for TwoSided<'_, T, REGISTERS, BONDED>
{
    type Carry = Complexes<T::Register>;

    #[inline(always)]
    fn enter(&mut self, site: usize, from: Side, carries: &mut [Self::Carry; REGISTERS]) {
        let bond = self.block.bond(from.bond(site));
        let [re, im] = &mut self.green[site];
        for part in 0..REGISTERS {
            let share = share::<_, BONDED>(bond[part], carries[part]);
            (re[part], im[part]) = (share.re, share.im);
            carries[part] = self.block.site(site, part).minus_conjugate(share).reciprocal();
        }
    }

    #[inline(always)]
    fn before_entering(&mut self, site: usize, from: Side) {
        self.ahead.along_pairs(self.green, site, from);
    }

    #[inline(always)]
    fn finish(&mut self, site: usize, from: Side, carries: &mut [Self::Carry; REGISTERS]) {
        let bond = self.block.bond(from.bond(site));
        let [re, im] = &mut self.green[site];
        for part in 0..REGISTERS {
            let share = share::<_, BONDED>(bond[part], carries[part]);
            let behind = Complexes { re: re[part], im: im[part] };
            let other = self.block.site(site, part).minus_conjugate(share);
            let green = other.minus_conjugate(behind).reciprocal();
            (re[part], im[part]) = (green.re, green.im);
            carries[part] = other.reciprocal();
        }
    }
}
