//! Which way imports go: crates downhill, the kit from no study, a study from those that the table of studies allows.

use crate::repository::{SourceFile, tracked};
use std::collections::{BTreeMap, BTreeSet};

/// The crates, each with those that it may depend on.
const CRATES: [(&str, &[&str]); 5] = [
    ("python", &[]),
    ("quantize", &[]),
    ("plot", &[]),
    ("resolvent", &["python"]),
    ("models", &["python", "quantize", "resolvent"]),
];

/// What any study may import: it lies beside the table and walks it.
const BESIDE_THE_TABLE: [&str; 4] = ["import", "record", "report", "ROOMS"];

/// The studies, each with those that it may import from, as the table in src/studies/mod.rs says.
fn allowed(table: &str) -> BTreeMap<String, BTreeSet<String>> {
    let rows = table.lines().filter_map(|line| {
        let (study, rest) = line.trim().split_once(" { rooms [")?;
        let uses = rest.split_once("uses [")?.1.split(']').next()?;
        let names = uses.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        Some((study.to_owned(), names.collect()))
    });
    rows.collect()
}

/// The names that directly follow `path::` in a line of code: one, or those of a list in braces.
fn names_after<'line>(line: &'line str, path: &str) -> Vec<&'line str> {
    let mut names = Vec::new();
    for (start, _) in line.match_indices(path) {
        let rest = &line[start + path.len()..];
        let list = rest.strip_prefix('{').map_or(rest, |list| list.split('}').next().unwrap_or(list));
        let count = if rest.starts_with('{') { usize::MAX } else { 1 };
        let words = list.split(',').take(count).map(|item| {
            let item = item.trim();
            &item
                [..item.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(item.len())]
        });
        names.extend(words.filter(|name| !name.is_empty()));
    }
    names
}

/// The lines of code in a file, without comments.
fn code(file: &SourceFile) -> impl Iterator<Item = (usize, &str)> {
    let lines = file.text.lines().enumerate().map(|(index, line)| (index + 1, line));
    lines.map(|(number, line)| (number, line.split("//").next().unwrap_or(line)))
}

/// What in these files goes the wrong way, each with its place.
fn wrong(files: &[SourceFile], table: &str) -> Vec<String> {
    let allowed = allowed(table);
    let mut wrong = Vec::new();
    for file in files {
        let mut parts = file.path.split('/');
        let (top, room, study) = (parts.next(), parts.next(), parts.next());
        for (number, line) in code(file) {
            let studies = names_after(line, "crate::studies::");
            let mut say = |what: &str| wrong.push(format!("{}:{number}: {what}: {}", file.path, line.trim()));
            match (top, room) {
                (Some("src"), Some("kit")) if !studies.is_empty() => say("the kit imports a study"),
                (Some("src"), Some("studies")) => {
                    let Some(own) = study.filter(|study| allowed.contains_key(*study)) else { continue };
                    let may = |other: &&str| {
                        *other == own || allowed[own].contains(*other) || BESIDE_THE_TABLE.contains(other)
                    };
                    if let Some(other) = studies.iter().find(|other| !may(other)) {
                        say(&format!("the table does not let {own} import from {other}"));
                    }
                }
                _ => {}
            }
        }
    }
    wrong
}

#[test]
fn the_kit_knows_no_study_and_studies_import_what_the_table_allows() {
    let files: Vec<_> = tracked(&["rs"]).into_iter().filter(|file| file.path.starts_with("src/")).collect();
    let table = files.iter().find(|file| file.path == "src/studies/mod.rs").expect("the table of studies");
    assert!(allowed(&table.text).len() >= 9, "the table of studies cannot be read");
    let wrong = wrong(&files, &table.text);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_depend_downhill() {
    let manifests = tracked(&["toml"]);
    for (name, below) in CRATES {
        let path = format!("crates/{name}/Cargo.toml");
        let manifest = manifests.iter().find(|file| file.path == path).expect("a crate has a manifest");
        for (other, _) in CRATES.iter().filter(|(other, _)| *other != name) {
            let depends = manifest.text.lines().any(|line| line.starts_with(&format!("bk-{other}")));
            assert!(!depends || below.contains(other), "{path}: {name} may not depend on {other}");
        }
        assert!(!manifest.text.contains("bk-lab"), "{path}: a crate may not depend on the lab");
    }
}

#[test]
fn an_import_that_goes_the_wrong_way_is_found() {
    let table = "robustness { rooms [], work [], uses [scaling] }\nscaling { rooms [], work [], uses [] }";
    let file = |path: &str, text: &str| SourceFile { path: path.into(), text: text.into() };
    let files = [
        file("src/kit/page.rs", "use crate::studies::scaling::ROOM;"),
        file("src/studies/robustness/page.rs", "use crate::studies::scaling::ROOM; // crate::studies::lora"),
        file("src/studies/scaling/page.rs", "\nuse crate::studies::{robustness, record};"),
    ];
    let found = wrong(&files, table);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("src/kit/page.rs:1: the kit imports a study"), "{found:?}");
    assert!(found[1].contains("does not let scaling import from robustness"), "{found:?}");
}
