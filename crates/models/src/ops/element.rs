//! The precisions in which the kernels compute.

use bk_resolvent::Real;
use candle_core::WithDType;
use std::ops::{Add, Mul};
use wide::{f32x8, f64x8, i32x8};

/// Numbers that a kernel processes at once: two 128-bit registers of single-precision numbers.
pub(super) const LANES: usize = 8;

/// Numbers that are processed at once.
pub(super) type Lanes<T> = [T; LANES];

/// A precision that the kernels of the resolvent and candle support: f32 or f64.
pub(super) trait Element: Real + WithDType {
    /// Returns eˣ of each number. x is first clamped to [−87, 88] (f32) or [−708, 709] (f64), so that the result for
    /// finite x is normal and finite. NaN stays NaN.
    fn exp(lanes: Lanes<Self>) -> Lanes<Self>;

    /// [`LANES`] numbers in registers. Compilers may not vectorize arithmetic on arrays.
    type Bundle: Copy + Default + Add<Output = Self::Bundle> + Mul<Output = Self::Bundle>;

    /// Sets every lane to the same number.
    fn in_all_lanes(self) -> Self::Bundle;

    /// Loads numbers into registers.
    fn into_register(lanes: Lanes<Self>) -> Self::Bundle;

    /// Stores the registers into an array.
    fn into_lanes(register: Self::Bundle) -> Lanes<Self>;

    /// Returns 2ˣ of each number. x is first clamped to [−126, 127] (f32) or [−1022, 1023] (f64), so that the result is
    /// normal and finite. The result for NaN is not specified.
    fn exp2(x: Self::Bundle) -> Self::Bundle;

    /// Returns ln(1 + x) for x ≥ 0.
    fn ln_one_plus(self) -> Self;

    /// Returns the square root.
    fn root(self) -> Self;

    /// Returns 1 − erf x.
    fn complementary_error(self) -> Self;
}

/// Adding 1.5·2²³ puts the nearest integer into the lowest bits.
const ROUNDER: f32x8 = f32x8::splat(12_582_912.0);

/// Returns 2ⁿ for integers from −126 to 127.
#[inline(always)]
fn whole_power(n: f32x8) -> f32x8 {
    /// Adding 2²³ and the exponent bias puts the exponent of the result into the lowest bits.
    const EXPONENT: f32x8 = f32x8::splat(8_388_608.0 + 127.0);
    bytemuck::cast(bytemuck::cast::<f32x8, i32x8>(n + EXPONENT) << 23)
}

impl Element for f32 {
    /// Splits x = n ln 2 + r with |r| ≤ ln 2/2, evaluates a polynomial in r, and adds n to the exponent. There is no
    /// branch and no call, and native code and WebAssembly return the same digits. Registers are explicit because
    /// compilers do not vectorize the operations on bits. The relative error is below 2⁻²³.
    #[inline(always)]
    fn exp(lanes: Lanes<f32>) -> Lanes<f32> {
        /// ln 2 in two parts. The first part has so few bits that its product with n is exact.
        const LN_2: [f32x8; 2] = [f32x8::splat(0.693_359_4), f32x8::splat(-2.121_944_4e-4)];
        /// 1/7!, 1/6!, … 1/0!.
        const SERIES: [f32; 8] =
            [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
        let x: f32x8 = bytemuck::cast(lanes);
        let held = x.fast_max(f32x8::splat(-87.0)).fast_min(f32x8::splat(88.0));
        let n = held * f32x8::splat(std::f32::consts::LOG2_E) + ROUNDER - ROUNDER;
        let r = held - n * LN_2[0] - n * LN_2[1];
        let series = SERIES.into_iter().fold(f32x8::ZERO, |sum, term| sum * r + f32x8::splat(term));
        // Adding x·0 keeps NaN.
        bytemuck::cast(series * whole_power(n) + x * f32x8::ZERO)
    }

    /// Splits x = n + r with |r| ≤ 1/2, evaluates the polynomial with the least relative error, 7.5e-8, and adds n to
    /// the exponent. Including rounding, the relative error is below 2⁻²¹.
    #[inline(always)]
    fn exp2(x: f32x8) -> f32x8 {
        const SERIES: [f32x8; 6] = [
            f32x8::splat(0.001_327_647_2),
            f32x8::splat(0.009_675_541),
            f32x8::splat(0.055_507_13),
            f32x8::splat(0.240_221_2),
            f32x8::splat(0.693_146_94),
            f32x8::splat(1.0),
        ];
        let held = x.fast_max(f32x8::splat(-126.0)).fast_min(f32x8::splat(127.0));
        let n = held + ROUNDER - ROUNDER;
        let r = held - n;
        // A loop over the terms would keep them in memory.
        let [fifth, fourth, third, second, first, zeroth] = SERIES;
        let series = ((((fifth * r + fourth) * r + third) * r + second) * r + first) * r + zeroth;
        series * whole_power(n)
    }

    type Bundle = f32x8;

    #[inline(always)]
    fn in_all_lanes(self) -> f32x8 {
        f32x8::splat(self)
    }

    #[inline(always)]
    fn into_register(lanes: Lanes<f32>) -> f32x8 {
        bytemuck::cast(lanes)
    }

    #[inline(always)]
    fn into_lanes(register: f32x8) -> Lanes<f32> {
        bytemuck::cast(register)
    }

    fn ln_one_plus(self) -> f32 {
        pxfm::f_log1pf(self)
    }

    fn root(self) -> f32 {
        self.sqrt()
    }

    fn complementary_error(self) -> f32 {
        pxfm::f_erfcf(self)
    }
}

impl Element for f64 {
    type Bundle = f64x8;

    #[inline(always)]
    fn in_all_lanes(self) -> f64x8 {
        f64x8::splat(self)
    }

    #[inline(always)]
    fn into_register(lanes: Lanes<f64>) -> f64x8 {
        bytemuck::cast(lanes)
    }

    #[inline(always)]
    fn into_lanes(register: f64x8) -> Lanes<f64> {
        bytemuck::cast(register)
    }

    fn exp2(x: f64x8) -> f64x8 {
        let lanes: Lanes<f64> = bytemuck::cast(x);
        bytemuck::cast(lanes.map(|x| pxfm::f_exp2(x.clamp(-1022.0, 1023.0))))
    }

    fn exp(lanes: Lanes<f64>) -> Lanes<f64> {
        lanes.map(|x| pxfm::f_exp(x.clamp(-708.0, 709.0)))
    }

    fn ln_one_plus(self) -> f64 {
        pxfm::f_log1p(self)
    }

    fn root(self) -> f64 {
        self.sqrt()
    }

    fn complementary_error(self) -> f64 {
        pxfm::f_erfc(self)
    }
}

/// Returns the numbers of a row from `first` on, with zeros beyond its end.
#[inline(always)]
pub(super) fn load<T: Element>(row: &[T], first: usize) -> Lanes<T> {
    let mut lanes = [T::default(); LANES];
    match row.get(first..first + LANES) {
        Some(full) => lanes.copy_from_slice(full),
        None => lanes.iter_mut().zip(row.iter().skip(first)).for_each(|(lane, &value)| *lane = value),
    }
    lanes
}

/// Stores numbers into a row, the reverse of [`load`]. Numbers beyond the end of the row are dropped.
#[inline(always)]
pub(super) fn store<T: Element>(row: &mut [T], first: usize, lanes: Lanes<T>) {
    match row.get_mut(first..first + LANES) {
        Some(full) => full.copy_from_slice(&lanes),
        None => row.iter_mut().skip(first).zip(lanes).for_each(|(value, lane)| *value = lane),
    }
}

/// Returns the sum of the lanes.
#[inline(always)]
pub(super) fn sum<T: Element>(lanes: Lanes<T>) -> T {
    lanes.into_iter().fold(T::default(), |sum, lane| sum + lane)
}

#[cfg(test)]
mod tests {
    use super::{Element, LANES};

    /// Two rounding errors in the last place: one of the polynomial, one of the reduction.
    const TOLERANCE: f64 = 2.5e-7;

    fn exp(x: f32) -> f32 {
        <f32 as Element>::exp([x; LANES])[0]
    }

    /// The error of the polynomial and one rounding error per term.
    const POWER_TOLERANCE: f64 = 4e-7;

    fn exp2(lanes: [f32; LANES]) -> [f32; LANES] {
        f32::into_lanes(<f32 as Element>::exp2(f32::into_register(lanes)))
    }

    #[test]
    fn powers_of_two_are_right_over_their_range() {
        for step in -12_600..=12_700 {
            let x = step as f32 / 100.0;
            let found = f64::from(exp2([x; LANES])[0]);
            let exact = pxfm::f_exp2(f64::from(x));
            assert!((found / exact - 1.0).abs() < POWER_TOLERANCE, "2^{x} = {found}, not {exact}");
        }
        let whole = exp2([0.0, 1.0, -1.0, 10.0, -3.0, 2.0, 127.0, -126.0]);
        assert_eq!(whole[..6], [1.0, 2.0, 0.5, 1024.0, 0.125, 4.0]);
        assert!(exp2([1e30; LANES])[0].is_finite());
        assert!(exp2([-1e30; LANES])[0] < 2e-38);
    }

    #[test]
    fn the_exponential_is_right_over_its_range() {
        for step in -8700..=8800 {
            let x = step as f32 / 100.0;
            let (found, exact) = (f64::from(exp(x)), pxfm::f_exp(f64::from(x)));
            assert!((found / exact - 1.0).abs() < TOLERANCE, "exp({x}) = {found}, not {exact}");
        }
        assert!(exp(-1e30) < 2e-38);
        assert!(exp(1e30).is_finite());
        assert!(exp(f32::NAN).is_nan());
    }
}
