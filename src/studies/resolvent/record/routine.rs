//! The names of the published routines, for configs and records.

use serde::{Deserialize, Serialize};

/// The published α: half derivative, half heuristic.
pub const GRADIENT_BLEND: f64 = 0.5;

/// A published routine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Version {
    /// The first routine: minors in double precision, which overflow after several hundred sites; from there on the
    /// result is zero everywhere (§1.1, §1.3). Every published result on language models comes from this routine.
    #[default]
    Original,
    /// The later routine: minors with separate logarithms, so that none overflows. But it first moves every diagonal
    /// element of the chain by 10⁻³ away from zero (§1.4).
    Later,
    /// The default routine of the later code: a prefix product of transfer matrices with the wrong coupling and with
    /// the first matrix taken twice, so the result is not the resolvent (§1.4 item 5).
    PrefixProduct,
}

impl Version {
    /// Returns the name of the routine.
    pub fn name(self) -> &'static str {
        match self {
            Version::Original => "original",
            Version::Later => "later",
            Version::PrefixProduct => "prefix product",
        }
    }
}

/// A method of complex division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Division {
    /// Smith's method (1962), as in NumPy: first divides the smaller part of the divisor by the larger, so that nothing
    /// is squared. It fails only if the sum of the divisor's parts overflows, beyond about 10³⁰⁸.
    #[default]
    Scaled,
    /// Divides by the divisor's squared magnitude, as older versions of PyTorch do. The result is 0 or NaN once that
    /// overflows, beyond about 1.3·10¹⁵⁴ and so at half the length (resnet-bk.md §1.3).
    Naive,
}
