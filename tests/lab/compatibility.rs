//! Files, links and browser databases that earlier versions wrote still open. `tests/compatibility/today/README.md` says
//! what they are and how they were made.

use bk_lab::kit::import::SourceFile;
use bk_lab::kit::permalink::{Link, LinkError, to_fragment};
use bk_lab::kit::record::document::{self, view_of};
use bk_lab::kit::room::Room;
use bk_lab::studies::import::read_files;
use bk_lab::studies::language_models::messages::Shelved;
use bk_lab::studies::lora::measured::record::Adaptation;
use bk_lab::studies::record::from_value;
use bk_lab::studies::robustness::measured::messages::MeasuredModel;
use bk_lab::studies::robustness::measured::record as widths;
use bk_lab::studies::scaling::record::Rung;
use bk_lab::studies::{ROOMS, efficiency, lora, quantization, resolvent, robustness, stability};
use bk_models::{Checkpoint, KeptModel};
use bk_plot::export::{manifest_of, restore};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The number of studies that have records.
const STUDIES: usize = 15;

/// Parses a link as the page does.
fn parse(fragment: &str) -> Result<Link, LinkError> {
    bk_lab::kit::permalink::parse(fragment, ROOMS, robustness::ROOM)
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compatibility/today").join(name)
}

/// The files of a folder by name.
fn files(name: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect()
}

/// The studies of the records in a file, which must be usable as a whole.
fn imported(name: &str, bytes: Vec<u8>) -> Vec<String> {
    let imported = read_files(&[SourceFile { name: name.into(), bytes }]);
    assert!(imported.errors.is_empty(), "{name}: {:?}", imported.errors);
    let study = |record| serde_json::to_value(record).unwrap()["study"].as_str().unwrap().to_owned();
    imported.records.iter().map(study).collect()
}

#[test]
fn records_of_every_study_open_and_are_written_again_alike() {
    let files = files("records");
    assert_eq!(files.len(), STUDIES);
    for (name, bytes) in files {
        let study = name.strip_suffix(".json").unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let record = from_value(serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(document::to_json(&[record]).unwrap(), text, "{name}");
        assert_eq!(imported(&name, bytes), [study], "{name}");
    }
}

#[test]
fn exported_figures_of_every_format_open() {
    for (name, bytes) in files("figures") {
        let manifest: Value = serde_json::from_str(&manifest_of(&bytes).expect(&name)).unwrap();
        assert!(!imported(&name, restore(bytes)).is_empty(), "{name}");
        if let Some((view, _)) = view_of(&manifest) {
            parse(view).expect(&name);
        } else {
            assert!(manifest.get("view").is_none(), "{name}");
        }
    }
}

/// Restores the links of a room, whose other settings are the page's alone. What is restored is written again as it was.
fn restored<Config: Serialize + DeserializeOwned + Default>(room: Room) {
    let text = fs::read_to_string(folder("links.txt")).unwrap();
    let links = text.lines().map(|line| parse(line).unwrap()).filter(|link| link.room == room);
    let mut settings = 0;
    for link in links {
        let restored = link.restore::<Config>().unwrap();
        let again = parse(&to_fragment(room, &restored.config)).unwrap().settings;
        let known = link.settings.iter().filter(|(key, _)| !restored.unknown.contains(key));
        assert_eq!(again, known.cloned().collect::<Vec<_>>(), "{link:?}");
        settings += again.len();
    }
    assert!(settings > 0, "no link to {room:?} sets anything");
}

#[test]
fn links_restore_what_they_set() {
    restored::<robustness::record::Config>(robustness::ROOM);
    restored::<efficiency::record::Config>(efficiency::ROOM);
    restored::<stability::record::Config>(stability::ROOM);
    restored::<resolvent::record::Config>(resolvent::ROOM);
    restored::<quantization::record::Config>(quantization::ROOM);
    restored::<widths::Config>(robustness::measured::ROOM);
    restored::<lora::record::Config>(lora::ROOM);
}

#[test]
fn checkpoints_of_every_kind_open() {
    for (name, bytes) in files("checkpoints").into_iter().filter(|(name, _)| name.ends_with(".safetensors")) {
        let kept = KeptModel::read(&bytes).expect(&name);
        assert!(kept.architecture().context() > 0, "{name}");
        let is_packed = name.contains("quantized") || name.contains("fp16");
        assert_eq!(KeptModel::is_quantized(&bytes).unwrap(), is_packed, "{name}");
        if !is_packed {
            let checkpoint = Checkpoint::read(&bytes).expect(&name);
            assert_eq!(checkpoint.is_resumable(), name.contains("resumable"), "{name}");
        }
    }
}

#[test]
fn what_a_browser_kept_is_read() {
    let browser: Value = serde_json::from_slice(&fs::read(folder("browser.json")).unwrap()).unwrap();
    for key in ["bk-lab.imported", "bk-lab.pinned"] {
        let json = browser["localStorage"][key].as_str().unwrap();
        assert!(!imported(key, json.into()).is_empty(), "{key}");
    }
    let kept = browser["indexedDB"]["bk-lab"]["stores"]["kept"].as_object().unwrap();
    let mut read = BTreeMap::new();
    for (name, value) in kept {
        let Some(text) = value["text"].as_str() else { continue };
        let part = name.rsplit('/').next().unwrap();
        let kind = if name.starts_with("ladder/") { "rung" } else { part.split('-').next().unwrap() };
        match kind {
            "rung" => drop(serde_json::from_str::<Rung>(text).expect(name)),
            "record" => drop(serde_json::from_str::<Adaptation>(text).expect(name)),
            "summary" => drop(serde_json::from_str::<Shelved>(text).expect(name)),
            "widths" | "lengths" => drop(serde_json::from_str::<MeasuredModel>(text).expect(name)),
            _ => continue,
        }
        *read.entry(kind).or_insert(0) += 1;
    }
    let expected = [("lengths", 1), ("record", 1), ("rung", 2), ("summary", 4), ("widths", 1)];
    assert_eq!(read, BTreeMap::from(expected));
}
