//! Intervals, tests and power against the reference values, which SciPy computed.

use super::{items, published};
use bk_lab::kit::record::hypothesis::{
    Anova, Interval, MeansTest, effect_word, holm, power, student_p, student_quantile,
};
use bk_lab::studies::lora::published::statistics::{fallback_p, power as published_power};
use bk_lab::studies::lora::record::Experiment;
use proptest::prelude::*;
use serde_json::Value;

/// A test of two groups.
type Test = fn(&[f64], &[f64]) -> Option<MeansTest>;

/// The accuracy that is asked of every statistic.
const ACCURACY: f64 = 1e-9;

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= ACCURACY * expected.abs().max(1.0), "{found} instead of {expected}");
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// The groups of values behind the vectors; those of the published study from its results.
fn group(name: &str) -> Vec<f64> {
    let measured = |suffix: &str, value: fn(&Experiment) -> f64| {
        let seeds = [42, 123, 456].iter();
        let values = seeds.map(|seed| {
            let path = format!("published/quantization/deit_tiny_patch16_224_cifar10_seed{seed}_lora_r4_a8.0{suffix}/results.json");
            value(&serde_json::from_value(published(&path)).unwrap())
        });
        values.collect::<Vec<f64>>()
    };
    match name {
        "baseline_acc" => measured("", |experiment| experiment.test_metrics.top1_accuracy),
        "q8_acc" => measured("_q8bit", |experiment| experiment.test_metrics.top1_accuracy),
        "q8_memred" => {
            measured("_q8bit", |experiment| experiment.quantization_analysis.memory_reduction_percent)
        }
        "five" => FIVE.into(),
        "five_b" => FIVE_B.into(),
        "three_c" => THREE.into(),
        other => panic!("no group {other}"),
    }
}

const FIVE: [f64; 5] = [0.81, 0.79, 0.83, 0.80, 0.85];
const FIVE_B: [f64; 5] = [0.78, 0.77, 0.81, 0.79, 0.80];
const THREE: [f64; 3] = [0.70, 0.72, 0.69];

#[test]
#[ignore = "needs the published files"]
fn intervals_are_those_of_scipy() {
    let vectors = published("statistics_vectors.json");
    for (key, level) in [("ci95", 0.95), ("ci90", 0.90), ("ci99", 0.99)] {
        for (name, expected) in vectors[key].as_object().unwrap() {
            let found = Interval::of(&group(name), level).unwrap();
            assert_eq!(found.count as u64, expected["n"].as_u64().unwrap());
            for (found, key) in [
                (found.mean, "mean"),
                (found.deviation, "std_sample"),
                (found.margin, "margin"),
                (found.lower(), "lower"),
                (found.upper(), "upper"),
            ] {
                assert_near(found, number(&expected[key]));
            }
        }
    }
    for (freedom, quantile) in vectors["t_quantiles_0.975"].as_object().unwrap() {
        assert_near(student_quantile(0.975, freedom.parse().unwrap()).unwrap(), number(quantile));
    }
}

#[test]
#[ignore = "needs the published files"]
fn tests_of_means_are_those_of_scipy() {
    let vectors = published("statistics_vectors.json");
    for (key, first, second) in
        [("baseline_vs_q8", "baseline_acc", "q8_acc"), ("five_vs_five_b", "five", "five_b")]
    {
        let (first, second) = (group(first), group(second));
        let tests: [(&str, Test); 3] =
            [("paired", MeansTest::paired), ("student", MeansTest::student), ("welch", MeansTest::welch)];
        for (name, test) in tests {
            let expected = items(&vectors["tests"][key][name]);
            let found = test(&first, &second).unwrap();
            [found.statistic, found.p, found.effect].into_iter().zip(expected).for_each(
                |(found, expected)| {
                    assert_near(found, number(expected));
                },
            );
        }
    }
    let groups = ["baseline_acc", "q8_acc", "three_c"].map(group);
    let groups: Vec<&[f64]> = groups.iter().map(Vec::as_slice).collect();
    for (key, count) in [("anova_three_groups(baseline,q8,three_c)", 3), ("anova_two_groups", 2)] {
        let found = Anova::of(&groups[..count]).unwrap();
        assert_near(found.statistic, number(&vectors[key][0]));
        assert_near(found.p, number(&vectors[key][1]));
    }
}

/// vit-lora.md §6.2: t₀.₉₇₅ of 2 degrees of freedom; and the p of a large t in its leading digits.
#[test]
fn known_values_need_no_file() {
    assert_near(student_quantile(0.975, 2.0).unwrap(), 4.302652729749462);
    let test = MeansTest::paired(&FIVE, &FIVE_B).unwrap();
    assert_eq!(test.counts, (5, 5));
    assert_near(test.p, 0.018562564501560422);
    assert!(student_p(40.0, 3.0).unwrap() > 0.0);
    assert_near(power(0.8 * 10f64.sqrt(), 38.0, 0.95).unwrap(), 0.6934041966153821);
}

#[test]
#[ignore = "needs the published files"]
fn power_is_that_of_the_noncentral_t_and_the_published_one_is_lower() {
    let vectors = published("statistics_vectors.json");
    for (key, expected) in vectors["power_true_noncentral_t"].as_object().unwrap() {
        let (effect, count) = key.trim_start_matches("es").split_once("_n").unwrap();
        let (effect, count): (f64, usize) = (effect.parse().unwrap(), count.parse().unwrap());
        let right = power(effect * (count as f64 / 2.0).sqrt(), (2 * count - 2) as f64, 0.95).unwrap();
        assert_near(right, number(expected));
        let published = published_power(effect, count, 0.95).unwrap();
        assert_near(published, number(&vectors["power_repo_formula"][key]));
        assert!(published < right);
    }
}

#[test]
fn what_is_not_defined_is_not_given() {
    assert_eq!(Interval::of(&[1.0], 0.95), None);
    assert_eq!(MeansTest::paired(&[1.0, 2.0], &[1.0]), None);
    assert_eq!(MeansTest::paired(&[1.0, 2.0], &[1.0, 2.0]), None);
    assert_eq!(MeansTest::student(&[1.0, 1.0], &[2.0, 2.0]), None);
    assert_eq!(Anova::of(&[&[1.0, 2.0]]), None);
    assert_eq!(Anova::of(&[&[1.0, 2.0], &[]]), None);
    assert_eq!(student_quantile(1.0, 3.0), None);
    assert_eq!(published_power(0.5, 0, 0.95), None);
}

#[test]
fn effects_have_their_words_and_the_fallback_is_useless() {
    assert_eq!([0.1, -0.3, 0.7, 0.8].map(effect_word), ["negligible", "small", "medium", "large"]);
    assert!(fallback_p(38.9 * 2f64.sqrt(), 2.0) > 0.05 && fallback_p(39.1 * 2f64.sqrt(), 2.0) < 0.05);
}

#[test]
fn holm_multiplies_the_least_most() {
    let corrected = holm(&[0.01, 0.04, 0.03, 0.5]);
    [0.04, 0.09, 0.09, 0.5]
        .into_iter()
        .zip(corrected)
        .for_each(|(expected, found)| assert_near(found, expected));
    assert!(holm(&[]).is_empty());
}

proptest! {
    /// Swapping the groups turns the sign and nothing else; two groups' F is Student's t squared.
    #[test]
    fn tests_are_symmetric(first in prop::collection::vec(-5.0f64..5.0, 3..9), second in prop::collection::vec(-5.0f64..5.0, 3..9)) {
        let (one, other) = (MeansTest::student(&first, &second), MeansTest::student(&second, &first));
        let (Some(one), Some(other)) = (one, other) else { return Ok(()) };
        prop_assert!((one.statistic + other.statistic).abs() < ACCURACY && (one.p - other.p).abs() < ACCURACY);
        prop_assert!((0.0..=1.0).contains(&one.p));
        let Some(anova) = Anova::of(&[&first, &second]) else { return Ok(()) };
        prop_assert!((anova.p - one.p).abs() < 1e-7, "{} {}", anova.p, one.p);
    }

    /// More of a difference is found more often, in either direction; none as often as the level leaves.
    #[test]
    fn power_rises_with_the_shift(shift in 0.0f64..30.0, freedom in 1.0f64..60.0) {
        let at = |shift| power(shift, freedom, 0.95).unwrap();
        prop_assert!((at(0.0) - 0.05).abs() < 1e-8);
        prop_assert!((at(shift) - at(-shift)).abs() < 1e-8);
        prop_assert!(at(shift + 0.5) > at(shift) - 1e-9);
    }

    /// Corrected values keep their order and are never below their own.
    #[test]
    fn holm_keeps_the_order(values in prop::collection::vec(0.0f64..1.0, 0..12)) {
        let corrected = holm(&values);
        for (one, &p) in values.iter().enumerate() {
            prop_assert!(corrected[one] >= p && corrected[one] <= 1.0);
            for (other, &q) in values.iter().enumerate() {
                prop_assert!(p > q || corrected[one] <= corrected[other]);
            }
        }
    }
}
