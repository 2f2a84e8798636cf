//! `bklab widths`: measured perplexity against bit width.

use crate::kit::command::Failure;
use crate::kit::command::drawing::FigureFiles;
use crate::kit::command::{files, report};
use crate::kit::record::document;
use crate::studies::language_models::command::train::{read_content, read_model, show, watched};
use crate::studies::record::Record;
use crate::studies::robustness::measured::data_files as data;
use crate::studies::robustness::measured::record::{Config, Tuning, Widths};
use crate::studies::robustness::measured::study as widths;
use crate::studies::robustness::study as robustness;
use bk_models as stored;
use bk_models::corpus::Text;
use bk_plot::{Layout, Scene, View};
use bk_quantize::{QuantizeError, ScaleRule};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Arguments of `bklab widths`.
#[derive(Args)]
pub struct Arguments {
    /// Checkpoints that `bklab train` wrote; those that differ in their seed alone are one model with an interval.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    checkpoint: Vec<PathBuf>,
    /// The text they were trained on, if that was a file.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// How a scale of weights is found: absolute-maximum, percentile:99.9 or least-squares.
    #[arg(long, default_value_t = Config::default().rule)]
    rule: ScaleRule,
    /// Weights of a row that share a scale.
    #[arg(long, default_value_t = Config::default().group)]
    group: usize,
    /// Held-out tokens that are measured on, at most.
    #[arg(long, default_value_t = Config::default().tokens)]
    tokens: usize,
    /// Sequences of the training part that the scales of the core are found on, at most.
    #[arg(long, default_value_t = Config::default().windows)]
    windows: usize,
    /// Leave out the points with the numbers of the BK core rounded.
    #[arg(long)]
    no_core: bool,
    /// Leave out the points with a single part of the model quantized.
    #[arg(long)]
    no_parts: bool,
    /// Measure in these storage formats, too, such as fp8-e4m3: keys of the format table, separated by commas.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', value_parser = format_of)]
    extra_format: Vec<stored::Format>,
    /// Train each model further with its matrices in this format (a key of the format table, such as int8, int4, nf4,
    /// int3, int2 or fp8-e4m3), beside a control that takes as many steps without.
    #[arg(long, value_name = "FORMAT", value_parser = format_of)]
    tune: Option<stored::Format>,
    /// Steps of the further training.
    #[arg(long, default_value_t = Tuning::default().steps, requires = "tune")]
    tune_steps: usize,
    /// Its largest learning rate.
    #[arg(long, default_value_t = Tuning::default().learning_rate, requires = "tune")]
    tune_rate: f64,
    /// Keep the record in this file after every point, and take from it what it holds already.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Hold the means against the intervals of the record in this file; the exit status is 1 if one lies outside.
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    against: Option<PathBuf>,
    /// Print the record as JSON instead of tables.
    #[arg(long)]
    json: bool,
    /// Which figure that is.
    #[arg(long, value_enum, default_value_t = Figure::Widths, requires = "out")]
    draw: Figure,
    #[command(flatten)]
    files: FigureFiles,
}

/// A figure of the record.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Figure {
    /// Perplexity against bit width, with the published simulation behind it.
    Widths,
    /// Where the loss comes from.
    Places,
    /// Further training with quantization, beside the control without.
    Tuned,
}

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let config = Config {
            group: self.group,
            rule: self.rule,
            tokens: self.tokens,
            core: !self.no_core,
            windows: self.windows,
            parts: !self.no_parts,
            formats: self.extra_format,
        };
        config.check().map_err(Failure::usage)?;
        let tuning = self.tune.map(|format| Tuning {
            format,
            steps: self.tune_steps,
            learning_rate: self.tune_rate,
            ..Tuning::default()
        });
        tuning.iter().try_for_each(Tuning::check).map_err(Failure::usage)?;
        let models: Vec<_> = self.checkpoint.iter().map(|path| read_model(path)).collect::<Result<_, _>>()?;
        let file = models.iter().map(|model| &model.text).find(|text| matches!(text, Text::File { .. }));
        let content = match file {
            Some(text) => read_content(text, self.text.as_deref())?,
            None => None,
        };
        let earlier = self.resume.as_deref().map(read_record).transpose()?.flatten();
        let mut trouble = None;
        let so_far = |record: &Widths| {
            if let Some(path) = &self.resume {
                trouble = keep(path, record).err();
            }
        };
        let context = watched();
        let work =
            widths::run(&config, models, content.as_deref(), earlier.as_ref(), tuning, so_far, &context);
        let record = pollster::block_on(work).map_err(Failure::failed)?;
        trouble.map_or(Ok(()), Err)?;
        if let Some(stem) = &self.files.out {
            let published = robustness::run(&Default::default()).map_err(Failure::failed)?;
            let (view, draw) = (View::default(), self.draw);
            write(&record, stem, &self.files, |layout| match draw {
                Figure::Widths => crate::studies::robustness::measured::figure::bit_widths::draw(
                    &record,
                    Some(&published),
                    &view,
                    layout,
                ),
                Figure::Places => crate::studies::robustness::measured::figure::component_sensitivity::draw(
                    &record, &view, layout,
                ),
                Figure::Tuned => {
                    crate::studies::robustness::measured::figure::fine_tuning::draw(&record, &view, layout)
                }
            })?;
        }
        let Some(path) = &self.against else { return show(Record::Widths(Box::new(record)), self.json) };
        let before = read_record(path)?.ok_or_else(|| {
            Failure::Failed(format!("{} is not there: nothing to compare with.", path.display()))
        })?;
        let repetition = before.repeated(&record);
        files::print(&(report::grid(&repetition.grid) + "\n"))?;
        match repetition.outside {
            0 => Ok(()),
            outside => Err(Failure::Failed(format!(
                "{outside} of {} means are not within the intervals found before.",
                repetition.grid.rows.len()
            ))),
        }
    }
}

/// A format by its name.
fn format_of(name: &str) -> Result<stored::Format, String> {
    name.to_ascii_lowercase().parse().map_err(|error: QuantizeError| error.to_string())
}

/// Puts a record into a file, whole or not at all.
pub(crate) fn keep(path: &Path, record: &Widths) -> Result<(), Failure> {
    let json = document::to_json(&[Record::Widths(Box::new(record.clone()))]).map_err(Failure::failed)?;
    files::put(path, &json).map_err(Failure::failed)
}

/// Writes a figure of a record, and its numbers.
pub(crate) fn write(
    record: &Widths,
    stem: &Path,
    files: &FigureFiles,
    draw: impl Fn(&Layout) -> Scene,
) -> Result<(), Failure> {
    let manifest = document::to_json(&[Record::Widths(Box::new(record.clone()))]).map_err(Failure::failed)?;
    files.save(stem, draw, |format| Some(data::write(record, format, &manifest)), &manifest)
}

/// The record in a file; none where there is no such file yet.
pub(crate) fn read_record(path: &Path) -> Result<Option<Widths>, Failure> {
    crate::studies::import::known(path, "perplexity against bit width", |record| match record {
        Record::Widths(record) => Some(*record),
        _ => None,
    })
}
