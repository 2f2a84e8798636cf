//! Complex numbers, one a lane of a register.

use crate::resolvent::real::Register;

/// One complex number a lane, real and imaginary parts apart so that they fill registers.
#[derive(Clone, Copy, Default)]
pub(in crate::resolvent) struct Complexes<R> {
    pub(in crate::resolvent) re: R,
    pub(in crate::resolvent) im: R,
}

impl<R: Register> Complexes<R> {
    /// The same numbers less `other`'s conjugate; see [`reciprocal`](Self::reciprocal) for why.
    #[inline(always)]
    pub(in crate::resolvent) fn minus_conjugate(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im + other.im }
    }

    /// 1/conj(s) = s/|s|², where `self` holds conj of the denominator, so that its imaginary part η + Im L + Im R
    /// is a sum of numbers that are not negative. Written out, because general complex division scales and
    /// branches for ranges that cannot occur here.
    #[inline(always)]
    pub(in crate::resolvent) fn reciprocal(self) -> Self {
        let inverse = R::ONE / (self.re * self.re + self.im * self.im);
        self.scaled(inverse)
    }

    /// [`reciprocal`](Self::reciprocal) and its square, whose real part Re² − Im² is 2 Re² less the 1/|s|² that is there
    /// already: two multiplications and an addition less.
    #[inline(always)]
    pub(super) fn reciprocal_and_square(self) -> (Self, Self) {
        let inverse = R::ONE / (self.re * self.re + self.im * self.im);
        let reciprocal = self.scaled(inverse);
        let doubled = reciprocal.re + reciprocal.re;
        (reciprocal, Self { re: doubled * reciprocal.re - inverse, im: doubled * reciprocal.im })
    }

    /// Each number times a real one.
    #[inline(always)]
    pub(in crate::resolvent) fn scaled(self, factor: R) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }

    /// The sum, lane by lane.
    #[inline(always)]
    pub(super) fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    /// The real part of the product, lane by lane.
    #[inline(always)]
    pub(super) fn real_product(self, other: Self) -> R {
        self.re * other.re - self.im * other.im
    }

    /// The product, lane by lane.
    #[inline(always)]
    pub(super) fn times(self, other: Self) -> Self {
        Self { re: self.real_product(other), im: self.re * other.im + self.im * other.re }
    }

    /// The square, lane by lane.
    #[inline(always)]
    pub(super) fn squared(self) -> Self {
        let product = self.re * self.im;
        Self { re: self.re * self.re - self.im * self.im, im: product + product }
    }
}
