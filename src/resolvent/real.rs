//! The two working precisions, so that each kernel is written once.

use std::ops::{Add, Div, Mul, Sub};

/// A working precision: f32 or f64.
pub trait Real:
    Copy + Default + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Into<f64>
{
    /// The number 1.
    const ONE: Self;

    /// The nearest number of this precision.
    fn round(value: f64) -> Self;
}

impl Real for f32 {
    const ONE: Self = 1.0;

    fn round(value: f64) -> Self {
        value as Self
    }
}

impl Real for f64 {
    const ONE: Self = 1.0;

    fn round(value: f64) -> Self {
        value
    }
}
