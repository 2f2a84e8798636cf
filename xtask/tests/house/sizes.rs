//! How large files and functions are: a file holds one idea, a function fits a screen.

use crate::repository::{SourceFile, tracked};

/// Lines that no source file may exceed.
const FILE_LIMIT: usize = 400;

/// Lines that half of the source files may not exceed.
const MEDIAN_LIMIT: usize = 200;

/// Lines that no function may exceed, from its signature to its closing brace.
const FUNCTION_LIMIT: usize = 80;

/// Functions that are too long still, by file and name. The list may only shrink.
const TOO_LONG: [(&str, &str); 3] = [
    ("crates/models/src/ops/scan.rs", "fn backward"),
    ("src/studies/quantization/study/training.rs", "fn derivatives_of_the_whole_road"),
    ("src/studies/resolvent/page/controls.rs", "fn Controls"),
];

/// The source files of programs, tests and shaders.
fn sources() -> Vec<SourceFile> {
    tracked(&["rs", "wgsl", "mjs", "css", "js"])
}

/// The functions of a Rust file that exceed the limit, each with its first line and its length. A function ends at the
/// first brace in the column where it begins, which rustfmt sees to.
fn long_functions(file: &SourceFile) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = file.text.lines().collect();
    let begins = |line: &str| {
        let words = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
        let words =
            words.trim_start_matches("pub ").trim_start_matches("async ").trim_start_matches("const ");
        words.starts_with("fn ")
    };
    let length = |start: usize| {
        let indent = lines[start].len() - lines[start].trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        lines[start..].iter().position(|line| *line == end).map_or(0, |end| end + 1)
    };
    let starts = (0..lines.len()).filter(|line| begins(lines[*line]));
    starts.map(|start| (start + 1, length(start))).filter(|(_, length)| *length > FUNCTION_LIMIT).collect()
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = sources()
        .iter()
        .map(|file| (file.text.lines().count(), &file.path))
        .filter(|(lines, _)| *lines > FILE_LIMIT)
        .map(|(lines, path)| format!("{path}: {lines} lines, the limit is {FILE_LIMIT}"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn half_of_the_files_are_short() {
    let mut lines: Vec<usize> = sources().iter().map(|file| file.text.lines().count()).collect();
    lines.sort_unstable();
    let median = lines[lines.len() / 2];
    assert!(median <= MEDIAN_LIMIT, "the median is {median} lines, the limit is {MEDIAN_LIMIT}");
}

#[test]
fn no_function_is_too_long() {
    let (mut long, mut known) = (Vec::new(), 0);
    for file in tracked(&["rs"]) {
        for (line, length) in long_functions(&file) {
            let signature = file.text.lines().nth(line - 1).unwrap_or_default();
            match TOO_LONG.iter().any(|(path, name)| *path == file.path && signature.contains(name)) {
                true => known += 1,
                false => long.push(format!("{}:{line}: {length} lines", file.path)),
            }
        }
    }
    assert!(long.is_empty(), "the limit is {FUNCTION_LIMIT}:\n{}", long.join("\n"));
    assert_eq!(known, TOO_LONG.len(), "a function of the list is short by now: take it off");
}

#[test]
fn modules_have_one_style() {
    let files = tracked(&["rs"]);
    let folder = |path: &str| path.strip_suffix(".rs").map(|stem| format!("{stem}/"));
    let split: Vec<&str> = files
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| path.starts_with("src/") || path.starts_with("crates/"))
        .filter(|path| !path.ends_with("/lib.rs") && !path.starts_with("src/bin/"))
        .filter(|path| {
            folder(path).is_some_and(|folder| files.iter().any(|file| file.path.starts_with(&folder)))
        })
        .collect();
    assert!(split.is_empty(), "a module with children is a mod.rs in its folder: {split:?}");
}

#[test]
fn a_long_function_is_found() {
    let body = "    let x = 1;\n".repeat(FUNCTION_LIMIT);
    let text = format!("fn short() {{\n}}\n\npub fn long() {{\n{body}}}\n");
    let file = SourceFile { path: "a.rs".into(), text };
    assert_eq!(long_functions(&file), [(4, FUNCTION_LIMIT + 2)]);
}
