//! Complex numbers, one a lane of a register.

use crate::real::Register;

/// One complex number a lane, real and imaginary parts apart so that they fill registers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Complexes<R> {
    pub(crate) re: R,
    pub(crate) im: R,
}

impl<R: Register> Complexes<R> {
    /// The same numbers less `other`'s conjugate; see [`reciprocal`](Self::reciprocal) for why.
    #[inline(always)]
    pub(crate) fn minus_conjugate(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im + other.im }
    }

    /// 1/conj(s) = s/|s|², where `self` holds conj of the denominator, so that its imaginary part η + Im L + Im R
    /// is a sum of numbers that are not negative. Written out, because general complex division scales and
    /// branches for ranges that cannot occur here.
    #[inline(always)]
    pub(crate) fn reciprocal(self) -> Self {
        let inverse = R::ONE / (self.re * self.re + self.im * self.im);
        self.scaled(inverse)
    }

    /// [`reciprocal`](Self::reciprocal) and its |…|², which is the 1/|s|² that it is computed from.
    #[inline(always)]
    pub(super) fn reciprocal_and_norm(self) -> (Self, R) {
        let inverse = R::ONE / (self.re * self.re + self.im * self.im);
        (self.scaled(inverse), inverse)
    }

    /// The square of a number whose |…|² is known: Re² − Im² is 2 Re² less that, which is two multiplications and an
    /// addition less than [`squared`](Self::squared).
    #[inline(always)]
    pub(super) fn squared_of_norm(self, norm: R) -> Self {
        let doubled = self.re + self.re;
        Self { re: doubled * self.re - norm, im: doubled * self.im }
    }

    /// The product reflected at the imaginary axis, −Re + i Im: its real part with the sign that derivatives have.
    #[inline(always)]
    pub(super) fn reflected_product(self, other: Self) -> Self {
        Self { re: self.im * other.im - self.re * other.re, im: self.re * other.im + self.im * other.re }
    }

    /// Each number times a real one.
    #[inline(always)]
    pub(crate) fn scaled(self, factor: R) -> Self {
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
