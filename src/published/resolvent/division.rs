//! Complex division as the published code's libraries did it: a second place where large minors are lost.

use num_complex::Complex;
use serde::{Deserialize, Serialize};

/// How a complex number is divided by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Division {
    /// Smith's method (1962), NumPy's: the smaller part of the divisor is first divided by the larger, so that
    /// nothing is squared. Gives out only where the sum of the divisor's parts overflows, beyond about 10³⁰⁸.
    #[default]
    Scaled,
    /// By the divisor's squared magnitude, as in older PyTorch: gives 0 or NaN once that overflows, beyond about
    /// 1.3·10¹⁵⁴ and so at half the length (resnet-bk.md §1.3).
    Naive,
}

impl Division {
    /// numerator/denominator.
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
