//! Means and deviations as NumPy computes them, so that a published digit comes back (resnet-bk.md A.4).

use super::hypothesis;
use super::hypothesis::Interval;

/// Up to this many values NumPy sums in one block of eight accumulators.
const BLOCK: usize = 128;

/// The sum by NumPy's pairwise rule.
pub fn sum(values: &[f64]) -> f64 {
    if values.len() > BLOCK {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half - half % 8);
        return sum(left) + sum(right);
    }
    let eights = values.chunks_exact(8);
    let rest = eights.remainder();
    let mut total = 0.0;
    if values.len() >= 8 {
        let mut lanes = [0.0; 8];
        for eight in eights {
            lanes.iter_mut().zip(eight).for_each(|(lane, value)| *lane += value);
        }
        let [a, b, c, d, e, f, g, h] = lanes;
        total = ((a + b) + (c + d)) + ((e + f) + (g + h));
    }
    rest.iter().fold(total, |total, value| total + value)
}

/// The arithmetic mean; not a number for no values.
pub fn mean(values: &[f64]) -> f64 {
    sum(values) / values.len() as f64
}

/// The standard deviation of all there is: the root of the mean squared deviation. Zero for one value.
pub fn population_deviation(values: &[f64]) -> f64 {
    mean(&squared_deviations(values)).sqrt()
}

/// The standard deviation estimated from a sample, with n − 1; `None` for fewer than two values.
pub fn sample_deviation(values: &[f64]) -> Option<f64> {
    let count = values.len();
    (count > 1).then(|| (sum(&squared_deviations(values)) / (count - 1) as f64).sqrt())
}

/// Half the width of the 95 % confidence interval of the mean, by Student's t with n − 1 degrees of freedom:
/// t₀.₉₇₅ · s / √n. It covers the true mean in 95 of 100 samples from a normal distribution. `None` for fewer than
/// two values.
pub fn confidence(values: &[f64]) -> Option<f64> {
    Some(Interval::of(values, 0.95)?.margin)
}

/// The 97.5 % quantile of Student's t with at least one degree of freedom.
pub fn student_quantile(freedom: f64) -> f64 {
    // The distribution exists for every freedom above zero; without it there is no bound to give.
    hypothesis::student_quantile(0.975, freedom).unwrap_or(f64::INFINITY)
}

fn squared_deviations(values: &[f64]) -> Vec<f64> {
    let mean = mean(values);
    values.iter().map(|value| (value - mean) * (value - mean)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.sum`, `mean` and `std` of 0.1, 0.2, …, n/10.
    #[test]
    fn sums_are_those_of_numpy_to_the_last_digit() {
        let expected = [
            (1, 0.1, 0.0),
            (7, 2.8, 0.19999999999999998),
            (8, 3.6, 0.229128784747792),
            (13, 9.1, 0.37416573867739417),
            (128, 825.6, 3.694928957368463),
            (129, 838.4999999999999, 3.7237973450050514),
            (1000, 50050.0, 28.86749902572095),
            (5001, 1250750.1, 144.36643192469177),
        ];
        for (count, total, deviation) in expected {
            let values: Vec<f64> = (1..=count).map(|number| f64::from(number) / 10.0).collect();
            assert_eq!((sum(&values), population_deviation(&values)), (total, deviation), "{count} values");
        }
    }

    /// Quantiles as every table of Student's t has them, here to ten digits (R's `qt(0.975, n)`).
    #[test]
    fn quantiles_are_those_of_the_tables() {
        let expected = [
            (1.0, 12.7062047362),
            (2.0, 4.3026527297),
            (4.0, 2.7764451052),
            (9.0, 2.2621571628),
            (29.0, 2.0452296421),
            (999.0, 1.9623414611),
        ];
        for (freedom, quantile) in expected {
            let error: f64 = student_quantile(freedom) - quantile;
            assert!(error.abs() < 1e-8, "{freedom} degrees of freedom: off by {error}");
        }
    }

    #[test]
    fn an_interval_is_the_quantile_times_the_error_of_the_mean() {
        let values = [25.0, 26.5, 24.0, 25.5, 27.0];
        // Mean 25.6, sample deviation 1.19373…, so ± 2.77645 · 1.19373 / √5.
        let half = confidence(&values).unwrap_or_default();
        assert!((half - 1.482_218).abs() < 1e-5, "{half}");
        assert_eq!(confidence(&[3.0]), None);
    }

    #[test]
    fn one_value_has_no_sample_deviation() {
        assert_eq!(sample_deviation(&[3.0]), None);
        assert_eq!(sample_deviation(&[1.0, 3.0]), Some(2f64.sqrt()));
    }
}
