//! The study of quantized LoRA as published: matrix, validator, simulation, files, statistics, command line.

mod analysis;
mod command;
mod matrix;
mod monitor;
mod record;
mod simulation;
mod statistics;

use crate::published_files;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the JSON value of a published file of this study.
fn published(path: &str) -> Value {
    published_files::json(&format!("vit-lora/{path}"))
}

/// The folder of a simulation that the published program wrote: six experiments of a seed.
fn published_simulation(seed: u64) -> PathBuf {
    Path::new(published_files::FOLDER).join(format!("vit-lora/simulated_runs/seed{seed}_6"))
}

/// The keys of times, which no seed decides.
const TIMES: [&str; 4] = ["start_time", "end_time", "training_time", "timestamp"];

/// The lines of a file without those of times.
fn timeless(text: &str) -> Vec<&str> {
    let is_time = |line: &&str| TIMES.iter().any(|key| line.trim_start().starts_with(&format!("\"{key}\":")));
    text.split('\n').filter(|line| !is_time(line)).collect()
}

/// All files below a folder by their path, with slashes; none where there is no such folder.
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
