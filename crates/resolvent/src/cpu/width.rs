//! How many registers stand side by side in a block.

use crate::real::Real;

/// Registers of a full block: with the two chains of divisions of a sweep from both ends, as many divisions under way as
/// hide their latency (resolvent-performance.md §4.3).
const WIDE: usize = 4;

/// How wide a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Width {
    /// Four registers: 16 lanes of f32 or 8 of f64, with AVX twice as many.
    #[default]
    Wide,
    /// One register, for a few sequences.
    Narrow,
}

impl Width {
    /// Lanes of a block of this width.
    pub(crate) const fn lanes<T: Real>(self) -> usize {
        let register = size_of::<T::Register>() / size_of::<T>();
        match self {
            Self::Wide => WIDE * register,
            Self::Narrow => register,
        }
    }
}

/// Calls a function that is generic in precision and registers for blocks of a width.
macro_rules! at_width {
    ($width:expr, $precision:ty, $function:ident($($argument:expr),* $(,)?)) => {
        match $width {
            $crate::cpu::width::Width::Wide => $function::<$precision, 4>($($argument),*),
            $crate::cpu::width::Width::Narrow => $function::<$precision, 1>($($argument),*),
        }
    };
}

pub(super) use at_width;
