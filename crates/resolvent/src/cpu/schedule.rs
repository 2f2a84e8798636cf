//! The distribution of the sequences of a batch over blocks.

use super::blocks::Shape;
use super::width::Width;
use crate::real::Real;

/// The number of blocks packed at a time: a kernel may compute two at once, and packed values stay in a cache until
/// they are used.
pub(super) const BLOCKS: usize = 2;

/// Divides the sequences into runs that are packed, computed and unpacked together: the first sequence of each run
/// and its shape. All runs have wide blocks, except that the remaining sequences go into a narrow block if they fit.
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
