//! The files that the two studies published. They lie beside the repository, not in it.
//!
//! A test that reads them carries `#[ignore = "needs the published files"]`. `cargo xtask test` runs it where the
//! files are, and counts it where they are not.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the published files, seen from the root of the repository.
pub const FOLDER: &str = "../shared/data";

/// Returns the text of a published file, whose path is relative to their folder.
pub fn text(path: &str) -> String {
    let path = format!("{FOLDER}/{path}");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path} cannot be read: {error}"))
}

/// Returns the JSON value of a published file, whose path is relative to their folder.
pub fn json(path: &str) -> Value {
    serde_json::from_str(&text(path)).unwrap()
}

/// Returns the paths of all JSON files below a folder. Panics if there is none.
pub fn json_files(folder: &Path) -> Vec<PathBuf> {
    let files = json_files_below(folder);
    assert!(!files.is_empty(), "{} holds no JSON files", folder.display());
    files
}

fn json_files_below(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    paths
        .flat_map(|path| match path.extension() {
            _ if path.is_dir() => json_files_below(&path),
            Some(extension) if extension == "json" => vec![path],
            _ => vec![],
        })
        .collect()
}
