//! Between rows, one a sequence, and blocks \[site\]\[lane\].

use crate::resolvent::real::Real;

/// The side of the square that is transposed at once: one register of singles, two of doubles.
const SQUARE: usize = 4;
/// Sites read of a few rows before the next rows are: a cache line of singles. Rows lie a power of two apart more often
/// than not, and all of them at once would fall on the same lines of the cache.
const TILE: usize = 16;

/// Writes rows of one length, one a lane, into a block whose sites are `stride` values apart; the first one's lanes
/// begin at its first value.
pub(super) fn gather<T: Real>(rows: &[&[T]], block: &mut [T], stride: usize) {
    let sites = rows.first().map_or(0, |row| row.len());
    for first in (0..sites).step_by(TILE) {
        let end = sites.min(first + TILE);
        for (group, rows) in rows.chunks(SQUARE).enumerate() {
            let lane = group * SQUARE;
            let mut site = first;
            if let [a, b, c, d] = rows {
                while site + SQUARE <= end {
                    let square = [a, b, c, d].map(|row| {
                        let values = &row[site..site + SQUARE];
                        [values[0], values[1], values[2], values[3]]
                    });
                    let turned = T::transpose(square);
                    let target = &mut block[site * stride + lane..][..(SQUARE - 1) * stride + SQUARE];
                    for row in 0..SQUARE {
                        target[row * stride..][..SQUARE].copy_from_slice(&turned[row]);
                    }
                    site += SQUARE;
                }
            }
            for site in site..end {
                for (row, lane) in rows.iter().zip(lane..) {
                    block[site * stride + lane] = row[site];
                }
            }
        }
    }
}

/// A row that is written from a lane of a block.
pub(super) struct Target<'a, T> {
    /// The row.
    pub(super) row: &'a mut [T],
    /// The site of the block that is the row's first.
    pub(super) skip: usize,
}

impl<T: Real> Target<'_, T> {
    /// Writes four sites, as far as the row has them.
    #[inline(always)]
    fn write(&mut self, site: usize, values: &[T; SQUARE]) {
        let start = site.wrapping_sub(self.skip);
        if start < self.row.len()
            && let Some(target) = self.row[start..].first_chunk_mut::<SQUARE>()
        {
            *target = *values;
            return;
        }
        for (value, site) in values.iter().zip(site..) {
            self.write_one(site, *value);
        }
    }

    #[inline(always)]
    fn write_one(&mut self, site: usize, value: T) {
        if let Some(target) = self.row.get_mut(site.wrapping_sub(self.skip)) {
            *target = value;
        }
    }
}

/// Writes the first lanes of a block of so many sites, laid out as for [`gather`], as rows.
pub(super) fn scatter<T: Real>(block: &[T], stride: usize, sites: usize, targets: &mut [Target<T>]) {
    for first in (0..sites).step_by(TILE) {
        let end = sites.min(first + TILE);
        for (group, targets) in targets.chunks_mut(SQUARE).enumerate() {
            let lane = group * SQUARE;
            let mut site = first;
            if let [a, b, c, d] = targets {
                while site + SQUARE <= end {
                    let source = &block[site * stride + lane..][..(SQUARE - 1) * stride + SQUARE];
                    let square = [0, 1, 2, 3].map(|row| {
                        let values = &source[row * stride..][..SQUARE];
                        [values[0], values[1], values[2], values[3]]
                    });
                    let turned = T::transpose(square);
                    a.write(site, &turned[0]);
                    b.write(site, &turned[1]);
                    c.write(site, &turned[2]);
                    d.write(site, &turned[3]);
                    site += SQUARE;
                }
            }
            for site in site..end {
                for (target, lane) in targets.iter_mut().zip(lane..) {
                    target.write_one(site, block[site * stride + lane]);
                }
            }
        }
    }
}
