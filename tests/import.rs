//! Import of result files: every published form, bad files, and provenance that is never better than proved.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bk_lab::import::{Imported, LARGEST_FILE, SourceFile, read_files};
use bk_lab::published::PublishedFigure;
use bk_lab::record::robustness::{Config, Robustness};
use bk_lab::record::{Model, Provenance, Record, document};
use bk_lab::study::robustness::run;
use proptest::prelude::*;

fn file(name: &str, content: &str) -> SourceFile {
    SourceFile { name: name.into(), bytes: content.as_bytes().to_vec() }
}

fn read(name: &str, content: &str) -> Imported {
    read_files(&[file(name, content)])
}

/// The only record of an import without errors.
fn only(imported: Imported) -> Robustness {
    assert!(imported.errors.is_empty(), "{:?}", imported.errors);
    match <[Record; 1]>::try_from(imported.records) {
        Ok([Record::Robustness(record)]) => record,
        other => panic!("expected one robustness record, found {other:?}"),
    }
}

/// The sentence of an import that gave nothing.
fn refused(name: &str, content: &str) -> String {
    let imported = read(name, content);
    assert!(imported.records.is_empty(), "{:?}", imported.records);
    imported.errors[0].to_string()
}

fn simulated(seed: u32) -> Robustness {
    run(&Config { seed, ..Config::default() }).unwrap()
}

#[test]
fn the_loader_format_takes_width_and_model_from_the_object_or_the_file_name() {
    let files = [
        file("resnetbk_quant_a.json", r#"{"bit_width": 32, "perplexity": 30.5, "model": "resnetbk"}"#),
        file("resnetbk_quant_INT8.json", r#"{"perplexity": 31.0}"#),
        file("mamba_quant_x.json", r#"{"bits": 4, "perplexity": 200}"#),
    ];
    let record = only(read_files(&files));
    assert_eq!(record.perplexity(&Model::ResNetBk, 32), Some(30.5));
    assert_eq!(record.perplexity(&Model::ResNetBk, 8), Some(31.0));
    assert_eq!(record.perplexity(&Model::Mamba, 4), Some(200.0));
    assert_eq!(record.provenance, Provenance::Unknown);
    assert_eq!(record.manifest.files.len(), 3);
}

#[test]
fn the_list_format_holds_both_models_and_several_runs() {
    let list = r#"[
        {"model": "resnet_bk", "bits": "FP32", "seed": 1, "perplexity": 20.0},
        {"model": "ResNet-BK", "bits": "INT8", "seed": 1, "perplexity": 21.0},
        {"model": "bk", "bits": 8, "seed": 2, "perplexity": 23.0},
        {"model": "mamba", "bits": "8", "seed": 1, "perplexity": NaN_FREE}
    ]"#
    .replace("NaN_FREE", "40, \"extra\": NaN");
    let record = only(read("anything_resnet_bk.json", &list));
    let int8 = record.series(&Model::ResNetBk).unwrap().at(8).unwrap();
    assert_eq!(int8.perplexity(), 22.0);
    assert_eq!(int8.runs.len(), 2);
    assert_eq!(int8.deviation(), Some(2.0f64.sqrt()));
    assert_eq!(record.perplexity(&Model::Mamba, 8), Some(40.0));
}

#[test]
fn lists_of_one_model_each_become_one_record_and_overlapping_lists_do_not() {
    let list = |model: &str, perplexity: f64| {
        format!(r#"[{{"model": "{model}", "bits": 8, "perplexity": {perplexity}}}]"#)
    };
    let both = read_files(&[file("a.json", &list("bk", 30.0)), file("b.json", &list("mamba", 40.0))]);
    assert_eq!(only(both).series.len(), 2);
    let twice = read_files(&[file("a.json", &list("bk", 30.0)), file("b.json", &list("bk", 31.0))]);
    assert_eq!(twice.records.len(), 2);
}

#[test]
fn the_published_summary_is_recognised_as_the_simulation_whatever_its_file_is_called() {
    for seed in [42, 7] {
        let record = only(read("measured_on_gpu.json", &simulated(seed).summary_json().unwrap()));
        assert_eq!(record.provenance, Provenance::PublishedSimulation);
        assert!(record.manifest.origin.contains(&format!("seed {seed}:")), "{}", record.manifest.origin);
        assert_eq!(record.summary_json().unwrap(), simulated(seed).summary_json().unwrap());
    }
}

#[test]
fn a_number_changed_in_the_last_digit_is_no_longer_the_simulation() {
    let json = simulated(42).summary_json().unwrap().replace("31.52384426905035", "31.52384426905036");
    assert_eq!(only(read("summary.json", &json)).provenance, Provenance::Unknown);
}

#[test]
fn the_marks_of_the_published_mock_data_are_recognised() {
    let rows = |with_throughput: bool| {
        let rows: Vec<String> = (42..47)
            .map(|seed| {
                let perplexity = 24.0 + f64::from(seed) / 7.0;
                let throughput = if with_throughput { r#", "throughput": 1.0"# } else { "" };
                format!(r#"{{"model": "bk", "bits": "INT8", "seed": {seed}, "perplexity": {perplexity}, "loss": {}{throughput}}}"#, perplexity.ln())
            })
            .collect();
        format!("[{}]", rows.join(","))
    };
    assert_eq!(only(read("q.json", &rows(false))).provenance, Provenance::Mock);
    assert_eq!(only(read("q.json", &rows(true))).provenance, Provenance::Unknown);
}

#[test]
fn no_file_makes_its_numbers_measured() {
    let stated = r#"[{"model": "bk", "bits": 8, "perplexity": 30.0, "provenance": "measured"}]"#;
    assert_eq!(only(read("q.json", stated)).provenance, Provenance::Imported);
    let mut record = simulated(42);
    record.series[0].points[0].runs[0].perplexity = 20.0;
    for claimed in [Provenance::Measured, Provenance::Computed, Provenance::PublishedSimulation] {
        record.provenance = claimed;
        let json = document::to_json(&[Record::Robustness(record.clone())]).unwrap();
        let provenance = only(read("record.json", &json)).provenance;
        assert!(
            matches!(provenance, Provenance::Imported | Provenance::Unknown),
            "{claimed:?} became {provenance:?}"
        );
    }
}

#[test]
fn a_record_of_the_lab_comes_back_as_it_was() {
    let record = simulated(7);
    let json =
        document::to_json(&[Record::Robustness(record.clone()), Record::Robustness(simulated(8))]).unwrap();
    let imported = read("both.json", &json);
    assert_eq!(imported.records, [Record::Robustness(record), Record::Robustness(simulated(8))]);
}

#[test]
fn bad_files_are_refused_with_the_reason_and_the_value() {
    let cases = [
        ("", "empty"),
        (r#"[{"model": "bk", "bits": 8, "perpl"#, "not complete JSON"),
        (r#"{"results": {"a": 1}}"#, "an object with “results”"),
        ("42", "the number 42"),
        ("[]", "no rows"),
        (r#"[3]"#, "Row 1 is the number 3"),
        (r#"[{"model": "bk", "bits": 8, "perplexity": -3}]"#, "a perplexity of -3"),
        (r#"[{"model": "bk", "bits": 8, "perplexity": NaN}]"#, "a perplexity of NaN"),
        (r#"[{"model": "bk", "bits": 8, "perplexity": Infinity}]"#, "a perplexity of inf"),
        (r#"[{"model": "bk", "bits": 8, "perplexity": "low"}]"#, "the text “low”"),
        (r#"[{"model": "bk", "bits": 8}]"#, "no “perplexity”"),
        (r#"[{"model": "bk", "bits": "many", "perplexity": 3}]"#, "“many”"),
        (r#"[{"model": "bk", "perplexity": 3}]"#, "bit width"),
        (r#"[{"bits": 8, "perplexity": 3}]"#, "does not say its model"),
        (r#"{"resnetbk": [1, 2]}"#, "a list of 2 items"),
        (r#"{"schema": "bk-lab/99"}"#, "bk-lab/99"),
        (r#"{"schema": "bk-lab/1", "study": "robustness", "provenance": "unknown"}"#, "damaged"),
    ];
    for (content, reason) in cases {
        let sentence = refused("file.json", content);
        assert!(sentence.contains(reason) && sentence.contains("“file.json”"), "{content}: {sentence}");
    }
    let png =
        read_files(&[SourceFile { name: "figure.json".into(), bytes: vec![0x89, b'P', b'N', b'G', 0xff] }]);
    assert!(png.errors[0].to_string().contains("not a text file"));
    let huge =
        read_files(&[SourceFile { name: "huge.json".into(), bytes: vec![b' '; LARGEST_FILE as usize + 1] }]);
    assert!(huge.errors[0].to_string().contains("50 MB"));
}

#[test]
fn one_bad_file_does_not_keep_the_others_out() {
    let imported =
        read_files(&[file("bad.json", "{"), file("mamba_quant_int8.json", r#"{"perplexity": 38}"#)]);
    assert_eq!(imported.errors.len(), 1);
    assert_eq!(imported.records.len(), 1);
}

/// The published files themselves, where they are at hand.
#[test]
fn the_published_result_files_are_read() {
    let folder = "../shared/data/resnet-bk";
    let read_published = |path: &str| match std::fs::read(format!("{folder}/{path}")) {
        Ok(bytes) => {
            Some(only(read_files(&[SourceFile { name: path.rsplit('/').next().unwrap().into(), bytes }])))
        }
        Err(_) => {
            eprintln!("../shared is absent: {path} was not read");
            None
        }
    };
    if let Some(record) = read_published("original/results/visualizations/quantization_graph.json") {
        assert_eq!(record.provenance, Provenance::PublishedSimulation);
    }
    if let Some(record) = read_published("reference-runs/quantization_simulated_points_seed42.json") {
        assert_eq!(record.provenance, Provenance::PublishedSimulation);
    }
    if let Some(record) = read_published("original/results/paper_experiments/quantization_resnet_bk.json") {
        assert_eq!(record.provenance, Provenance::Mock);
        let int4 = record.series(&Model::Mamba).unwrap().at(4).unwrap();
        assert_eq!(format!("{:.3} {:.2}", int4.perplexity(), int4.deviation().unwrap()), "161.987 11.50");
    }
}

proptest! {
    /// Whatever is in a file, reading it ends, and what comes out of it is usable.
    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]{}\":,0-9a-zA-Z .NaInfity-]{0,200}") {
        let imported = read("file.json", &text);
        prop_assert!(imported.records.len() + imported.errors.len() == 1);
    }

    /// Cutting a good file anywhere, or changing one byte of it, never panics and never gives impossible numbers.
    #[test]
    fn a_damaged_summary_is_read_or_refused(cut in 0usize..3569, place in 0usize..3569, byte in 0u8..128) {
        let mut bytes = simulated(42).summary_json().unwrap().into_bytes();
        bytes[place] = byte;
        for bytes in [bytes.clone(), bytes[..cut].to_vec()] {
            for record in read_files(&[SourceFile { name: "file.json".into(), bytes }]).records {
                let Record::Robustness(record) = record else { continue };
                for run in record.series.iter().flat_map(|series| &series.points).flat_map(|point| &point.runs) {
                    prop_assert!(run.perplexity.is_finite() && run.perplexity > 0.0);
                }
            }
        }
    }
}
