//! What every published routine does with its quotients before it returns them, and what is lost in that.

use num_complex::Complex;

/// The largest |G_ii| that a published routine returns.
pub const LARGEST_MAGNITUDE: f64 = 50.0;

/// Added to |G_ii| before it is divided by.
const MAGNITUDE_GUARD: f64 = 1e-9;

/// Added to the determinant before it is divided by.
pub(super) const DETERMINANT_GUARD: f64 = 1e-18;

/// What a published routine returns, and what it does not tell.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedGreen {
    /// G_ii as returned, one a site, rounded to single precision. Finite always, since what was not finite was
    /// replaced.
    pub values: Vec<Complex<f32>>,
    /// How many values were not finite and were replaced, by 0 or by [`REPLACEMENT`](super::REPLACEMENT).
    pub replaced: usize,
    /// How many values were beyond [`LARGEST_MAGNITUDE`] and were scaled down to it.
    pub clipped: usize,
    /// The number of sites from the left end whose minor θ is the first that is not finite; `None` if all are. A chain
    /// cut off after that many sites is the first to fail.
    pub theta_ends: Option<usize>,
    /// The number of sites from the right end whose minor φ is the first that is not finite; `None` if all are.
    pub phi_ends: Option<usize>,
}

impl PublishedGreen {
    /// Whether the routine has returned nothing but zeros.
    pub fn is_silent(&self) -> bool {
        self.values.iter().all(|value| value.re == 0.0 && value.im == 0.0)
    }

    /// Guards the quotients of minors as published: what is not finite becomes 0, what is large is clipped.
    pub(crate) fn guarded(quotients: impl Iterator<Item = Complex<f64>>) -> Self {
        let (mut replaced, mut clipped) = (0, 0);
        let guard = |value: Complex<f64>| {
            if !value.is_finite() {
                replaced += 1;
                return Complex::default();
            }
            let magnitude = value.norm();
            if magnitude > LARGEST_MAGNITUDE {
                clipped += 1;
                return value * (LARGEST_MAGNITUDE / (magnitude + MAGNITUDE_GUARD));
            }
            value
        };
        let values = quotients.map(guard).map(to_single).collect();
        PublishedGreen { values, replaced, clipped, theta_ends: None, phi_ends: None }
    }
}

/// A complex number in single precision.
pub(super) fn to_single(value: Complex<f64>) -> Complex<f32> {
    Complex::new(value.re as f32, value.im as f32)
}
