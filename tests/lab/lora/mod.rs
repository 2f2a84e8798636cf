//! The study of quantized LoRA as published: matrix, validator, simulation, files, statistics, command line.

mod analysis;
mod command;
mod matrix;
mod monitor;
mod record;
mod simulation;
mod statistics;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Where the published files and the vectors are, outside the repository.
const FOLDER: &str = "../shared/data/vit-lora";

/// A JSON file of the published data, unless ../shared is absent, which is said.
fn shared(path: &str) -> Option<Value> {
    let Ok(text) = fs::read_to_string(format!("{FOLDER}/{path}")) else {
        eprintln!("../shared is absent: {path} was not read");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// The keys of times, which no seed decides.
const TIMES: [&str; 4] = ["start_time", "end_time", "training_time", "timestamp"];

/// The lines of a file without those of times.
fn timeless(text: &str) -> Vec<&str> {
    let is_time = |line: &&str| TIMES.iter().any(|key| line.trim_start().starts_with(&format!("\"{key}\":")));
    text.split('\n').filter(|line| !is_time(line)).collect()
}

/// All files below a folder by their path, with slashes.
fn files_below(folder: &Path, prefix: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        match entry.path() {
            folder if folder.is_dir() => files.extend(files_below(&folder, &format!("{path}/"))),
            file => {
                files.insert(path, fs::read_to_string(file).unwrap());
            }
        }
    }
    files
}

/// The items of a JSON list.
fn items(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}
