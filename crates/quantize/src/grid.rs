//! One uniform grid of levels: a step and a zero point, and the way from value to code and back.

use crate::scheme::Width;
use serde::{Deserialize, Serialize};

/// The levels (q − z)·s for the codes q of a width.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// s: the distance of neighbouring levels; positive and normal.
    pub scale: f32,
    /// z: the code of the level 0, within the codes of the width. 0 for symmetric schemes.
    pub zero_point: i8,
}

impl Grid {
    /// The grid with a scale that arithmetic can divide by: what is too small to be a normal number, or no number,
    /// becomes the smallest normal one, and what is too large the largest.
    pub fn new(scale: f64, zero_point: i32, width: Width) -> Self {
        let smallest = f64::from(f32::MIN_POSITIVE);
        // `max` and `min` take the other operand where one is NaN.
        let scale = scale.max(smallest).min(f64::from(f32::MAX)) as f32;
        let (lowest, highest) = width.codes();
        Grid { scale, zero_point: zero_point.clamp(lowest, highest) as i8 }
    }

    /// Returns the code of a finite value: that of the nearest level; ties round to even.
    pub fn encode(&self, value: f32, width: Width) -> i8 {
        let (lowest, highest) = width.codes();
        let code = (value / self.scale).round_ties_even() + f32::from(self.zero_point);
        code.clamp(lowest as f32, highest as f32) as i8
    }

    /// The level of a code, in single precision; never infinite.
    pub fn decode(&self, code: i8) -> f32 {
        let steps = i32::from(code) - i32::from(self.zero_point);
        (steps as f32 * self.scale).clamp(f32::MIN, f32::MAX)
    }

    /// The nearest level to a value.
    pub fn round(&self, value: f32, width: Width) -> f32 {
        self.decode(self.encode(value, width))
    }

    /// The lowest and the highest level.
    pub fn range(&self, width: Width) -> (f32, f32) {
        let (lowest, highest) = width.codes();
        (self.decode(lowest as i8), self.decode(highest as i8))
    }

    /// All levels with their codes, the lowest first.
    pub fn levels(&self, width: Width) -> Levels {
        let (lowest, highest) = width.codes();
        Levels { grid: *self, codes: lowest..highest + 1 }
    }
}

/// Iterator over the levels of a [`Grid`].
#[derive(Debug, Clone)]
pub struct Levels {
    grid: Grid,
    codes: std::ops::Range<i32>,
}

impl Iterator for Levels {
    type Item = (i8, f32);

    fn next(&mut self) -> Option<(i8, f32)> {
        let code = self.codes.next()? as i8;
        Some((code, self.grid.decode(code)))
    }
}
