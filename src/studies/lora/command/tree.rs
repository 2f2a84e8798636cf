//! Writing the files of the study: each whole or not at all, experiment by experiment, so that a run can be ended
//! at any moment and taken up again, and so that one that fails keeps none of the others from being written.

use crate::kit::command::Failure;
use crate::kit::command::files;
use crate::kit::command::files::print;
use crate::studies::lora::published::summary::summary;
use crate::studies::lora::published::tree::{
    ERROR, Times, TreeFile, error_file, experiment_files, note, stamp, summary_files, without_times,
};
use crate::studies::lora::record::experiment::QuantizationAnalysis;
use crate::studies::lora::record::{Experiment, Failed, Storage, Study};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{fs, io};
use time::OffsetDateTime;
use time::macros::format_description;

/// Why an experiment's files were not written.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    /// The file system refused.
    #[error("{} could not be written: {error}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The results are no JSON.
    #[error("the results could not be put into words: {0}")]
    Json(#[from] serde_json::Error),
}

/// What an experiment's folder holds.
enum Found {
    /// The files of this experiment, or of one that shares the folder and comes later: there is nothing to do.
    Done,
    /// Nothing, or a part.
    Open,
    /// Whole results that this run would never give.
    Foreign,
}

/// Writes the files of a study below `root`; with `resume` only those that are not there yet. Failures of single
/// experiments are written, listed and told at the end.
pub(super) fn write(study: &Study, root: &Path, resume: bool) -> Result<(), Failure> {
    let mut open: Vec<bool> = vec![true; study.experiments.len()];
    if resume {
        for (place, open) in open.iter_mut().enumerate() {
            *open = match found(study, place, root) {
                Found::Done => false,
                Found::Open => true,
                Found::Foreign => {
                    return Err(Failure::Failed(format!(
                        "{} holds results that the seed {} does not give. Resume with the seed and the options of the first run, or choose another folder.",
                        root.join(&study.experiments[place].experiment_id).display(),
                        study.config.seed
                    )));
                }
            };
        }
    }
    put(root, &note(&study.config)).map_err(Failure::failed)?;
    let (mut completed, mut failed) = (Vec::new(), Vec::new());
    for (experiment, open) in study.experiments.iter().zip(&open) {
        match open.then(|| write_experiment(experiment, root)) {
            None | Some(Ok(())) => completed.push(experiment.clone()),
            Some(Err(failure)) => {
                eprintln!("bklab: {}", failure.error);
                failed.push(failure);
            }
        }
    }
    for file in summary_files(&completed, &failed, &now()).map_err(Failure::failed)? {
        put(root, &file).map_err(Failure::failed)?;
    }
    let kept = open.iter().filter(|open| !**open).count();
    print(&report(study, root, &completed, &failed, kept))?;
    match failed.len() {
        0 => Ok(()),
        count => Err(Failure::Failed(format!(
            "{count} of {} experiments failed. What happened is in their {ERROR} and in the summary; --resume tries them again.",
            study.experiments.len()
        ))),
    }
}

/// Writes one experiment; its error into its folder if that fails.
fn write_experiment(experiment: &Experiment, root: &Path) -> Result<(), Failed> {
    let (start, clock) = (now(), Instant::now());
    let times = || Times { start: start.clone(), end: now(), seconds: clock.elapsed().as_secs_f64() };
    let mut stamped = experiment.clone();
    stamp(&mut stamped, &times());
    let id = &experiment.experiment_id;
    let written = experiment_files(&stamped).map_err(WriteError::from).and_then(|files| {
        files.iter().try_for_each(|file| put(root, file))?;
        let error = root.join(id).join(ERROR);
        match fs::remove_file(&error) {
            Err(problem) if problem.kind() != io::ErrorKind::NotFound => {
                Err(WriteError::File { path: error, error: problem })
            }
            _ => Ok(()),
        }
    });
    written.map_err(|problem| {
        let error = format!("Quantization experiment {id} failed: {problem}");
        let file = error_file(id, &experiment.config, &error, &causes(&problem), &times());
        // The summary has it too, should even this fail.
        if let Err(problem) = file.map_err(WriteError::from).and_then(|file| put(root, &file)) {
            eprintln!("bklab: {problem}");
        }
        Failed { experiment_id: id.clone(), error }
    })
}

/// An error and what led to it, one a line.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, "\ncaused by: {error}");
        cause = error.source();
    }
    text
}

/// What the folder of an experiment holds.
fn found(study: &Study, place: usize, root: &Path) -> Found {
    let id = &study.experiments[place].experiment_id;
    let folder = root.join(id);
    let Some(value) = read::<Value>(&folder.join("results.json")) else { return Found::Open };
    let Ok(there) = serde_json::from_value::<Experiment>(value) else { return Found::Foreign };
    let there = without_times(there);
    let mut sharing = study.experiments.iter().enumerate().filter(|(_, other)| other.experiment_id == *id);
    let Some((owner, experiment)) = sharing.find(|(_, other)| **other == there) else {
        return Found::Foreign;
    };
    let analysis = read::<QuantizationAnalysis>(&folder.join("quantization_analysis.json"));
    let is_whole = read::<Value>(&folder.join("config.json"))
        == serde_json::to_value(&experiment.config).ok()
        && (experiment.config.storage() == Storage::Baseline
            || analysis.as_ref() == Some(&experiment.quantization_analysis));
    if is_whole && owner >= place { Found::Done } else { Found::Open }
}

/// A JSON file, if it is there and whole.
fn read<Content: DeserializeOwned>(path: &Path) -> Option<Content> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Writes a file whole or not at all; makes its folder if there is none.
fn put(root: &Path, file: &TreeFile) -> Result<(), WriteError> {
    let path = root.join(&file.path);
    files::put(&path, &file.text).map_err(|error| WriteError::File { path, error })
}

/// The time, in the published form: without a zone, here always UTC.
fn now() -> String {
    let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]");
    OffsetDateTime::now_utc().format(&form).unwrap_or_default()
}

/// What was written, and what the summary says.
fn report(study: &Study, root: &Path, completed: &[Experiment], failed: &[Failed], kept: usize) -> String {
    let summary = summary(completed, failed, "");
    let number = |pointer: &str| summary.pointer(pointer).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let mut text = format!(
        "Quantized LoRA for vision transformers\nData: {}. {}\n\n",
        study.provenance.label(),
        study.manifest.origin
    );
    let _ = writeln!(
        text,
        "{} experiments completed ({kept} of them before), {} failed, in {}",
        completed.len(),
        failed.len(),
        root.display()
    );
    let folders: std::collections::HashSet<&str> =
        completed.iter().map(|experiment| experiment.experiment_id.as_str()).collect();
    if folders.len() < completed.len() {
        let _ = writeln!(
            text,
            "They lie in {} folders: the published names leave double quantization out, so that one overwrites another.",
            folders.len()
        );
    }
    let (memory, accuracy) = ("/memory_analysis", "/accuracy_analysis");
    for (name, key) in [
        ("Mean memory reduction, 8-bit", "average_memory_reduction_8bit"),
        ("Mean memory reduction, 4-bit", "average_memory_reduction_4bit"),
        ("Largest memory reduction", "max_memory_reduction"),
    ] {
        let _ = writeln!(text, "{name:<30} {:>7.1} %", number(&format!("{memory}/{key}")));
    }
    for (name, key) in [
        ("Baseline accuracy", "baseline_accuracy"),
        ("Accuracy drop, 8-bit", "8bit_accuracy_drop"),
        ("Accuracy drop, 4-bit", "4bit_accuracy_drop"),
    ] {
        let _ = writeln!(text, "{name:<30} {:>9.4}", number(&format!("{accuracy}/{key}")));
    }
    let stable = number("/convergence_analysis/stable_convergence_rate") * 100.0;
    let _ = writeln!(text, "{:<30} {stable:>7.1} %", "Labelled stable");
    text
}
