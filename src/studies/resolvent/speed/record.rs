//! The record of a measurement of speed: how long the kernels of the resolvent take on this machine.

use crate::kit::record::table::{Grid, cell};
use crate::kit::record::{Manifest, Provenance};
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(ConfigError);

/// The fewest repetitions of which a median is taken.
pub const FEWEST_REPETITIONS: usize = 7;
/// The most repetitions.
pub const MOST_REPETITIONS: usize = 1001;
/// The longest that one measurement of a fast case may be drawn out.
pub const MOST_MILLISECONDS: u32 = 1000;
/// The longest sequence that is timed: a batch of 32 such takes some hundred megabytes.
pub const MOST_TIMED_SITES: usize = 1 << 20;

/// What is measured, and how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Repetitions of every case, in turn with those it is compared to; the median counts.
    pub repetitions: usize,
    /// Each case is called as often in a row as makes a measurement take so many milliseconds, so that a coarse clock
    /// counts little and whatever else the machine does falls on fast and slow cases alike.
    pub milliseconds: u32,
    /// Sites of the sequences of a batch.
    pub sites: Vec<usize>,
    /// Sites of a sequence alone.
    pub long: Vec<usize>,
}

impl Default for Config {
    fn default() -> Self {
        Self { repetitions: 9, milliseconds: 10, sites: vec![512, 4096, 65_536], long: vec![65_536, 1 << 20] }
    }
}

impl Config {
    /// Refuses what gives no median, takes for ever or is no sequence.
    ///
    /// # Errors
    /// [`ConfigError`] for the first value out of range.
    pub fn check(&self) -> Result<(), ConfigError> {
        if !(FEWEST_REPETITIONS..=MOST_REPETITIONS).contains(&self.repetitions) {
            return Err(ConfigError::Repetitions(self.repetitions));
        }
        if self.milliseconds > MOST_MILLISECONDS {
            return Err(ConfigError::Milliseconds(self.milliseconds));
        }
        let refused =
            self.sites.iter().chain(&self.long).find(|sites| !(1..=MOST_TIMED_SITES).contains(sites));
        refused.map_or(Ok(()), |&sites| Err(ConfigError::Sites(sites)))
    }
}

/// A measurement that cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// Too few for a sound median, or too many.
    #[error("{0} repetitions cannot be measured. Choose from {FEWEST_REPETITIONS} to {MOST_REPETITIONS}.")]
    Repetitions(usize),
    /// Longer than anybody waits.
    #[error("{0} ms for each measurement are too many. Choose at most {MOST_MILLISECONDS}.")]
    Milliseconds(u32),
    /// No sequence, or one too long.
    #[error("Sequences of {0} sites cannot be timed. Choose from 1 to {MOST_TIMED_SITES} sites.")]
    Sites(usize),
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
    /// How far the result is from the plain loop's: the largest difference over the largest magnitude.
    pub deviation: Option<f64>,
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
    /// Where the numbers come from: timed here, or read from a file.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was measured.
    pub config: Config,
    /// The machine, as far as it says: processor and instructions, or browser.
    pub machine: String,
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
        let columns = [
            "Kernel",
            "Sequences",
            "Sites",
            "ns a site",
            "GB/s",
            "× plain loop",
            "× forward",
            "Deviation",
            "Note",
        ];
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
                cell(
                    timing.deviation,
                    |value: f64| if value == 0.0 { "0".into() } else { format!("{value:.0e}") },
                ),
                timing.note.clone(),
            ]
        });
        Grid {
            heading: format!(
                "Medians of {} interleaved repetitions on one thread of {}, beside a plain loop in {}",
                self.config.repetitions, self.machine, self.plain
            ),
            columns: columns.map(String::from).into(),
            rows: rows.collect(),
            omitted: 0,
        }
    }
}
