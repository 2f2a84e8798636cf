//! Complex division as in the libraries of the published code: a second place where large minors are lost.

use crate::studies::resolvent::record::Division;
use num_complex::Complex;

impl Division {
    /// Returns numerator/denominator.
    pub(super) fn divide(self, numerator: Complex<f64>, denominator: Complex<f64>) -> Complex<f64> {
        match self {
            Division::Scaled => scaled(numerator, denominator),
            Division::Naive => numerator / denominator,
        }
    }
}

fn scaled(numerator: Complex<f64>, denominator: Complex<f64>) -> Complex<f64> {
    if denominator.re.abs() >= denominator.im.abs() {
        let ratio = denominator.im / denominator.re;
        let scale = 1.0 / (denominator.re + denominator.im * ratio);
        Complex::new(numerator.re + numerator.im * ratio, numerator.im - numerator.re * ratio) * scale
    } else {
        let ratio = denominator.re / denominator.im;
        let scale = 1.0 / (denominator.im + denominator.re * ratio);
        Complex::new(numerator.re * ratio + numerator.im, numerator.im * ratio - numerator.re) * scale
    }
}
