//! The published routines, by name: what a config chooses and a record speaks of.

use serde::{Deserialize, Serialize};

/// α as published: half derivative, half heuristic.
pub const GRADIENT_BLEND: f64 = 0.5;

/// Which of the published routines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Version {
    /// The first: minors in double precision, which overflow after some hundred sites; from there on the result is
    /// zero everywhere (§1.1, §1.3). Behind every published result on language models.
    #[default]
    Original,
    /// The later: minors with their logarithms apart, so that none overflows, but of a chain every diagonal element
    /// of which was first moved by 10⁻³ away from zero (§1.4).
    Later,
    /// What the later code runs by default: a prefix product of transfer matrices with the wrong coupling, and with
    /// the first matrix taken twice, so that the result is not the resolvent (§1.4 item 5).
    PrefixProduct,
}

impl Version {
    /// What the routine is called.
    pub fn name(self) -> &'static str {
        match self {
            Version::Original => "original",
            Version::Later => "later",
            Version::PrefixProduct => "prefix product",
        }
    }
}

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
