//! Gradients of the straight-through estimator against finite differences of the surrogate they belong to.

use bk_quantize::{LearnedStep, Width};
use proptest::prelude::*;

/// Central differences of a function that is piecewise linear in each argument have only rounding error.
const TOLERANCE: f64 = 1e-6;
const DIFFERENCE: f64 = 1e-6;

/// x̃(x, s, z) with the rounding errors of x/s and z held at those of another point.
struct Surrogate {
    remainder: f64,
    shift: f64,
    lowest: f64,
    highest: f64,
}

impl Surrogate {
    fn at(value: f64, learned: LearnedStep, width: Width) -> Self {
        let ratio = value / learned.step;
        let (lowest, highest) = width.codes();
        Surrogate {
            remainder: ratio.round_ties_even() - ratio,
            shift: learned.zero_point.round_ties_even() - learned.zero_point,
            lowest: f64::from(lowest),
            highest: f64::from(highest),
        }
    }

    fn of(&self, value: f64, step: f64, zero_point: f64) -> f64 {
        let zero_point = zero_point + self.shift;
        let code = (value / step + self.remainder + zero_point).clamp(self.lowest, self.highest);
        step * (code - zero_point)
    }
}

fn any_width() -> impl Strategy<Value = Width> {
    prop::sample::select(vec![Width::Int2, Width::Int3, Width::Int4, Width::Int8])
}

proptest! {
    #[test]
    fn gradients_are_those_of_the_surrogate(
        value in -4.0..4.0f64, step in 0.01..1.0f64, place in -0.9..0.9f64, upstream in -2.0..2.0f64, width in any_width(),
    ) {
        let zero_point = place * f64::from(width.codes().1);
        let learned = LearnedStep { step, zero_point };
        let surrogate = Surrogate::at(value, learned, width);
        prop_assert!((surrogate.of(value, step, zero_point) - learned.forward(value, width)).abs() < 1e-12);
        // At the very border of clipping the surrogate has a kink.
        let code = value / step + surrogate.remainder + zero_point + surrogate.shift;
        let (lowest, highest) = width.codes();
        prop_assume!((code - f64::from(lowest)).abs() > 0.5 && (code - f64::from(highest)).abs() > 0.5);
        let gradient = learned.backward(value, upstream, width);
        let h = DIFFERENCE;
        let difference = |plus: f64, minus: f64| upstream * (plus - minus) / (2.0 * h);
        let by_value = difference(surrogate.of(value + h, step, zero_point), surrogate.of(value - h, step, zero_point));
        let by_step = difference(surrogate.of(value, step + h, zero_point), surrogate.of(value, step - h, zero_point));
        let by_zero = difference(surrogate.of(value, step, zero_point + h), surrogate.of(value, step, zero_point - h));
        let scale = 1.0 + f64::from(highest);
        prop_assert!((gradient.value - by_value).abs() < TOLERANCE * scale, "{} {by_value}", gradient.value);
        prop_assert!((gradient.step - by_step).abs() < TOLERANCE * scale * (1.0 + value.abs() / step), "{} {by_step}", gradient.step);
        prop_assert!((gradient.zero_point - by_zero).abs() < TOLERANCE * scale, "{} {by_zero}", gradient.zero_point);
    }

    #[test]
    fn the_forward_pass_is_the_grid_that_is_stored(value in -4.0..4.0f32, step in 0.01..1.0f32, zero_point in -8i32..8) {
        let learned = LearnedStep { step: f64::from(step), zero_point: f64::from(zero_point) };
        let grid = learned.grid(Width::Int4);
        // Where x/s is a half but for the last digit, single and double precision may differ.
        let ratio = f64::from(value) / f64::from(step);
        prop_assume!((ratio - ratio.floor() - 0.5).abs() > 1e-4);
        let difference = learned.forward(f64::from(value), Width::Int4) - f64::from(grid.round(value, Width::Int4));
        prop_assert!(difference.abs() < 1e-5, "{difference}");
    }
}
