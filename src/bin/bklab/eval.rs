//! `bklab eval`: what a trained model achieves on text it has not seen.

use crate::Failure;
use crate::train::{read_content, read_model, show, watched};
use bk_lab::record::Record;
use bk_lab::study::language_model;
use clap::Args;
use std::path::PathBuf;

/// Arguments of `bklab eval`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// A checkpoint that `bklab train` wrote, or the quantized one of `bklab mixed`.
    checkpoint: PathBuf,
    /// The text it was trained on, if that was a file; its held-out part is measured.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Print the record as JSON instead of tables.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let kept = read_model(&self.checkpoint)?;
        let content = read_content(&kept.text, self.text.as_deref())?;
        let context = watched();
        let work = language_model::evaluate_kept(&kept, content.as_deref(), &context);
        let record = pollster::block_on(work).map_err(Failure::failed)?;
        show(Record::LanguageModel(Box::new(record)), self.json)
    }
}
