//! The resolvent's diagonal and its gradient as the published code computes them, defects included
//! (resnet-bk.md §1). The exact ones are [`crate::resolvent`]'s.
//!
//! Both routines go back to leading minors: with s_i = v_i − z, θ_i the determinant of the first i sites and φ_i that
//! of the sites after i,
//!
//! ```text
//! θ_{i+1} = s_i θ_i − β_{i−1} θ_{i−1},   φ_i = s_{i+1} φ_{i+1} − β_{i+1} φ_{i+2},   G_ii = θ_i φ_i / θ_N.
//! ```
//!
//! Minors grow exponentially with their size, which the continued fraction, made of their ratios, avoids. The
//! published chain is the one with diagonal −2 + v, couplings of 1 and z = i.

mod division;
mod gradient;
mod green;
mod later;
mod original;
mod prefix_product;

pub use division::Division;
pub use gradient::{GRADIENT_BLEND, HybridGradient};
pub use green::{LARGEST_MAGNITUDE, PublishedGreen};
pub use original::first_failing_length;
pub use prefix_product::REPLACEMENT;

use crate::resolvent::{Chain, Shift};
use num_complex::Complex;
use serde::{Deserialize, Serialize};

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
    /// The diagonal of (H − z)⁻¹ as this routine returns it.
    ///
    /// `division` matters to [`Version::Original`] and [`Version::PrefixProduct`] only: the later routine's numbers
    /// are near 1.
    pub fn green(self, chain: &Chain, shift: Shift, division: Division) -> PublishedGreen {
        match self {
            Version::Original => original::green(chain, shift, division),
            Version::Later => later::green(chain, shift),
            Version::PrefixProduct => prefix_product::green(chain, shift, division),
        }
    }

    /// The published “gradient” of a loss with respect to the diagonal of H, from the diagonal `green` of the
    /// resolvent and the cotangent ∂L/∂Re G_ii + i ∂L/∂Im G_ii; see [`HybridGradient`].
    ///
    /// Sites beyond the shorter of the two are left out. `blend` is α, [`GRADIENT_BLEND`] as published.
    pub fn gradient(self, green: &[Complex<f32>], cotangent: &[Complex<f64>], blend: f64) -> HybridGradient {
        match self {
            Version::Original => gradient::original(green, cotangent, blend),
            Version::Later | Version::PrefixProduct => gradient::later(green, cotangent, blend),
        }
    }
}

/// s_i = v_i − z, one a site.
fn site_terms(diagonal: impl Iterator<Item = f64>, shift: Shift) -> Vec<Complex<f64>> {
    diagonal.map(|value| Complex::new(value - shift.energy(), -shift.eta())).collect()
}
