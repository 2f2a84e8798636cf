//! Upper bounds on the Schatten norms of K.

use super::dense::{DenseOperator, SchattenNorms};
use super::free::FreeResolvent;
use crate::Shift;
use serde::{Deserialize, Serialize};

/// Upper bounds on the Schatten norms of K, proved for every chain. They also hold with weights w ≤ 1.
///
/// * For the resolvent of the chain, ‖R₀‖ ≤ 1/η gives S₁ ≤ ‖V‖₁/η (Hölder), and Σ_k |R₀,jk|² = Im R₀,jj/η (Ward)
///   gives S₂ ≤ ‖V‖₂·√(max_j Im R₀,jj/η).
/// * For the exponential kernel the published bounds hold: S₁ ≤ ½‖V‖₁/η and S₂ ≤ ½‖V‖₂/√η. Its symbol ½ sin k/(cos
///   z − cos k) is at most ½/sinh η in magnitude, and Σ_k |R₀,jk|² ≤ ½/(e^{2η} − 1) ≤ ¼/η.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SchattenBounds {
    /// The bound on S₁.
    pub trace: f64,
    /// The bound on S₂.
    pub hilbert_schmidt: f64,
}

impl SchattenBounds {
    /// The relative amount by which rounding may lift a norm above its bound. A single site attains the bound.
    const ROUNDING: f64 = 1e-12;

    /// Returns the bounds for a potential and the kernel `free`, whose elements are `kernel`.
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

    /// Returns the published bounds, ½‖V‖₁/η and ½‖V‖₂/√η. Whether they hold depends on the kernel (resnet-bk.md
    /// §2.2).
    pub fn published(potential: &[f64], shift: Shift) -> Self {
        let eta = shift.eta();
        Self {
            trace: 0.5 * sum_norm(potential) / eta,
            hilbert_schmidt: 0.5 * square_norm(potential) / eta.sqrt(),
        }
    }

    /// Returns whether S₁ is within its bound, up to rounding.
    pub fn trace_holds(&self, norms: &SchattenNorms) -> bool {
        norms.trace <= self.trace * (1.0 + Self::ROUNDING)
    }

    /// Returns whether S₂ is within its bound, up to rounding.
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
