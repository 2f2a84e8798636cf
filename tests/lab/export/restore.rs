//! From each exported file back to the run that it shows.

use super::scenes;
use bk_lab::kit::record::document;
use bk_lab::studies::record::Record;
use bk_plot::export::{Format, Metadata, export, manifest_of};
use proptest::prelude::*;
use serde_json::Value;
use std::sync::LazyLock;

/// A manifest with everything that some format might stumble over.
const NASTY: &str = "{\n  \"name\": \"</metadata> ]]> %% ( \\\" & é 日本 𝒳 '\",\n\n  \"n\": [1.5e-3]\n}";

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).expect("JSON")
}

fn files(manifest: &str) -> Vec<(Format, Vec<u8>)> {
    let scene = scenes::everything();
    let metadata = Metadata::new(&scene, Some(manifest));
    Format::ALL.map(|format| (format, export(&scene, &metadata, format, 72.0).expect("a file"))).into()
}

#[test]
fn every_format_gives_the_record_back() {
    let record = Record::Robustness(scenes::record());
    let json = document::to_json(std::slice::from_ref(&record)).expect("JSON");
    for (format, file) in files(&json) {
        let found = manifest_of(&file).unwrap_or_else(|| panic!("no manifest in {format:?}"));
        assert_eq!(
            bk_lab::studies::record::from_value(parsed(&found)).expect("a record"),
            record,
            "{format:?}"
        );
    }
    assert_eq!(manifest_of(json.as_bytes()), Some(json));
}

#[test]
fn every_manifest_comes_back() {
    let long = format!("[\"{}\"]", "long ü ".repeat(10_000));
    for manifest in [NASTY, "[]", &long] {
        for (format, file) in files(manifest) {
            let found = manifest_of(&file).unwrap_or_else(|| panic!("no manifest in {format:?}"));
            assert_eq!(parsed(&found), parsed(manifest), "{format:?}");
        }
    }
}

#[test]
fn files_without_a_manifest_have_none() {
    let scene = scenes::everything();
    for format in Format::ALL {
        let file = export(&scene, &Metadata::new(&scene, None), format, 72.0).expect("a file");
        assert_eq!(manifest_of(&file), None, "{format:?}");
    }
    for other in ["", " ", "12", "\"text\"", "{\"open\": ", "<svg/>", "%PDF-1.7", "%!PS", "\u{feff}"] {
        assert_eq!(manifest_of(other.as_bytes()), None, "{other:?}");
    }
    assert_eq!(manifest_of(b"\x89PNG\r\n\x1a\n"), None);
    assert_eq!(manifest_of(b"\xff\xfe"), None);
    assert_eq!(manifest_of("\u{feff} {\"a\": 1}\n".as_bytes()).as_deref(), Some("{\"a\": 1}"));
}

/// What programs that make PNG files smaller do: texts compressed, and behind the pixels.
#[test]
fn a_manifest_moved_and_compressed_by_another_program_is_found() {
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, 1, 1);
    encoder.set_color(::png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&[1, 2, 3]).expect("a pixel");
    let mut text = ::png::text_metadata::ITXtChunk::new("bk-lab-manifest", NASTY);
    text.compress_text().expect("a compressed text");
    writer.write_text_chunk(&text).expect("a text");
    writer.finish().expect("an end");
    assert_eq!(manifest_of(&file).as_deref(), Some(NASTY));
}

static FILES: LazyLock<Vec<(Format, Vec<u8>)>> = LazyLock::new(|| files(NASTY));

/// Where the manifest ends in a file.
fn end(file: &[u8]) -> usize {
    let last = b"[1.5e-3]";
    file.windows(last.len()).rposition(|window| window == last).expect("a manifest") + last.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_file_cut_short_has_no_manifest(which in 0..4usize, part in 0.0..1.0f64) {
        let (format, file) = &FILES[which];
        let length = (part * end(file) as f64) as usize;
        prop_assert_eq!(manifest_of(&file[..length]), None, "{:?} cut to {}", format, length);
    }

    #[test]
    fn a_damaged_file_is_no_panic(
        which in 0..4usize,
        damage in prop::collection::vec((0.0..1.0f64, any::<u8>()), 1..20),
    ) {
        let (_, file) = &FILES[which];
        let mut damaged = file.clone();
        for (part, byte) in damage {
            // Half of the damage where the manifest is.
            let extent = if byte % 2 == 0 { end(file) } else { file.len() };
            damaged[(part * extent as f64) as usize] ^= byte;
        }
        if let Some(found) = manifest_of(&damaged) {
            prop_assert!(serde_json::from_str::<Value>(&found).is_ok());
        }
    }

    #[test]
    fn any_bytes_are_no_panic(which in 0..4usize, head in 0..200usize, tail in prop::collection::vec(any::<u8>(), 0..300)) {
        let (_, file) = &FILES[which];
        let bytes = [&file[..head], &tail].concat();
        prop_assert_eq!(manifest_of(&bytes), None);
    }
}
