//! `bklab lora …`: the published study of quantized LoRA, from its matrix to the files of its simulation.

mod tree;

use super::published::tree as files;
use super::published::validation::{estimated_memory, memory_limit, validate};
use super::published::{experiment_id, matrix, unique_id};
use super::record::{Config, ExperimentConfig, MATRIX, Storage, Study};
use crate::kit::command::Failure;
use crate::kit::command::files::{print, save};
use crate::kit::command::report;
use crate::kit::record::document;
use crate::studies::import::read_paths;
use crate::studies::record::Record;
use bk_plot::export::zip;
use clap::Args;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Experiments that a dry run tells in full.
const TOLD: usize = 10;

/// Arguments of `bklab lora`.
#[derive(Args)]
#[command(group = clap::ArgGroup::new("mode").required(true).multiple(true))]
pub struct Arguments {
    /// Validate the experiments with the published rules, run none. The exit status is 1 if one is invalid.
    #[arg(long, group = "mode")]
    validate_only: bool,
    /// Tell what would be run, run nothing.
    #[arg(long, group = "mode")]
    dry_run: bool,
    /// Analyse the files in DIR, or in --output-dir: sums recomputed, tests, true sizes, contradictions.
    #[arg(long, group = "mode", value_name = "DIR", num_args = 0..=1)]
    analysis_only: Option<Option<PathBuf>>,
    /// Run the published simulation, in which every result is drawn at random, and write its files.
    #[arg(long, group = "mode")]
    simulate: bool,
    /// Seed of the simulation's random numbers, Python's. The published program sets none.
    #[arg(long, value_name = "S", required_if_eq("simulate", "true"))]
    seed: Option<u64>,
    /// Take the first N experiments of the matrix only; 0 takes none.
    #[arg(long, value_name = "N", default_value_t = MATRIX, value_parser = clap::value_parser!(u32).range(0..=i64::from(MATRIX)))]
    max_experiments: u32,
    /// Folder that the files are written to.
    #[arg(long, value_name = "DIR", default_value = "experiments/outputs/quantization")]
    output_dir: PathBuf,
    /// Keep what an interrupted run with the same seed has written, and go on.
    #[arg(long, requires = "simulate")]
    resume: bool,
    /// Print the record as JSON instead of writing files.
    #[arg(long, requires = "simulate", conflicts_with_all = ["output_dir", "resume", "zip"])]
    json: bool,
    /// Write all files into one zip, without a clock, so that the same settings give the same bytes: those of the page.
    #[arg(long, value_name = "FILE", requires = "simulate", conflicts_with_all = ["output_dir", "resume"])]
    zip: Option<PathBuf>,
    /// Tell double quantization in the names of the folders. By the published names 36 of the 144 experiments
    /// overwrite others.
    #[arg(long)]
    unique_ids: bool,
}

impl Arguments {
    /// Runs the command: what computes least comes first, as in the published program.
    pub fn run(self) -> Result<(), Failure> {
        let experiments: Vec<ExperimentConfig> =
            matrix().into_iter().take(self.max_experiments as usize).collect();
        if self.validate_only {
            return validated(&experiments);
        }
        if self.dry_run {
            return print(&self.plan(&experiments));
        }
        if let Some(folder) = &self.analysis_only {
            return analysed(folder.as_ref().unwrap_or(&self.output_dir));
        }
        let config = Config {
            seed: self.seed.unwrap_or_default(),
            experiments: self.max_experiments,
            unique_ids: self.unique_ids,
        };
        let study = super::study::run(&config).map_err(Failure::usage)?;
        if self.json {
            return print(&document::to_json(&[study]).map_err(Failure::failed)?);
        }
        if let Some(path) = &self.zip {
            return packed(&study, path);
        }
        tree::write(&study, &self.output_dir, self.resume)
    }

    /// What would be run: counts, and the first experiments in full.
    fn plan(&self, experiments: &[ExperimentConfig]) -> String {
        let stored = |storage: Storage| {
            let count = experiments.iter().filter(|config| config.storage() == storage).count();
            format!("  {count:>3} {}\n", storage.label())
        };
        let mut text = format!("{} experiments, to {}\n", experiments.len(), self.output_dir.display());
        text += &Storage::ALL.map(stored).concat();
        let name = if self.unique_ids { unique_id } else { experiment_id };
        for (index, config) in experiments.iter().take(TOLD).enumerate() {
            let rank = config.lora.as_ref().map_or(0, |lora| lora.rank);
            let _ = write!(
                text,
                "\n{:>3}. {}\n     {} on {}, rank {rank}, {}, seed label {}\n     folder {}\n     estimated memory {:.3} GB of {:.1} GB\n",
                index + 1,
                config.name,
                config.model.name,
                config.dataset.name,
                config.storage().label(),
                config.seed,
                name(config),
                estimated_memory(config),
                memory_limit(config),
            );
        }
        if experiments.len() > TOLD {
            let _ = writeln!(text, "\n... and {} more experiments", experiments.len() - TOLD);
        }
        text
    }
}

/// How many experiments are valid, and what is wrong with the others.
fn validated(experiments: &[ExperimentConfig]) -> Result<(), Failure> {
    let found: Vec<(&ExperimentConfig, Vec<String>)> =
        experiments.iter().map(|config| (config, validate(config))).collect();
    let invalid = found.iter().filter(|(_, messages)| !messages.is_empty()).count();
    for (config, messages) in &found {
        messages.iter().for_each(|message| eprintln!("bklab: {}: {message}", config.name));
    }
    print(&format!("{} valid, {invalid} invalid\n", found.len() - invalid))?;
    match invalid {
        0 => Ok(()),
        count => Err(Failure::Failed(format!("{count} of {} experiments are invalid.", found.len()))),
    }
}

/// Writes all files of a study as one.
fn packed(study: &Study, path: &Path) -> Result<(), Failure> {
    let files = files::tree(study).map_err(Failure::failed)?;
    let files = files.iter().map(|file| (file.path.as_str(), file.text.as_str()));
    save(path, &zip(files).map_err(Failure::failed)?)
}

/// What the result files below a folder come to.
fn analysed(folder: &Path) -> Result<(), Failure> {
    let imported = read_paths(&[folder.to_path_buf()]);
    if imported.records.is_empty() && imported.errors.is_empty() {
        return Err(Failure::Failed(format!(
            "{} holds no result files (JSON). Name the folder that a run was written to.",
            folder.display()
        )));
    }
    let reports: Vec<String> = imported.records.iter().map(Record::report).collect();
    print(&reports.join("\n"))?;
    let refused = imported.errors.len();
    report::refused(&imported.errors, refused)
        .map_err(|_| Failure::Failed(format!("{refused} files could not be used.")))
}
