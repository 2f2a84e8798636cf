//! The published “hybrid” gradient: a wrong derivative blended with a heuristic (resnet-bk.md §1.2 and §1.4 item 6).
//!
//! The exact derivative is ∂G_ii/∂v_j = −G_ij G_ji for **all** j. Both versions keep j = i only; the original one also
//! omits the conjugation of the cotangent. The heuristic divides by G² where the derivative multiplies by it.

use num_complex::Complex;

/// Added to the heuristic's denominator.
const DENOMINATOR_GUARD: f64 = 1e-6;

/// Added to |G²| before the division by it.
const SQUARE_GUARD: f64 = 1e-9;

/// The constants that differ between the two versions.
struct Limits {
    /// The smallest |G²| that the heuristic divides by.
    smallest_square: f64,
    /// The largest magnitude of a component.
    largest: f64,
    /// Whether an infinite component becomes the largest magnitude instead of 0.
    keeps_infinities: bool,
}

const ORIGINAL: Limits = Limits { smallest_square: 1e-3, largest: 1000.0, keeps_infinities: false };
const LATER: Limits = Limits { smallest_square: 1e-4, largest: 100.0, keeps_infinities: true };

/// The published gradient with respect to the diagonal of H, and the two parts of its blend, one value per site.
#[derive(Debug, Clone, PartialEq)]
pub struct HybridGradient {
    /// The part intended as the derivative, −Re(g·G²) or −Re(ḡ·G²).
    pub theoretical: Vec<f64>,
    /// The heuristic part, −Re(g/G²) or −Re(ḡ/G²).
    pub heuristic: Vec<f64>,
    /// (1 − α)·theoretical + α·heuristic, clamped and rounded to single precision: the gradient used in training.
    pub blended: Vec<f32>,
}

/// Returns the gradient of the original version.
pub(super) fn original(green: &[Complex<f32>], cotangent: &[Complex<f64>], blend: f64) -> HybridGradient {
    hybrid(green, cotangent.iter().copied(), blend, &ORIGINAL)
}

/// Returns the gradient of the later version: the cotangent is conjugated, and counts as 0 if it is not finite.
pub(super) fn later(green: &[Complex<f32>], cotangent: &[Complex<f64>], blend: f64) -> HybridGradient {
    let conjugates = cotangent.iter().map(|value| if value.is_finite() { value.conj() } else { 0.0.into() });
    hybrid(green, conjugates, blend, &LATER)
}

fn hybrid(
    green: &[Complex<f32>],
    cotangent: impl Iterator<Item = Complex<f64>>,
    blend: f64,
    limits: &Limits,
) -> HybridGradient {
    let mut gradient = HybridGradient { theoretical: vec![], heuristic: vec![], blended: vec![] };
    for (green, cotangent) in green.iter().zip(cotangent) {
        let green = Complex::new(f64::from(green.re), f64::from(green.im));
        let square = green * green;
        let magnitude = super::magnitude(square);
        let denominator = if magnitude < limits.smallest_square {
            square / (magnitude + SQUARE_GUARD) * limits.smallest_square
        } else {
            square
        };
        let theoretical = -(cotangent * square).re;
        let heuristic = -(cotangent / (denominator + DENOMINATOR_GUARD)).re;
        gradient.theoretical.push(theoretical);
        gradient.heuristic.push(heuristic);
        gradient.blended.push(limits.guarded((1.0 - blend) * theoretical + blend * heuristic));
    }
    gradient
}

impl Limits {
    fn guarded(&self, value: f64) -> f32 {
        let usable = value.is_finite() || (self.keeps_infinities && value.is_infinite());
        if usable { value.clamp(-self.largest, self.largest) as f32 } else { 0.0 }
    }
}
