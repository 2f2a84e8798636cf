//! The resolvent's diagonal and its gradient as the published code computes them, including its defects
//! (resnet-bk.md §1). The exact versions are [`bk_resolvent`]'s.
//!
//! Both routines use leading minors: with s_i = v_i − z, θ_i the determinant of the first i sites and φ_i that of the
//! sites after i,
//!
//! ```text
//! θ_{i+1} = s_i θ_i − β_{i−1} θ_{i−1},   φ_i = s_{i+1} φ_{i+1} − β_{i+1} φ_{i+2},   G_ii = θ_i φ_i / θ_N.
//! ```
//!
//! Minors grow exponentially with their size; the continued fraction avoids this, because it consists of their ratios.
//! The published chain has the diagonal −2 + v, bonds of 1, and z = i. With bonds of 1 it makes no difference which
//! bond the published recursion from the right takes (§1.1 prints β_i for β_{i+1}); this code takes the correct one.

pub mod birman_schwinger;
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

use super::record::{Division, Version};

use bk_resolvent::{Chain, Shift};
use num_complex::Complex;

impl Version {
    /// Returns the diagonal of (H − z)⁻¹ as this routine computes it.
    ///
    /// `division` affects [`Version::Original`] and [`Version::PrefixProduct`] only: the numbers of the later routine
    /// are near 1.
    pub fn green(self, chain: &Chain, shift: Shift, division: Division) -> PublishedGreen {
        match self {
            Version::Original => original::green(chain, shift, division),
            Version::Later => later::green(chain, shift),
            Version::PrefixProduct => prefix_product::green(chain, shift, division),
        }
    }

    /// Returns the published “gradient” of a loss with respect to the diagonal of H, from the diagonal `green` of the
    /// resolvent and the cotangent ∂L/∂Re G_ii + i ∂L/∂Im G_ii; see [`HybridGradient`].
    ///
    /// Sites beyond the shorter of the two are left out. `blend` is α, published as
    /// [`GRADIENT_BLEND`](crate::studies::resolvent::record::GRADIENT_BLEND).
    pub fn gradient(self, green: &[Complex<f32>], cotangent: &[Complex<f64>], blend: f64) -> HybridGradient {
        match self {
            Version::Original => gradient::original(green, cotangent, blend),
            Version::Later | Version::PrefixProduct => gradient::later(green, cotangent, blend),
        }
    }
}

/// Returns |z| with the same digits in the page and in the terminal.
fn magnitude(z: Complex<f64>) -> f64 {
    libm::hypot(z.re, z.im)
}

/// A chain's s_i = v_i − z, one per site, and its bonds β_i, one fewer.
struct Terms {
    sites: Vec<Complex<f64>>,
    bonds: Vec<f64>,
}

impl Terms {
    fn new(chain: &Chain, shift: Shift) -> Self {
        let term = |value: &f64| Complex::new(value - shift.energy(), -shift.eta());
        let bonds = chain.bonds().map_or_else(|| vec![1.0; chain.sites() - 1], <[f64]>::to_vec);
        Terms { sites: chain.diagonal().iter().map(term).collect(), bonds }
    }

    /// Returns the same chain from its other end.
    fn reversed(&self) -> Self {
        let sites = self.sites.iter().rev().copied().collect();
        Terms { sites, bonds: self.bonds.iter().rev().copied().collect() }
    }

    /// Returns s_i with β_{i−1}; the first site has 0 instead.
    fn with_bond_before(&self) -> impl Iterator<Item = (Complex<f64>, f64)> {
        self.sites.iter().copied().zip(std::iter::once(0.0).chain(self.bonds.iter().copied()))
    }

    /// Returns s_i with β_i; the last site has 0 instead.
    fn with_bond_after(&self) -> impl Iterator<Item = (Complex<f64>, f64)> {
        self.sites.iter().copied().zip(self.bonds.iter().copied().chain(std::iter::once(0.0)))
    }
}
