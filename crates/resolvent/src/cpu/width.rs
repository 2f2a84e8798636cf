//! The width of a block in registers.

use crate::real::Real;

/// The number of registers of a full block. Together with the two chains of divisions of a sweep from both ends,
/// this keeps enough divisions in progress to hide their latency (resolvent-performance.md §4.3).
const WIDE: usize = 4;

/// The width of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Width {
    /// Four registers: 16 lanes of f32 or 8 of f64, twice as many with AVX.
    #[default]
    Wide,
    /// One register, for a few sequences.
    Narrow,
}

impl Width {
    /// Returns the number of lanes of a block of this width.
    pub(crate) const fn lanes<T: Real>(self) -> usize {
        let register = size_of::<T::Register>() / size_of::<T>();
        match self {
            Self::Wide => WIDE * register,
            Self::Narrow => register,
        }
    }
}

/// Calls a function that is generic over the precision and the number of registers, with the number of registers of
/// a width.
macro_rules! at_width {
    ($width:expr, $precision:ty, $function:ident($($argument:expr),* $(,)?)) => {
        match $width {
            $crate::cpu::width::Width::Wide => $function::<$precision, 4>($($argument),*),
            $crate::cpu::width::Width::Narrow => $function::<$precision, 1>($($argument),*),
        }
    };
}

pub(super) use at_width;
