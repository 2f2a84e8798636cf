//! Bounds on the Schatten norms of K, proved for every chain.

use super::dense::{DenseOperator, SchattenNorms};
use super::free::FreeResolvent;
use crate::Shift;
use serde::{Deserialize, Serialize};

/// What the Schatten norms of K cannot exceed, with weights ≤ 1 too.
///
/// * For the chain's own resolvent, ‖R₀‖ ≤ 1/η gives S₁ ≤ ‖V‖₁/η (Hölder), and Σ_k |R₀,jk|² = Im R₀,jj/η (Ward) gives
///   S₂ ≤ ‖V‖₂·√(max_j Im R₀,jj/η).
/// * For the exponential kernel the published bounds are true: S₁ ≤ ½‖V‖₁/η and S₂ ≤ ½‖V‖₂/√η. Its symbol
///   ½ sin k/(cos z − cos k) is at most ½/sinh η in magnitude, and Σ_k |R₀,jk|² ≤ ½/(e^{2η} − 1) ≤ ¼/η.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SchattenBounds {
    /// The bound on S₁.
    pub trace: f64,
    /// The bound on S₂.
    pub hilbert_schmidt: f64,
}

impl SchattenBounds {
    /// Rounding may lift a norm this much, relatively, above a bound that is attained, as it is by a single site.
    const ROUNDING: f64 = 1e-12;

    /// The bounds for a potential and a kernel, the latter given with its elements.
    pub(crate) fn new(potential: &[f64], shift: Shift, free: FreeResolvent, kernel: &DenseOperator) -> Self {
        let eta = shift.eta();
        match free {
            FreeResolvent::Chain => {
                let largest =
                    (0..kernel.sites()).map(|site| kernel.element(site, site).im).fold(0.0, f64::max);
                Self {
                    trace: sum_norm(potential) / eta,
                    hilbert_schmidt: square_norm(potential) * (largest / eta).sqrt(),
                }
            }
            FreeResolvent::Exponential => Self::published(potential, shift),
        }
    }

    /// The bounds as published, ½‖V‖₁/η and ½‖V‖₂/√η; whether they hold depends on the kernel (resnet-bk.md §2.2).
    pub fn published(potential: &[f64], shift: Shift) -> Self {
        let eta = shift.eta();
        Self {
            trace: 0.5 * sum_norm(potential) / eta,
            hilbert_schmidt: 0.5 * square_norm(potential) / eta.sqrt(),
        }
    }

    /// Whether S₁ is within its bound.
    pub fn trace_holds(&self, norms: &SchattenNorms) -> bool {
        norms.trace <= self.trace * (1.0 + Self::ROUNDING)
    }

    /// Whether S₂ is within its bound.
    pub fn hilbert_schmidt_holds(&self, norms: &SchattenNorms) -> bool {
        norms.hilbert_schmidt <= self.hilbert_schmidt * (1.0 + Self::ROUNDING)
    }
}

/// ‖V‖₁.
fn sum_norm(potential: &[f64]) -> f64 {
    potential.iter().map(|value| value.abs()).sum()
}

/// ‖V‖₂.
fn square_norm(potential: &[f64]) -> f64 {
    potential.iter().map(|value| value * value).sum::<f64>().sqrt()
}
