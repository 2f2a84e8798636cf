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

    /// The largest magnitude that a derivative may reach: far enough below the largest number that sums and products
    /// on the way to it stay finite.
    const LARGEST_DERIVATIVE: f64;

    /// The nearest number of this precision.
    fn round(value: f64) -> Self;
}

impl Real for f32 {
    const ONE: Self = 1.0;
    const LARGEST_DERIVATIVE: f64 = 1e30;

    fn round(value: f64) -> Self {
        value as Self
    }
}

impl Real for f64 {
    const ONE: Self = 1.0;
    const LARGEST_DERIVATIVE: f64 = 1e200;

    fn round(value: f64) -> Self {
        value
    }
}
