//! Rows, one a lane, read and written a tile of sites at a time: what is \[sequence\]\[site\] outside is
//! \[site\]\[lane\] inside.

use super::lanes::Vector;
use crate::resolvent::real::Real;

/// The sites of a tile.
pub(super) const TILE: usize = 32;

/// The side of the square that is transposed at once: one register of singles, two of doubles.
const SQUARE: usize = 4;

/// One value a site and lane. On the heap, because a compiler that takes an array on the stack apart loses sight of the
/// vector instructions in it.
pub(super) type Tile<T, const WIDTH: usize> = Vec<Vector<T, WIDTH>>;

/// A tile of zeros.
#[inline(always)]
pub(super) fn empty_tile<T: Real, const WIDTH: usize>() -> Tile<T, WIDTH> {
    vec![[T::default(); WIDTH]; TILE]
}

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

    /// The sites from `first` on; before the beginning and beyond the end of the rows, 0.
    #[inline(never)]
    pub(super) fn load(&self, first: isize) -> Tile<T, WIDTH> {
        let mut tile = empty_tile();
        let length = self.0[0].len();
        let Some(first) = usize::try_from(first).ok().filter(|first| first + TILE <= length) else {
            self.load_end(first, &mut tile);
            return tile;
        };
        let (squares, rest) = self.0.as_chunks::<SQUARE>();
        for (group, rows) in squares.iter().enumerate() {
            let [a, b, c, d] = rows.map(|row| row[first..first + TILE].as_chunks::<SQUARE>().0);
            let lane = group * SQUARE;
            let sites = tile.as_chunks_mut::<SQUARE>().0.iter_mut();
            for ((((sites, a), b), c), d) in sites.zip(a).zip(b).zip(c).zip(d) {
                let turned = T::transpose([*a, *b, *c, *d]);
                for row in 0..SQUARE {
                    sites[row][lane..lane + SQUARE].copy_from_slice(&turned[row]);
                }
            }
        }
        for (row, lane) in rest.iter().zip(squares.len() * SQUARE..) {
            for (values, value) in tile.iter_mut().zip(&row[first..first + TILE]) {
                values[lane] = *value;
            }
        }
        tile
    }

    /// A tile that is not wholly within the rows.
    #[cold]
    fn load_end(&self, first: isize, tile: &mut [Vector<T, WIDTH>]) {
        for (values, site) in tile.iter_mut().zip(first..) {
            for (value, row) in values.iter_mut().zip(&self.0) {
                let site = usize::try_from(site).ok();
                *value = site.and_then(|site| row.get(site)).copied().unwrap_or_default();
            }
        }
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
    #[inline(never)]
    pub(super) fn store<const WIDTH: usize>(&mut self, first: usize, tile: &[Vector<T, WIDTH>]) {
        for (rows, lane) in self.0.chunks_mut(SQUARE).zip((0..).step_by(SQUARE)) {
            if let [a, b, c, d] = rows
                && let Some([a, b, c, d]) = whole_pieces([a, b, c, d], first)
            {
                let sites = tile.as_chunks::<SQUARE>().0.iter();
                for ((((sites, a), b), c), d) in sites.zip(a).zip(b).zip(c).zip(d) {
                    let square = [&sites[0], &sites[1], &sites[2], &sites[3]].map(|site| {
                        let values = &site[lane..lane + SQUARE];
                        [values[0], values[1], values[2], values[3]]
                    });
                    [*a, *b, *c, *d] = T::transpose(square);
                }
                continue;
            }
            for (row, lane) in rows.iter_mut().zip(lane..) {
                let row = row.get_mut(first..).unwrap_or_default();
                row.iter_mut().zip(tile).for_each(|(value, values)| *value = values[lane]);
            }
        }
    }
}

/// The tiles of four rows from `first` on, in pieces of four sites, where they are wholly within the rows.
#[inline(always)]
fn whole_pieces<'r, T>(
    rows: [&'r mut &mut [T]; SQUARE],
    first: usize,
) -> Option<[&'r mut [[T; SQUARE]]; SQUARE]> {
    let [a, b, c, d] = rows;
    let piece = |row: &'r mut &mut [T]| Some(row.get_mut(first..first + TILE)?.as_chunks_mut().0);
    Some([piece(a)?, piece(b)?, piece(c)?, piece(d)?])
}
