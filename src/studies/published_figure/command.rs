//! `bklab figure …`: from a config or result files to a summary, a picture, a record.

use super::options::Options;
use crate::kit::claims::PublishedFigure;
use crate::kit::command::Failure;
use crate::kit::context::StudyError;
use crate::kit::record::pareto::Dominance;
use crate::kit::room::Room;
use crate::studies::efficiency::record as efficiency;
use crate::studies::efficiency::record::Efficiency;
use crate::studies::record::Record;
use crate::studies::robustness::record as robustness;
use crate::studies::robustness::record::Robustness;
use crate::studies::stability::record as stability;
use crate::studies::stability::record::Stability;
use bk_plot::{Layout, Scene, View};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

/// The published figures.
#[derive(Subcommand)]
pub enum Figure {
    /// Perplexity against bit width: quantization robustness.
    Robustness(RobustnessArguments),
    /// Perplexity against floating-point operations a token: dynamic efficiency.
    Efficiency(EfficiencyArguments),
    /// Training loss against step at several sequence lengths: long-context stability.
    Stability(StabilityArguments),
}

/// A figure that the command line draws.
pub(crate) trait Drawn: PublishedFigure + Into<Record> + TryFrom<Record> {
    /// What decides its published simulation.
    type Config: Serialize + Default;

    /// How it is looked at, beyond its data: as in the links of the page.
    type Look: Serialize + Default;

    /// Its room on the page.
    const ROOM: Room;

    /// Runs the published simulation.
    fn simulate(config: &Self::Config) -> Result<Self, StudyError>;

    /// Draws records over one another.
    fn draw(records: &[&Self], look: &Self::Look, layout: &Layout) -> Scene;
}

/// The look of a figure that has but one.
#[derive(Default, Serialize)]
pub(crate) struct NoLook {}

/// By which rule the frontiers of the efficiency figure are drawn.
#[derive(Default, Serialize)]
pub(crate) struct Frontier {
    frontier: Dominance,
}

impl Drawn for Robustness {
    type Config = robustness::Config;
    type Look = NoLook;
    const ROOM: Room = crate::studies::robustness::ROOM;

    fn simulate(config: &Self::Config) -> Result<Self, StudyError> {
        crate::studies::robustness::study::run(config)
    }

    fn draw(records: &[&Self], _look: &NoLook, layout: &Layout) -> Scene {
        crate::studies::robustness::figure::draw(records, &View::default(), layout)
    }
}

impl Drawn for Efficiency {
    type Config = efficiency::Config;
    type Look = Frontier;
    const ROOM: Room = crate::studies::efficiency::ROOM;

    fn simulate(config: &Self::Config) -> Result<Self, StudyError> {
        crate::studies::efficiency::study::run(config)
    }

    fn draw(records: &[&Self], look: &Frontier, layout: &Layout) -> Scene {
        crate::studies::efficiency::figure::draw(records, look.frontier, &View::default(), layout)
    }
}

impl Drawn for Stability {
    type Config = stability::Config;
    type Look = NoLook;
    const ROOM: Room = crate::studies::stability::ROOM;

    fn simulate(config: &Self::Config) -> Result<Self, StudyError> {
        crate::studies::stability::study::run(config)
    }

    fn draw(records: &[&Self], _look: &NoLook, layout: &Layout) -> Scene {
        crate::studies::stability::figure::draw(records, &View::default(), layout)
    }
}

/// Arguments of `bklab figure robustness`.
#[derive(Args)]
pub struct RobustnessArguments {
    #[command(flatten)]
    options: Options,
    /// Bit widths of the published simulation, in the order in which they draw their noise.
    #[arg(long, value_delimiter = ',', default_values_t = robustness::Config::default().bit_widths)]
    bit_widths: Vec<u32>,
}

/// Arguments of `bklab figure efficiency`.
#[derive(Args)]
pub struct EfficiencyArguments {
    #[command(flatten)]
    options: Options,
    /// Configurations of each model in the published simulation.
    #[arg(long, default_value_t = efficiency::Config::default().configurations)]
    configs: u32,
    /// When a point is dominated and so not on a frontier.
    #[arg(long, value_enum, default_value_t = Rule::Exact)]
    frontier: Rule,
}

/// When a point is dominated.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rule {
    /// By one that is no worse in both and better in one.
    Exact,
    /// As published: only by one that is better in both.
    Published,
}

/// Arguments of `bklab figure stability`.
#[derive(Args)]
pub struct StabilityArguments {
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
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Figure::Robustness(RobustnessArguments { options, bit_widths }) => {
                let config = robustness::Config { seed: options.seed, bit_widths };
                options.run::<Robustness>(config, NoLook {})
            }
            Figure::Efficiency(EfficiencyArguments { options, configs, frontier }) => {
                let config = efficiency::Config { seed: options.seed, configurations: configs };
                let frontier = match frontier {
                    Rule::Exact => Dominance::Exact,
                    Rule::Published => Dominance::Published,
                };
                options.run::<Efficiency>(config, Frontier { frontier })
            }
            Figure::Stability(StabilityArguments { options, lengths, steps }) => {
                let config = stability::Config { seed: options.seed, sequence_lengths: lengths, steps };
                options.run::<Stability>(config, NoLook {})
            }
        }
    }
}
