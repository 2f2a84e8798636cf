//! Rows, one a lane, read and written a tile of sites at a time: where \[sequence\]\[site\] outside becomes
//! \[site\]\[lane\] inside.

use super::lanes::Vector;
use crate::resolvent::real::Real;

/// The sites of a tile.
pub(super) const TILE: usize = 16;

/// One value a site and lane.
pub(super) type Tile<T, const WIDTH: usize> = [Vector<T, WIDTH>; TILE];

/// As many rows as lanes, all of one length. Lanes without a row of their own repeat the last one.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, T, const WIDTH: usize>([&'a [T]; WIDTH]);

impl<'a, T: Real, const WIDTH: usize> Rows<'a, T, WIDTH> {
    /// The rows of `length` values that begin at `first · length`, as many as there are lanes.
    pub(super) fn of(values: &'a [T], length: usize, first: usize) -> Self {
        let last = (values.len() / length.max(1)).saturating_sub(1);
        Self(std::array::from_fn(|lane| {
            let start = (first + lane).min(last) * length;
            values.get(start..start + length).unwrap_or_default()
        }))
    }

    /// The sites from `first` on; beyond the end of the rows, 0.
    #[inline(always)]
    pub(super) fn load(&self, first: usize) -> Tile<T, WIDTH> {
        let mut tile = [[T::default(); WIDTH]; TILE];
        for (lane, row) in self.0.iter().enumerate() {
            let row = row.get(first..).unwrap_or_default();
            if let Some(row) = row.first_chunk::<TILE>() {
                for site in 0..TILE {
                    tile[site][lane] = row[site];
                }
            } else {
                for (values, &value) in tile.iter_mut().zip(row) {
                    values[lane] = value;
                }
            }
        }
        tile
    }
}

/// The rows that are written: at most as many as lanes.
pub(super) struct RowsMut<'a, T>(Vec<&'a mut [T]>);

impl<'a, T: Real> RowsMut<'a, T> {
    /// The rows of `length` values that begin at `first · length`, at most `width` of them.
    pub(super) fn of(values: &'a mut [T], length: usize, first: usize, width: usize) -> Self {
        Self(values.chunks_exact_mut(length.max(1)).skip(first).take(width).collect())
    }

    /// Writes the sites from `first` on, as far as the rows reach.
    #[inline(always)]
    pub(super) fn store<const WIDTH: usize>(&mut self, first: usize, tile: &Tile<T, WIDTH>) {
        for (lane, row) in self.0.iter_mut().enumerate() {
            let row = row.get_mut(first..).unwrap_or_default();
            if let Some(row) = row.first_chunk_mut::<TILE>() {
                for site in 0..TILE {
                    row[site] = tile[site][lane];
                }
            } else {
                for (value, values) in row.iter_mut().zip(tile) {
                    *value = values[lane];
                }
            }
        }
    }
}
