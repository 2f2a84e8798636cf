//! `bklab adapt`: the study of quantized LoRA, for real.

use super::record::{Adaptation, Config, Data, ImagesFile, Size};
use super::study::Matrix;
use crate::kit::command::Failure;
use crate::kit::command::files;
use crate::kit::record::document;
use crate::studies::language_models::command::train::{show, watched};
use crate::studies::lora::report;
use crate::studies::record::Record;
use bk_models::ops::Storage;
use bk_models::vision::archive::Archive;
use clap::Args;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Arguments of `bklab adapt`. Without any, the whole matrix: 144 runs.
#[derive(Args)]
pub struct Arguments {
    /// Models: tiny, small.
    #[arg(long, value_delimiter = ',', value_parser = named::<Size>)]
    models: Vec<Size>,
    /// What they are adapted to: shapes, strokes, textures, or file, the images of --images.
    #[arg(long, value_delimiter = ',', value_parser = named::<Data>)]
    tasks: Vec<Data>,
    /// Images of your own: a zip with a folder a class, of PNG and JPEG files. Without --tasks, they are the task.
    #[arg(long, value_name = "ZIP")]
    images: Option<PathBuf>,
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
    /// The demonstration, 12 runs, instead of the whole matrix.
    #[arg(long)]
    demonstration: bool,
    /// Images of every class, all parts together; of a file at most so many.
    #[arg(long)]
    of_each: Option<usize>,
    /// Seed of the images and of their split.
    #[arg(long)]
    images_seed: Option<u32>,
    /// Steps that a model is trained by first.
    #[arg(long)]
    first_steps: Option<usize>,
    /// Steps that it is adapted by.
    #[arg(long)]
    steps: Option<usize>,
    /// The most bytes that a step of training may take beside what is there before it; batches stay as large, and fewer
    /// of their images are computed at once.
    #[arg(long, value_name = "BYTES")]
    step_bytes: Option<u64>,
    /// Write the record here after every run.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Resume from the record in --out; its settings replace the flags.
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
    pub fn run(self) -> Result<(), Failure> {
        let (out, json) = (self.out.clone(), self.json);
        let mut matrix = match out.as_deref().filter(|_| self.resume) {
            Some(path) => {
                let archive = self.archive()?.map(|(_, archive)| archive);
                Matrix::resume(read(path)?, archive).map_err(Failure::failed)?
            }
            None => {
                let (file, archive) = self.archive()?.unzip();
                Matrix::new(&self.config(file), archive).map_err(Failure::usage)?
            }
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

    /// The images of --images, and what the record says of them.
    fn archive(&self) -> Result<Option<(ImagesFile, Archive)>, Failure> {
        let Some(path) = &self.images else { return Ok(None) };
        let failed = |what: String| Failure::Failed(format!("{} cannot be used: {what}", path.display()));
        let bytes = fs::read(path).map_err(|error| failed(format!("{error}.")))?;
        let archive = Archive::read(&bytes).map_err(|error| failed(error.to_string()))?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        Ok(Some((ImagesFile::of(&name, &archive), archive)))
    }

    fn config(self, file: Option<ImagesFile>) -> Config {
        let mut config = if self.demonstration { Config::demonstration() } else { Config::default() };
        if file.is_some() {
            config.tasks = vec![Data::File];
            config.file = file;
        }
        config.sizes = or(self.models, config.sizes);
        config.tasks = or(self.tasks, config.tasks);
        config.ranks = or(self.ranks, config.ranks);
        config.storages = or(self.storages, config.storages);
        config.seeds = or(self.seeds, config.seeds);
        config.rank_stabilized = self.rank_stabilized;
        config.images = self.of_each.unwrap_or(config.images);
        config.step_bytes = self.step_bytes;
        config.images_seed = self.images_seed.unwrap_or(config.images_seed);
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
    match crate::studies::record::from_value(value).map_err(|error| failed(error.to_string()))? {
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
