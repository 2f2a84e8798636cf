//! Zips of result files.

use bk_lab::kit::import::{LARGEST_FILE, SourceFile};
use bk_lab::kit::record::Provenance;
use bk_lab::studies::import::{Imported, read_files};
use bk_lab::studies::lora::published::tree::tree;
use bk_lab::studies::lora::record::Config;
use bk_lab::studies::lora::study::run;
use bk_lab::studies::record::Record;
use std::io::{Cursor, Write};
use zip::write::{SimpleFileOptions, ZipWriter};

fn zipped<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    for (name, content) in files {
        archive.start_file(name, SimpleFileOptions::DEFAULT).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn read(bytes: Vec<u8>) -> Imported {
    read_files(&[SourceFile { name: "study.zip".into(), bytes }])
}

fn refused(bytes: Vec<u8>) -> String {
    let imported = read(bytes);
    assert!(imported.records.is_empty());
    imported.errors[0].to_string()
}

#[test]
fn a_zipped_tree_is_the_study_that_it_was_written_from() {
    let config = Config { seed: 7, experiments: 9, unique_ids: false };
    let study = run(&config).unwrap();
    let files = tree(&study).unwrap();
    let bytes = zipped(files.iter().map(|file| (file.path.as_str(), file.text.as_bytes())));
    let imported = read(bytes);
    assert!(imported.errors.is_empty(), "{:?}", imported.errors);
    let [Record::Lora(found)] = &imported.records[..] else { panic!("{:?}", imported.records) };
    assert_eq!(found.config, config);
    assert_eq!(found.provenance, Provenance::PublishedSimulation);
    assert_eq!(found.experiments.len(), 9);
}

#[test]
fn what_is_no_zip_of_results_is_refused_in_a_sentence() {
    let sentence = refused(zipped([("a.png", b"picture".as_slice()), ("b/c.txt", b"text")]));
    assert!(
        sentence.contains("“study.zip”") && sentence.contains("2 files") && sentence.contains(".json"),
        "{sentence}"
    );
    let whole = zipped([("a.json", b"[1, 2]".as_slice())]);
    let sentence = refused(whole[..whole.len() - 12].to_vec());
    assert!(sentence.contains("cannot be opened"), "{sentence}");
    assert!(refused(zipped([])).contains("0 files"));
}

/// What a bomb holds is counted while it comes out; what it says of itself is not asked.
#[test]
fn a_zip_bomb_is_stopped_at_the_size_of_a_file() {
    let large = vec![b' '; LARGEST_FILE as usize + 2];
    let bytes = zipped([("bomb.json", large.as_slice())]);
    assert!(bytes.len() < 100_000, "a bomb is small");
    assert!(refused(bytes).contains("50 MB"));
    let names: Vec<String> = (0..10_001).map(|place| format!("{place}.json")).collect();
    let sentence = refused(zipped(names.iter().map(|name| (name.as_str(), b"1".as_slice()))));
    assert!(sentence.contains("10001 files"), "{sentence}");
}

#[test]
fn a_bad_file_in_a_zip_is_named_and_the_others_are_taken() {
    let imported = read(zipped([("good.json", b"[{\"a\": 1}]".as_slice()), ("runs/bad.json", b"{\"a\":")]));
    assert_eq!(imported.records.len(), 1);
    assert!(imported.errors[0].to_string().contains("“study.zip/runs/bad.json”"), "{}", imported.errors[0]);
}
