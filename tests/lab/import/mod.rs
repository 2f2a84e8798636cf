//! Import of result files: every published form, tables, bad files, and provenance that is never better than
//! proved.

mod archive;
mod damaged;
mod efficiency;
mod potential;
mod lora;
mod published;
mod robustness;
mod sound;
mod stability;
mod tables;

use bk_lab::kit::import::{LARGEST_FILE, SourceFile};
use bk_lab::studies::import::{Imported, read_files};
use bk_lab::studies::record::Record;

fn file(name: &str, content: &str) -> SourceFile {
    SourceFile { name: name.into(), bytes: content.as_bytes().to_vec() }
}

fn read(name: &str, content: &str) -> Imported {
    read_files(&[file(name, content)])
}

/// The only record of an import without errors.
fn only<Kind: TryFrom<Record, Error = Record>>(imported: Imported) -> Kind {
    assert!(imported.errors.is_empty(), "{:?}", imported.errors);
    let [record] = <[Record; 1]>::try_from(imported.records).unwrap();
    record.try_into().unwrap_or_else(|record: Record| panic!("another record: {record:?}"))
}

/// The sentence of an import that gave nothing.
fn refused(name: &str, content: &str) -> String {
    let imported = read(name, content);
    assert!(imported.records.is_empty(), "{:?}", imported.records);
    imported.errors[0].to_string()
}

#[test]
fn files_without_content_are_refused_with_the_reason() {
    let cases = [
        ("", "empty"),
        ("   ", "empty"),
        (r#"[{"model": "bk", "bits": 8, "perpl"#, "not complete JSON"),
        ("42", "the number 42"),
        ("null", "null"),
        ("[]", "a list of 0 items"),
        ("{}", "an empty object"),
        (r#"{"schema": "bk-lab/99"}"#, "bk-lab/99"),
        (r#"{"schema": "bk-lab/1", "study": "robustness", "provenance": "unknown"}"#, "damaged"),
    ];
    for (content, reason) in cases {
        let sentence = refused("file.json", content);
        assert!(sentence.contains(reason) && sentence.contains("“file.json”"), "{content}: {sentence}");
    }
    let bytes = vec![0x89, b'P', b'N', b'G', 0xff];
    let png = read_files(&[SourceFile { name: "figure.json".into(), bytes }]);
    assert!(png.errors[0].to_string().contains("not a text file"));
    let bytes = vec![b' '; LARGEST_FILE as usize + 1];
    let huge = read_files(&[SourceFile { name: "huge.json".into(), bytes }]);
    assert!(huge.errors[0].to_string().contains("50 MB"));
}

#[test]
fn records_come_in_the_order_of_the_files_and_a_bad_one_keeps_none_out() {
    let imported = read_files(&[
        file("a.json", r#"{"anything": 1}"#),
        file("mamba_quant_int8.json", r#"{"perplexity": 38}"#),
        file("bad.json", "{"),
        file("e.json", r#"[{"model": "bk", "perplexity": 30, "flops_per_token": 1e9}]"#),
        file("mamba_quant_int4.json", r#"{"perplexity": 100}"#),
    ]);
    assert_eq!(imported.errors.len(), 1);
    let kinds = |record: &Record| match record {
        Record::Table(_) => "table",
        Record::Robustness(_) => "robustness",
        Record::Efficiency(_) => "efficiency",
        _ => "other",
    };
    assert_eq!(imported.records.iter().map(kinds).collect::<Vec<_>>(), ["table", "robustness", "efficiency"]);
}
