//! Adam (Kingma and Ba, 2015) for a few hundred parameters whose derivatives are known.
//!
//! Written out because a run must go on bit for bit after a stop: the running means are the state that a record
//! carries, and the optimisers of candle keep theirs to themselves.

/// Weight of the past in the running mean of derivatives, and of their squares. The second is shorter than the usual
/// 0.999, because a run has some hundred steps.
const DECAY: [f64; 2] = [0.9, 0.99];

/// Keeps parameters without any derivative where they are.
const GUARD: f64 = 1e-12;

/// Running means of derivatives.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Adam {
    pub(crate) first: Vec<f64>,
    pub(super) second: Vec<f64>,
}

impl Adam {
    /// No derivatives seen yet.
    pub(crate) fn new(parameters: usize) -> Self {
        Adam { first: vec![0.0; parameters], second: vec![0.0; parameters] }
    }

    /// What to subtract from the parameters after the given number of earlier steps, for a learning rate.
    pub(super) fn updates(&mut self, gradient: &[f64], earlier: usize, rate: f64) -> Vec<f64> {
        // By multiplication, because powers differ between native and WebAssembly.
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
