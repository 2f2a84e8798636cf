//! `bklab figure …`: from a config or result files to a summary, a picture, a record.

mod options;

use crate::Failure;
use bk_lab::figure::{Layout, Scene, View};
use bk_lab::published::PublishedFigure;
use bk_lab::record::pareto::Dominance;
use bk_lab::record::{Efficiency, Robustness, Stability, efficiency, robustness, stability};
use bk_lab::{figure, study};
use clap::{Args, Subcommand};
use options::Options;

/// The published figures.
#[derive(Subcommand)]
pub(crate) enum Figure {
    /// Perplexity against bit width: quantization robustness.
    Robustness(RobustnessArguments),
    /// Perplexity against floating-point operations a token: dynamic efficiency.
    Efficiency(EfficiencyArguments),
    /// Training loss against step at several sequence lengths: long-context stability.
    Stability(StabilityArguments),
}

/// A figure that the command line draws.
trait Drawn: PublishedFigure {
    /// Draws records over one another.
    fn draw(records: &[&Self], layout: &Layout) -> Scene;
}

impl Drawn for Robustness {
    fn draw(records: &[&Self], layout: &Layout) -> Scene {
        figure::robustness(records, &View::default(), layout)
    }
}

impl Drawn for Efficiency {
    fn draw(records: &[&Self], layout: &Layout) -> Scene {
        figure::efficiency(records, Dominance::Exact, &View::default(), layout)
    }
}

impl Drawn for Stability {
    fn draw(records: &[&Self], layout: &Layout) -> Scene {
        figure::stability(records, &View::default(), layout)
    }
}

/// Arguments of `bklab figure robustness`.
#[derive(Args)]
pub(crate) struct RobustnessArguments {
    #[command(flatten)]
    options: Options,
    /// Bit widths of the published simulation, in the order in which they draw their noise.
    #[arg(long, value_delimiter = ',', default_values_t = robustness::Config::default().bit_widths)]
    bit_widths: Vec<u32>,
}

/// Arguments of `bklab figure efficiency`.
#[derive(Args)]
pub(crate) struct EfficiencyArguments {
    #[command(flatten)]
    options: Options,
    /// Configurations of each model in the published simulation.
    #[arg(long, default_value_t = efficiency::Config::default().configurations)]
    configs: u32,
}

/// Arguments of `bklab figure stability`.
#[derive(Args)]
pub(crate) struct StabilityArguments {
    #[command(flatten)]
    options: Options,
    /// Sequence lengths of the published simulation, in the order in which they draw their noise.
    #[arg(long, value_delimiter = ',', default_values_t = stability::Config::default().sequence_lengths)]
    lengths: Vec<u32>,
    /// Training steps of the published simulation.
    #[arg(long, default_value_t = stability::Config::default().steps)]
    steps: u32,
}

impl Figure {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Figure::Robustness(RobustnessArguments { options, bit_widths }) => {
                options.run(|seed| study::robustness::run(&robustness::Config { seed, bit_widths }))
            }
            Figure::Efficiency(EfficiencyArguments { options, configs }) => options
                .run(|seed| study::efficiency::run(&efficiency::Config { seed, configurations: configs })),
            Figure::Stability(StabilityArguments { options, lengths, steps }) => options.run(|seed| {
                study::stability::run(&stability::Config { seed, sequence_lengths: lengths, steps })
            }),
        }
    }
}
