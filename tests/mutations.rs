//! Mutated result files and exported figures: no panic, no end to come, and no more memory than the file
//! deserves.
//!
//! `cargo test` tries some thousands. A million take some minutes:
//! `PROPTEST_CASES=1000000 cargo test --release --test mutations -- --nocapture`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "lab/import/sound.rs"]
mod sound;

use bk_lab::kit::data_files as data;
use bk_lab::kit::data_files::DataFormat;
use bk_lab::kit::import::SourceFile;
use bk_lab::kit::record::document;
use bk_lab::studies::import::read_files;
use bk_lab::studies::record::Record;
use bk_lab::studies::robustness::record as robustness;
use bk_models::memory::peak_of;
use bk_plot::export::{Metadata, png, restore};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::Cell;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Files that are tried in every run of the tests.
const CASES: u32 = 4_000;

/// The most memory that reading a file may take: so many times its size …
const TIMES: usize = 40;

/// … and this for what does not depend on it: a summary of the simulation is recomputed in full.
const WHATEVER_ITS_SIZE: usize = 1_000_000;

/// What stands in a file where it should not.
const WORDS: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "NaN",
    "-Infinity",
    "null",
    "true",
    "-1",
    "0",
    "1e308",
    "1e999",
    "4294967296",
    "\\ud800",
    "\u{feff}",
    "{\"a\":[",
    "\"8192\":",
    "\"perplexity\": 1,",
    "#",
    "%",
];

/// The files to be mutated: result files, and an exported figure in each format that is not mostly its drawing.
static FILES: LazyLock<Vec<SourceFile>> = LazyLock::new(|| {
    let record = bk_lab::studies::robustness::study::run(&robustness::Config::default()).unwrap();
    let manifest = document::view_to_json("#/robustness?v=1", &[Record::Robustness(record.clone())]).unwrap();
    let metadata = Metadata { title: "", description: "", manifest: Some(&manifest) };
    let pixel = png::stamp(&png::encode(1, 1, &[1, 2, 3, 4]).unwrap(), 300.0, &metadata).unwrap();
    let figures = DataFormat::ALL.map(|format| {
        let bytes = data::write(&[&record], format, &manifest).into_bytes();
        SourceFile { name: format!("figure.{}", format.extension()), bytes }
    });
    let pixel = SourceFile { name: "figure.png".into(), bytes: pixel };
    sound::FILES.iter().cloned().chain(figures).chain([pixel]).collect()
});

/// What stands in a file for another value; it stays JSON.
const VALUES: [&str; 16] = [
    "-1",
    "0",
    "0.5",
    "31.25",
    "1e308",
    "-1e-320",
    "NaN",
    "null",
    "true",
    "\"\"",
    "\"INT4\"",
    "[]",
    "{}",
    "[[1]]",
    "18446744073709551616",
    "{\"perplexity\": 1}",
];

/// One change to a file.
#[derive(Debug, Clone)]
enum Mutation {
    Value(prop::sample::Index, usize),
    Byte(prop::sample::Index, u8),
    Word(prop::sample::Index, usize),
    Cut(prop::sample::Index),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize, usize),
    Take(prop::sample::Index, prop::sample::Index, usize, usize),
    Nest(usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        20 => (place(), 0..VALUES.len()).prop_map(|(at, value)| Mutation::Value(at, value)),
        1 => (place(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        1 => (place(), 0..WORDS.len()).prop_map(|(at, word)| Mutation::Word(at, word)),
        1 => place().prop_map(Mutation::Cut),
        1 => (place(), 0..100usize).prop_map(|(at, length)| Mutation::Remove(at, length)),
        1 => (place(), 0..100usize, 0..200usize)
            .prop_map(|(at, length, times)| Mutation::Repeat(at, length, times)),
        1 => (place(), place(), 0..32usize, 0..200usize)
            .prop_map(|(at, from, which, length)| Mutation::Take(at, from, which, length)),
        1 => (0..300usize).prop_map(Mutation::Nest),
    ]
}

impl Mutation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        let index = |place: &prop::sample::Index| place.index(length + 1);
        match self {
            Mutation::Value(place, value) => {
                let starts: Vec<usize> = bytes
                    .windows(2)
                    .enumerate()
                    .filter(|(_, pair)| pair == b": ")
                    .map(|(at, _)| at + 2)
                    .collect();
                if starts.is_empty() {
                    return;
                }
                let start = starts[place.index(starts.len())];
                let ends = |byte: &u8| b",}]\r\n".contains(byte);
                let end = bytes[start..].iter().position(ends).map_or(length, |end| start + end);
                bytes.splice(start..end, VALUES[*value].bytes());
            }
            Mutation::Byte(place, byte) if length > 0 => bytes[place.index(length)] = *byte,
            Mutation::Byte(..) => {}
            Mutation::Word(place, word) => {
                let at = index(place);
                bytes.splice(at..at, WORDS[*word].bytes());
            }
            Mutation::Cut(place) => bytes.truncate(index(place)),
            Mutation::Remove(place, count) => {
                let at = index(place);
                bytes.drain(at..(at + count).min(length));
            }
            Mutation::Repeat(place, count, times) => {
                let at = index(place);
                let piece = bytes[at..(at + count).min(length)].repeat(*times);
                bytes.splice(at..at, piece);
            }
            Mutation::Take(place, from, which, count) => {
                let other = &FILES[which % FILES.len()].bytes;
                let from = from.index(other.len());
                let at = index(place);
                bytes.splice(at..at, other[from..(from + count).min(other.len())].iter().copied());
            }
            Mutation::Nest(depth) => {
                bytes.splice(..0, b"[".repeat(*depth));
                bytes.extend(b"]".repeat(*depth));
            }
        }
    }
}

#[test]
fn a_mutated_file_is_read_or_refused_within_its_memory() {
    LazyLock::force(&FILES);
    let (worst, slowest) = (Cell::new((0, 0)), Cell::new(Duration::ZERO));
    let (imported, refused) = (Cell::new(0u64), Cell::new(0u64));
    let configuration = ProptestConfig::default();
    let cases = configuration.cases.max(CASES);
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..configuration });
    let strategy = (0..FILES.len(), prop::collection::vec(mutation(), 1..5));
    let outcome = runner.run(&strategy, |(which, mutations)| {
        let mut file = FILES[which].clone();
        mutations.iter().for_each(|mutation| mutation.apply(&mut file.bytes));
        let size = file.bytes.len();
        let started = Instant::now();
        let (found, taken) =
            peak_of(|| read_files(&[SourceFile { name: file.name, bytes: restore(file.bytes) }]));
        slowest.set(slowest.get().max(started.elapsed()));
        if taken > worst.get().0 {
            worst.set((taken, size));
        }
        prop_assert!(taken <= TIMES * size + WHATEVER_ITS_SIZE, "{taken} bytes for a file of {size}");
        imported.set(imported.get() + found.records.len().min(1) as u64);
        refused.set(refused.get() + found.errors.len() as u64);
        sound::check(&found)
    });
    println!(
        "{cases} files: {} imported, {} refused; at most {} bytes for a file of {}, at most {:?}",
        imported.get(),
        refused.get(),
        worst.get().0,
        worst.get().1,
        slowest.get(),
    );
    outcome.unwrap();
}
