//! The record of a fragility study: how often the published checks hold when the seed of the published
//! simulation, or the order and choice of its bit widths, is another. The stability script has no checks; for it
//! the requirements behind its figure are counted.

use crate::kit::protocol::{Parcel, tasks};
use crate::kit::record::{Manifest, Provenance};
use crate::studies::efficiency::record as efficiency;
use crate::studies::robustness::record as robustness;
use crate::studies::stability::record as stability;
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(ConfigError);

impl Parcel for Fragility {}

tasks! { "fragility": Config = "count" => Fragility }

/// The simulation whose checks are tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "figure", rename_all = "kebab-case")]
pub enum Subject {
    /// The robustness simulation: its widths with each seed, and its seed with each arrangement of them.
    Robustness(robustness::Config),
    /// The efficiency simulation: its number of configurations with each seed.
    Efficiency(efficiency::Config),
    /// The stability simulation: its lengths and steps with each seed.
    Stability(stability::Config),
}

/// What decides a fragility study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// The simulation.
    #[serde(flatten)]
    pub subject: Subject,
    /// The first seed tried.
    pub first_seed: u32,
    /// How many seeds are tried, one after another; 1 to 1,000,000.
    pub seeds: u32,
}

/// The first seed of the study of resnet-bk.md §5.5 …
pub const FIRST_SEED: u32 = 0;

/// … and how many it tries.
pub const SEEDS: u32 = 1000;

/// More seeds than a count of them needs.
const MOST_SEEDS: u32 = 1_000_000;

impl Config {
    /// The study of resnet-bk.md §5.5 and §6.4, and the same for stability: the seeds 0 to 999.
    pub fn of(subject: Subject) -> Self {
        Config { subject, first_seed: FIRST_SEED, seeds: SEEDS }
    }

    /// Whether there are such seeds.
    pub fn check(&self) -> Result<(), ConfigError> {
        if !(1..=MOST_SEEDS).contains(&self.seeds) {
            return Err(ConfigError::Count(self.seeds));
        }
        match self.first_seed.checked_add(self.seeds - 1) {
            Some(_) => Ok(()),
            None => Err(ConfigError::Range { first: self.first_seed, count: self.seeds }),
        }
    }
}

/// Seeds that cannot be tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// None, or too many.
    #[error("{0} seeds cannot be tried. Give from 1 to {MOST_SEEDS}.")]
    Count(u32),
    /// The last seed is beyond the largest.
    #[error("{count} seeds from {first} on go beyond the largest seed, {}. Start lower.", u32::MAX)]
    Range {
        /// The first seed.
        first: u32,
        /// How many.
        count: u32,
    },
}

/// How often one check held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// The check's key: in the published JSON, where the script has checks.
    pub key: String,
    /// What is checked, in words.
    pub statement: String,
    /// The threshold of the value.
    pub threshold: f64,
    /// Unit of threshold and values.
    pub unit: String,
    /// In how many runs there was something to compare.
    pub tried: u64,
    /// In how many of them the check held.
    pub held: u64,
    /// The lowest value compared.
    pub lowest: f64,
    /// The highest value compared.
    pub highest: f64,
}

/// How often the checks held over a set of runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Number of runs.
    pub runs: u64,
    /// Number of runs that had checks, all of which held.
    pub all_held: u64,
    /// The checks, in the published order.
    pub checks: Vec<Count>,
}

/// What a fragility study found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fragility {
    /// Where the numbers come from: always computed here.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was asked for.
    pub config: Config,
    /// Over the seeds.
    pub seeds: Tally,
    /// Over all orders of all subsets of the bit widths, with the simulation's own seed; absent for
    /// the other simulations, and for more than 7 widths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrangements: Option<Tally>,
}
