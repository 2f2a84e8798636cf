//! How the sequences of a batch are dealt into blocks.

use crate::resolvent::error::ResolventError;

/// Sequences side by side in a full block: 16 fill every register width from SSE2 to AVX-512, and more gain nothing
/// (resolvent-performance.md §4.3).
const WIDE: usize = 16;
/// Sequences side by side in a block for a few: one SSE2 or SIMD128 register of singles.
const NARROW: usize = 4;

/// What is done to each block.
pub(super) trait Kernel {
    /// Computes the sequences from `first` on, as many as there are lanes or sequences left.
    fn run<const WIDTH: usize>(&mut self, first: usize) -> Result<(), ResolventError>;
}

/// Runs a kernel over all sequences: wide blocks, then whatever wastes least on those that are left.
pub(super) fn in_blocks(sequences: usize, kernel: &mut impl Kernel) -> Result<(), ResolventError> {
    for first in (0..sequences).step_by(WIDE) {
        match sequences - first {
            1 => kernel.run::<1>(first)?,
            2..=NARROW => kernel.run::<NARROW>(first)?,
            _ => kernel.run::<WIDE>(first)?,
        }
    }
    Ok(())
}
