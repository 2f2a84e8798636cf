//! The published gradient monitor and the published reading of a loss curve (vit-lora.md §4).

use crate::kit::record::statistics::{mean, population_deviation};
use crate::studies::lora::record::experiment::{Convergence, GradientFlow, GradientNorms};

/// A gradient with a larger norm counts as exploding.
const EXPLOSION: f64 = 10.0;

/// A gradient with a smaller norm counts as vanishing.
const VANISHING: f64 = 1e-6;

/// Training is called unstable if the deviation of the smoothed end of its loss curve is larger.
const UNSTABLE: f64 = 0.1;

/// Training is called moderate if that deviation is larger than this.
const MODERATE: f64 = 0.05;

/// Curves of up to this many epochs are always called stable.
const SHORT_CURVE: usize = 10;

/// Returns 1 / (1 + deviation / mean); 0 unless the mean is above 0.
pub fn stability_score(mean: f64, deviation: f64) -> f64 {
    if mean > 0.0 { 1.0 / (1.0 + deviation / mean) } else { 0.0 }
}

/// Returns the report of the monitor for these norms. All norms count; there is no window.
pub fn gradient_flow(norms: &[f64]) -> GradientFlow {
    if norms.is_empty() {
        return GradientFlow::Missing { status: "no_data".into() };
    }
    let (mean, deviation) = (mean(norms), population_deviation(norms));
    GradientFlow::Recorded(GradientNorms {
        mean_gradient_norm: mean,
        std_gradient_norm: deviation,
        max_gradient_norm: norms.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        min_gradient_norm: norms.iter().copied().fold(f64::INFINITY, f64::min),
        gradient_explosion_detected: norms.iter().any(|&norm| norm > EXPLOSION),
        gradient_vanishing_detected: norms.iter().any(|&norm| norm < VANISHING),
        stability_score: stability_score(mean, deviation),
    })
}

/// The stability of the end of a loss curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tail {
    /// Number of epochs per average, and number of averages compared.
    pub window: usize,
    /// Population standard deviation of the last averages.
    pub deviation: f64,
}

impl Tail {
    /// Computes the tail of a curve; `None` for curves of up to ten epochs, which are not evaluated.
    pub fn of(curve: &[f64]) -> Option<Self> {
        if curve.len() <= SHORT_CURVE {
            return None;
        }
        let window = (curve.len() / 4).min(5);
        // As NumPy's convolution with equal weights: each value is weighted before the sum.
        let weight = 1.0 / window as f64;
        let averages: Vec<f64> = curve
            .windows(window)
            .map(|values| values.iter().fold(0.0, |sum, value| sum + value * weight))
            .collect();
        let last = averages.len().checked_sub(window).map(|start| &averages[start..]);
        Some(Tail { window, deviation: last.map_or(0.0, population_deviation) })
    }

    /// Returns the published label of this deviation.
    pub fn label(self) -> &'static str {
        match self.deviation {
            deviation if deviation > UNSTABLE => "unstable",
            deviation if deviation > MODERATE => "moderate",
            _ => "stable",
        }
    }
}

/// Returns the published stability label of a training loss curve.
pub fn stability(curve: &[f64]) -> &'static str {
    Tail::of(curve).map_or("stable", Tail::label)
}

/// Returns the published reading of a run: the stability of its curve, and from that the effect of quantization to
/// `bits`. Without a curve both keep their defaults, quantized or not.
pub fn convergence(
    curve: &[f64],
    bits: Option<i64>,
    converged: bool,
    early_stopped: bool,
    epochs: i64,
) -> Convergence {
    let stability = stability(curve);
    let impact = match bits {
        _ if curve.is_empty() => "none",
        None => "none",
        Some(8) => "minimal",
        Some(_) if stability == "unstable" => "destabilizing",
        Some(_) if epochs > 10 => "slower_convergence",
        Some(_) => "minimal",
    };
    Convergence {
        converged,
        early_stopped,
        total_epochs: epochs,
        convergence_stability: stability.into(),
        quantization_impact: impact.into(),
    }
}
