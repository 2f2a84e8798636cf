//! Between rows, one a sequence, and blocks \[site\]\[lane\].

use super::ahead::Ahead;
use crate::real::Real;
use std::ops::Range;

/// The side of the square that is transposed at once: one register of singles, two of doubles.
const SQUARE: usize = 4;
/// Sites read of a few rows before the next rows are: a cache line of singles. Rows lie a power of two apart more often
/// than not, and all of them at once would fall on the same lines of the cache.
const TILE: usize = 16;

/// Writes rows of one length, one a lane, into a block whose sites are `stride` values apart; the first one's lanes
/// begin at its first value. A stride is a multiple of [`SQUARE`].
pub(super) fn gather<T: Real>(rows: &[&[T]], block: &mut [T], stride: usize) {
    let sites = rows.first().map_or(0, |row| row.len());
    for first in (0..sites).step_by(TILE) {
        let end = sites.min(first + TILE);
        for (group, rows) in rows.chunks(SQUARE).enumerate() {
            let lane = group * SQUARE;
            if let [a, b, c, d] = rows
                && let Some(a) = a[first..].first_chunk::<TILE>()
                && let Some(b) = b[first..].first_chunk::<TILE>()
                && let Some(c) = c[first..].first_chunk::<TILE>()
                && let Some(d) = d[first..].first_chunk::<TILE>()
            {
                let squares: &mut [[T; SQUARE]] = block[first * stride + lane..].as_chunks_mut().0;
                for site in (0..TILE).step_by(SQUARE) {
                    let turned = T::transpose([a, b, c, d].map(|row| square(row, site)));
                    for row in 0..SQUARE {
                        squares[(site + row) * (stride / SQUARE)] = turned[row];
                    }
                }
                continue;
            }
            for site in first..end {
                for (row, lane) in rows.iter().zip(lane..) {
                    block[site * stride + lane] = row[site];
                }
            }
        }
    }
}

/// Four values of a tile.
#[inline(always)]
fn square<T: Copy>(row: &[T; TILE], site: usize) -> [T; SQUARE] {
    [row[site], row[site + 1], row[site + 2], row[site + 3]]
}

/// A row that is written from a lane of a block.
pub(super) struct Target<'a, T> {
    /// The row.
    pub(super) row: &'a mut [T],
    /// The site of the block that is the row's first.
    pub(super) skip: usize,
}

impl<T: Real> Target<'_, T> {
    /// The row's sites among these of the block.
    fn sites(&self, sites: Range<usize>) -> Range<usize> {
        sites.start.max(self.skip)..sites.end.min(self.skip + self.row.len())
    }

    /// The row's part of a tile, if it has all of it.
    fn tile(&mut self, first: usize) -> Option<&mut [T; TILE]> {
        self.row.get_mut(first.wrapping_sub(self.skip)..)?.first_chunk_mut()
    }
}

/// Writes the first lanes of a block of so many sites, laid out as for [`gather`], as rows.
pub(super) fn scatter<T: Real>(block: &[T], stride: usize, sites: usize, targets: &mut [Target<T>]) {
    let mut ahead = Ahead::default();
    for first in (0..sites).step_by(TILE) {
        let end = sites.min(first + TILE);
        for (group, targets) in targets.chunks_mut(SQUARE).enumerate() {
            let lane = group * SQUARE;
            for target in &*targets {
                let next = end.wrapping_sub(target.skip);
                ahead.next(target.row.get(next..next.wrapping_add(TILE)));
            }
            if end - first == TILE
                && let [a, b, c, d] = targets
                && let (Some(a), Some(b), Some(c), Some(d)) =
                    (a.tile(first), b.tile(first), c.tile(first), d.tile(first))
            {
                let squares: &[[T; SQUARE]] = block[first * stride + lane..].as_chunks().0;
                for site in (0..TILE).step_by(SQUARE) {
                    let turned =
                        T::transpose([0, 1, 2, 3].map(|row| squares[(site + row) * (stride / SQUARE)]));
                    for (row, turned) in [&mut *a, &mut *b, &mut *c, &mut *d].into_iter().zip(turned) {
                        row[site..site + SQUARE].copy_from_slice(&turned);
                    }
                }
                continue;
            }
            for (target, lane) in targets.iter_mut().zip(lane..) {
                for site in target.sites(first..end) {
                    target.row[site - target.skip] = block[site * stride + lane];
                }
            }
        }
    }
}
