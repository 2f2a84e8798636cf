//! The command line as a person uses it: what it prints where, what it writes, and how it ends.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bk_lab::published::PublishedFigure;
use bk_lab::record::robustness::Config;
use bk_lab::study::robustness::run;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

fn bklab(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bklab")).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder of this test's own, emptied.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn write(folder: &std::path::Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_summary_alone_goes_to_standard_output() {
    let output = bklab(&["figure", "robustness", "--summary", "-"]);
    assert!(output.status.success());
    assert_eq!(stdout(&output), run(&Config::default()).unwrap().summary_json().unwrap());
    let output =
        bklab(&["figure", "robustness", "--summary", "-", "--seed", "7", "--bit-widths", "2,4,8,16,32"]);
    let config = Config { seed: 7, bit_widths: vec![2, 4, 8, 16, 32] };
    assert_eq!(stdout(&output), run(&config).unwrap().summary_json().unwrap());
}

#[test]
fn the_report_says_what_the_data_is() {
    let report = stdout(&bklab(&["figure", "robustness"]));
    for words in ["published simulation", "PASS", "simulated only", "34.36", "479.53"] {
        assert!(report.contains(words), "{words} is missing from\n{report}");
    }
}

#[test]
fn the_figure_is_written_in_each_format_and_its_folder_is_made() {
    let stem = folder("formats").join("deep/figure");
    let output =
        bklab(&["figure", "robustness", "--out", stem.to_str().unwrap(), "--format", "png,svg,json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let read = |extension: &str| std::fs::read(stem.with_extension(extension)).unwrap();
    assert!(read("png").starts_with(b"\x89PNG"));
    assert!(String::from_utf8(read("svg")).unwrap().contains("ResNet-BK"));
    let record: Value = serde_json::from_slice(&read("json")).unwrap();
    assert_eq!(record["provenance"], "published-simulation");
}

#[test]
fn files_are_read_and_a_bad_one_fails_the_command_but_not_the_others() {
    let folder = folder("files");
    let good = write(&folder, "resnetbk_quant_int8.json", r#"{"perplexity": 31.5}"#);
    let bad = write(&folder, "mamba_quant_int8.json", r#"{"perplexity": -1}"#);
    let output = bklab(&["figure", "robustness", &good, "--summary", "-"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("\"perplexity\": 31.5"));
    let output = bklab(&["figure", "robustness", &good, &bad]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("31.50") && stderr(&output).contains("perplexity of -1"));
}

#[test]
fn failures_end_with_1_and_wrong_usage_with_2() {
    let folder = folder("failures");
    let empty = write(&folder, "empty.json", "");
    let failures: [&[&str]; 3] = [
        &["figure", "robustness", "no-such-file.json"],
        &["figure", "robustness", &empty],
        &["figure", "robustness", "--summary", "/proc/no/such/place.json"],
    ];
    for arguments in failures {
        let output = bklab(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", stderr(&output));
        assert!(!stderr(&output).is_empty(), "{arguments:?} failed without a word");
    }
    let misuse: [&[&str]; 12] = [
        &[],
        &["figure", "lines"],
        &["figure", "robustness", "--seed", "-1"],
        &["figure", "robustness", "--bit-widths", "8,zero"],
        &["figure", "robustness", "--bit-widths", "0"],
        &["figure", "robustness", "--format", "png"],
        &["figure", "robustness", "--source", "imported"],
        &["resolvent", "--sites", "0"],
        &["resolvent", "--sites", "1000000000"],
        &["resolvent", "--eta", "0"],
        &["resolvent", "--eta", "-0.5"],
        &["resolvent", "--potential", "mountain:3"],
    ];
    for arguments in misuse {
        let output = bklab(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

/// The published reference values of resnet-bk.md §1.2, printed there to eight digits.
const PRINTED: f64 = 1e-8;

#[test]
fn the_resolvent_has_the_reference_values_on_every_back_end() {
    let reference = [
        (-0.39178325, 0.36570327),
        (-0.28386146, 0.35911613),
        (-0.26246452, 0.54757421),
        (-0.34647166, 0.33109829),
    ];
    // Single precision at η = 1: the bound of resolvent-performance.md §2.5 is 3·10⁻⁶ here.
    for (backend, tolerance) in [("f64", PRINTED), ("f32", 3e-6), ("gpu", 3e-6)] {
        let output = bklab(&[
            "resolvent",
            "--potential",
            "values:-1.7,-2.2,-1.5,-1.9",
            "--backend",
            backend,
            "--json",
        ]);
        assert!(output.status.success(), "{backend}: {}", stderr(&output));
        let record: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(record["backend"], backend);
        assert!(record["deviation_bound"].as_f64().unwrap() < tolerance);
        for (site, (re, im)) in reference.into_iter().enumerate() {
            let off = (record["re"][site].as_f64().unwrap() - re)
                .abs()
                .max((record["im"][site].as_f64().unwrap() - im).abs());
            assert!(off <= tolerance, "{backend}: site {site} is off by {off:e}");
        }
    }
}

#[test]
fn values_must_be_as_many_as_sites() {
    let output = bklab(&["resolvent", "--sites", "5", "--potential", "values:1,2"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("2 values") && stderr(&output).contains("5 sites"));
}
