//! Sixteen complex numbers side by side: what the compiler turns into vector instructions.

use crate::resolvent::real::Real;

/// One number a lane.
pub(super) type Vector<T, const WIDTH: usize> = [T; WIDTH];

/// One complex number a lane, real and imaginary parts apart so that they fill vector registers.
#[derive(Clone, Copy)]
pub(in crate::resolvent) struct Lanes<T, const WIDTH: usize> {
    pub(in crate::resolvent) re: [T; WIDTH],
    pub(in crate::resolvent) im: [T; WIDTH],
}

impl<T: Real, const WIDTH: usize> Lanes<T, WIDTH> {
    /// 0 in every lane.
    #[inline(always)]
    pub(in crate::resolvent) fn zero() -> Self {
        Self { re: [T::default(); WIDTH], im: [T::default(); WIDTH] }
    }

    /// The same numbers less `other`'s conjugate; see [`reciprocal`](Self::reciprocal) for why.
    #[inline(always)]
    pub(in crate::resolvent) fn minus_conjugate(mut self, other: &Self) -> Self {
        for lane in 0..WIDTH {
            self.re[lane] = self.re[lane] - other.re[lane];
            self.im[lane] = self.im[lane] + other.im[lane];
        }
        self
    }

    /// 1/conj(s) = s/|s|², where `self` holds conj of the denominator, so that its imaginary part η + Im L + Im R
    /// is a sum of numbers that are not negative. Written out, because general complex division scales and
    /// branches for ranges that cannot occur here.
    #[inline(always)]
    pub(in crate::resolvent) fn reciprocal(mut self) -> Self {
        for lane in 0..WIDTH {
            let inverse = T::ONE / (self.re[lane] * self.re[lane] + self.im[lane] * self.im[lane]);
            self.re[lane] = self.re[lane] * inverse;
            self.im[lane] = self.im[lane] * inverse;
        }
        self
    }

    /// Each number times a real one.
    #[inline(always)]
    pub(in crate::resolvent) fn scaled(mut self, factors: &Vector<T, WIDTH>) -> Self {
        for lane in 0..WIDTH {
            self.re[lane] = self.re[lane] * factors[lane];
            self.im[lane] = self.im[lane] * factors[lane];
        }
        self
    }

    /// The sum, lane by lane.
    #[inline(always)]
    pub(super) fn plus(mut self, other: &Self) -> Self {
        for lane in 0..WIDTH {
            self.re[lane] = self.re[lane] + other.re[lane];
            self.im[lane] = self.im[lane] + other.im[lane];
        }
        self
    }

    /// The product, lane by lane.
    #[inline(always)]
    pub(super) fn times(mut self, other: &Self) -> Self {
        for lane in 0..WIDTH {
            let re = self.re[lane] * other.re[lane] - self.im[lane] * other.im[lane];
            self.im[lane] = self.re[lane] * other.im[lane] + self.im[lane] * other.re[lane];
            self.re[lane] = re;
        }
        self
    }

    /// The square, lane by lane.
    #[inline(always)]
    pub(super) fn squared(mut self) -> Self {
        for lane in 0..WIDTH {
            let (re, im) = (self.re[lane], self.im[lane]);
            let product = re * im;
            self.re[lane] = re * re - im * im;
            self.im[lane] = product + product;
        }
        self
    }
}
