//! The post-processing of every published routine: guards on the quotients, and a record of the values they change.

use num_complex::Complex;

/// The largest |G_ii| that a published routine returns.
pub const LARGEST_MAGNITUDE: f64 = 50.0;

/// Added to |G_ii| before the division by it.
const MAGNITUDE_GUARD: f64 = 1e-9;

/// Added to the determinant before the division by it.
pub(super) const DETERMINANT_GUARD: f64 = 1e-18;

/// The result of a published routine, and the counts that the routine itself does not report.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedGreen {
    /// G_ii as returned, one per site, rounded to single precision. Always finite, because other values were replaced.
    pub values: Vec<Complex<f32>>,
    /// Number of values that were not finite and were replaced, by 0 or by [`REPLACEMENT`](super::REPLACEMENT).
    pub replaced: usize,
    /// Number of values above [`LARGEST_MAGNITUDE`] in magnitude that were scaled down to it.
    pub clipped: usize,
    /// The number of sites from the left end whose minor θ is the first that is not finite; `None` if all are finite.
    /// The routine fails on a chain cut off after that many sites, and on no shorter one.
    pub theta_ends: Option<usize>,
    /// The number of sites from the right end whose minor φ is the first that is not finite; `None` if all are finite.
    pub phi_ends: Option<usize>,
}

impl PublishedGreen {
    /// Returns whether the routine has returned only zeros.
    pub fn is_silent(&self) -> bool {
        self.values.iter().all(|value| value.re == 0.0 && value.im == 0.0)
    }

    /// Guards the quotients of minors as published: values that are not finite become 0, and large values are clipped.
    pub(crate) fn guarded(quotients: impl Iterator<Item = Complex<f64>>) -> Self {
        let (mut replaced, mut clipped) = (0, 0);
        let guard = |value: Complex<f64>| {
            if !value.is_finite() {
                replaced += 1;
                return Complex::default();
            }
            let magnitude = super::magnitude(value);
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

/// Converts a complex number to single precision.
pub(super) fn to_single(value: Complex<f64>) -> Complex<f32> {
    Complex::new(value.re as f32, value.im as f32)
}
