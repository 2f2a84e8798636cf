//! Adam (Kingma and Ba, 2015) for a few hundred parameters with known derivatives.
//!
//! Implemented here because a run must resume bit for bit after a stop: the running means are state that the record
//! stores, and candle's optimizers do not expose theirs.

/// Weight of the past in the running means of derivatives and of their squares. The second is less than the usual
/// 0.999, because a run has only a few hundred steps.
const DECAY: [f64; 2] = [0.9, 0.99];

/// Guard against division by zero, so that parameters with zero derivatives stay unchanged.
const GUARD: f64 = 1e-12;

/// Running means of derivatives.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Adam {
    pub(crate) first: Vec<f64>,
    pub(super) second: Vec<f64>,
}

impl Adam {
    /// Creates the state before any step.
    pub(crate) fn new(parameters: usize) -> Self {
        Adam { first: vec![0.0; parameters], second: vec![0.0; parameters] }
    }

    /// Returns the values to subtract from the parameters, for a learning rate and the number of earlier steps.
    pub(super) fn updates(&mut self, gradient: &[f64], earlier: usize, rate: f64) -> Vec<f64> {
        // By multiplication, because powers differ between native code and WebAssembly.
        let remains = DECAY.map(|decay| 1.0 - (0..=earlier).fold(1.0, |power, _| power * decay));
        let moments = self.first.iter_mut().zip(&mut self.second);
        let update = |((first, second), &derivative): ((&mut f64, &mut f64), &f64)| {
            *first = DECAY[0] * *first + (1.0 - DECAY[0]) * derivative;
            *second = DECAY[1] * *second + (1.0 - DECAY[1]) * derivative * derivative;
            rate * (*first / remains[0]) / ((*second / remains[1]).sqrt() + GUARD)
        };
        moments.zip(gradient).map(update).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_is_the_rate_against_the_sign() {
        let updates = Adam::new(3).updates(&[2.0, -1e-3, 0.0], 0, 0.1);
        assert!((updates[0] - 0.1).abs() < 1e-9 && (updates[1] + 0.1).abs() < 1e-9);
        assert_eq!(updates[2], 0.0);
    }

    #[test]
    fn finds_the_least_of_a_parabola() {
        let mut adam = Adam::new(1);
        let mut place = 3.0;
        for step in 0..400 {
            let rate = 0.1 * (1.0 - step as f64 / 400.0);
            place -= adam.updates(&[2.0 * (place - 1.0)], step, rate)[0];
        }
        assert!((place - 1.0).abs() < 1e-3, "{place}");
    }
}
