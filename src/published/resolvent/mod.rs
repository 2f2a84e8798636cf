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

pub use gradient::HybridGradient;
pub use green::{LARGEST_MAGNITUDE, PublishedGreen};
pub use original::first_failing_length;
pub use prefix_product::REPLACEMENT;

pub use crate::record::resolvent::{Division, GRADIENT_BLEND, Version};

use crate::resolvent::{Chain, Shift};
use num_complex::Complex;

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
