//! The record of a fragility study: how often the published checks hold when the seed of the published simulation, or
//! the order and choice of its bit widths, changes. The stability script has no checks; for it, the requirements behind
//! its figure are counted.

use crate::kit::protocol::{Parcel, tasks};
use crate::kit::record::{Manifest, Provenance};
use crate::studies::efficiency::record as efficiency;
use crate::studies::robustness::record as robustness;
use crate::studies::stability::record as stability;
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(ConfigError);

impl Parcel for Fragility {}

tasks! { "fragility": Config = "count" => Fragility }

/// The simulation whose checks are run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "figure", rename_all = "kebab-case")]
pub enum Subject {
    /// The robustness simulation: its bit widths with each seed, and its seed with each arrangement of the bit widths.
    Robustness(robustness::Config),
    /// The efficiency simulation: its number of configurations with each seed.
    Efficiency(efficiency::Config),
    /// The stability simulation: its lengths and steps with each seed.
    Stability(stability::Config),
}

/// The config of a fragility study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// The simulation.
    #[serde(flatten)]
    pub subject: Subject,
    /// The first seed.
    pub first_seed: u32,
    /// Number of consecutive seeds; 1 to 1,000,000.
    pub seeds: u32,
}

/// The first seed of the study in resnet-bk.md §5.5.
pub const FIRST_SEED: u32 = 0;

/// The number of seeds of the study in resnet-bk.md §5.5.
pub const SEEDS: u32 = 1000;

/// The largest number of seeds, more than a fragility count needs.
const MOST_SEEDS: u32 = 1_000_000;

impl Config {
    /// The study of resnet-bk.md §5.5 and §6.4, and the same for stability: the seeds 0 to 999.
    pub fn of(subject: Subject) -> Self {
        Config { subject, first_seed: FIRST_SEED, seeds: SEEDS }
    }

    /// Checks that these seeds exist.
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

/// Seeds that cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No seeds, or too many.
    #[error("{0} seeds cannot be tried. Give from 1 to {MOST_SEEDS}.")]
    Count(u32),
    /// The last seed is beyond the largest.
    #[error("{count} seeds from {first} on go beyond the largest seed, {}. Start lower.", u32::MAX)]
    Range {
        /// The first seed.
        first: u32,
        /// The number of seeds.
        count: u32,
    },
}

/// The result of one check over all runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// The check's key: that of the published JSON, if the script has checks.
    pub key: String,
    /// The statement that is checked.
    pub statement: String,
    /// The threshold of the value.
    pub threshold: f64,
    /// Unit of threshold and values.
    pub unit: String,
    /// Number of runs with something to compare.
    pub tried: u64,
    /// Number of those runs in which the check held.
    pub held: u64,
    /// The lowest value compared.
    pub lowest: f64,
    /// The highest value compared.
    pub highest: f64,
}

/// The results of the checks over a set of runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Number of runs.
    pub runs: u64,
    /// Number of runs that had checks, all of which held.
    pub all_held: u64,
    /// The checks, in the published order.
    pub checks: Vec<Count>,
}

/// The results of a fragility study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fragility {
    /// Provenance of the numbers: always computed here.
    pub provenance: Provenance,
    /// The manifest: how the record was made.
    pub manifest: Manifest,
    /// The config of the study.
    pub config: Config,
    /// Results over the seeds.
    pub seeds: Tally,
    /// Results over all orders of all subsets of the bit widths, with the simulation's own seed; absent for the other
    /// simulations, and for more than 7 bit widths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrangements: Option<Tally>,
}
