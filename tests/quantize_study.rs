//! The study of the quantized core: what was published comes back, and what the exact reading reaches, over 20 seeds.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bk_lab::published::quantize::{demonstration, size_estimate};
use bk_lab::quantize::{Granularity, ScaleRule, Subject, Width};
use bk_lab::record::quantize::{Config, ConfigError, Mode, Quantize, Reading, Trained};
use bk_lab::record::{Record, document};
use bk_lab::study::{Context, StudyError, quantize};
use std::ops::RangeInclusive;

/// The seeds of every statement here.
const SEEDS: RangeInclusive<u32> = 1..=20;

/// The 97.5 % quantile of Student's t with 19 degrees of freedom, for the interval of a mean of 20.
const STUDENT_19: f64 = 2.093_024;

fn run(config: &Config) -> Quantize {
    pollster::block_on(quantize::run(config, None, config.steps, &Context::unwatched())).unwrap()
}

fn end_to_end(config: &Config) -> f64 {
    run(config).end_to_end_percent().unwrap()
}

/// The error end to end of a config for every seed.
fn over_seeds(config: &Config) -> Vec<f64> {
    SEEDS.map(|seed| end_to_end(&Config { seed, ..config.clone() })).collect()
}

/// Mean and half the width of its 95 % interval.
fn interval(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = (square / (values.len() - 1) as f64).sqrt();
    (mean, STUDENT_19 * deviation / (values.len() as f64).sqrt())
}

#[track_caller]
fn assert_all_within(values: &[f64], range: RangeInclusive<f64>) {
    assert!(values.iter().all(|value| range.contains(value)), "{values:?} outside {range:?}");
}

#[test]
fn the_published_errors_come_back_over_20_seeds() {
    let own =
        |record: &Quantize, tensor, subject| record.error(tensor, subject).unwrap().relative_percent.unwrap();
    for seed in SEEDS {
        let records = |number| -> Vec<Quantize> {
            demonstration(number, seed).unwrap().configs.iter().map(run).collect()
        };
        assert_all_within(&[records(1)[0].end_to_end_percent().unwrap()], 0.50..=0.60);
        let qat = &records(2)[0];
        assert_all_within(&[own(qat, "v", Subject::Input)], 0.80..=0.92);
        assert_all_within(&[own(qat, "Re G", Subject::Output)], 0.30..=0.38);
        assert_all_within(&[records(3)[0].end_to_end_percent().unwrap()], 11.5..=13.2);
        let compared = records(4);
        assert_all_within(&[compared[0].end_to_end_percent().unwrap()], 0.50..=0.60);
        assert_all_within(&[compared[1].end_to_end_percent().unwrap()], 11.5..=13.2);
    }
    assert_eq!(demonstration(5, 1), None);
}

#[test]
fn the_published_sizes_come_back_to_the_byte() {
    let int8 = size_estimate(&Config::of(Mode::PtqInt8, Reading::Published));
    assert_eq!((int8.fp32_bytes, int8.quantized_bytes), (20480.0, 17408.0));
    assert_eq!(format!("{:.2} {:.2}", int8.quantized_bytes / 1024.0, int8.compression_ratio), "17.00 1.18");
    let int4 = size_estimate(&Config::of(Mode::PtqInt4, Reading::Published));
    assert_eq!((int4.fp32_bytes, int4.quantized_bytes), (20480.0, 2656.0));
    assert_eq!(format!("{:.2} {:.2}", int4.quantized_bytes / 1024.0, int4.compression_ratio), "2.59 7.71");
}

#[test]
fn the_published_int4_uses_13_of_16_levels_and_its_training_changes_nothing() {
    let config = Config::of(Mode::PtqInt4, Reading::Published);
    let record = run(&config);
    // The test batch has values beyond all that were calibrated on now and then, and these reach 7 and −7.
    let used: Vec<usize> = record.tensors[..2].iter().map(|tensor| tensor.codes_used).collect();
    assert!(used.iter().all(|&used| (12..=14).contains(&used)), "{used:?}");

    let trained = run(&Config::of(Mode::QatInt4, Reading::Published));
    let training = trained.training.as_ref().unwrap();
    assert_eq!((training.loss.len(), &training.gradient), (10, &vec![0.0; 10]));
    assert_eq!(trained.tensors, record.tensors);
    assert_eq!(trained.errors, record.errors);
}

#[test]
fn the_published_core_is_silent_where_its_recursion_overflows() {
    let record = run(&Config { sites: 1024, batches: 2, ..Config::of(Mode::PtqInt8, Reading::Published) });
    assert!(record.sample.re.iter().chain(&record.sample.im).all(|&value| value == 0.0));
    assert_eq!(record.end_to_end_percent(), None);
    let exact = run(&Config { sites: 1024, batches: 2, ..Config::of(Mode::PtqInt8, Reading::Exact) });
    assert!(exact.end_to_end_percent().unwrap() < 1.0);
}

#[test]
fn the_exact_reading_keeps_its_promises_over_20_seeds() {
    let of = |mode| over_seeds(&Config::of(mode, Reading::Exact));
    let modes = [Mode::PtqInt8, Mode::QatInt8, Mode::PtqInt4, Mode::QatInt4, Mode::Mixed];
    let [ptq8, qat8, ptq4, qat4, mixed] = modes.map(of);
    let upper = |values: &[f64]| {
        let (mean, half) = interval(values);
        mean + half
    };
    for (mode, values) in modes.iter().zip([&ptq8, &qat8, &ptq4, &qat4, &mixed]) {
        let (mean, half) = interval(values);
        println!("{mode}: {mean:.4} ± {half:.4} %");
    }
    assert!(upper(&ptq8) <= 0.6 && upper(&qat8) <= 0.6);
    // The published value of INT4, and what the published table claims for it after training.
    assert!(upper(&ptq4) < 12.65);
    assert!(upper(&qat4) <= 8.0);
    assert!(upper(&mixed) < upper(&ptq4));
    // Seed by seed, since both see the same rows.
    let ratios: Vec<f64> = ptq8.iter().zip(&qat8).map(|(ptq, qat)| ptq / qat).collect();
    let (mean, half) = interval(&ratios);
    println!("PTQ INT8 / QAT INT8: {mean:.3} ± {half:.3}");
    assert!(mean - half >= 1.3, "{mean} ± {half}");
}

/// Both ends of training differ by what single steps of the optimiser leave.
const SAME_FLOOR: f64 = 0.01;

/// What steps and zero points alone can reach has a floor, and it is found from either side: from grids that are too
/// wide, and from those of the least squares. It lies less than 1.3 times below the absolute maximum with a zero
/// point, so that more must be learned than these.
#[test]
fn trained_steps_alone_end_at_the_same_floor_wherever_they_begin() {
    let config = Config { trained: Trained::Steps, ..Config::of(Mode::QatInt8, Reading::Exact) };
    let wide = over_seeds(&config);
    let least = over_seeds(&Config { rule: ScaleRule::LeastSquares, ..config.clone() });
    let untrained = over_seeds(&Config { trained: Trained::Nothing, ..config });
    let ratios: Vec<f64> =
        untrained.iter().zip(&wide).map(|(untrained, trained)| untrained / trained).collect();
    let [(wide, _), (least, _), (ratio, half)] = [&wide, &least, &ratios].map(|values| interval(values));
    println!("floor {wide:.4} % and {least:.4} %, ratio {ratio:.3} ± {half:.3}");
    assert!((wide - least).abs() < SAME_FLOOR * least, "{wide} and {least}");
    assert!(ratio - half > 1.2 && ratio + half < 1.3, "{ratio} ± {half}");
}

#[test]
fn a_run_that_was_stopped_goes_on_bit_for_bit() {
    let config =
        Config { steps: 30, batches: 7, sites: 96, group: 40, ..Config::of(Mode::QatInt4, Reading::Exact) };
    let whole = run(&config);
    let context = Context::unwatched();
    let part = pollster::block_on(quantize::run(&config, None, 11, &context)).unwrap();
    assert!(!part.is_complete() && whole.is_complete());
    // By way of a file, as page and command line do it.
    let text = document::to_json(&[Record::Quantize(Box::new(part))]).unwrap();
    let Record::Quantize(part) = document::from_value(serde_json::from_str(&text).unwrap()).unwrap() else {
        panic!("another record came back");
    };
    let rest = pollster::block_on(quantize::run(&config, part.training, 30, &context)).unwrap();
    assert_eq!(rest, whole);
    let loss = &whole.training.as_ref().unwrap().loss;
    assert!(loss[25..].iter().sum::<f64>() < 0.9 * loss[..5].iter().sum::<f64>(), "{loss:?}");
}

#[test]
fn a_training_run_of_other_settings_is_refused() {
    let config = Config { steps: 2, batches: 1, ..Config::of(Mode::QatInt4, Reading::Exact) };
    let run = run(&config).training;
    let again =
        |config: &Config, run| match pollster::block_on(quantize::run(config, run, 2, &Context::unwatched()))
        {
            Err(StudyError::QuantizeConfig(error)) => error,
            other => panic!("{other:?}"),
        };
    let other = Config { group: 64, ..config.clone() };
    assert_eq!(again(&other, run.clone()), ConfigError::Training { found: 12, expected: 24 });
    let mut damaged = run.unwrap();
    damaged.parameters[3].step = -0.5;
    assert!(matches!(again(&config, Some(damaged)), ConfigError::Damaged(_)));
}

#[test]
fn every_width_granularity_and_rule_can_be_combined() {
    for width in Width::ALL {
        for granularity in [Granularity::Tensor, Granularity::Channel, Granularity::Group] {
            for rule in [ScaleRule::AbsoluteMaximum, ScaleRule::Percentile(99.0), ScaleRule::LeastSquares] {
                let config = Config {
                    potential_bits: width,
                    green_bits: width,
                    granularity,
                    rule,
                    sites: 33,
                    group: 16,
                    rows: 2,
                    batches: 4,
                    steps: 2,
                    trained: Trained::Rounding,
                    ..Config::default()
                };
                let record = run(&config);
                let total: usize = record.tensors.iter().map(|tensor| tensor.packed.len() / 2).sum();
                assert_eq!(total, record.bytes().codes);
                assert_eq!(record.end_to_end_percent() == Some(0.0), width == Width::Single);
            }
        }
    }
}

#[test]
fn more_bits_are_better_and_single_precision_is_exact() {
    let errors: Vec<f64> = Width::ALL
        .map(|width| Config { potential_bits: width, green_bits: width, batches: 10, ..Config::default() })
        .iter()
        .map(end_to_end)
        .collect();
    assert!(errors.is_sorted_by(|one, other| one > other), "{errors:?}");
    assert_eq!(errors.last(), Some(&0.0));
}

#[test]
fn configs_that_cannot_be_computed_are_refused() {
    let refused = |config: Config| config.check().is_err();
    assert!(refused(Config { sites: 0, ..Config::default() }));
    assert!(refused(Config { sites: 5000, ..Config::default() }));
    assert!(refused(Config { rows: 0, ..Config::default() }));
    assert!(refused(Config { batches: 100_000, ..Config::default() }));
    assert!(refused(Config { steps: 100_000, ..Config::default() }));
    assert!(refused(Config { reading: Reading::Published, green_bits: Width::Int2, ..Config::default() }));
    assert!(refused(Config { rule: ScaleRule::Percentile(20.0), ..Config::default() }));
    for (mode, name) in Mode::ALL {
        assert_eq!(name.parse(), Ok(mode));
        for reading in [Reading::Exact, Reading::Published] {
            assert_eq!(Config::of(mode, reading).check(), Ok(()));
        }
        assert_eq!(Config::of(mode, Reading::Exact).mode(), Some(mode));
    }
}
