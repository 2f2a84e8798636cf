//! Robustness data in every published form, and provenance that is never better than proved.

use super::{file, only, read, refused};
use bk_lab::kit::claims::PublishedFigure;
use bk_lab::kit::record::{Model, Provenance, document};
use bk_lab::studies::import::read_files;
use bk_lab::studies::record::Record;
use bk_lab::studies::robustness::record::{Config, Robustness};
use bk_lab::studies::robustness::study::run;

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
    let record: Robustness = only(read_files(&files));
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
    let record: Robustness = only(read("anything_resnet_bk.json", &list));
    let int8 = record.series(&Model::ResNetBk).unwrap().at(8).unwrap();
    assert_eq!(int8.perplexity(), 22.0);
    assert_eq!(int8.runs.len(), 2);
    assert_eq!(format!("{:.3}", int8.confidence().unwrap()), "12.706");
    assert_eq!(record.perplexity(&Model::Mamba, 8), Some(40.0));
}

#[test]
fn lists_of_one_model_each_become_one_record_and_overlapping_lists_do_not() {
    let list = |model: &str, perplexity: f64| {
        format!(r#"[{{"model": "{model}", "bits": 8, "perplexity": {perplexity}}}]"#)
    };
    let both = read_files(&[file("a.json", &list("bk", 30.0)), file("b.json", &list("mamba", 40.0))]);
    assert_eq!(only::<Robustness>(both).series.len(), 2);
    let twice = read_files(&[file("a.json", &list("bk", 30.0)), file("b.json", &list("bk", 31.0))]);
    assert_eq!(twice.records.len(), 2);
}

#[test]
fn the_published_summary_is_recognised_as_the_simulation_whatever_its_file_is_called() {
    for seed in [42, 7] {
        let record: Robustness = only(read("measured_on_gpu.json", &simulated(seed).summary_json().unwrap()));
        assert_eq!(record.provenance, Provenance::PublishedSimulation);
        assert!(record.manifest.origin.contains(&format!("seed {seed}:")), "{}", record.manifest.origin);
        assert_eq!(record.summary_json().unwrap(), simulated(seed).summary_json().unwrap());
    }
}

#[test]
fn a_number_changed_in_the_last_digit_is_no_longer_the_simulation() {
    let json = simulated(42).summary_json().unwrap().replace("31.52384426905035", "31.52384426905036");
    assert_eq!(only::<Robustness>(read("summary.json", &json)).provenance, Provenance::Unknown);
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
    assert_eq!(only::<Robustness>(read("q.json", &rows(false))).provenance, Provenance::Mock);
    assert_eq!(only::<Robustness>(read("q.json", &rows(true))).provenance, Provenance::Unknown);
}

#[test]
fn no_file_makes_its_numbers_measured() {
    let stated = r#"[{"model": "bk", "bits": 8, "perplexity": 30.0, "provenance": "measured"}]"#;
    assert_eq!(only::<Robustness>(read("q.json", stated)).provenance, Provenance::Imported);
    let mut record = simulated(42);
    record.series[0].points[0].runs[0].perplexity = 20.0;
    for claimed in [Provenance::Measured, Provenance::Computed, Provenance::PublishedSimulation] {
        record.provenance = claimed;
        let json = document::to_json(&[Record::Robustness(record.clone())]).unwrap();
        let provenance = only::<Robustness>(read("record.json", &json)).provenance;
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
fn a_model_of_any_name_is_taken() {
    let list = r#"[{"model": "gpt", "bits": 8, "perplexity": 30}, {"model": "resnet_bk_act", "bits": 8, "perplexity": 31}]"#;
    let record: Robustness = only(read("q.json", list));
    let models: Vec<&str> = record.series.iter().map(|series| series.model.label()).collect();
    assert_eq!(models, ["gpt", "resnet_bk_act"]);
    assert_eq!(record.numbers().columns.len(), 8);
    assert!(
        record
            .claims()
            .iter()
            .all(|row| row.recomputed.is_empty() || !row.about_models || row.stated.contains("8."))
    );
}

#[test]
fn impossible_values_are_refused_with_the_place_and_the_value() {
    let good = r#"{"model": "bk", "bits": 8, "perplexity": 3}"#;
    let cases = [
        (r#"{"model": "bk", "bits": 8, "perplexity": -3}"#, "a perplexity of -3"),
        (r#"{"model": "bk", "bits": 8, "perplexity": NaN}"#, "a perplexity of NaN"),
        (r#"{"model": "bk", "bits": 8, "perplexity": Infinity}"#, "a perplexity of inf"),
        (r#"{"model": "bk", "bits": 8, "perplexity": "low"}"#, "the text “low”"),
        (r#"{"model": "bk", "bits": 8}"#, "no “perplexity”"),
        (r#"{"model": "bk", "bits": "many", "perplexity": 3}"#, "“many”"),
        (r#"{"model": "bk", "perplexity": 3}"#, "no “bit_width”"),
        (r#"{"bits": 8, "perplexity": 3}"#, "does not say its model"),
        ("3", "the number 3"),
    ];
    for (row, reason) in cases {
        let sentence = refused("file.json", &format!("[{good}, {row}]"));
        assert!(sentence.contains(reason) && sentence.contains("Row 2"), "{row}: {sentence}");
    }
    let sentence = refused("s.json", r#"{"resnetbk": {"32": {"perplexity": 0}}}"#);
    assert!(
        sentence.contains("“resnetbk” at width “32”") && sentence.contains("a perplexity of 0"),
        "{sentence}"
    );
}
