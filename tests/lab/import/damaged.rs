//! Damaged files: whatever is in a file, reading it ends, and what comes out of it is possible.

use super::read;
use super::sound::{FILES, check};
use bk_lab::kit::claims::PublishedFigure;
use bk_lab::kit::import::SourceFile;
use bk_lab::studies::import::read_files;
use bk_lab::studies::record::Record;
use proptest::prelude::*;

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
