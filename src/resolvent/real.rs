//! The two working precisions, so that each kernel is written once.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A working precision: f32 or f64.
pub trait Real:
    Copy
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Into<f64>
    + 'static
{
    /// The number 1.
    const ONE: Self;

    /// Unit roundoff: the largest relative error of one operation.
    const ROUNDOFF: f64;

    /// Numbers side by side in a full block, 16 or 8: four SSE2 or SIMD128 registers. Two chains of them hide the
    /// latency of a division; more gain little.
    const WIDE: usize;

    /// The largest magnitude that a derivative may reach: far enough below the largest number that sums and products
    /// on the way to it stay finite.
    const LARGEST_DERIVATIVE: f64;

    /// The nearest number of this precision.
    fn round(value: f64) -> Self;

    /// The transpose of a square. It is written out for WebAssembly, whose compiler does not find it by itself.
    fn transpose(square: [[Self; 4]; 4]) -> [[Self; 4]; 4];
}

impl Real for f32 {
    const ONE: Self = 1.0;
    const ROUNDOFF: f64 = f32::EPSILON as f64 / 2.0;
    const WIDE: usize = 16;
    const LARGEST_DERIVATIVE: f64 = 1e30;

    fn round(value: f64) -> Self {
        value as Self
    }

    #[cfg(target_arch = "wasm32")]
    #[inline(always)]
    fn transpose(square: [[Self; 4]; 4]) -> [[Self; 4]; 4] {
        use core::arch::wasm32::{i32x4_shuffle, v128};
        let [a, b, c, d]: [v128; 4] = bytemuck::cast(square);
        let (ac_low, ac_high) = (i32x4_shuffle::<0, 4, 1, 5>(a, c), i32x4_shuffle::<2, 6, 3, 7>(a, c));
        let (bd_low, bd_high) = (i32x4_shuffle::<0, 4, 1, 5>(b, d), i32x4_shuffle::<2, 6, 3, 7>(b, d));
        bytemuck::cast([
            i32x4_shuffle::<0, 4, 1, 5>(ac_low, bd_low),
            i32x4_shuffle::<2, 6, 3, 7>(ac_low, bd_low),
            i32x4_shuffle::<0, 4, 1, 5>(ac_high, bd_high),
            i32x4_shuffle::<2, 6, 3, 7>(ac_high, bd_high),
        ])
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[inline(always)]
    fn transpose(square: [[Self; 4]; 4]) -> [[Self; 4]; 4] {
        transposed(square)
    }
}

impl Real for f64 {
    const ONE: Self = 1.0;
    const ROUNDOFF: f64 = f64::EPSILON / 2.0;
    const WIDE: usize = 8;
    const LARGEST_DERIVATIVE: f64 = 1e200;

    fn round(value: f64) -> Self {
        value
    }

    #[cfg(target_arch = "wasm32")]
    #[inline(always)]
    fn transpose(square: [[Self; 4]; 4]) -> [[Self; 4]; 4] {
        use core::arch::wasm32::{i64x2_shuffle, v128};
        let [[a, e], [b, f], [c, g], [d, h]]: [[v128; 2]; 4] = bytemuck::cast(square);
        let first = |low, high| i64x2_shuffle::<0, 2>(low, high);
        let second = |low, high| i64x2_shuffle::<1, 3>(low, high);
        bytemuck::cast([
            [first(a, b), first(c, d)],
            [second(a, b), second(c, d)],
            [first(e, f), first(g, h)],
            [second(e, f), second(g, h)],
        ])
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[inline(always)]
    fn transpose(square: [[Self; 4]; 4]) -> [[Self; 4]; 4] {
        transposed(square)
    }
}

/// The transpose as a compiler for x86 or ARM finds its instructions.
#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
fn transposed<T: Copy>(rows: [[T; 4]; 4]) -> [[T; 4]; 4] {
    [0, 1, 2, 3].map(|column| [rows[0][column], rows[1][column], rows[2][column], rows[3][column]])
}
