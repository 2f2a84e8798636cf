//! Stability data in every published form.

use super::{file, only, read, refused};
use bk_lab::kit::claims::PublishedFigure;
use bk_lab::kit::record::{Model, Provenance, document};
use bk_lab::studies::import::read_files;
use bk_lab::studies::record::Record;
use bk_lab::studies::stability::record::{Config, Stability};
use bk_lab::studies::stability::study::run;

/// resnet-bk.md §7.4: an object a file, its length from a key or after “seq” in the name; the published
/// loader fails on all of them.
#[test]
fn the_loader_format_is_one_curve_a_file() {
    let files = [
        file("resnetbk_seq8192.json", r#"{"loss": [4.0, 3.5, 3.0]}"#),
        file(
            "mamba_seq_a.json",
            r#"{"seq_len": 8192, "loss": [4, NaN, null, Infinity, 9], "steps": [0, 10, 20, 30, 40], "diverged": true, "divergence_step": 10}"#,
        ),
    ];
    let record: Stability = only(read_files(&files));
    let run = &record.series(&Model::Mamba).unwrap().at(8192).unwrap().runs[0];
    assert_eq!((run.diverged, run.divergence_step), (true, Some(10)));
    let points: Vec<_> = run.curve().unwrap().points().collect();
    assert_eq!(points, [(0, Some(4.0)), (10, None), (20, None), (30, None), (40, Some(9.0))]);
    assert_eq!(run.statistics().unwrap().num_nan, Some(3));
    let steady = &record.points(&Model::ResNetBk)[0];
    assert_eq!((steady.sequence_length, steady.diverged()), (8192, false));
    assert_eq!(record.provenance, Provenance::Unknown);
    let summary = record.summary_json().unwrap();
    assert!(summary.contains("\"divergence_step\": 10") && !summary.contains("NaN"), "{summary}");
}

/// resnet-bk.md §11.1: several runs a length, with the last loss alone.
#[test]
fn a_list_holds_final_losses_of_several_runs() {
    let row = |model: &str, length: u32, seed: u32, perplexity: f64, stable: bool| {
        let loss = perplexity.ln();
        format!(
            r#"{{"model": "{model}", "seq_length": {length}, "seed": {seed}, "perplexity": {perplexity}, "loss": {loss}, "stable": {stable}}}"#
        )
    };
    let rows = |seeds: std::ops::Range<u32>| {
        let runs = seeds.flat_map(|seed| {
            let offset = f64::from(seed) / 7.0;
            [
                row("resnet_bk", 8192, seed, 20.0 + offset, true),
                row("mamba", 131_072, seed, 150.0 + offset, false),
            ]
        });
        format!("[{}]", runs.collect::<Vec<_>>().join(","))
    };
    let record: Stability = only(read("long_context_resnet_bk.json", &rows(42..47)));
    assert_eq!(record.provenance, Provenance::Mock);
    let mamba = &record.points(&Model::Mamba)[0];
    assert_eq!((mamba.runs.len(), mamba.diverged(), mamba.divergence_step()), (5, true, None));
    assert!(mamba.statistics().unwrap().min_loss.is_none());
    let others: Stability = only(read("l.json", &rows(1..6)));
    assert_eq!(others.provenance, Provenance::Unknown);
}

#[test]
fn a_summary_of_the_simulation_is_recognised_and_its_curves_recomputed() {
    for config in [Config::default(), Config { seed: 7, sequence_lengths: vec![65536, 8192], steps: 1000 }] {
        let record = run(&config).unwrap();
        let imported: Stability = only(read("measured.json", &record.summary_json().unwrap()));
        assert_eq!(imported.provenance, Provenance::PublishedSimulation);
        assert_eq!((&imported.series, &imported.config), (&record.series, &record.config));
        assert!(imported.manifest.origin.contains(&format!("seed {}:", config.seed)));
    }
}

#[test]
fn any_other_summary_has_statistics_without_curves() {
    let json =
        run(&Config::default()).unwrap().summary_json().unwrap().replace("1.3224144672", "1.3224244672");
    let record: Stability = only(read("summary.json", &json));
    assert_eq!(record.provenance, Provenance::Unknown);
    let run = &record.series(&Model::Mamba).unwrap().at(32768).unwrap().runs[0];
    assert!(run.curve().is_none());
    assert_eq!((run.divergence_step, run.statistics().unwrap().num_nan), (Some(600), Some(5)));
    assert_eq!(record.summary_json().unwrap(), json);
}

#[test]
fn a_curve_of_the_simulation_is_recognised() {
    let config = Config { seed: 3, sequence_lengths: vec![32768], steps: 700 };
    let record = run(&config).unwrap();
    let mamba = record.points(&Model::Mamba)[0].runs[0].curve().unwrap();
    let losses = serde_json::to_string(&mamba.losses).unwrap().replace("null", "NaN");
    let json = format!(r#"{{"loss": {losses}}}"#);
    let imported: Stability = only(read("mamba_seq32768.json", &json));
    assert_eq!(imported.provenance, Provenance::PublishedSimulation);
    assert_eq!(imported.points(&Model::Mamba)[0].runs[0].curve(), Some(mamba));
}

/// ResNet-BK's simulated losses end at 0.5 for many seeds.
#[test]
fn a_final_loss_alone_is_no_proof_of_the_simulation() {
    let record: Stability = only(read("s.json", r#"{"resnetbk": {"8192": {"final_loss": 0.5}}}"#));
    assert_eq!(record.provenance, Provenance::Unknown);
}

#[test]
fn a_record_comes_back_as_it_was() {
    let record = run(&Config { seed: 3, sequence_lengths: vec![16384], steps: 20 }).unwrap();
    let json = document::to_json(&[Record::Stability(record.clone())]).unwrap();
    assert_eq!(only::<Stability>(read("r.json", &json)), record);
}

#[test]
fn impossible_values_are_refused_with_the_place_and_the_value() {
    let cases = [
        ("mamba_seq8.json", r#"{"loss": [1, "low"]}"#, "the text “low” as its loss"),
        ("mamba_seq8.json", r#"{"loss": [1, 2], "steps": [0]}"#, "2 losses but 1 steps"),
        ("mamba_seq8.json", r#"{"loss": [1, 2], "seq_len": 0}"#, "the number 0 as its sequence length"),
        ("mamba.json", r#"{"loss": [1], "seq_len": "long"}"#, "the text “long”"),
        ("s.json", r#"{"mamba": {"8192": {"final_loss": NaN}}}"#, "a final loss of NaN"),
        ("s.json", r#"{"mamba": {"8192": {"final_loss": 1}, "8": {}}}"#, "no “final_loss”"),
    ];
    for (name, content, reason) in cases {
        let sentence = refused(name, content);
        assert!(sentence.contains(reason), "{content}: {sentence}");
    }
}
