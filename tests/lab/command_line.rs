//! The command line as a person uses it: what it prints where, what it writes, and how it ends.

use bk_lab::kit::claims::PublishedFigure;
use bk_lab::studies::efficiency::record as efficiency;
use bk_lab::studies::robustness::record::Config;
use bk_lab::studies::robustness::study::run;
use bk_lab::studies::stability::record as stability;
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
    let figure: Value = serde_json::from_slice(&read("json")).unwrap();
    assert_eq!(figure["view"], "#/robustness?v=1");
    assert_eq!(figure["records"][0]["provenance"], "published-simulation");
}

/// Width and height that an SVG file states, in points.
fn size(stem: &std::path::Path) -> [f64; 2] {
    let svg = std::fs::read_to_string(stem.with_extension("svg")).unwrap();
    ["width", "height"].map(|side| {
        let (_, after) = svg.split_once(&format!("{side}=\"")).unwrap();
        after.split_once("pt\"").unwrap().0.parse().unwrap()
    })
}

#[test]
fn a_figure_is_printed_as_large_as_it_is_asked_for() {
    let stem = folder("print").join("figure");
    let draw = |options: &[&str]| {
        let usual = ["figure", "efficiency", "--out", stem.to_str().unwrap(), "--format", "svg,png"];
        let output = bklab(&[&usual, options].concat());
        assert!(output.status.success(), "{options:?}: {}", stderr(&output));
        // The PNG states its pixels in the first chunk.
        let png = std::fs::read(stem.with_extension("png")).unwrap();
        (size(&stem), u32::from_be_bytes(png[16..20].try_into().unwrap()))
    };
    assert_eq!(draw(&[]), ([864.0, 576.0], 3600));
    let points = |millimetres: f64| (millimetres * 72.0 / 25.4 * 1000.0).round() / 1000.0;
    let ([width, _], pixels) = draw(&["--width-preset", "nature-1", "--dpi", "600"]);
    assert_eq!((width, pixels), (points(89.0), 2102));
    let ([width, _], _) = draw(&["--width", "120", "--font-size", "9", "--style", "dark"]);
    let svg = std::fs::read_to_string(stem.with_extension("svg")).unwrap();
    assert_eq!(width, points(120.0));
    assert!(svg.contains("font-size=\"9\"") && svg.contains("fill=\"#14181d\""));
    for misuse in
        [["--width-preset", "nature-9"], ["--width", "-3"], ["--font-size", "90"], ["--style", "loud"]]
    {
        let usual = ["figure", "efficiency", "--out", stem.to_str().unwrap()];
        let output = bklab(&[&usual[..], &misuse].concat());
        assert_eq!(output.status.code(), Some(2), "{misuse:?}: {}", stderr(&output));
    }
}

#[test]
fn every_figure_is_drawn_and_brings_its_run_back() {
    let folder = folder("restored");
    for figure in ["robustness", "efficiency", "stability"] {
        let stem = folder.join(figure);
        let output = bklab(&[
            "figure",
            figure,
            "--out",
            stem.to_str().unwrap(),
            "--format",
            "png,svg,pdf,eps,csv,tex,json",
        ]);
        assert!(output.status.success(), "{}", stderr(&output));
        let record = stdout(&bklab(&["figure", figure, "--record", "-"]));
        for extension in ["png", "svg", "pdf", "eps", "csv", "tex", "json"] {
            let written = stem.with_extension(extension);
            let output = bklab(&["figure", figure, written.to_str().unwrap(), "--record", "-"]);
            assert!(output.status.success(), "{extension}: {}", stderr(&output));
            assert!(stdout(&output) == record, "{figure} as {extension}");
        }
    }
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
fn the_result_files_of_a_folder_are_read() {
    let folder = folder("folder").join("runs");
    std::fs::create_dir_all(folder.join("mamba")).unwrap();
    write(&folder, "resnetbk_quant_int8.json", r#"{"perplexity": 31.5}"#);
    write(&folder, "mamba/resnetbk_quant_fp32.json", r#"{"perplexity": 28.5}"#);
    write(&folder, "mamba/config.json", r#"{"batch": 4}"#);
    write(&folder, "notes.txt", "not a result");
    let output = bklab(&["show", folder.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report = stdout(&output);
    for words in
        ["31.50", "28.50", "runs/mamba/resnetbk_quant_fp32.json", "Table of “runs/mamba/config.json”"]
    {
        assert!(report.contains(words), "{words} is missing from\n{report}");
    }
    let json: Value =
        serde_json::from_str(&stdout(&bklab(&["show", folder.to_str().unwrap(), "--json"]))).unwrap();
    let series = json[0]["series"].as_array().or(json[1]["series"].as_array()).unwrap();
    assert_eq!(series.len(), 1, "a folder's name is no model's: {series:?}");
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
    let misuse: [&[&str]; 26] = [
        &[],
        &["figure", "lines"],
        &["figure", "robustness", "--seed", "-1"],
        &["figure", "robustness", "--bit-widths", "8,zero"],
        &["figure", "robustness", "--bit-widths", "0"],
        &["figure", "robustness", "--format", "png"],
        &["figure", "robustness", "--source", "imported"],
        &["figure", "efficiency", "--configs", "0"],
        &["figure", "stability", "--lengths", "8192,0"],
        &["figure", "stability", "--steps", "20000"],
        &["fragility", "robustness", "--seeds", "5..5"],
        &["fragility", "efficiency", "--seeds", "0-9"],
        &["fragility", "stability", "--lengths", "0"],
        &["show"],
        &["resolvent", "--sites", "0"],
        &["resolvent", "--sites", "1000000000"],
        &["resolvent", "--eta", "0"],
        &["resolvent", "--eta", "-0.5"],
        &["resolvent", "--potential", "mountain:3"],
        &["quantize", "--mode", "ptq-int5"],
        &["quantize", "--sites", "0"],
        &["quantize", "--green-bits", "5"],
        &["quantize", "--format", "nf5"],
        &["quantize", "--format", "nf4", "--mode", "qat-int4"],
        &["quantize", "compare", "--seeds", "0"],
        &["quantize", "demo", "5"],
    ];
    for arguments in misuse {
        let output = bklab(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn efficiency_and_stability_have_the_same_options() {
    let json = stdout(&bklab(&["figure", "efficiency", "--summary", "-", "--seed", "7", "--configs", "3"]));
    let config = efficiency::Config { seed: 7, configurations: 3 };
    assert_eq!(json, bk_lab::studies::efficiency::study::run(&config).unwrap().summary_json().unwrap());
    let arguments =
        ["figure", "stability", "--summary", "-", "--lengths", "65536,8192", "--steps", "50", "--seed", "3"];
    let config = stability::Config { seed: 3, sequence_lengths: vec![65536, 8192], steps: 50 };
    let summary = bk_lab::studies::stability::study::run(&config).unwrap().summary_json().unwrap();
    assert_eq!(stdout(&bklab(&arguments)), summary);

    let folder = folder("stability");
    let file = write(&folder, "summary.json", &summary);
    let output = bklab(&["figure", "stability", &file, "--record", "-"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let record: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&record["study"], &record["provenance"]), (&"stability".into(), &"unknown".into()));
    let report = stdout(&bklab(&["figure", "efficiency"]));
    assert!(report.contains("FAIL") && report.contains("23.06 %") && report.contains("4.62 ×"), "{report}");
    let other = bklab(&["figure", "efficiency", &file]);
    assert_eq!(other.status.code(), Some(1));
    assert!(stderr(&other).contains("holds no data for the figure “Dynamic efficiency”"));
}

#[test]
fn fragility_is_counted_and_printed() {
    let report = stdout(&bklab(&["fragility", "robustness"]));
    let counts = ["All of them", "207", "1000"].join(" ");
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(report.lines().any(|line| words(line) == counts), "{report}");
    let json = stdout(&bklab(&["fragility", "efficiency", "--seeds", "10..30", "--json"]));
    let record: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&record["config"]["first_seed"], &record["seeds"]["runs"]), (&10.into(), &20.into()));
    assert_eq!(record["seeds"]["checks"][1]["held"], 0);
    let arguments =
        ["fragility", "stability", "--seeds", "0..5", "--steps", "100", "--lengths", "8192", "--json"];
    let record: Value = serde_json::from_str(&stdout(&bklab(&arguments))).unwrap();
    assert_eq!((&record["config"]["steps"], &record["seeds"]["runs"]), (&100.into(), &5.into()));
}

#[test]
fn any_result_file_is_shown_and_cannot_steer_the_terminal() {
    let folder = folder("show");
    let table = write(&folder, "run.json", r#"{"gpu": "X\u001b[31m", "loss": [1, 2]}"#);
    let list = write(&folder, "e.json", r#"[{"model": "gpt", "perplexity": 30, "flops_per_token": 1e9}]"#);
    let output = bklab(&["show", &table, &list]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report = stdout(&output);
    assert!(report.contains("Table of “run.json”") && report.contains("origin unknown"), "{report}");
    assert!(report.contains("Dynamic efficiency") && report.contains("gpt") && !report.contains('\u{1b}'));
    let json: Value = serde_json::from_str(&stdout(&bklab(&["show", &table, "--json"]))).unwrap();
    assert_eq!(json["study"], "table");
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

#[test]
fn a_quantized_core_is_trained_stopped_and_gone_on_with() {
    let folder = folder("quantize");
    let small = [
        "quantize",
        "--mode",
        "qat-int4",
        "--sites",
        "64",
        "--group",
        "16",
        "--batches",
        "5",
        "--steps",
        "12",
    ];
    let json = |more: &[&str]| stdout(&bklab(&[&small[..], more, &["--json"]].concat()));
    let part = write(&folder, "part.json", &json(&["--until", "5"]));
    let resumed = stdout(&bklab(&["quantize", "--resume", &part, "--json"]));
    assert_eq!(resumed, json(&[]));
    let record: Value = serde_json::from_str(&resumed).unwrap();
    assert_eq!((&record["schema"], &record["study"]), (&"bk-lab/1".into(), &"quantize".into()));
    assert_eq!(record["training"]["loss"].as_array().unwrap().len(), 12);
    let shown = stdout(&bklab(&["show", &part]));
    assert!(shown.contains("imported, unverified") && shown.contains("5 training steps so far"), "{shown}");
}

#[test]
fn modes_are_compared_over_seeds_and_the_file_is_shown() {
    let small = ["quantize", "compare", "--sites", "24", "--group", "8"];
    let json = |seeds: &str| stdout(&bklab(&[&small[..], &["--seeds", seeds, "--json"]].concat()));
    let record: Value = serde_json::from_str(&json("2")).unwrap();
    assert_eq!((&record["study"], &record["config"]["first_seed"]), (&"mode-comparison".into(), &1.into()));
    assert_eq!(record["modes"].as_array().unwrap().len(), 11);
    assert_eq!(json("2"), json("1..3"));
    let file = write(&folder("modes"), "modes.json", &json("2"));
    let shown = stdout(&bklab(&["show", &file]));
    assert!(shown.contains("imported, unverified") && shown.contains("qat-int4"), "{shown}");
    assert!(!shown.contains("Claims"), "claims are about 512 sites");
    let published = stdout(&bklab(&["quantize", "compare", "--seeds", "1"]));
    assert!(published.contains("published ≈ 8 % (at most 8.5 %), here 12."), "{published}");
}

#[test]
fn the_published_demonstrations_print_their_sizes() {
    for (number, words) in [("1", "17.00 KB"), ("3", "2.59 KB"), ("4", "7.71 ×")] {
        let report = stdout(&bklab(&["quantize", "demo", number, "--seed", "3"]));
        assert!(report.contains(words) && report.contains("Published: "), "{report}");
    }
}
