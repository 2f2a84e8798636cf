//! `bklab fragility …`: how often the published checks hold, or the requirements behind a figure without checks.

use super::record::{Config, Subject};
use super::report;
use super::study as fragility;
use crate::kit::command::Failure;
use crate::kit::command::files::print;
use crate::kit::context::Context;
use crate::kit::record::document;
use crate::studies::efficiency::record as efficiency;
use crate::studies::robustness::record as robustness;
use crate::studies::stability::record as stability;
use clap::{Args, Subcommand};
use std::ops::Range;

/// The published simulations.
#[derive(Subcommand)]
pub enum Fragility {
    /// Tries the six robustness checks over seeds, and over all orders of all subsets of the bit widths.
    Robustness(RobustnessArguments),
    /// Tries the two efficiency checks over seeds.
    Efficiency(EfficiencyArguments),
    /// Tries the requirements behind the stability figure over seeds.
    Stability(StabilityArguments),
}

/// Arguments of `bklab fragility robustness`.
#[derive(Args)]
pub struct RobustnessArguments {
    #[command(flatten)]
    options: Options,
    /// Bit widths that the seeds are tried with, and that are arranged.
    #[arg(long, value_delimiter = ',', default_values_t = robustness::Config::default().bit_widths)]
    bit_widths: Vec<u32>,
    /// Seed that the arrangements are tried with.
    #[arg(long, default_value_t = robustness::Config::default().seed)]
    seed: u32,
}

/// Arguments of `bklab fragility efficiency`.
#[derive(Args)]
pub struct EfficiencyArguments {
    #[command(flatten)]
    options: Options,
    /// Configurations of each model.
    #[arg(long, default_value_t = efficiency::Config::default().configurations)]
    configs: u32,
}

/// Arguments of `bklab fragility stability`.
#[derive(Args)]
pub struct StabilityArguments {
    #[command(flatten)]
    options: Options,
    /// Sequence lengths in tokens, in the order in which they draw their noise.
    #[arg(long, value_delimiter = ',', default_values_t = stability::Config::default().sequence_lengths)]
    lengths: Vec<u32>,
    /// Training steps.
    #[arg(long, default_value_t = stability::Config::default().steps)]
    steps: u32,
}

/// Arguments of every `bklab fragility …`.
#[derive(Args)]
struct Options {
    /// The seeds to try: the first, and the one after the last.
    #[arg(long, value_name = "FIRST..END", default_value = "0..1000", value_parser = seeds)]
    seeds: Range<u32>,
    /// Print the record as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// A range of seeds as a person writes it.
pub(crate) fn seeds(text: &str) -> Result<Range<u32>, String> {
    let ends = text.split_once("..").and_then(|(first, end)| Some(first.parse().ok()?..end.parse().ok()?));
    ends.filter(|seeds: &Range<u32>| !seeds.is_empty())
        .ok_or_else(|| "Expected are two rising whole numbers such as 0..1000.".into())
}

impl Fragility {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let (options, subject) = match self {
            Fragility::Robustness(RobustnessArguments { options, bit_widths, seed }) => {
                (options, Subject::Robustness(robustness::Config { seed, bit_widths }))
            }
            Fragility::Efficiency(EfficiencyArguments { options, configs }) => {
                let config = efficiency::Config { configurations: configs, ..Default::default() };
                (options, Subject::Efficiency(config))
            }
            Fragility::Stability(StabilityArguments { options, lengths, steps }) => {
                let config =
                    stability::Config { sequence_lengths: lengths, steps, ..stability::Config::default() };
                (options, Subject::Stability(config))
            }
        };
        let Range { start, end } = options.seeds;
        let config = Config { subject, first_seed: start, seeds: end - start };
        let context = Context::unwatched();
        let record = pollster::block_on(fragility::run(&config, &context)).map_err(Failure::usage)?;
        if options.json {
            print(&document::to_json(&[record]).map_err(Failure::failed)?)
        } else {
            print(&report::count(&record))
        }
    }
}
