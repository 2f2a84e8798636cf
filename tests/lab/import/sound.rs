//! Sound files of every form, and what must hold of whatever is imported.

use bk_lab::kit::claims::PublishedFigure;
use bk_lab::kit::context::Context;
use bk_lab::kit::import::SourceFile;
use bk_lab::kit::record::document;
use bk_lab::studies::efficiency::record as efficiency;
use bk_lab::studies::import::{Imported, read_files};
use bk_lab::studies::lora::published::measured::beside;
use bk_lab::studies::quantization::published::claims;
use bk_lab::studies::quantization::record::ComparisonConfig;
use bk_lab::studies::record::Record;
use bk_lab::studies::robustness::record as robustness;
use bk_lab::studies::stability::record as stability;
use bk_lab::studies::stability::record::Run;
use proptest::prelude::*;
use std::sync::LazyLock;

fn file(name: &str, content: &str) -> SourceFile {
    SourceFile { name: name.into(), bytes: content.as_bytes().to_vec() }
}

/// Good files of every kind, to be damaged.
pub static FILES: LazyLock<Vec<SourceFile>> = LazyLock::new(|| {
    let robustness = bk_lab::studies::robustness::study::run(&robustness::Config::default()).unwrap();
    let efficiency =
        bk_lab::studies::efficiency::study::run(&efficiency::Config { seed: 1, configurations: 3 }).unwrap();
    let lengths = vec![8192, 32768];
    let config = stability::Config { seed: 1, sequence_lengths: lengths, steps: 6 };
    let stability = bk_lab::studies::stability::study::run(&config).unwrap();
    let records: [Record; 3] =
        [robustness.clone().into(), efficiency.clone().into(), stability.clone().into()];
    // Quickly made, and called the core that the claims are about.
    let config = ComparisonConfig { sites: 4, group: 2, first_seed: 1, seeds: 2 };
    let mut modes =
        pollster::block_on(bk_lab::studies::quantization::study::compare(&config, &Context::unwatched()))
            .unwrap();
    modes.config = ComparisonConfig { seeds: 2, ..ComparisonConfig::default() };
    vec![
        file("modes.json", &document::to_json(&[Record::ModeComparison(Box::new(modes))]).unwrap()),
        file("quantization_graph.json", &robustness.summary_json().unwrap()),
        file("efficiency_graph.json", &efficiency.summary_json().unwrap()),
        file("stability_graph.json", &stability.summary_json().unwrap()),
        file("records.json", &document::to_json(&records).unwrap()),
        file(
            "q.json",
            r#"[{"model": "bk", "bits": "INT8", "seed": 42, "perplexity": 20.5, "loss": 3.02}, {"model": "mamba", "bits": 4, "perplexity": 1e2}]"#,
        ),
        file(
            "e.json",
            r#"{"resnetbk": [{"config_id": "a", "perplexity": 20.5, "flops_per_token": 3e9}], "mamba": [{"perplexity": 30, "flops_per_token": 2}]}"#,
        ),
        file(
            "mamba_seq512.json",
            r#"{"loss": [4, NaN, 3.5, null], "steps": [0, 1, 2, 3], "diverged": true, "divergence_step": 1}"#,
        ),
        file(
            "l.json",
            r#"[{"model": "bk", "seq_length": 8192, "seed": 42, "perplexity": 26, "loss": 3.2, "stable": true}]"#,
        ),
        file(
            "t.json",
            r#"{"a": {"b": [1, [2, 3], {"c": null}]}, "rows": [{"x": 1}, {"x": "\u00e9", "y": {"z": true}}]}"#,
        ),
    ]
});

/// Whether what was imported can be: finite numbers above zero, runs behind every point, whole tables.
pub fn check(imported: &Imported) -> Result<(), TestCaseError> {
    let positive = |value: f64| value.is_finite() && value > 0.0;
    for record in &imported.records {
        match record {
            Record::Robustness(record) => {
                for point in record.series.iter().flat_map(|series| &series.points) {
                    prop_assert!(!point.runs.is_empty());
                    prop_assert!(point.runs.iter().all(|run| positive(run.perplexity)));
                }
                examine(record)?;
            }
            Record::Efficiency(record) => {
                for point in record.series.iter().flat_map(|series| &series.points) {
                    prop_assert!(!point.runs.is_empty());
                    prop_assert!(
                        point
                            .runs
                            .iter()
                            .all(|run| positive(run.perplexity) && positive(run.flops_per_token))
                    );
                }
                examine(record)?;
            }
            Record::Stability(record) => {
                for point in record.series.iter().flat_map(|series| &series.points) {
                    prop_assert!(point.sequence_length > 0 && !point.runs.is_empty());
                    let statistics = point.runs.iter().filter_map(Run::statistics);
                    prop_assert!(statistics.into_iter().all(|statistics| statistics.final_loss.is_finite()));
                }
                examine(record)?;
            }
            Record::ModeComparison(record) => {
                for grid in [record.error_table(), record.ratio_table()] {
                    prop_assert!(grid.rows.iter().all(|row| row.len() == grid.columns.len()));
                }
                let claims = claims(record);
                prop_assert!(claims.iter().all(|claim| !claim.reason.is_empty()));
            }
            Record::Table(table) => {
                prop_assert!(!table.grids.is_empty());
                for grid in &table.grids {
                    prop_assert!(grid.rows.iter().all(|row| row.len() == grid.columns.len()));
                }
            }
            Record::Adaptation(record) => {
                let explained = record.explained();
                for grid in explained.tables.iter().chain([&beside(record)]) {
                    prop_assert!(grid.rows.iter().all(|row| row.len() == grid.columns.len()));
                }
            }
            Record::Resolvent(_)
            | Record::Quantize(_)
            | Record::Fragility(_)
            | Record::Speed(_)
            | Record::LanguageModel(_)
            | Record::Mixed(_)
            | Record::Lora(_) => {}
            Record::Ladder(record) => {
                let tables = [
                    record.costs_table(),
                    record.exits_table(),
                    record.sparsity_table(),
                    record.stability_table(),
                    record.values(),
                    record.steps(),
                ];
                for grid in tables {
                    prop_assert!(grid.rows.iter().all(|row| row.len() == grid.columns.len()));
                }
            }
            Record::Widths(record) => {
                for grid in [record.points_table(), record.models_table(), record.values()] {
                    prop_assert!(grid.rows.iter().all(|row| row.len() == grid.columns.len()));
                }
            }
        }
    }
    Ok(())
}

/// Everything that is made of a record can be made of this one, and it can be kept and opened again.
fn examine(record: &impl PublishedFigure) -> Result<(), TestCaseError> {
    record.checks();
    record.claims();
    record.numbers();
    prop_assert!(!record.summary_json().unwrap().contains("NaN"));
    let json = document::to_json(std::slice::from_ref(record)).unwrap();
    let again = read_files(&[file("again.json", &json)]);
    prop_assert!(again.errors.is_empty(), "{:?}", again.errors);
    Ok(())
}
