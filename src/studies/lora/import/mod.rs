//! The files of the study of quantized LoRA (vit-lora.md §7.6): results that come with others of their kind, with a
//! summary or with the errors of failed experiments become one study; any other file stays a table of its own, with
//! what cannot be true in it.

mod single;

use super::published::tree::without_times;
use super::published::{Simulation, matrix};
use super::record as lora;
use super::record::experiment::QuantizationAnalysis;
use super::record::{Config, Experiment, ExperimentConfig, Failed, Stated};
use crate::kit::record::{Manifest, Provenance, Table};
use crate::studies::files::import::table;
use crate::studies::record::Record;
use serde_json::Value;

/// Seeds that are tried when looking for the simulation behind a study.
const SEEDS_TRIED: u64 = 1000;

/// Names of files that a study lists; of more it says how many.
const NAMED: usize = 3;

/// A file of the study.
pub(crate) struct LoraFile {
    kind: Kind,
    /// The file as a table of its own.
    table: Table,
}

/// What a file of the study holds.
enum Kind {
    /// The results of an experiment.
    Results(Box<Experiment>),
    /// The error of an experiment.
    Error(Box<ExperimentConfig>, Failed),
    /// The configuration of an experiment.
    Config(Box<ExperimentConfig>),
    /// The section on quantization of the results of an experiment.
    Analysis(Box<QuantizationAnalysis>),
    /// The summary of a study.
    Summary(Value),
    /// The detailed analysis of a study.
    Detailed(Value),
    /// Anything else that has something that cannot be true.
    Other,
}

/// The file, if it is one of the study: known by its keys.
pub(crate) fn recognise(value: &Value, name: &str) -> Option<LoraFile> {
    let object = value.as_object()?;
    let has = |key: &str| object.contains_key(key);
    let kind = if has("experiment_id") && has("quantization_analysis") {
        Kind::Results(Box::new(serde_json::from_value(value.clone()).ok()?))
    } else if has("experiment_id") && has("error") && has("config") {
        let config = serde_json::from_value(value.get("config")?.clone()).ok()?;
        Kind::Error(Box::new(config), serde_json::from_value(value.clone()).ok()?)
    } else if has("lora") && has("training") && has("model") {
        Kind::Config(Box::new(serde_json::from_value(value.clone()).ok()?))
    } else if has("quantization_applied") && has("gradient_flow_analysis") {
        Kind::Analysis(Box::new(serde_json::from_value(value.clone()).ok()?))
    } else if has("quantization_breakdown") {
        Kind::Summary(value.clone())
    } else if has("detailed_memory_analysis") {
        Kind::Detailed(value.clone())
    } else if has("layer_importance_analysis") || (has("experiment_id") && has("metrics")) {
        Kind::Other
    } else {
        return None;
    };
    let mut table = table::read(value, name)?;
    table.grids.extend(match &kind {
        Kind::Results(experiment) => single::results(experiment),
        Kind::Config(config) => single::config(config, value),
        Kind::Summary(summary) => single::summary(summary),
        Kind::Other => single::other(value),
        Kind::Error(..) | Kind::Analysis(_) | Kind::Detailed(_) => None,
    });
    Some(LoraFile { kind, table })
}

/// The files of the study among those that are read.
#[derive(Default)]
pub(crate) struct LoraFiles(Vec<(usize, String, LoraFile)>);

impl LoraFiles {
    /// Takes a file in; `place` is its place among all files.
    pub(crate) fn add(&mut self, place: usize, name: &str, file: LoraFile) {
        self.0.push((place, name.into(), file));
    }

    /// One study of what belongs together, and a table for each other file, with the places of their files.
    pub(crate) fn into_records(self) -> Vec<(usize, Record)> {
        let results = self.0.iter().filter(|(.., file)| matches!(file.kind, Kind::Results(_))).count();
        if results == 0 || self.0.len() == 1 {
            return self.0.into_iter().map(|(place, _, file)| (place, file.table.into())).collect();
        }
        let mut study = Study::default();
        let mut rest = Vec::new();
        for (place, name, LoraFile { kind, table }) in self.0 {
            match kind {
                Kind::Results(experiment) if !study.has(&experiment.config) => {
                    study.completed.push(*experiment);
                }
                Kind::Error(config, failed) if !study.has(&config) => {
                    study.stated.failed.push((*config, failed))
                }
                Kind::Summary(summary) if study.stated.summary.is_none() => {
                    study.stated.summary = Some(summary);
                }
                Kind::Detailed(detailed) if study.stated.detailed.is_none() => {
                    study.stated.detailed = Some(detailed);
                }
                kind => {
                    rest.push((place, name, LoraFile { kind, table }));
                    continue;
                }
            }
            study.take(place, name, table.provenance);
        }
        // A configuration or a section that stands in the results too tells nothing of its own.
        let mut records = Vec::new();
        for (place, name, LoraFile { kind, table }) in rest {
            let is_known = match &kind {
                Kind::Config(config) => study.has(config),
                Kind::Analysis(analysis) => {
                    study.completed.iter().any(|run| run.quantization_analysis == **analysis)
                }
                _ => false,
            };
            match is_known {
                true => study.files.push(name),
                false => records.push((place, table.into())),
            }
        }
        records.push((study.place, Record::Lora(Box::new(study.into_record()))));
        records
    }
}

/// A study as its files come.
#[derive(Default)]
struct Study {
    completed: Vec<Experiment>,
    stated: Stated,
    files: Vec<String>,
    /// The place of the first file, once there is one.
    place: usize,
    /// What the files are taken for one by one.
    provenances: Vec<Provenance>,
}

impl Study {
    /// Takes note of a file.
    fn take(&mut self, place: usize, name: String, provenance: Provenance) {
        if self.files.is_empty() {
            self.place = place;
        }
        self.files.push(name);
        self.provenances.push(provenance);
    }

    /// Whether an experiment of the configuration is there, completed or failed.
    fn has(&self, config: &ExperimentConfig) -> bool {
        self.completed.iter().any(|run| run.config == *config)
            || self.stated.failed.iter().any(|(failed, _)| failed == config)
    }

    /// The study in the order of the matrix, in which the published sums were taken.
    fn into_record(mut self) -> lora::Study {
        let names: Vec<String> = matrix().into_iter().map(|config| config.name).collect();
        let order = |config: &ExperimentConfig| {
            names.iter().position(|name| *name == config.name).unwrap_or(names.len())
        };
        self.completed.sort_by_key(|run| order(&run.config));
        self.stated.failed.sort_by_key(|(config, _)| order(config));
        let (provenance, seed, sentence) = self.origin();
        let count = self.files.len();
        let mut files: Vec<String> = self.files.into_iter().take(NAMED).collect();
        if count > NAMED {
            files.push(format!("and {} more", count - NAMED));
        }
        let experiments = u32::try_from(self.completed.len()).unwrap_or(u32::MAX);
        lora::Study {
            provenance,
            manifest: Manifest::new(files, sentence),
            config: Config { seed: seed.unwrap_or_default(), experiments, unique_ids: false },
            experiments: self.completed,
            stated: self.stated,
        }
    }

    /// Where the numbers come from: the simulation with a seed, if one gives them all; else what all files are taken
    /// for.
    fn origin(&self) -> (Provenance, Option<u64>, String) {
        if let Some(seed) = simulation_behind(&self.completed) {
            let sentence = format!(
                "The numbers of the published simulation with Python's random seeded by {seed}: every result is drawn; no model was trained."
            );
            return (Provenance::PublishedSimulation, Some(seed), sentence);
        }
        match self.provenances.iter().all(|provenance| *provenance == Provenance::Mock) {
            true => (
                Provenance::Mock,
                None,
                "Written by the simulator of the published study of quantized LoRA, which draws every result at random; with which seed cannot be told. No experiment of that study was ever trained.".into(),
            ),
            false => (
                Provenance::Unknown,
                None,
                "The files do not say where their numbers come from, or not all of them alike.".into(),
            ),
        }
    }
}

/// The seed with which the simulation gives all these results, apart from times and identifiers.
fn simulation_behind(completed: &[Experiment]) -> Option<u64> {
    let first = matrix().into_iter().next()?;
    // The first experiment depends on the seed alone.
    let start = completed.iter().find(|run| run.config.name == first.name)?;
    let seeds =
        (0..SEEDS_TRIED).filter(|&seed| Simulation::new(seed).run(&first).test_metrics == start.test_metrics);
    seeds.into_iter().find(|&seed| is_simulated(seed, completed))
}

/// Whether the simulation with a seed gives all these results, apart from times and identifiers.
pub(crate) fn is_simulated(seed: u64, completed: &[Experiment]) -> bool {
    let mut simulation = Simulation::new(seed);
    let simulated: Vec<Experiment> = matrix().iter().map(|config| simulation.run(config)).collect();
    completed.iter().all(|run| {
        let twin = simulated.iter().find(|twin| twin.config.name == run.config.name);
        twin.is_some_and(|twin| {
            let found = without_times(run.clone());
            Experiment { experiment_id: found.experiment_id.clone(), ..twin.clone() } == found
        })
    })
}
