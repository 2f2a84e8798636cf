//! `bklab adapt`: the study of quantized LoRA, for real.

use crate::files;
use crate::train::{show, watched};
use crate::{Failure, report};
use bk_lab::model::ops::Storage;
use bk_lab::record::adaptation::{Adaptation, Config, Size};
use bk_lab::record::{Record, document};
use bk_lab::study::adaptation::Matrix;
use bk_lab::vision::generator::Task;
use clap::Args;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Arguments of `bklab adapt`. Without any, the whole matrix: 144 runs.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Models: tiny, small.
    #[arg(long, value_delimiter = ',', value_parser = named::<Size>)]
    models: Vec<Size>,
    /// What they are adapted to: shapes, strokes, textures.
    #[arg(long, value_delimiter = ',', value_parser = named::<Task>)]
    tasks: Vec<Task>,
    /// Ranks of the adapters.
    #[arg(long, value_delimiter = ',')]
    ranks: Vec<usize>,
    /// How the frozen base is stored: single, eight-bit, four-bit, four-bit-double.
    #[arg(long, value_delimiter = ',', value_parser = named::<Storage>)]
    storages: Vec<Storage>,
    /// Seeds of adapters, order of images and dropout.
    #[arg(long, value_delimiter = ',')]
    seeds: Vec<u32>,
    /// Scale adapters by α/√rank instead of α/rank.
    #[arg(long)]
    rank_stabilized: bool,
    /// Images of every class, all parts together.
    #[arg(long)]
    images: Option<usize>,
    /// Steps that a model is trained by first.
    #[arg(long)]
    first_steps: Option<usize>,
    /// Steps that it is adapted by.
    #[arg(long)]
    steps: Option<usize>,
    /// Write the record here after every run.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Go on with the record in --out, whose settings then count.
    #[arg(long, requires = "out")]
    resume: bool,
    /// Print the record as JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// A value by the name that records have for it.
fn named<T: DeserializeOwned>(name: &str) -> Result<T, String> {
    serde_json::from_value(Value::String(name.to_owned())).map_err(|error| error.to_string())
}

/// What was given, or else what is usual.
fn or<T>(given: Vec<T>, usual: Vec<T>) -> Vec<T> {
    if given.is_empty() { usual } else { given }
}

impl Arguments {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let (out, json) = (self.out.clone(), self.json);
        let mut matrix = match out.as_deref().filter(|_| self.resume) {
            Some(path) => Matrix::resume(read(path)?).map_err(Failure::failed)?,
            None => Matrix::new(&self.config()).map_err(Failure::usage)?,
        };
        let context = watched();
        while let Some(run) = pollster::block_on(matrix.next(&context)).map_err(Failure::failed)? {
            eprintln!("bklab: {}", report::run(run));
            if let Some(path) = &out {
                write(path, matrix.record())?;
            }
        }
        show(Record::Adaptation(Box::new(matrix.record().clone())), json)
    }

    fn config(self) -> Config {
        let mut config = Config::default();
        config.sizes = or(self.models, config.sizes);
        config.tasks = or(self.tasks, config.tasks);
        config.ranks = or(self.ranks, config.ranks);
        config.storages = or(self.storages, config.storages);
        config.seeds = or(self.seeds, config.seeds);
        config.rank_stabilized = self.rank_stabilized;
        config.images = self.images.unwrap_or(config.images);
        config.first.steps = self.first_steps.unwrap_or(config.first.steps);
        config.recipe.steps = self.steps.unwrap_or(config.recipe.steps);
        config
    }
}

/// The record that a run has written.
fn read(path: &Path) -> Result<Adaptation, Failure> {
    let failed = |what: String| Failure::Failed(format!("{} cannot be gone on with: {what}", path.display()));
    let bytes = fs::read(path).map_err(|error| failed(format!("{error}.")))?;
    let value = serde_json::from_slice(&bytes).map_err(|error| failed(format!("{error}.")))?;
    match document::from_value(value).map_err(|error| failed(error.to_string()))? {
        Record::Adaptation(record) => Ok(*record),
        _ => {
            Err(failed("it is the record of another study. Give one that “bklab adapt --out” wrote.".into()))
        }
    }
}

/// Writes the record, whole or not at all.
fn write(path: &Path, record: &Adaptation) -> Result<(), Failure> {
    let text = document::to_json(&[record]).map_err(Failure::failed)?;
    files::put(path, &text)
        .map_err(|error| Failure::Failed(format!("{} could not be written: {error}.", path.display())))
}
