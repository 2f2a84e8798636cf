//! The straight-through estimator with learned step size: what makes a quantizer trainable.
//!
//! Rounding has the derivative 0 almost everywhere, so a network behind it learns nothing. The estimator takes the
//! derivative of a surrogate instead, in which the rounding error r = round(x/s) − x/s is held fixed:
//!
//! ```text
//! x̃(x, s, z) = s·(clamp(x/s + r + z, lowest, highest) − z)
//! ∂x̃/∂x = 1,  ∂x̃/∂s = q − z − x/s,  ∂x̃/∂z = 0     between the outermost levels
//! ∂x̃/∂x = 0,  ∂x̃/∂s = q − z,        ∂x̃/∂z = −s    where x is clipped
//! ```
//!
//! At the point where r was taken x̃ is the quantized value itself. Source: Esser et al. (2020) for the step, Bhalgat
//! et al., “LSQ+” (2020) for the zero point.

use crate::grid::Grid;
use crate::scheme::Width;
use serde::{Deserialize, Serialize};

/// A grid in training, in double precision: step and zero point move continuously. The forward pass rounds the zero
/// point, as the stored one will be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LearnedStep {
    /// s, positive.
    pub step: f64,
    /// z before rounding.
    pub zero_point: f64,
}

/// Derivatives of a loss, by the straight-through estimator.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StepGradient {
    /// With respect to the value.
    pub value: f64,
    /// With respect to the step.
    pub step: f64,
    /// With respect to the zero point.
    pub zero_point: f64,
}

impl LearnedStep {
    /// The quantized value.
    pub fn forward(&self, value: f64, width: Width) -> f64 {
        let (steps, _) = self.steps(value, width);
        steps * self.step
    }

    /// The derivatives of a loss whose derivative with respect to the quantized value is `upstream`.
    pub fn backward(&self, value: f64, upstream: f64, width: Width) -> StepGradient {
        let (steps, clipped) = self.steps(value, width);
        if clipped {
            StepGradient { value: 0.0, step: upstream * steps, zero_point: -upstream * self.step }
        } else {
            StepGradient { value: upstream, step: upstream * (steps - value / self.step), zero_point: 0.0 }
        }
    }

    /// q − z, and whether x lies beyond the outermost levels.
    fn steps(&self, value: f64, width: Width) -> (f64, bool) {
        let (lowest, highest) = width.codes();
        let zero_point = self.zero_point.round_ties_even();
        let code = (value / self.step).round_ties_even() + zero_point;
        let clamped = code.clamp(f64::from(lowest), f64::from(highest));
        (clamped - zero_point, clamped != code)
    }

    /// The grid that is stored.
    pub fn grid(&self, width: Width) -> Grid {
        Grid::new(self.step, self.zero_point.round_ties_even() as i32, width)
    }
}

impl From<&Grid> for LearnedStep {
    fn from(grid: &Grid) -> Self {
        LearnedStep { step: f64::from(grid.scale), zero_point: f64::from(grid.zero_point) }
    }
}
