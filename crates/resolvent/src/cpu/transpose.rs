//! Transposition between rows, one per sequence, and blocks \[site\]\[lane\].

use super::ahead::Ahead;
use crate::real::Real;
use std::ops::Range;

/// The side of the square that is transposed at once: one register of singles or two of doubles.
const SQUARE: usize = 4;
/// The number of sites read from one group of rows before the next group: a cache line of singles. Rows usually lie
/// a power of two apart, so that reading all rows at once would map them to the same lines of the cache.
const TILE: usize = 16;

/// Writes rows of equal length into a block, one row per lane. The sites of the block are `stride` values apart, a
/// multiple of [`SQUARE`]; the lanes of the first site begin at the first value of the block.
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

/// Returns four values of a tile, from `site` on.
#[inline(always)]
fn square<T: Copy>(row: &[T; TILE], site: usize) -> [T; SQUARE] {
    [row[site], row[site + 1], row[site + 2], row[site + 3]]
}

/// A row to be written from one lane of a block.
pub(super) struct Target<'a, T> {
    /// The row.
    pub(super) row: &'a mut [T],
    /// The site of the block that corresponds to the first value of the row.
    pub(super) skip: usize,
}

impl<T: Real> Target<'_, T> {
    /// Returns the part of a range of sites of the block that the row covers.
    fn sites(&self, sites: Range<usize>) -> Range<usize> {
        sites.start.max(self.skip)..sites.end.min(self.skip + self.row.len())
    }

    /// Returns the part of the row that corresponds to the tile from `first` on, if the row covers the whole tile.
    fn tile(&mut self, first: usize) -> Option<&mut [T; TILE]> {
        self.row.get_mut(first.wrapping_sub(self.skip)..)?.first_chunk_mut()
    }
}

/// Writes the lanes of a block of `sites` sites, laid out as for [`gather`], to rows, one lane per target.
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
