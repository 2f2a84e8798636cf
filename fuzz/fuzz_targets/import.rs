//! Whatever is in a file, reading it ends, and what comes out of it can be judged, kept and opened again.
#![no_main]

use bk_lab::studies::record::Record;
use bk_lab::kit::import::SourceFile;
use bk_lab::studies::import::read_files;
use bk_lab::kit::claims::PublishedFigure;
use bk_lab::kit::record::document;
use libfuzzer_sys::fuzz_target;

/// File names from which the importer takes a model, a width or a length.
const NAMES: [&str; 4] = ["any.json", "resnetbk_quant_int8.json", "mamba_efficiency_a.json", "mamba_seq512.json"];

fuzz_target!(|content: &[u8]| {
    let Some((first, bytes)) = content.split_first() else { return };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let imported = read_files(&[SourceFile { name: name.into(), bytes: bytes.into() }]);
    for record in imported.records {
        match &record {
            Record::Robustness(record) => examine(record),
            Record::Efficiency(record) => examine(record),
            Record::Stability(record) => examine(record),
            Record::Resolvent(_)
            | Record::Quantize(_)
            | Record::ModeComparison(_)
            | Record::Fragility(_)
            | Record::Speed(_)
            | Record::Lora(_)
            | Record::Table(_) => {}
        }
        let json = document::to_json(&[record]).expect("a record is JSON");
        let again = read_files(&[SourceFile { name: "again.json".into(), bytes: json.into_bytes() }]);
        assert!(again.errors.is_empty(), "{:?}", again.errors);
    }
});

/// Everything the lab makes of a record.
fn examine(record: &impl PublishedFigure) {
    record.checks();
    record.claims();
    record.numbers();
    assert!(!record.summary_json().expect("a summary is JSON").contains("NaN"));
}
