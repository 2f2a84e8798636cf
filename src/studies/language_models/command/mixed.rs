//! `bklab mixed`: how each part of a model is stored.

use super::train::{read_checkpoint, read_content, watched};
use crate::kit::command::Failure;
use crate::kit::command::files;
use crate::kit::record::document;
use crate::studies::language_models::mixed_precision::record::{Assignment, Config, Mixed};
use crate::studies::language_models::mixed_precision::study as mixed;
use crate::studies::language_models::report;
use crate::studies::quantization::record::Reading;
use crate::studies::record::Record;
use bk_models::precision::Policy;
use bk_quantize::{ScaleRule, Width};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Arguments of `bklab mixed`.
#[derive(Args)]
pub struct Arguments {
    /// What it really costs (exact, of a checkpoint), or the published recipe and its size estimate (published).
    #[arg(long, default_value = "exact")]
    reading: Reading,
    /// Who decides how a part is stored.
    #[arg(long, value_enum, default_value_t = PolicyKind::Static)]
    policy: PolicyKind,
    /// The part of all names that the dynamic policy stores at FP16.
    #[arg(long, default_value_t = Policy::default().high)]
    high: f64,
    /// The part of all names that it stores at INT4.
    #[arg(long, default_value_t = Policy::default().low)]
    low: f64,
    /// Exact reading: store a parameter otherwise than the policy says, as in lm_head.weight=8. May be given several
    /// times.
    #[arg(long = "set", value_name = "PARAMETER=BITS", value_parser = exception)]
    own: Vec<(String, Width)>,
    /// Batches that importances are measured on.
    #[arg(long, default_value_t = Config::default().batches)]
    batches: usize,
    /// Exact reading: a checkpoint that `bklab train` wrote. Of several, as of trainings that differ in their seed alone,
    /// the means are shown too.
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// Exact reading: the text the checkpoint was trained on, if that was a file.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Exact reading: weights of a row that share a scale.
    #[arg(long, default_value_t = Config::default().group)]
    group: usize,
    /// Exact reading: how a scale is found: absolute-maximum, percentile:99.9 or least-squares.
    #[arg(long, default_value_t = Config::default().rule)]
    rule: ScaleRule,
    /// Published reading: tokens there are.
    #[arg(long, default_value_t = Config::default().vocabulary)]
    vocab: usize,
    /// Published reading: embedding width.
    #[arg(long, default_value_t = Config::default().width)]
    width: usize,
    /// Published reading: blocks.
    #[arg(long, default_value_t = Config::default().layers)]
    layers: usize,
    /// Published reading: experts a block.
    #[arg(long, default_value_t = Config::default().experts)]
    experts: usize,
    /// Published reading: seed of the model and its random text.
    #[arg(long, default_value_t = Config::default().seed)]
    seed: u32,
    /// Exact reading: write the model as it is stored by the policy and by what --set says. “bklab eval” measures it from
    /// its codes.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Print the record as JSON instead of tables.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PolicyKind {
    /// By component.
    Static,
    /// By importance.
    Dynamic,
}

/// A parameter and its width.
fn exception(text: &str) -> Result<(String, Width), String> {
    let (name, bits) =
        text.rsplit_once('=').ok_or("Give a parameter and its bits, as in lm_head.weight=8.")?;
    let bits: u32 = bits.parse().map_err(|_| format!("“{bits}” is no number of bits."))?;
    Ok((name.to_owned(), Width::try_from(bits).map_err(|error| error.to_string())?))
}

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let config = Config {
            reading: self.reading,
            assignment: match self.policy {
                PolicyKind::Static => Assignment::Static,
                PolicyKind::Dynamic => Assignment::Dynamic,
            },
            policy: Policy { high: self.high, low: self.low },
            own: self.own.iter().cloned().collect(),
            group: self.group,
            rule: self.rule,
            batches: self.batches,
            seed: self.seed,
            vocabulary: self.vocab,
            width: self.width,
            layers: self.layers,
            experts: self.experts,
        };
        config.check().map_err(Failure::usage)?;
        let records = match config.reading {
            Reading::Published => {
                let record = pollster::block_on(mixed::published(&config, &watched()));
                vec![record.map_err(Failure::failed)?]
            }
            Reading::Exact if self.checkpoint.is_empty() => {
                return Err(Failure::Usage(
                    "The exact reading measures a trained model. Give one with --checkpoint FILE, which “bklab train --out FILE” writes, or choose --reading published.".into(),
                ));
            }
            Reading::Exact if self.save.is_some() && self.checkpoint.len() > 1 => {
                return Err(Failure::Usage("--save writes one model. Give one --checkpoint.".into()));
            }
            Reading::Exact => {
                let measured = self.checkpoint.iter().map(|path| self.exact(&config, path));
                measured.collect::<Result<_, _>>()?
            }
        };
        if records.len() > 1 && !self.json {
            files::print(&report::mixed_models(&records))?;
        }
        let records: Vec<Record> =
            records.into_iter().map(|record| Record::Mixed(Box::new(record))).collect();
        match self.json {
            true => files::print(&document::to_json(&records).map_err(Failure::failed)?),
            false => records.iter().try_for_each(|record| files::print(&record.report())),
        }
    }

    /// Measures the model of a checkpoint, and writes it as it is stored where that is asked for.
    fn exact(&self, config: &Config, path: &Path) -> Result<Mixed, Failure> {
        let checkpoint = read_checkpoint(path)?;
        let content = read_content(&checkpoint.text, self.text.as_deref())?;
        let context = watched();
        let work = mixed::exact(config, &checkpoint, content.as_deref(), None, |_| {}, &context);
        let record = pollster::block_on(work).map_err(Failure::failed)?;
        if let Some(path) = &self.save {
            let quantized = mixed::quantized(&record, &checkpoint).map_err(Failure::failed)?;
            files::save(path, &quantized.write().map_err(Failure::failed)?)?;
        }
        Ok(record)
    }
}
