//! `bklab lengths`: measured perplexity against the length of a training.

use super::bit_widths::{keep, read_record, write};
use crate::kit::command::Failure;
use crate::kit::command::drawing::FigureFiles;
use crate::kit::command::files;
use crate::studies::language_models::command::train::{read_checkpoint, show, watched};
use crate::studies::language_models::command::train_all::{Entry, read_recipes, text_of};
use crate::studies::language_models::record as language_model;
use crate::studies::language_models::study::Session;
use crate::studies::record::Record;
use crate::studies::robustness::measured::figure::training_lengths;
use crate::studies::robustness::measured::figure::training_lengths::Quantity;
use crate::studies::robustness::measured::record::{Config, Lengths, Widths};
use crate::studies::robustness::measured::training_lengths as lengths;
use bk_models::Recipe;
use bk_plot::View;
use bk_quantize::ScaleRule;
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `bklab lengths`.
#[derive(Args)]
pub struct Arguments {
    /// Models by their names in the recipe file.
    #[arg(required = true, num_args = 1..)]
    names: Vec<String>,
    /// The recipe file: a list of models by name, each with its config and the seeds it is trained with.
    #[arg(long, value_name = "FILE", default_value = "checkpoints/recipe.json")]
    recipes: PathBuf,
    /// The folder of the texts that the recipes name; `cargo xtask data` fills this one.
    #[arg(long, value_name = "FOLDER", default_value = "target/data")]
    texts: PathBuf,
    /// Numbers of steps after which a training is measured; it ends after the last.
    #[arg(long, value_delimiter = ',', required = true)]
    lengths: Vec<usize>,
    /// Steps over which the learning rate falls, if not those of the recipe.
    #[arg(long)]
    steps: Option<usize>,
    /// Seeds, if not those of the recipe.
    #[arg(long, value_delimiter = ',')]
    seeds: Vec<u32>,
    /// How a scale of weights is found: absolute-maximum, percentile:99.9 or least-squares.
    #[arg(long, default_value_t = Config::default().rule)]
    rule: ScaleRule,
    /// Weights of a row that share a scale.
    #[arg(long, default_value_t = Config::default().group)]
    group: usize,
    /// Held-out tokens that are measured on, at most.
    #[arg(long, default_value_t = Config::default().tokens)]
    tokens: usize,
    /// Keep the record in this file after every point, and the trainings beside it; take from them what is there already.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Print the record as JSON instead of tables.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    files: FigureFiles,
}

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let measure = Config {
            group: self.group,
            rule: self.rule,
            tokens: self.tokens,
            core: false,
            parts: false,
            ..Config::default()
        };
        measure.check().map_err(Failure::usage)?;
        let entries = read_recipes(&self.recipes, &self.names)?;
        let mut record = self.resume.as_deref().map(read_record).transpose()?.flatten();
        for name in &self.names {
            for entry in entries.iter().filter(|entry| entry.name == *name) {
                let seeds = if self.seeds.is_empty() { &entry.seeds } else { &self.seeds };
                for &seed in seeds {
                    record = Some(self.course(entry, seed, &measure, record)?);
                }
            }
        }
        let record = record.unwrap_or_else(|| Widths::new(measure, vec![]));
        if let Some(stem) = &self.files.out {
            for (end, quantity) in [("perplexity", Quantity::Perplexity), ("loss", Quantity::Change)] {
                let draw = |layout: &_| training_lengths::draw(&record, quantity, &View::default(), layout);
                write(&record, &beside(stem, &format!("-{end}")), &self.files, draw)?;
            }
        }
        show(Record::Widths(Box::new(record)), self.json)
    }

    /// Takes one training through its lengths, and hands back the record with what was measured of it.
    fn course(
        &self,
        entry: &Entry,
        seed: u32,
        measure: &Config,
        record: Option<Widths>,
    ) -> Result<Widths, Failure> {
        let recipe = &entry.config.recipe;
        let recipe = Recipe { seed, steps: self.steps.unwrap_or(recipe.steps), ..recipe.clone() };
        let config = language_model::Config { recipe, ..entry.config.clone() };
        config.architecture.check().map_err(Failure::usage)?;
        config.recipe.check().map_err(Failure::usage)?;
        let content = text_of(&self.texts, &config.text)?;
        let part = self
            .resume
            .as_ref()
            .map(|path| beside(path, &format!(".{}-{seed}-{}.part", entry.name, config.recipe.steps)));
        let begun = part.as_deref().filter(|part| part.exists()).map(read_checkpoint).transpose()?;
        let training = match begun {
            Some(begun) => Session::resume(begun, content.as_deref()),
            None => Session::new(&config, content.as_deref()),
        }
        .map_err(Failure::failed)?;
        eprintln!("bklab: {}, seed {seed}, from step {}", entry.name, training.training().steps());
        let study = Lengths::new(training.config(), self.lengths.clone(), measure.clone());
        study.check().map_err(Failure::usage)?;
        let mut whole = match record {
            Some(record) if record.config.measures_alike(measure) => record,
            _ => Widths::new(measure.clone(), vec![]),
        };
        let (before, mut trouble, mut kept_at) = (whole.clone(), None, None);
        let so_far = |found: &Widths, training: &Session| {
            found.models.iter().for_each(|model| whole.put(model.clone()));
            let Some(path) = &self.resume else { return };
            let mut kept = keep(path, &whole);
            let steps = training.training().steps();
            if let Some(part) = part.as_deref().filter(|_| kept_at.replace(steps) != Some(steps)) {
                let bytes = training.checkpoint(true).map_err(Failure::failed);
                kept = kept.and(bytes.and_then(|bytes| files::save(part, &bytes)));
            }
            trouble = kept.err();
        };
        let context = watched();
        let work = lengths::run(study, training, Some(&before), so_far, &context);
        let found = pollster::block_on(work).map_err(Failure::failed)?;
        trouble.map_or(Ok(()), Err)?;
        found.models.into_iter().for_each(|model| whole.put(model));
        if let Some(part) = part.filter(|part| part.exists()) {
            std::fs::remove_file(&part)
                .map_err(|error| Failure::Failed(format!("{}: {error}.", part.display())))?;
        }
        Ok(whole)
    }
}

/// A path whose last part ends with something more.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(end);
    path.with_file_name(name)
}
