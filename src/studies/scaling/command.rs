//! `bklab ladder`: measured efficiency and stability.

use super::data_files as data;
use super::record::{Config, Kind, Ladder, Size};
use super::study as ladder;
use crate::kit::command::Failure;
use crate::kit::command::drawing::FigureFiles;
use crate::kit::command::files;
use crate::kit::record::document;
use crate::studies::language_models::command::train::{read_content, show, watched};
use crate::studies::record::Record;
use bk_models::corpus::Text;
use bk_plot::View;
use clap::Args;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Arguments of `bklab ladder`. What is not given is as the page has it.
#[derive(Args)]
pub struct Arguments {
    /// Contexts at one size, as the stability half of the room has them, instead of sizes at one context.
    #[arg(long)]
    stability: bool,
    /// Kinds of models: published, potentials, mamba.
    #[arg(long, value_delimiter = ',', value_parser = kind_of)]
    kinds: Option<Vec<Kind>>,
    /// Sizes: width and layers, such as 64x3.
    #[arg(long, value_delimiter = ',')]
    sizes: Option<Vec<Size>>,
    /// Tokens of a sequence.
    #[arg(long, value_delimiter = ',')]
    contexts: Option<Vec<usize>>,
    /// Seeds; several give intervals.
    #[arg(long, value_delimiter = ',')]
    seeds: Option<Vec<u32>>,
    /// Steps of training.
    #[arg(long)]
    steps: Option<usize>,
    /// Tokens a step, the same for every context.
    #[arg(long)]
    tokens_a_step: Option<usize>,
    /// The largest learning rate.
    #[arg(long)]
    learning_rate: Option<f64>,
    /// The largest norm of all derivatives together; larger ones are scaled down to it.
    #[arg(long)]
    clip: Option<f64>,
    /// A text of your own instead of the embedded language, in 1024 kinds of byte pairs.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Tokens that the embedded language generates.
    #[arg(long, conflicts_with = "text")]
    generate: Option<usize>,
    /// Held-out tokens that are measured on, at most.
    #[arg(long)]
    tokens: Option<usize>,
    /// Leave out early exit.
    #[arg(long)]
    no_exits: bool,
    /// Steps that the networks of learned sparsity are trained for; 0 leaves them out.
    #[arg(long)]
    sparsity_steps: Option<usize>,
    /// Keep the record in this file after every model, and take from it what it holds already.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Print the record as JSON instead of tables.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    files: FigureFiles,
}

/// Vocabulary size of the tokenizer for a custom text.
const VOCABULARY: usize = 1024;

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let config = self.config();
        config.check().map_err(Failure::usage)?;
        let content = read_content(&config.text, self.text.as_deref())?;
        let named = "efficiency and stability";
        let of = |record| match record {
            Record::Ladder(record) => Some(*record),
            _ => None,
        };
        let earlier = match &self.resume {
            Some(path) => crate::studies::import::known(path, named, of)?,
            None => None,
        };
        let mut trouble = None;
        let keep = |record: &Ladder| {
            if let Some(path) = &self.resume {
                let kept = json(record).and_then(|json| files::put(path, &json).map_err(Failure::failed));
                trouble = kept.err();
            }
        };
        let context = watched();
        let work = ladder::run(&config, content, earlier.as_ref(), keep, &context);
        let record = pollster::block_on(work).map_err(Failure::failed)?;
        trouble.map_or(Ok(()), Err)?;
        if let Some(stem) = &self.files.out {
            write(&record, stem, &self.files)?;
        }
        show(Record::Ladder(Box::new(record)), self.json)
    }

    fn config(&self) -> Config {
        let base = if self.stability { Config::stability() } else { Config::efficiency() };
        let text = match (&self.text, self.generate) {
            (Some(path), _) => {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
                Text::File { name, vocabulary: VOCABULARY }
            }
            (None, Some(tokens)) => Text::Language { tokens },
            (None, None) => base.text,
        };
        Config {
            kinds: self.kinds.clone().unwrap_or(base.kinds),
            sizes: self.sizes.clone().unwrap_or(base.sizes),
            contexts: self.contexts.clone().unwrap_or(base.contexts),
            seeds: self.seeds.clone().unwrap_or(base.seeds),
            steps: self.steps.unwrap_or(base.steps),
            tokens_a_step: self.tokens_a_step.unwrap_or(base.tokens_a_step),
            learning_rate: self.learning_rate.unwrap_or(base.learning_rate),
            clip: self.clip.unwrap_or(base.clip),
            text,
            tokens: self.tokens.unwrap_or(base.tokens),
            exits: base.exits && !self.no_exits,
            sparsity_steps: self.sparsity_steps.unwrap_or(base.sparsity_steps),
        }
    }
}

/// A kind by its name.
fn kind_of(name: &str) -> Result<Kind, String> {
    serde_json::from_value(Value::from(name))
        .map_err(|_| format!("There is no kind “{name}”. Choose published, potentials or mamba."))
}

fn json(record: &Ladder) -> Result<String, Failure> {
    document::to_json(&[record]).map_err(Failure::failed)
}

/// Writes the figure of a record, and its numbers: loss against step where there are several contexts, perplexity against
/// operations where there is one.
fn write(record: &Ladder, stem: &Path, files: &FigureFiles) -> Result<(), Failure> {
    let manifest = json(record)?;
    let of_lengths = record.config.contexts.len() > 1;
    let draw = |layout: &_| match of_lengths {
        true => super::figure::contexts::draw(
            record,
            super::figure::contexts::Trace::Loss,
            &View::default(),
            layout,
        ),
        false => super::figure::costs::draw(record, &View::default(), layout),
    };
    let data = |format| Some(data::write(record, of_lengths, format, &manifest));
    files.save(stem, draw, data, &manifest)
}
