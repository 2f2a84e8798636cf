//! Confidence intervals and tests of means: Student's t, Welch's, analysis of variance, power, and Holm's
//! correction for many tests (vit-lora.md §6.2).
//!
//! Every result carries the number of values it rests on. Nothing is given where it is not defined: for fewer than
//! two values, or for values that do not vary.

use super::statistics::{mean, sample_deviation, sum};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::beta::checked_beta_reg;
use statrs::function::erf::erfc;

/// The quantile of Student's t distribution at `probability`, strictly between 0 and 1.
pub fn student_quantile(probability: f64, freedom: f64) -> Option<f64> {
    let distribution = StudentsT::new(0.0, 1.0, freedom).ok()?;
    (probability > 0.0 && probability < 1.0).then(|| distribution.inverse_cdf(probability))
}

/// The probability of a t at least as far from 0, on either side, by chance.
pub fn student_p(statistic: f64, freedom: f64) -> Option<f64> {
    checked_beta_reg(freedom / 2.0, 0.5, freedom / (freedom + statistic * statistic)).ok()
}

/// A mean with the interval that holds the true one with a given probability, if the values are normal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Number of values; at least 2.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation with n − 1.
    pub deviation: f64,
    /// Half the width of the interval.
    pub margin: f64,
}

impl Interval {
    /// The interval of `values` at a `level` such as 0.95; `None` for fewer than two values.
    pub fn of(values: &[f64], level: f64) -> Option<Self> {
        let deviation = sample_deviation(values)?;
        let count = values.len();
        let quantile = student_quantile(1.0 - (1.0 - level) / 2.0, (count - 1) as f64)?;
        let margin = quantile * deviation / (count as f64).sqrt();
        Some(Interval { count, mean: mean(values), deviation, margin })
    }

    /// The interval of the difference of two means, first less second, of groups that may vary differently (Welch). Its
    /// deviation is that of the difference; `None` for fewer than two values in either.
    pub fn of_difference(first: &[f64], second: &[f64], level: f64) -> Option<Self> {
        let (one, other) = (Moments::of(first)?, Moments::of(second)?);
        let (error, freedom) = one.difference(&other);
        // Values that do not vary have no freedom, and need none.
        let quantile = if error > 0.0 { student_quantile(1.0 - (1.0 - level) / 2.0, freedom)? } else { 0.0 };
        Some(Interval {
            count: first.len().min(second.len()),
            mean: one.mean - other.mean,
            deviation: error,
            margin: quantile * error,
        })
    }

    /// Its lower end.
    pub fn lower(&self) -> f64 {
        self.mean - self.margin
    }

    /// Its upper end.
    pub fn upper(&self) -> f64 {
        self.mean + self.margin
    }
}

/// A test whether two means differ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeansTest {
    /// Values in the first group, and in the second; pairs in both.
    pub counts: (usize, usize),
    /// First mean less second.
    pub difference: f64,
    /// t.
    pub statistic: f64,
    /// Degrees of freedom.
    pub freedom: f64,
    /// Probability of a t at least as far from 0 if the means do not differ.
    pub p: f64,
    /// Cohen's d: the difference in standard deviations. Which ones depends on the test.
    pub effect: f64,
}

impl MeansTest {
    /// The test from its parts; `None` where `error`, the standard error of the difference, is no positive number.
    fn new(counts: (usize, usize), difference: f64, error: f64, freedom: f64, scale: f64) -> Option<Self> {
        let statistic = difference / error;
        if !statistic.is_finite() {
            return None;
        }
        let p = student_p(statistic, freedom)?;
        Some(MeansTest { counts, difference, statistic, freedom, p, effect: difference / scale })
    }

    /// The paired test: the values of one place in both belong together. Its effect is in deviations of the
    /// differences. `None` unless both are equally long.
    pub fn paired(first: &[f64], second: &[f64]) -> Option<Self> {
        if first.len() != second.len() {
            return None;
        }
        let differences: Vec<f64> = first.iter().zip(second).map(|(first, second)| first - second).collect();
        let deviation = sample_deviation(&differences)?;
        let count = differences.len();
        let error = deviation / (count as f64).sqrt();
        MeansTest::new((count, count), mean(&differences), error, (count - 1) as f64, deviation)
    }

    /// Student's test: both groups vary alike. Its effect is in pooled deviations.
    pub fn student(first: &[f64], second: &[f64]) -> Option<Self> {
        let (one, other) = (Moments::of(first)?, Moments::of(second)?);
        let freedom = one.count + other.count - 2.0;
        let pooled = ((one.count - 1.0) * one.variance + (other.count - 1.0) * other.variance) / freedom;
        let error = (pooled * (1.0 / one.count + 1.0 / other.count)).sqrt();
        let counts = (first.len(), second.len());
        MeansTest::new(counts, one.mean - other.mean, error, freedom, pooled.sqrt())
    }

    /// Welch's test: the groups may vary differently. Its effect is in roots of the mean variance.
    pub fn welch(first: &[f64], second: &[f64]) -> Option<Self> {
        let (one, other) = (Moments::of(first)?, Moments::of(second)?);
        let (error, freedom) = one.difference(&other);
        let scale = ((one.variance + other.variance) / 2.0).sqrt();
        let counts = (first.len(), second.len());
        MeansTest::new(counts, one.mean - other.mean, error, freedom, scale)
    }
}

/// Count, mean and variance of a group of at least two values.
struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(values: &[f64]) -> Option<Self> {
        let deviation = sample_deviation(values)?;
        Some(Moments { count: values.len() as f64, mean: mean(values), variance: deviation * deviation })
    }

    /// The standard error of the difference of two means, and its degrees of freedom, by Welch.
    fn difference(&self, other: &Self) -> (f64, f64) {
        let (a, b) = (self.variance / self.count, other.variance / other.count);
        let freedom = (a + b) * (a + b) / (a * a / (self.count - 1.0) + b * b / (other.count - 1.0));
        ((a + b).sqrt(), freedom)
    }
}

/// A one-way analysis of variance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Anova {
    /// F: variance between the groups over variance within.
    pub statistic: f64,
    /// Degrees of freedom between and within.
    pub freedom: (f64, f64),
    /// Probability of an F at least as large if no means differ.
    pub p: f64,
}

impl Anova {
    /// The analysis of at least two groups; `None` where an empty one is among them or nothing varies within.
    pub fn of(groups: &[&[f64]]) -> Option<Self> {
        if groups.len() < 2 || groups.iter().any(|group| group.is_empty()) {
            return None;
        }
        let all = groups.concat();
        let grand = mean(&all);
        let square = |distance: f64| distance * distance;
        let between: Vec<f64> =
            groups.iter().map(|group| group.len() as f64 * square(mean(group) - grand)).collect();
        let within: Vec<f64> = groups
            .iter()
            .flat_map(|group| {
                let center = mean(group);
                group.iter().map(move |value| square(value - center))
            })
            .collect();
        let freedom = ((groups.len() - 1) as f64, (all.len() - groups.len()) as f64);
        let statistic = (sum(&between) / freedom.0) / (sum(&within) / freedom.1);
        let share = freedom.1 / (freedom.1 + freedom.0 * statistic);
        let p = checked_beta_reg(freedom.1 / 2.0, freedom.0 / 2.0, share).ok()?;
        statistic.is_finite().then_some(Anova { statistic, freedom, p })
    }
}

/// Holm's correction: the p values as they count when all tests are asked at once, in the order given. No result
/// is above 1, and none below its own p.
pub fn holm(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
    let mut corrected = vec![0.0; values.len()];
    let mut largest = 0.0f64;
    for (rank, place) in order.into_iter().enumerate() {
        largest = largest.max(values[place] * (values.len() - rank) as f64);
        corrected[place] = largest.min(1.0);
    }
    corrected
}

/// The probability that a two-sided t test at `level` (such as 0.95) finds a difference whose statistic is centred
/// on `shift` instead of 0: for two groups of n and an effect d, d·√(n/2); for n pairs, d·√n. From the noncentral
/// t distribution.
pub fn power(shift: f64, freedom: f64, level: f64) -> Option<f64> {
    let critical = student_quantile(1.0 - (1.0 - level) / 2.0, freedom)?;
    let below = |bound: f64| noncentral(bound, freedom, shift);
    Some((1.0 - below(critical)? + below(-critical)?).clamp(0.0, 1.0))
}

/// Terms after which the series of [`noncentral`] has converged for every shift that a double can tell from
/// certainty: the Poisson weights of shift²/2 < 800 end before.
const MOST_TERMS: u32 = 5000;

/// The probability that a noncentral t is at most `bound`: Φ(−δ) plus a series of incomplete beta functions
/// weighted by Poisson probabilities (algorithm AS 243).
fn noncentral(bound: f64, freedom: f64, shift: f64) -> Option<f64> {
    if bound < 0.0 {
        return Some(1.0 - noncentral(-bound, freedom, -shift)?);
    }
    let below_zero = erfc(shift / std::f64::consts::SQRT_2) / 2.0;
    let share = bound * bound / (bound * bound + freedom);
    let half_square = shift * shift / 2.0;
    let mut even = pxfm::f_exp(-half_square);
    // Γ(3/2) = √π/2.
    let mut odd = shift * even * std::f64::consts::FRAC_2_SQRT_PI / std::f64::consts::SQRT_2;
    let mut total = 0.0;
    let mut left = 1.0 - even;
    for term in 0..MOST_TERMS {
        let place = f64::from(term);
        let part = even * checked_beta_reg(place + 0.5, freedom / 2.0, share).ok()?
            + odd * checked_beta_reg(place + 1.0, freedom / 2.0, share).ok()?;
        total += part;
        if left <= 0.0 && part.abs() <= f64::EPSILON * total.abs() {
            break;
        }
        even *= half_square / (place + 1.0);
        odd *= half_square / (place + 1.5);
        left -= even;
        // Rounding may leave a rest that no term will take away.
        if even < f64::EPSILON * f64::EPSILON && place > half_square {
            left = 0.0;
        }
    }
    Some((below_zero + total / 2.0).clamp(0.0, 1.0))
}

/// The usual word for an effect size: negligible below 0.2, small below 0.5, medium below 0.8, else large.
pub fn effect_word(effect: f64) -> &'static str {
    match effect.abs() {
        size if size < 0.2 => "negligible",
        size if size < 0.5 => "small",
        size if size < 0.8 => "medium",
        _ => "large",
    }
}
