//! The files of the study in the layout of the published program (vit-lora.md §7.1).

use super::summary::{detailed_analysis, summary};
use crate::kit::record::Provenance;
use crate::studies::lora::record::experiment::Storage;
use crate::studies::lora::record::{Config, Experiment, ExperimentConfig, Failed, Study};
use bk_python::printing as python;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The name of the summary.
pub const SUMMARY: &str = "quantization_experiments_summary.json";

/// The name of the detailed analysis.
pub const DETAILED: &str = "quantization_detailed_analysis.json";

/// The name of the file, in an experiment's folder, that holds its error.
pub const ERROR: &str = "error.json";

/// The name of the note that explains the other files. Those carry no mark themselves, because they must equal the
/// published ones.
pub const NOTE: &str = "SIMULATION.txt";

/// The times of a run: local times without a zone, to the microsecond.
#[derive(Debug, Clone, PartialEq)]
pub struct Times {
    /// The start.
    pub start: String,
    /// The end.
    pub end: String,
    /// The duration in seconds.
    pub seconds: f64,
}

/// The placeholder for the time where no clock ran; the note beside the files says so.
const NO_CLOCK: &str = "1970-01-01T00:00:00.000000";

/// A file: its path below the folder of the study, with slashes, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// The path.
    pub path: String,
    /// The text.
    pub text: String,
}

impl TreeFile {
    fn json(path: String, value: &Value) -> Result<Self, serde_json::Error> {
        Ok(TreeFile { path, text: python::to_json(value)? })
    }
}

/// Adds times to results without any.
pub fn stamp(experiment: &mut Experiment, times: &Times) {
    experiment.start_time = Some(times.start.clone());
    experiment.end_time = Some(times.end.clone());
    experiment.training_time = Some(times.seconds);
    experiment.resource_metrics.training_time = Some(times.seconds);
}

/// Returns all files of a study in the order of writing. No clock is read: missing times are the beginning of 1970, so
/// the same study gives the same bytes. Where experiments share an identifier, the files of the later one replace those
/// of the earlier one, as they do in a folder.
pub fn tree(study: &Study) -> Result<Vec<TreeFile>, serde_json::Error> {
    let times = Times { start: NO_CLOCK.into(), end: NO_CLOCK.into(), seconds: 0.0 };
    let is_simulated = study.provenance == Provenance::PublishedSimulation;
    let mut files: Vec<TreeFile> = is_simulated.then(|| note(&study.config)).into_iter().collect();
    let mut places: HashMap<String, usize> = HashMap::new();
    for experiment in &study.experiments {
        let mut stamped = experiment.clone();
        if stamped.start_time.is_none() {
            stamp(&mut stamped, &times);
        }
        for file in experiment_files(&stamped)? {
            match places.get(&file.path) {
                Some(&place) => files[place] = file,
                None => {
                    places.insert(file.path.clone(), files.len());
                    files.push(file);
                }
            }
        }
    }
    files.extend(summary_files(&study.experiments, &[], NO_CLOCK)?);
    Ok(files)
}

/// Removes the times from results; everything that remains depends only on the seed.
pub fn without_times(mut experiment: Experiment) -> Experiment {
    experiment.start_time = None;
    experiment.end_time = None;
    experiment.training_time = None;
    experiment.resource_metrics.training_time = None;
    experiment
}

/// Returns the files of one experiment in the order of writing: configuration, results, and, if there was quantization,
/// its section of the results.
pub fn experiment_files(experiment: &Experiment) -> Result<Vec<TreeFile>, serde_json::Error> {
    let path = |name: &str| format!("{}/{name}", experiment.experiment_id);
    let mut files = vec![
        TreeFile::json(path("config.json"), &serde_json::to_value(&experiment.config)?)?,
        TreeFile::json(path("results.json"), &serde_json::to_value(experiment)?)?,
    ];
    if experiment.config.storage() != Storage::Baseline {
        let analysis = serde_json::to_value(&experiment.quantization_analysis)?;
        files.push(TreeFile::json(path("quantization_analysis.json"), &analysis)?);
    }
    Ok(files)
}

/// Returns the file of a failed experiment (§7.3). `causes` lists the causes of the error, the last one first.
pub fn error_file(
    id: &str,
    config: &ExperimentConfig,
    error: &str,
    causes: &str,
    times: &Times,
) -> Result<TreeFile, serde_json::Error> {
    let value = json!({
        "experiment_id": id,
        "config": config,
        "status": "failed",
        "error": error,
        "traceback": causes,
        "start_time": times.start,
        "end_time": times.end,
        "training_time": times.seconds,
    });
    TreeFile::json(format!("{id}/{ERROR}"), &value)
}

/// Returns the summary and the detailed analysis, which are written last, at the time `timestamp`.
pub fn summary_files(
    completed: &[Experiment],
    failed: &[Failed],
    timestamp: &str,
) -> Result<[TreeFile; 2], serde_json::Error> {
    Ok([
        TreeFile::json(SUMMARY.into(), &summary(completed, failed, timestamp))?,
        TreeFile::json(DETAILED.into(), &detailed_analysis(completed))?,
    ])
}

/// Returns the note beside the files.
pub fn note(config: &Config) -> TreeFile {
    let Config { seed, experiments, .. } = config;
    let text = format!(
        "These files were written by BK Lab, which repeats the published simulation of the study of quantized LoRA\n\
         with Python's random generator seeded by {seed}, for the first {experiments} of its 144 experiments.\n\
         \n\
         No model was trained, no image was classified, no byte was measured: every result is drawn at random around\n\
         chosen values, and the seeds 42, 123 and 456 in the names are labels. Nothing here is evidence about models.\n\
         \n\
         Times are those of writing the files, and the beginning of 1970 where no clock ran.\n"
    );
    TreeFile { path: NOTE.into(), text }
}
