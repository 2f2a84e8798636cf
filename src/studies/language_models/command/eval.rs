//! `bklab eval`: what a trained model achieves on text it has not seen, and what it expects of a prompt.

use super::train::{read_content, read_model, show, watched};
use crate::kit::command::Failure;
use crate::kit::command::files;
use crate::studies::language_models::report;
use crate::studies::language_models::study as language_model;
use crate::studies::record::Record;
use bk_models::KeptModel;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Arguments of `bklab eval`.
#[derive(Args)]
pub struct Arguments {
    /// A checkpoint that `bklab train` wrote, or the quantized one of `bklab mixed`.
    checkpoint: PathBuf,
    /// The text it was trained on, if that was a file; its held-out part is measured.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// What does the model expect after each token of this? As JSON with all logits.
    #[arg(long, value_name = "TEXT")]
    prompt: Option<String>,
    /// Which token moves which logit, in the prompt or in the first held-out sequence.
    #[arg(long)]
    causality: bool,
    /// Print the record as JSON instead of tables.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let kept = read_model(&self.checkpoint)?;
        let content = read_content(&kept.text, self.text.as_deref())?;
        let context = watched();
        match &self.prompt {
            _ if self.causality => {
                let tokens = match &self.prompt {
                    Some(prompt) => tokens(&kept, prompt)?,
                    None => language_model::held_out_sequence(&kept, content.as_deref())
                        .map_err(Failure::failed)?,
                };
                let work = language_model::causality_map(&kept, &tokens, None, &context);
                let found = pollster::block_on(work).map_err(Failure::failed)?;
                print(&found, self.json, report::causality)
            }
            Some(prompt) => {
                let found = language_model::predict(&kept, &tokens(&kept, prompt)?);
                print(&found.map_err(Failure::failed)?, self.json, report::prediction)
            }
            None => {
                let work = language_model::evaluate_kept(&kept, content.as_deref(), &context);
                let record = pollster::block_on(work).map_err(Failure::failed)?;
                show(Record::LanguageModel(Box::new(record)), self.json)
            }
        }
    }
}

/// The tokens of a prompt.
fn tokens(kept: &KeptModel, prompt: &str) -> Result<Vec<u32>, Failure> {
    kept.tokenizer.encode(prompt.as_bytes()).map_err(Failure::failed)
}

/// Prints what was found, as JSON or as text.
pub(crate) fn print<T: Serialize>(found: &T, json: bool, text: fn(&T) -> String) -> Result<(), Failure> {
    match json {
        true => files::print(&serde_json::to_string_pretty(found).map_err(Failure::failed)?),
        false => files::print(&text(found)),
    }
}
