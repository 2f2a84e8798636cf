//! Damaged files: whatever is in a file, reading it ends, and what comes out of it is possible.

use crate::{file, read};
use bk_lab::import::{Imported, SourceFile, read_files};
use bk_lab::published::PublishedFigure;
use bk_lab::record::stability::Run;
use bk_lab::record::{Record, document, efficiency, robustness, stability};
use bk_lab::study;
use proptest::prelude::*;
use std::sync::LazyLock;

/// Good files of every kind, to be damaged.
static FILES: LazyLock<Vec<SourceFile>> = LazyLock::new(|| {
    let robustness = study::robustness::run(&robustness::Config::default()).unwrap();
    let efficiency = study::efficiency::run(&efficiency::Config { seed: 1, configurations: 3 }).unwrap();
    let lengths = vec![8192, 32768];
    let config = stability::Config { seed: 1, sequence_lengths: lengths, steps: 6 };
    let stability = study::stability::run(&config).unwrap();
    let records = [robustness.clone().into(), efficiency.clone().into(), stability.clone().into()];
    vec![
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
fn check(imported: &Imported) -> Result<(), TestCaseError> {
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
            Record::Table(table) => {
                prop_assert!(!table.grids.is_empty());
                for grid in &table.grids {
                    prop_assert!(grid.rows.iter().all(|row| row.len() == grid.columns.len()));
                }
            }
            Record::Resolvent(_) | Record::Quantize(_) | Record::Fragility(_) => {}
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
    let json = document::to_json(&[record.clone().into()]).unwrap();
    let again = read("again.json", &json);
    prop_assert!(again.errors.is_empty(), "{:?}", again.errors);
    Ok(())
}

/// Whatever is looked up per model or point must not be searched for: with the square of the time this
/// would take minutes.
#[test]
fn a_hundred_thousand_models_are_no_hang() {
    for (extra, cells) in [("\"flops_per_token\": 5", 7), ("\"bits\": 8", 300_002)] {
        let rows: Vec<String> = (1..=100_000)
            .map(|number| format!(r#"{{"model": "m{number}", "perplexity": {number}, {extra}}}"#))
            .collect();
        let imported = read("many.json", &format!("[{}]", rows.join(",")));
        let grid = match &imported.records[..] {
            [Record::Efficiency(record)] => record.numbers(),
            [Record::Robustness(record)] => record.numbers(),
            other => panic!("{} records", other.len()),
        };
        assert_eq!(grid.columns.len(), cells);
    }
}

proptest! {
    /// Any text over the alphabet of JSON.
    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]{}\":,0-9a-zA-Z .NaInfity-]{0,200}") {
        let imported = read("file.json", &text);
        prop_assert_eq!(imported.records.len() + imported.errors.len(), 1);
        check(&imported)?;
    }

    /// A good file, cut anywhere, or with any byte changed.
    #[test]
    fn a_damaged_file_is_read_or_refused(which in 0..FILES.len(), place: prop::sample::Index, byte in 0u8..128) {
        let SourceFile { name, bytes } = &FILES[which];
        let place = place.index(bytes.len());
        let mut changed = bytes.clone();
        changed[place] = byte;
        for bytes in [changed, bytes[..place].to_vec()] {
            check(&read_files(&[SourceFile { name: name.clone(), bytes }]))?;
        }
    }

    /// A good file with one of its numbers or words replaced: still JSON, no longer sensible.
    #[test]
    fn a_file_with_another_value_is_read_or_refused(
        which in 0..FILES.len(),
        place: prop::sample::Index,
        value in prop::sample::select(vec![
            "-1", "0", "1e308", "-1e-320", "1e999", "NaN", "-Infinity", "null", "true", "\"\"", "\"x\"", "[]", "{}",
            "[[1]]", "4294967296", "18446744073709551616", "0.5", "\"8192\"", "{\"perplexity\": 1}",
        ]),
    ) {
        let SourceFile { name, bytes } = &FILES[which];
        let text = std::str::from_utf8(bytes).unwrap();
        let values: Vec<usize> = text.match_indices(": ").map(|(index, _)| index + 2).collect();
        let start = values[place.index(values.len())];
        let end = start + text[start..].find([',', '}', ']', '\n']).unwrap_or(0);
        let changed = format!("{}{value}{}", &text[..start], &text[end..]);
        check(&read(name, &changed))?;
    }

    /// Tables of any JSON, however nested.
    #[test]
    fn any_json_becomes_a_table_of_bounded_size(value in nested()) {
        let text = value.to_string();
        let imported = read("any.json", &text);
        check(&imported)?;
        for record in &imported.records {
            if let Record::Table(table) = record {
                let cells: usize = table.grids.iter().map(|grid| grid.rows.len() * grid.columns.len()).sum();
                prop_assert!(cells <= 20 * text.len(), "{cells} cells from {} bytes", text.len());
            }
        }
    }
}

/// Any JSON value.
fn nested() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Map, Value, json};
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(|value| json!(value)),
        any::<f64>().prop_map(|value| json!(value)),
        "[a-z]{0,6}".prop_map(|value| json!(value)),
    ];
    leaf.prop_recursive(5, 100, 20, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::Array),
            prop::collection::vec(("[a-d]{1,2}", inner), 0..10)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}
