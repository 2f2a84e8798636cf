//! The record of a measurement of speed: how long the kernels of the resolvent take on this machine.

use super::table::{Grid, cell};
use super::{Manifest, Provenance};
use serde::{Deserialize, Serialize};

/// The fewest repetitions of which a median is taken.
pub const FEWEST_REPETITIONS: usize = 7;
/// The most repetitions.
pub const MOST_REPETITIONS: usize = 1001;

/// What is measured, and how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Repetitions of every case, in turn with those it is compared to; the median counts.
    pub repetitions: usize,
    /// Sites of the sequences of a batch.
    pub sites: Vec<usize>,
    /// Sites of a sequence alone.
    pub long: Vec<usize>,
}

impl Default for Config {
    fn default() -> Self {
        Self { repetitions: 9, sites: vec![512, 4096, 65_536], long: vec![65_536, 1 << 20] }
    }
}

impl Config {
    /// Refuses what gives no median.
    ///
    /// # Errors
    /// [`ConfigError`] for too few or too many repetitions.
    pub fn check(&self) -> Result<(), ConfigError> {
        if (FEWEST_REPETITIONS..=MOST_REPETITIONS).contains(&self.repetitions) {
            return Ok(());
        }
        Err(ConfigError { repetitions: self.repetitions })
    }
}

/// A number of repetitions that gives no sound median or takes too long.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "{repetitions} repetitions cannot be measured. Choose from {FEWEST_REPETITIONS} to {MOST_REPETITIONS}."
)]
pub struct ConfigError {
    /// The number asked for.
    pub repetitions: usize,
}

/// How long one kernel takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// What was computed, in what precision.
    pub kernel: String,
    /// Sequences side by side; for a map, energies.
    pub sequences: usize,
    /// Sites of each.
    pub sites: usize,
    /// Median nanoseconds a site; none where it was not measured.
    pub nanoseconds: Option<f64>,
    /// Bytes that have to be moved a site: potential in, complex result out; for a map, the result.
    pub bytes: f64,
    /// Median nanoseconds a site of the plain loop in the same run.
    pub plain: Option<f64>,
    /// How many times the forward kernel's time a forward with gradient takes.
    pub forwards: Option<f64>,
    /// What has to be known besides; why it was not measured.
    pub note: String,
}

impl Timing {
    /// Bytes that have to be moved, over the time.
    pub fn gigabytes(&self) -> Option<f64> {
        self.nanoseconds.map(|nanoseconds| self.bytes / nanoseconds)
    }

    /// How many times faster than the plain loop.
    pub fn ratio(&self) -> Option<f64> {
        Some(self.plain? / self.nanoseconds?)
    }
}

/// The speed of the resolvent's kernels on one machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// Where the numbers come from: always timed here.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was measured.
    pub config: Config,
    /// What the plain loop is written in.
    pub plain: String,
    /// The timings.
    pub timings: Vec<Timing>,
}

impl Speed {
    /// What the record is about.
    pub const TITLE: &str = "Speed of the resolvent's kernels";

    /// The timings as a table.
    pub fn table(&self) -> Grid {
        let columns =
            ["Kernel", "Sequences", "Sites", "ns a site", "GB/s", "× plain loop", "× forward", "Note"];
        let rows = self.timings.iter().map(|timing| {
            let number = |value| cell(value, |value: f64| format!("{value:.2}"));
            vec![
                timing.kernel.clone(),
                timing.sequences.to_string(),
                timing.sites.to_string(),
                timing.nanoseconds.map_or_else(|| "not measured".into(), |value| format!("{value:.2}")),
                number(timing.gigabytes()),
                number(timing.ratio()),
                number(timing.forwards),
                timing.note.clone(),
            ]
        });
        Grid {
            heading: format!(
                "Medians of {} interleaved repetitions on one thread, beside a plain loop in {}",
                self.config.repetitions, self.plain
            ),
            columns: columns.map(String::from).into(),
            rows: rows.collect(),
            omitted: 0,
        }
    }
}
