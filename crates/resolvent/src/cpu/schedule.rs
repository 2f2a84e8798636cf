//! How the sequences of a batch are dealt into blocks.

use super::blocks::Shape;
use super::width::Width;
use crate::real::Real;

/// Blocks packed at a time: a kernel may work on two at once, and what is packed stays in a cache until it is used.
pub(super) const BLOCKS: usize = 2;

/// Sequences that are packed, computed and unpacked at a time: the first one, and how they lie in blocks. Full blocks,
/// then a narrow one where it holds what is left.
pub(super) fn runs<T: Real>(sites: usize, sequences: usize) -> impl Iterator<Item = (usize, Shape)> {
    let wide = Width::Wide.lanes::<T>();
    let rest = match sequences % wide {
        few if few <= Width::Narrow.lanes::<T>() => few,
        _ => 0,
    };
    let full = sequences - rest;
    let full_runs = (0..full).step_by(BLOCKS * wide).map(move |first| {
        (first, Shape { sites, sequences: (full - first).min(BLOCKS * wide), width: Width::Wide })
    });
    let narrow = Shape { sites, sequences: rest, width: Width::Narrow };
    full_runs.chain((rest > 0).then_some((full, narrow)))
}
