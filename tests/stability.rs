//! The road for long-context stability: config in, record and summary out, against the published values.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bk_lab::record::Model;
use bk_lab::record::stability::{Config, Curve, Stability};
use bk_lab::study::stability::run;

/// How far a statistic may be from NumPy's, relative to it: the exponential of another library may differ
/// in the last place, and a thousand such differences add up.
const NEAR: f64 = 1e-12;

fn simulated(seed: u32, sequence_lengths: &[u32], steps: u32) -> Stability {
    run(&Config { seed, sequence_lengths: sequence_lengths.into(), steps }).unwrap()
}

fn curve<'record>(record: &'record Stability, model: &Model, length: u32) -> &'record Curve {
    record.series(model).unwrap().at(length).unwrap().runs[0].curve().unwrap()
}

fn assert_near(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= NEAR * expected.abs(), "{what}: {found} instead of {expected}");
}

/// resnet-bk.md Appendix A.7 and §7.2.
#[test]
fn mamba_has_its_nan_spikes_where_numpy_puts_them() {
    let record = run(&Config::default()).unwrap();
    let expected: [(u32, u64, usize, [u64; 5]); 4] = [
        (32768, 600, 5, [634, 672, 690, 955, 970]),
        (131_072, 239, 20, [299, 344, 368, 371, 451]),
        (524_288, 247, 20, [247, 250, 275, 343, 546]),
        (1_048_576, 289, 20, [315, 333, 428, 465, 525]),
    ];
    for (length, step, count, first) in expected {
        let point = record.series(&Model::Mamba).unwrap().at(length).unwrap();
        assert_eq!((point.runs[0].diverged, point.runs[0].divergence_step), (true, Some(step)), "{length}");
        let gaps: Vec<u64> = curve(&record, &Model::Mamba, length)
            .points()
            .filter_map(|(step, loss)| loss.is_none().then_some(step))
            .collect();
        assert_eq!((gaps.len(), &gaps[..5]), (count, &first[..]), "{length}");
    }
    let resnetbk = record.series(&Model::ResNetBk).unwrap();
    assert!(resnetbk.points.iter().all(|point| !point.runs[0].diverged));
}

/// Final, least and mean loss, deviation and gaps as NumPy gives them for other seeds, lengths and steps.
#[test]
fn other_seeds_lengths_and_steps_follow_numpy() {
    let cases: [(u32, &[u32], u32, Model, u32, [f64; 4], u64); 7] = [
        (
            7,
            &[16384, 8192, 65536],
            300,
            Model::ResNetBk,
            65536,
            [1.9415150684950713, 1.7534646828407323, 2.819080573888691, 0.6832138501788751],
            0,
        ),
        (
            7,
            &[16384, 8192, 65536],
            300,
            Model::Mamba,
            16384,
            [1.6010392697097393, 1.6010392697097393, 2.6403861526488868, 0.6828853428018743],
            0,
        ),
        (
            7,
            &[16384, 8192, 65536],
            300,
            Model::Mamba,
            8192,
            [1.617159447232842, 1.6023383986679314, 2.637207693563508, 0.6793519066667897],
            0,
        ),
        (
            7,
            &[16384, 8192, 65536],
            300,
            Model::Mamba,
            65536,
            [8.746170981498894, 2.015551973706274, 3.413431410316683, 1.3923162590754807],
            20,
        ),
        (
            42,
            &[131_072],
            100,
            Model::Mamba,
            131_072,
            [2.8710603027879724, 2.8710603027879724, 3.4593447240672015, 0.2996517441060525],
            0,
        ),
        (
            1,
            &[32768, 1_048_576],
            700,
            Model::Mamba,
            32768,
            [1.2603075022351937, 0.5575638271813486, 1.7372454046897339, 0.9319193961107916],
            5,
        ),
        (
            1,
            &[32768, 1_048_576],
            700,
            Model::Mamba,
            1_048_576,
            [5084.528194810364, 1.9046251152188864, 426.36722807250226, 965.2625376947041],
            20,
        ),
    ];
    for (seed, lengths, steps, model, length, [last, least, mean, deviation], gaps) in cases {
        let record = simulated(seed, lengths, steps);
        let statistics = curve(&record, &model, length).statistics().unwrap();
        assert_near(statistics.final_loss, last, "final loss");
        assert_near(statistics.min_loss.unwrap(), least, "least loss");
        assert_near(statistics.mean_loss.unwrap(), mean, "mean loss");
        assert_near(statistics.std_loss.unwrap(), deviation, "deviation");
        assert_eq!(statistics.num_nan, Some(gaps));
    }
}

/// resnet-bk.md §7.2: with 100 steps d = 237 lies beyond the end, the largest loss is 4.01, and yet the
/// run is called diverged.
#[test]
fn a_run_too_short_to_diverge_is_called_diverged_all_the_same() {
    let record = simulated(42, &[8192, 32768, 131_072], 100);
    let runs: Vec<_> = record.points(&Model::Mamba).iter().map(|point| &point.runs[0]).collect();
    assert_eq!(runs.iter().map(|run| run.diverged).collect::<Vec<_>>(), [false, true, true]);
    let alone = simulated(42, &[131_072], 100);
    assert_eq!(alone.points(&Model::Mamba)[0].runs[0].divergence_step, Some(237));
    let largest = curve(&alone, &Model::Mamba, 131_072).losses.iter().flatten().copied().fold(0.0, f64::max);
    assert_eq!(format!("{largest:.2}"), "4.01");
}

#[test]
fn a_repeated_length_draws_twice_and_keeps_its_place() {
    let lengths = |record: &Stability| -> Vec<u32> {
        record.points(&Model::Mamba).iter().map(|point| point.sequence_length).collect()
    };
    let record = simulated(42, &[8192, 4096, 8192], 50);
    assert_eq!(lengths(&record), [8192, 4096]);
    let apart = simulated(42, &[8192, 4096, 2048], 50);
    assert_eq!(curve(&record, &Model::Mamba, 8192), curve(&apart, &Model::Mamba, 2048));
}

#[test]
fn a_record_is_json_without_nan_and_comes_back_as_it_was() {
    let record = simulated(1, &[32768], 700);
    let json = serde_json::to_string(&record).unwrap();
    assert!(json.contains("null") && !json.contains("NaN"));
    assert_eq!(serde_json::from_str::<Stability>(&json).unwrap(), record);
}

#[test]
fn impossible_configs_are_errors_that_name_the_value() {
    let error = |sequence_lengths: &[u32], steps| {
        run(&Config { seed: 1, sequence_lengths: sequence_lengths.into(), steps }).unwrap_err().to_string()
    };
    assert!(error(&[], 10).contains("no sequence lengths"));
    assert!(error(&[8192, 0], 10).contains("length of 0"));
    assert!(error(&[1; 33], 10).contains("33"));
    assert!(error(&[8192], 0).contains("0 steps"));
    assert!(error(&[8192], 10_001).contains("10001"));
}
