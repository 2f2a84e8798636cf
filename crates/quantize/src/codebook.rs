//! The levels that one group of numbers can be stored at, evenly spaced or from a table.

use crate::formats::Format;
use crate::grid::Grid;
use crate::scheme::Width;

/// All codes of one group with what they stand for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Codebook {
    /// A grid of even steps.
    Uniform(Grid, Width),
    /// The levels of a format with codes of at most 8 bits, and the scale of the group.
    Table(Format, f32),
}

impl Codebook {
    /// Bits a code.
    pub fn bits(&self) -> u32 {
        match self {
            Codebook::Uniform(_, width) => width.bits(),
            Codebook::Table(format, _) => format.bits(),
        }
    }

    /// Code and level of all there are, levels rising.
    pub fn levels(&self) -> Vec<(i8, f32)> {
        match self {
            Codebook::Uniform(grid, width) => grid.levels(*width).collect(),
            Codebook::Table(format, scale) => {
                let level = |code: u32| (code as u8 as i8, format.codec().decode(code, *scale));
                let mut levels: Vec<(i8, f32)> =
                    (0..1 << format.bits()).map(level).filter(|(_, level)| !level.is_nan()).collect();
                levels.sort_by(|one, other| one.1.total_cmp(&other.1));
                levels
            }
        }
    }

    /// Code and level of a finite value.
    pub fn store(&self, value: f32) -> (i8, f32) {
        match self {
            Codebook::Uniform(grid, width) => {
                let code = grid.encode(value, *width);
                (code, grid.decode(code))
            }
            Codebook::Table(format, scale) => {
                let code = format.codec().encode(value, *scale);
                (code as u8 as i8, format.codec().decode(code, *scale))
            }
        }
    }

    /// The lowest and the highest level.
    pub fn range(&self) -> (f32, f32) {
        match self {
            Codebook::Uniform(grid, width) => grid.range(*width),
            Codebook::Table(..) => {
                let levels = self.levels();
                let level = |place: Option<&(i8, f32)>| place.map_or(0.0, |(_, level)| *level);
                (level(levels.first()), level(levels.last()))
            }
        }
    }

    /// The largest distance of two neighbouring levels: between the outermost ones, no error is more than half of it.
    pub fn widest(&self) -> f32 {
        match self {
            Codebook::Uniform(grid, _) => grid.scale,
            Codebook::Table(..) => {
                let levels = self.levels();
                levels.windows(2).map(|pair| pair[1].1 - pair[0].1).fold(0.0, f32::max)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_stored_as_itself_and_every_value_within_half_the_widest_distance() {
        let books = [
            Codebook::Uniform(Grid::new(0.25, -3, Width::Int4), Width::Int4),
            Codebook::Table(Format::Nf4, 3.5),
            Codebook::Table(Format::Fp4, 3.5),
            Codebook::Table(Format::Fp8E4m3, 3.5),
        ];
        for book in books {
            let levels = book.levels();
            // Two codes of FP8 are NaN.
            let count = if book.bits() == 8 { 254 } else { 16 };
            assert!(levels.len() == count && levels.is_sorted_by(|one, other| one.1 <= other.1));
            assert_eq!((levels[0].1, levels[count - 1].1), book.range());
            assert!(levels.iter().all(|(_, level)| book.store(*level).1 == *level), "{book:?}");
            let (low, high) = book.range();
            for place in 0..=1000 {
                let value = low + (high - low) * place as f32 / 1000.0;
                let off = (book.store(value).1 - value).abs();
                // Thresholds are rounded to single precision, and those of FP4 to seven digits.
                assert!(off <= 0.5 * book.widest() + 1e-5, "{book:?}: {value} is off by {off}");
            }
        }
        assert_eq!(Codebook::Table(Format::Nf4, 0.0).store(1.0).1, 0.0);
    }
}
