//! The two working precisions, so that each kernel is written once.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

use bytemuck::Pod;

/// Numbers side by side in one register of the processor: SSE2, NEON and SIMD128, or AVX where it is compiled for.
pub trait Register:
    Pod
    + Default
    + Debug
    + PartialEq
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// The number 1 in every lane.
    const ONE: Self;
}

#[cfg(not(target_feature = "avx"))]
use wide::{f32x4 as Singles, f64x2 as Doubles};
#[cfg(target_feature = "avx")]
use wide::{f32x8 as Singles, f64x4 as Doubles};

impl Register for Singles {
    const ONE: Self = Singles::splat(1.0);
}

impl Register for Doubles {
    const ONE: Self = Doubles::splat(1.0);
}

/// A working precision: f32 or f64.
pub trait Real:
    Pod
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Into<f64>
{
    /// The number 1.
    const ONE: Self;

    /// Unit roundoff: the largest relative error of one operation.
    const ROUNDOFF: f64;

    /// As many numbers as one register holds.
    type Register: Register;

    /// The largest magnitude that a derivative may reach: far enough below the largest number that sums and products
    /// on the way to it stay finite.
    const LARGEST_DERIVATIVE: f64;

    /// This number in every lane.
    fn splat(self) -> Self::Register;

    /// The nearest number of this precision.
    fn round(value: f64) -> Self;

    /// The transpose of a square. It is written out for WebAssembly, whose compiler does not find it by itself.
    fn transpose(square: [[Self; 4]; 4]) -> [[Self; 4]; 4];
}

impl Real for f32 {
    type Register = Singles;
    const ONE: Self = 1.0;
    const ROUNDOFF: f64 = f32::EPSILON as f64 / 2.0;
    const LARGEST_DERIVATIVE: f64 = 1e30;

    fn splat(self) -> Singles {
        Singles::splat(self)
    }

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
    type Register = Doubles;
    const ONE: Self = 1.0;
    const ROUNDOFF: f64 = f64::EPSILON / 2.0;
    const LARGEST_DERIVATIVE: f64 = 1e200;

    fn splat(self) -> Doubles {
        Doubles::splat(self)
    }

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
