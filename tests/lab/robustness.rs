//! The road for quantization robustness: config in, record and summary out, against the published values.

use super::published_files;
use bk_lab::kit::claims::{PublishedFigure, Verdict};
use bk_lab::kit::record::{Model, Provenance};
use bk_lab::studies::robustness::record::{Config, Robustness};
use bk_lab::studies::robustness::study::run;
use bk_python::printing::{intersection_order, repr};

fn simulated(seed: u32, bit_widths: &[u32]) -> Robustness {
    run(&Config { seed, bit_widths: bit_widths.into() }).unwrap()
}

/// The numbers of resnet-bk.md Appendix B.1 in the order in which they are printed.
const APPENDIX_B1: &[&str] = &[
    "30.248357076505616",
    "30.23086784941441",
    "31.52384426905035",
    "34.361514928204016",
    "44.88292331263833",
    "32.993428306022466",
    "32.683471397657634",
    "38.09537707620138",
    "211.04605971281606",
    "479.5316932505533",
    "1.0907510851770852",
    "48.3813590242877",
    "1353.4157796600418",
    "10.68405660456445",
    "13.597954564260139",
    "539.6608977864016",
    "6.141931173691907",
    "4.21671560316056",
    "15.463530260805388",
    "1.2084622913076266",
    "-0.057818766972939646",
    "-0.9394504429485245",
    "1.0811291147994857",
    "11.246814657644828",
];

#[test]
fn the_default_summary_has_the_published_numbers_to_the_last_digit() {
    let json = simulated(42, &[32, 16, 8, 4, 2]).summary_json().unwrap();
    for number in APPENDIX_B1 {
        assert!(json.contains(&format!(": {number}")), "{number} is missing from\n{json}");
    }
    assert!(!json.ends_with('\n'), "the published file has no trailing newline");
}

#[test]
fn the_default_summary_is_as_long_as_the_published_file() {
    assert_eq!(simulated(42, &[32, 16, 8, 4, 2]).summary_json().unwrap().len(), 3569);
}

#[test]
#[ignore = "needs the published files"]
fn the_default_summary_is_the_published_file_byte_for_byte() {
    let json = simulated(42, &[32, 16, 8, 4, 2]).summary_json().unwrap();
    assert_eq!(json, published_files::text("resnet-bk/reference-runs/quantization_graph.json"));
}

#[test]
fn other_orders_draw_the_noise_in_their_order() {
    let forward = simulated(42, &[32, 16, 8, 4, 2]);
    let backward = simulated(42, &[2, 4, 8, 16, 32]);
    let noise = |record: &Robustness, bits: u32, multiplier: f64| -> f64 {
        record.perplexity(&Model::ResNetBk, bits).unwrap() - 30.0 * multiplier
    };
    assert!((noise(&forward, 32, 1.0) - noise(&backward, 2, 1.5)).abs() < 1e-12);
    let failing = backward.checks().into_iter().find(|check| !check.met).unwrap();
    assert_eq!(failing.key, "req_7_2_int8_degradation_lt_5pct");
    assert_eq!(format!("{:.2}", failing.value.unwrap()), "5.49");
}

#[test]
fn the_published_example_of_three_widths_fails_one_check() {
    let checks = simulated(42, &[32, 8, 4]).checks();
    let failing: Vec<_> = checks.iter().filter(|check| !check.met).collect();
    assert_eq!(failing.len(), 1);
    assert_eq!(format!("{:.2}", failing[0].value.unwrap()), "7.78");
}

#[test]
fn of_a_thousand_seeds_207_pass_all_six_checks() {
    let failures =
        |key: &str, seed| simulated(seed, &[32, 16, 8, 4, 2]).checks().iter().any(|c| c.key == key && !c.met);
    let count = |key: &str| (0..1000).filter(|&seed| failures(key, seed)).count();
    assert_eq!(count("req_7_2_int8_degradation_lt_5pct"), 345);
    assert_eq!(count("req_7_6_int4_degradation_lt_15pct"), 125);
    assert_eq!(count("req_7_8_int8_10pct_better"), 418);
    let all = (0..1000)
        .filter(|&seed| simulated(seed, &[32, 16, 8, 4, 2]).checks().iter().all(|check| check.met))
        .count();
    assert_eq!(all, 207);
}

#[test]
fn a_width_without_full_precision_is_compared_with_the_formula() {
    let record = simulated(42, &[4]);
    let json = record.summary_json().unwrap();
    let ppl: f64 = 30.0 * 1.12 + 0.5 * 0.4967141530112327;
    assert!(
        json.contains(&format!("\"resnetbk_degradation_pct\": {}", repr((ppl - 30.0) / 30.0 * 100.0))),
        "{json}"
    );
}

#[test]
fn a_repeated_width_draws_twice_and_keeps_its_place() {
    let record = simulated(42, &[32, 8, 32]);
    let series = record.series(&Model::ResNetBk).unwrap();
    assert_eq!(series.points.iter().map(|point| point.bits).collect::<Vec<_>>(), [32, 8]);
    assert_eq!(series.points[0].perplexity(), 30.0 + 0.5 * 0.6476885381006925);
}

#[test]
fn a_missing_comparison_is_no_data_although_the_published_rule_calls_it_met() {
    let mut record = simulated(42, &[32, 16, 8, 4, 2]);
    record.series.retain(|series| series.model == Model::ResNetBk);
    let int8 = record.checks().into_iter().find(|check| check.key.contains("7_2")).unwrap();
    assert!(int8.met && int8.holds().is_none());
    assert!(record.summary_json().unwrap().contains("\"value\": 0,"));
}

#[test]
fn claims_about_models_are_never_more_than_simulated() {
    let rows = simulated(42, &[32, 16, 8, 4, 2]).claims();
    assert_eq!(rows.iter().filter(|row| row.verdict == Verdict::Reproduced).count(), 11);
    let about_models: Vec<_> = rows.iter().filter(|row| row.about_models).collect();
    let with = |verdict| -> Vec<&str> {
        about_models.iter().filter(|row| row.verdict == verdict).map(|row| row.stated.as_str()).collect()
    };
    assert_eq!(
        with(Verdict::SimulatedOnly),
        [
            "requirement 7.2",
            "requirement 7.6",
            "requirement 7.8",
            "requirement 7.9",
            "requirements 7.14, 7.15, 8.5",
            "requirement 8.6",
            "requirement 8.7",
            "requirement 8.8",
            "requirement 8.15",
        ]
    );
    assert_eq!(
        with(Verdict::NotReproducible),
        [
            "requirement 7.1",
            "requirement 7.5",
            "requirement 7.7",
            "requirements 8.17, 8.18",
            "requirement 8.22",
            "requirement 8.25",
        ]
    );
    assert_eq!(about_models.len(), 9 + 6);
    assert!(rows.iter().all(|row| !row.reason.is_empty() && !row.published.is_empty()));
    let mut unknown = simulated(42, &[32, 16, 8, 4, 2]);
    unknown.provenance = Provenance::Unknown;
    let rows = unknown.claims();
    assert_eq!(rows.iter().filter(|row| row.verdict == Verdict::Unverified).count(), 8);
    assert!(rows.iter().filter(|row| row.about_models).all(|row| row.verdict != Verdict::Reproduced));
}

#[test]
fn another_seed_differs_from_the_published_numbers() {
    let rows = simulated(7, &[32, 16, 8, 4, 2]).claims();
    assert!(rows.iter().filter(|row| !row.about_models).all(|row| row.verdict == Verdict::Differs));
}

/// `list(set(left) & set(right))` as CPython 3.11 printed it.
#[test]
fn sets_are_walked_as_cpython_walks_them() {
    let cases: &[(&[u32], &[u32], &[u32])] = &[
        (&[32, 16, 8, 4, 2], &[32, 16, 8, 4, 2], &[32, 2, 4, 8, 16]),
        (&[32, 8, 4], &[32, 8, 4], &[32, 8, 4]),
        (&[8, 16, 32], &[32, 16, 8, 4, 2], &[8, 16, 32]),
        (&[1, 9, 17, 25, 33, 41], &[41, 33, 25, 17, 9, 1], &[33, 1, 9, 41, 17, 25]),
        (
            &[32, 16, 8, 4, 2, 3, 6, 5, 12, 24, 48, 64],
            &[64, 32, 16, 8, 4, 2, 3, 1],
            &[64, 32, 2, 3, 4, 8, 16],
        ),
        (&[64, 8, 16, 24], &[8, 16, 24, 64], &[8, 16, 64, 24]),
        (&[40, 8, 48, 16, 56, 24, 64, 32], &[8, 40, 16, 48, 64, 56], &[64, 8, 40, 48, 16, 56]),
    ];
    for (left, right, order) in cases {
        assert_eq!(intersection_order(left, right), *order, "set({left:?}) & set({right:?})");
    }
}

#[test]
fn floats_are_printed_as_python_prints_them() {
    let cases = [
        (1e16, "1e+16"),
        (1.5e-5, "1.5e-05"),
        (0.0001, "0.0001"),
        (123456789012345680.0, "1.2345678901234568e+17"),
        (5e-324, "5e-324"),
        (30.0, "30.0"),
        (-0.0, "-0.0"),
        (9999999999999998.0, "9999999999999998.0"),
    ];
    for (value, printed) in cases {
        assert_eq!(repr(value), printed);
    }
}

#[test]
fn impossible_configs_are_errors_that_name_the_value() {
    let error =
        |bit_widths: &[u32]| run(&Config { seed: 1, bit_widths: bit_widths.into() }).unwrap_err().to_string();
    assert!(error(&[]).contains("no bit widths"));
    assert!(error(&[8, 0]).contains("0"));
    assert!(error(&[65]).contains("65"));
    assert!(error(&[8; 1001]).contains("1001"));
}
