//! `bklab quantize …`: the quantized BK core in the terminal.

use super::published::demonstration;
use super::record::{ComparisonConfig, Config, Format, Mode, Quantize, Reading, TrainingRun};
use super::report;
use super::study as quantize;
use crate::kit::command::Failure;
use crate::kit::command::files::print;
use crate::kit::command::report::refused;
use crate::kit::context::Context;
use crate::kit::record::document;
use crate::studies::import::read_paths;
use crate::studies::published_figure::fragility::command as fragility;
use crate::studies::record::Record;
use bk_quantize::{Granularity, ScaleRule, Width};
use clap::{Args, Subcommand};
use std::ops::Range;
use std::path::PathBuf;

/// Arguments of `bklab quantize`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

/// What `bklab quantize` can do besides.
#[derive(Subcommand)]
enum Command {
    /// Runs one of the four published demonstrations.
    Demo {
        /// Which one.
        #[arg(value_parser = clap::value_parser!(u32).range(1..=4))]
        number: u32,
        /// Seed of the draws; the published demonstrations had none.
        #[arg(long, default_value_t = 1)]
        seed: u32,
        /// Print the records as JSON instead of tables.
        #[arg(long)]
        json: bool,
    },
    /// Compares the five modes over seeds, and holds what was claimed against what comes back.
    Compare {
        /// The seeds to try: how many from 1 on, or the first and the one after the last.
        #[arg(long, value_name = "COUNT|FIRST..END", default_value = "20", value_parser = seeds)]
        seeds: Range<u32>,
        /// Sites of the chain; claims are about 512.
        #[arg(long, default_value_t = ComparisonConfig::default().sites)]
        sites: usize,
        /// Channels that share a grid; claims are about 128.
        #[arg(long, default_value_t = ComparisonConfig::default().group)]
        group: usize,
        /// Print the record as JSON instead of tables and claims.
        #[arg(long)]
        json: bool,
    },
}

/// A number of seeds from 1 on, or a range of them.
fn seeds(text: &str) -> Result<Range<u32>, String> {
    match text.parse::<u32>().ok().and_then(|count| count.checked_add(1)) {
        Some(end) => Ok(1..end),
        None => fragility::seeds(text),
    }
}

/// What decides a run.
#[derive(Args)]
struct Options {
    /// ptq-int8, qat-int8, ptq-int4, qat-int4 or mixed.
    #[arg(long, default_value = "ptq-int8")]
    mode: Mode,
    /// What the mathematics says (exact), or what the published code does (published).
    #[arg(long, default_value = "exact")]
    reading: Reading,
    /// Sites of the chain [default: 512].
    #[arg(long)]
    sites: Option<usize>,
    /// Channels that share a grid [default: 128].
    #[arg(long)]
    group: Option<usize>,
    /// uniform, nf4, nf4-double, fp4, fp4-double, llm-int8 or fp8-e4m3; all but the first take their scales from the
    /// values.
    #[arg(long, default_value = "uniform")]
    format: Format,
    /// Bits of v in the exact reading: 2, 3, 4, 8, 16 (float) or 32 [default: the mode's].
    #[arg(long, value_parser = width)]
    potential_bits: Option<Width>,
    /// Bits of Re G and Im G in the exact reading [default: the mode's].
    #[arg(long, value_parser = width)]
    green_bits: Option<Width>,
    /// Who shares a grid: tensor, channel or group [default: group].
    #[arg(long, value_parser = granularity)]
    granularity: Option<Granularity>,
    /// No zero point: grids stay symmetric about 0.
    #[arg(long)]
    symmetric: bool,
    /// absolute-maximum, published-divisor, percentile:99.9 or least-squares [default: absolute-maximum].
    #[arg(long)]
    rule: Option<ScaleRule>,
    /// Seed of the draws: calibration rows first, then the rows that are measured.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Batches of 8 rows that calibration sees [default: 100].
    #[arg(long)]
    batches: Option<usize>,
    /// Training steps [default: 200].
    #[arg(long)]
    steps: Option<usize>,
    /// Stop training before this step; a record printed as JSON holds what is needed to go on.
    #[arg(long)]
    until: Option<usize>,
    /// Resume the training of a record; its settings replace all others.
    #[arg(long, value_name = "RECORD.json")]
    resume: Option<PathBuf>,
    /// Print the record as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

fn width(text: &str) -> Result<Width, String> {
    let bits: u32 = text.parse().map_err(|_| format!("“{text}” is no number of bits."))?;
    Width::try_from(bits).map_err(|error| error.to_string())
}

fn granularity(text: &str) -> Result<Granularity, String> {
    match text {
        "tensor" => Ok(Granularity::Tensor),
        "channel" => Ok(Granularity::Channel),
        "group" => Ok(Granularity::Group),
        other => Err(format!("“{other}” shares no grid. Choose tensor, channel or group.")),
    }
}

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        match self.command {
            Some(Command::Demo { number, seed, json }) => {
                let demonstration = demonstration(number, seed)
                    .ok_or_else(|| Failure::Usage(format!("There is no demonstration {number}.")))?;
                let records = demonstration.configs.iter().map(|config| compute(config, None, None));
                let records: Vec<Quantize> = records.collect::<Result<_, Failure>>()?;
                show(
                    &format!("{}\nPublished: {}\n\n", demonstration.title, demonstration.published),
                    records,
                    json,
                )
            }
            Some(Command::Compare { seeds, sites, group, json }) => {
                let Range { start, end } = seeds;
                let config = ComparisonConfig { sites, group, first_seed: start, seeds: end - start };
                config.check().map_err(Failure::usage)?;
                let record = pollster::block_on(quantize::compare(&config, &Context::unwatched()))
                    .map_err(Failure::failed)?;
                if json {
                    let record = Record::ModeComparison(Box::new(record));
                    return print(&document::to_json(&[record]).map_err(Failure::failed)?);
                }
                print(&report::mode_comparison(&record))
            }
            None => self.options.run(),
        }
    }
}

impl Options {
    fn config(&self) -> Config {
        let base = Config::of(self.mode, self.reading);
        Config {
            sites: self.sites.unwrap_or(base.sites),
            group: self.group.unwrap_or(base.group),
            potential_bits: self.potential_bits.unwrap_or(base.potential_bits),
            green_bits: self.green_bits.unwrap_or(base.green_bits),
            granularity: self.granularity.unwrap_or(base.granularity),
            zero_point: !self.symmetric,
            rule: self.rule.unwrap_or(base.rule),
            batches: self.batches.unwrap_or(base.batches),
            steps: self.steps.unwrap_or(base.steps),
            seed: self.seed,
            format: self.format,
            ..base
        }
    }

    fn run(self) -> Result<(), Failure> {
        let (config, earlier) = match &self.resume {
            None => (self.config(), None),
            Some(path) => {
                let imported = read_paths(std::slice::from_ref(path));
                refused(&imported.errors, 1)?;
                let record = imported.records.into_iter().find_map(|record| match record {
                    Record::Quantize(record) => Some(record),
                    _ => None,
                });
                let record = record.ok_or_else(|| {
                    Failure::Failed(format!(
                        "{} holds no record of a quantized core. Give one that this command printed with --json.",
                        path.display()
                    ))
                })?;
                (record.config, record.training)
            }
        };
        config.check().map_err(Failure::usage)?;
        let record = compute(&config, earlier, self.until)?;
        show("", vec![record], self.json)
    }
}

fn compute(config: &Config, earlier: Option<TrainingRun>, until: Option<usize>) -> Result<Quantize, Failure> {
    let until = until.unwrap_or(config.steps);
    pollster::block_on(quantize::run(config, earlier, until, &Context::unwatched())).map_err(Failure::failed)
}

fn show(heading: &str, records: Vec<Quantize>, json: bool) -> Result<(), Failure> {
    if json {
        let records: Vec<Record> =
            records.into_iter().map(|record| Record::Quantize(Box::new(record))).collect();
        return print(&document::to_json(&records).map_err(Failure::failed)?);
    }
    let reports: Vec<String> = records.iter().map(report::core).collect();
    print(&format!("{heading}{}", reports.join("\n")))
}
