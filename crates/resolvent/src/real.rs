//! The two working precisions, f32 and f64, so that each kernel is written once.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

use bytemuck::Pod;
use wide::{f32x4, f64x2};

/// The numbers of one vector register of the processor: SSE2, NEON or SIMD128, or AVX if compiled for it.
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

    /// The numbers of one vector register.
    type Register: Register;

    /// The largest allowed magnitude of a derivative. It is so far below the largest number that the intermediate
    /// sums and products stay finite.
    const LARGEST_DERIVATIVE: f64;

    /// Returns this number in every lane.
    fn splat(self) -> Self::Register;

    /// Returns the nearest number of this precision.
    fn round(value: f64) -> Self;

    /// Returns the transpose of a 4 × 4 square.
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

    #[inline(always)]
    fn transpose(square: [[Self; 4]; 4]) -> [[Self; 4]; 4] {
        bytemuck::cast(f32x4::transpose(bytemuck::cast(square)))
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

    #[inline(always)]
    fn transpose(square: [[Self; 4]; 4]) -> [[Self; 4]; 4] {
        let [[a, e], [b, f], [c, g], [d, h]]: [[f64x2; 2]; 4] = bytemuck::cast(square);
        let pairs = [[a, b], [c, d], [e, f], [g, h]].map(f64x2::transpose);
        let [[ab, ab2], [cd, cd2], [ef, ef2], [gh, gh2]] = pairs;
        bytemuck::cast([[ab, cd], [ab2, cd2], [ef, gh], [ef2, gh2]])
    }
}
