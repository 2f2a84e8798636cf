//! Files that are no figure's data are shown as tables.

use super::{only, read};
use bk_lab::kit::record::table::{Grid, Table};
use bk_lab::kit::record::{Provenance, document};
use bk_lab::studies::record::Record;

fn table(content: &str) -> Table {
    only(read("some.json", content))
}

fn cells(grid: &Grid) -> Vec<Vec<&str>> {
    std::iter::once(&grid.columns)
        .chain(&grid.rows)
        .map(|row| row.iter().map(String::as_str).collect())
        .collect()
}

#[test]
fn an_object_is_shown_value_by_value_and_its_lists_as_tables() {
    let table = table(
        r#"{"when": "today", "gpu": {"name": "X", "cores": 5}, "short": [1, 2.5, null], "nothing": {},
            "tests": [{"desc": "a", "size": {"d": 4}}, {"desc": "b", "ok": true, "curve": [1,2,3,4,5,6,7,8,9,10,11,12,13]}]}"#,
    );
    assert_eq!((table.title.as_str(), table.provenance), ("Table of “some.json”", Provenance::Unknown));
    let headings: Vec<&str> = table.grids.iter().map(|grid| grid.heading.as_str()).collect();
    assert_eq!(headings, ["Values", "tests", "tests.2.curve"]);
    assert_eq!(
        cells(&table.grids[0]),
        [
            ["Key", "Value"],
            ["when", "today"],
            ["gpu.name", "X"],
            ["gpu.cores", "5"],
            ["short", "1, 2.5, null"],
            ["nothing", "an empty object"],
        ]
    );
    assert_eq!(
        cells(&table.grids[1]),
        [
            ["#", "desc", "size.d", "ok", "curve"],
            ["1", "a", "4", "", ""],
            ["2", "b", "", "true", "a list of 13 items"],
        ]
    );
    assert_eq!(table.grids[2].rows.len(), 13);
}

#[test]
fn like_objects_lists_of_lists_and_mixed_lists_have_rows() {
    let alike = table(r#"{"baseline": {"loss": 1, "mb": 2}, "phase1": {"loss": NaN, "mb": 4}}"#);
    assert_eq!(
        cells(&alike.grids[0]),
        [["Key", "loss", "mb"], ["baseline", "1", "2"], ["phase1", "NaN", "4"]]
    );
    let matrix = table(&format!("[{}]", ["[1,\"a\"]"; 13].join(",")));
    assert_eq!(matrix.grids[0].columns, ["#", "1", "2"]);
    let mixed = table(r#"[1, {"a": 2}, [3]]"#);
    assert_eq!(cells(&mixed.grids[0]), [["Key", "Value"], ["1", "1"], ["2.a", "2"], ["3", "3"]]);
}

#[test]
fn what_a_file_says_of_its_origin_is_told_but_not_believed() {
    let table = table(r#"{"provenance": "measured on our cluster", "value": 3}"#);
    assert_eq!(table.provenance, Provenance::Imported);
    assert!(table.manifest.origin.contains("“measured on our cluster”"));
    let mut claimed = table.clone();
    claimed.provenance = Provenance::Measured;
    let json = document::to_json(&[Record::Table(claimed)]).unwrap();
    assert_eq!(only::<Table>(read("t.json", &json)).provenance, Provenance::Imported);
}

#[test]
fn a_long_list_is_cut_and_says_so() {
    let long = table(&format!("[{}]", vec!["0"; 10_005].join(",")));
    assert_eq!((long.grids[0].rows.len(), long.grids[0].omitted), (10_000, 5));
}

/// Rows whose keys all differ would fill a table with empty cells: a thousand rows of a thousand columns.
#[test]
fn sparse_rows_do_not_blow_up() {
    let rows: Vec<String> = (0..1000).map(|row| format!(r#"{{"k{row}": {row}}}"#)).collect();
    let table = table(&format!("[{}]", rows.join(",")));
    let size: usize = table.grids.iter().map(|grid| grid.rows.len() * grid.columns.len()).sum();
    assert!(size <= 3000, "{size} cells");
}

/// resnet-bk.md §11.1: no perplexity, so nothing for the figure to show.
#[test]
fn mock_efficiency_and_ablation_are_tables_and_mock() {
    let efficiency = |tokens: f64| {
        let rows: Vec<String> = (42..47)
            .map(|seed| {
                let flops = 2.5e12 + f64::from(seed) / 3.0;
                format!(r#"{{"model": "resnet_bk_act", "seq_length": 2048, "seed": {seed}, "flops": {flops}, "throughput": 1.5, "flops_per_token": {}}}"#, flops / tokens)
            })
            .collect();
        table(&format!("[{}]", rows.join(",")))
    };
    assert_eq!(efficiency(16384.0).provenance, Provenance::Mock);
    assert_eq!(efficiency(16384.0).title, "FLOPs and throughput by model");
    assert_eq!(efficiency(16000.0).provenance, Provenance::Unknown);
    let ablation = |seed: u32| {
        let loss = 25f64.ln();
        table(&format!(r#"[{{"components": "none", "seed": {seed}, "perplexity": 25, "loss": {loss}}}]"#))
    };
    assert_eq!(ablation(44).provenance, Provenance::Mock);
    assert_eq!(ablation(7).provenance, Provenance::Unknown);
}

#[test]
fn untrained_models_are_named_so() {
    let table = table(
        r#"{"baseline": {"perplexity": 50738.9, "bits_per_byte": 15.6, "passes_5_percent_threshold": true}}"#,
    );
    assert_eq!(table.provenance, Provenance::Imported);
    assert!(table.manifest.origin.contains("never trained"));
}
