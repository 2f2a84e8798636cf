//! Means and deviations as NumPy computes them, so that a published digit comes back (resnet-bk.md A.4).

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

    #[test]
    fn one_value_has_no_sample_deviation() {
        assert_eq!(sample_deviation(&[3.0]), None);
        assert_eq!(sample_deviation(&[1.0, 3.0]), Some(2f64.sqrt()));
    }
}
