//! Complex numbers, one per lane of a register.

use crate::real::Register;

/// One complex number per lane, with the real and the imaginary parts in separate registers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Complexes<R> {
    pub(crate) re: R,
    pub(crate) im: R,
}

impl<R: Register> Complexes<R> {
    /// Returns the same numbers minus the conjugate of `other`; see [`reciprocal`](Self::reciprocal) for the
    /// reason.
    #[inline(always)]
    pub(crate) fn minus_conjugate(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im + other.im }
    }

    /// Returns the reciprocal of the conjugate, 1/conj(s) = s/|s|². `self` holds the conjugate of the denominator,
    /// so that its imaginary part η + Im L + Im R is a sum of non-negative numbers. Written out because general
    /// complex division scales and branches for ranges that cannot occur here.
    #[inline(always)]
    pub(crate) fn reciprocal(self) -> Self {
        let inverse = R::ONE / (self.re * self.re + self.im * self.im);
        self.scaled(inverse)
    }

    /// Returns [`reciprocal`](Self::reciprocal) and its |…|², which is the 1/|s|² it is computed from.
    #[inline(always)]
    pub(super) fn reciprocal_and_norm(self) -> (Self, R) {
        let inverse = R::ONE / (self.re * self.re + self.im * self.im);
        (self.scaled(inverse), inverse)
    }

    /// Returns the square of a number whose |…|² is known: Re² − Im² = 2 Re² − |…|² takes two multiplications and
    /// an addition less than [`squared`](Self::squared).
    #[inline(always)]
    pub(super) fn squared_of_norm(self, norm: R) -> Self {
        let doubled = self.re + self.re;
        Self { re: doubled * self.re - norm, im: doubled * self.im }
    }

    /// Returns the product reflected across the imaginary axis, −Re + i Im. Its real part has the sign of the
    /// derivatives.
    #[inline(always)]
    pub(super) fn reflected_product(self, other: Self) -> Self {
        Self { re: self.im * other.im - self.re * other.re, im: self.re * other.im + self.im * other.re }
    }

    /// Returns each number times a real number.
    #[inline(always)]
    pub(crate) fn scaled(self, factor: R) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }

    /// Returns the sum, lane by lane.
    #[inline(always)]
    pub(super) fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    /// Returns the real part of the product, lane by lane.
    #[inline(always)]
    pub(super) fn real_product(self, other: Self) -> R {
        self.re * other.re - self.im * other.im
    }

    /// Returns the product, lane by lane.
    #[inline(always)]
    pub(super) fn times(self, other: Self) -> Self {
        Self { re: self.real_product(other), im: self.re * other.im + self.im * other.re }
    }

    /// Returns the square, lane by lane.
    #[inline(always)]
    pub(super) fn squared(self) -> Self {
        let product = self.re * self.im;
        Self { re: self.re * self.re - self.im * self.im, im: product + product }
    }
}
