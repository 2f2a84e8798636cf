//! How the sequences of a batch are dealt into blocks.

use crate::resolvent::error::ResolventError;
use crate::resolvent::real::Real;

/// Sequences side by side in a block for a few.
const NARROW: usize = 4;

/// What is done to each block.
pub(super) trait Kernel {
    /// The precision it works in.
    type Precision: Real;
    /// Memory used again from block to block.
    type Scratch<const WIDTH: usize>;

    /// The memory for blocks of this width.
    fn scratch<const WIDTH: usize>(&self) -> Result<Self::Scratch<WIDTH>, ResolventError>;

    /// Computes the sequences from `first` on, as many as there are lanes or sequences left.
    fn run<const WIDTH: usize>(&mut self, first: usize, scratch: &mut Self::Scratch<WIDTH>);
}

/// Runs a kernel over all sequences: wide blocks, then whatever wastes least on those that are left.
pub(super) fn in_blocks<K: Kernel>(sequences: usize, kernel: &mut K) -> Result<(), ResolventError> {
    // A width has to be a literal; one of the two is compiled for each precision.
    match K::Precision::WIDE {
        16 => in_blocks_of::<16, K>(sequences, kernel),
        _ => in_blocks_of::<8, K>(sequences, kernel),
    }
}

fn in_blocks_of<const WIDE: usize, K: Kernel>(
    sequences: usize,
    kernel: &mut K,
) -> Result<(), ResolventError> {
    let rest = match sequences % WIDE {
        few @ 0..=NARROW => few,
        _ => 0,
    };
    let wide = sequences - rest;
    if wide > 0 {
        let mut scratch = kernel.scratch::<WIDE>()?;
        (0..wide).step_by(WIDE).for_each(|first| kernel.run(first, &mut scratch));
    }
    match rest {
        0 => {}
        1 => kernel.run::<1>(wide, &mut kernel.scratch()?),
        _ => kernel.run::<NARROW>(wide, &mut kernel.scratch()?),
    }
    Ok(())
}
