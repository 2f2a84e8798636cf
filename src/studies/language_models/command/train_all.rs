//! `bklab train-all`: every model of a recipe file, as the site offers them.

use super::train::{read_checkpoint, watched};
use crate::kit::command::Failure;
use crate::kit::command::files;
use crate::studies::language_models::record::Config;
use crate::studies::language_models::study::Session;
use bk_models::corpus::Text;
use bk_models::precision::Plan;
use bk_models::{Checkpoint, QuantizedCheckpoint, Recipe, Rounding};
use bk_quantize::ScaleRule;
use clap::Args;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Steps after which a training is kept, so that a stop loses no more.
const KEPT_EVERY: usize = 460;
/// How the models are written: nothing is in codes, so this decides nothing.
const ROUNDING: Rounding = Rounding { group: 128, rule: ScaleRule::AbsoluteMaximum };

/// Arguments of `bklab train-all`.
#[derive(Args)]
pub struct Arguments {
    /// The recipe file: a list of models by name, each with its config and the seeds it is trained with.
    recipes: PathBuf,
    /// The folder of the texts that the recipes name; `cargo xtask data` fills this one.
    #[arg(long, value_name = "FOLDER", default_value = "target/data")]
    texts: PathBuf,
    /// Only the models of these names.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Write the models to this folder, at FP16. What lies there already is left as it is, and a training that was
    /// stopped is gone on with.
    #[arg(long, value_name = "FOLDER")]
    out_dir: PathBuf,
}

/// A model of the recipe file.
#[derive(Deserialize)]
pub(crate) struct Entry {
    /// What it is called.
    pub(crate) name: String,
    /// What it is trained with.
    pub(crate) seeds: Vec<u32>,
    /// What it is.
    pub(crate) config: Config,
}

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let entries = read_recipes(&self.recipes, &self.only)?;
        // One seed of every model before the next of any: a stop leaves models that can be compared.
        let most = entries.iter().map(|entry| entry.seeds.len()).max().unwrap_or(0);
        for place in 0..most {
            for entry in
                entries.iter().filter(|entry| self.only.is_empty() || self.only.contains(&entry.name))
            {
                if let Some(&seed) = entry.seeds.get(place) {
                    self.train(entry, seed)?;
                }
            }
        }
        Ok(())
    }

    fn train(&self, entry: &Entry, seed: u32) -> Result<(), Failure> {
        let path = self.out_dir.join(format!("{}-{seed}.safetensors", entry.name));
        if path.exists() {
            return Ok(());
        }
        let part = path.with_extension("part");
        let earlier = part.exists().then(|| read_checkpoint(&part)).transpose()?;
        if earlier.as_ref().is_none_or(|earlier| earlier.trajectory.losses.len() < earlier.recipe.steps) {
            self.go_on(entry, seed, earlier, &part)?;
        }
        files::save(&path, &half(&part)?)?;
        fs::remove_file(&part).map_err(|error| Failure::Failed(format!("{}: {error}.", part.display())))
    }

    /// Trains to the end, and keeps what there is every few steps.
    fn go_on(
        &self,
        entry: &Entry,
        seed: u32,
        earlier: Option<Checkpoint>,
        part: &Path,
    ) -> Result<(), Failure> {
        let mut config = entry.config.clone();
        config.recipe = Recipe { seed, ..config.recipe };
        config.architecture.check().map_err(Failure::usage)?;
        config.recipe.check().map_err(Failure::usage)?;
        let content = text_of(&self.texts, &config.text)?;
        let mut session = match earlier {
            Some(earlier) => Session::resume(earlier, content.as_deref()),
            None => Session::new(&config, content.as_deref()),
        }
        .map_err(Failure::failed)?;
        eprintln!("bklab: {}, seed {seed}, from step {}", entry.name, session.training().steps());
        while !session.training().is_complete() {
            let until = session.training().steps() + KEPT_EVERY;
            pollster::block_on(session.advance(until, &watched())).map_err(Failure::failed)?;
            files::save(part, &session.checkpoint(true).map_err(Failure::failed)?)?;
        }
        Ok(())
    }
}

/// The models of a recipe file, which has to have those of some names.
pub(crate) fn read_recipes(recipes: &Path, names: &[String]) -> Result<Vec<Entry>, Failure> {
    let path = recipes.display();
    let text =
        fs::read(recipes).map_err(|error| Failure::Failed(format!("{path} could not be read: {error}.")))?;
    let entries: Vec<Entry> = serde_json::from_slice(&text)
        .map_err(|error| Failure::Failed(format!("{path} is no recipe file: {error}.")))?;
    match names.iter().find(|&name| entries.iter().all(|entry| entry.name != *name)) {
        None => Ok(entries),
        Some(name) => {
            let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
            Err(Failure::Usage(format!("{path} has no “{name}”. Choose from {}.", names.join(", "))))
        }
    }
}

/// The bytes of a text that a recipe names, from the folder of texts.
pub(crate) fn text_of(texts: &Path, text: &Text) -> Result<Option<Vec<u8>>, Failure> {
    let Text::File { name, .. } = text else { return Ok(None) };
    let path = texts.join(name);
    let read = fs::read(&path).map(Some);
    read.map_err(|error| {
        let advice = "Fetch it with “cargo xtask data”, or name its folder with --texts.";
        Failure::Failed(format!("{} could not be read: {error}. {advice}", path.display()))
    })
}

/// The model of a checkpoint at FP16, without what training would need.
fn half(path: &Path) -> Result<Vec<u8>, Failure> {
    let checkpoint = read_checkpoint(path)?;
    let stored =
        QuantizedCheckpoint::new(&checkpoint, &Plan::default(), ROUNDING).map_err(Failure::failed)?;
    stored.write().map_err(Failure::failed)
}
