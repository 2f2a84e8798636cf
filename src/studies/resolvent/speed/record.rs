//! The record of a speed measurement: the time of the resolvent's kernels on this machine.

use crate::kit::record::table::{Grid, cell};
use crate::kit::record::{Manifest, Provenance};
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(ConfigError);

/// The smallest number of repetitions for a median.
pub const FEWEST_REPETITIONS: usize = 7;
/// The largest number of repetitions.
pub const MOST_REPETITIONS: usize = 1001;
/// The longest duration of one measurement of a fast case, in milliseconds.
pub const MOST_MILLISECONDS: u32 = 1000;
/// The longest sequence that is timed; a batch of 32 takes several hundred megabytes.
pub const MOST_TIMED_SITES: usize = 1 << 20;

/// The cases of a speed measurement, and its repetitions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Repetitions of every case, in turn with the cases it is compared with; the result is the median.
    pub repetitions: usize,
    /// Duration of a measurement in milliseconds. Each case is called in a row until a measurement takes this long, so
    /// that a coarse clock matters little and other load on the machine affects fast and slow cases alike.
    pub milliseconds: u32,
    /// Sites of the sequences in a batch.
    pub sites: Vec<usize>,
    /// Sites of single sequences.
    pub long: Vec<usize>,
}

impl Default for Config {
    fn default() -> Self {
        Self { repetitions: 9, milliseconds: 10, sites: vec![512, 4096, 65_536], long: vec![65_536, 1 << 20] }
    }
}

impl Config {
    /// Checks all values.
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
    /// Too few repetitions for a reliable median, or too many.
    #[error("{0} repetitions cannot be measured. Choose from {FEWEST_REPETITIONS} to {MOST_REPETITIONS}.")]
    Repetitions(usize),
    /// The measurements would take too long.
    #[error("{0} ms for each measurement are too many. Choose at most {MOST_MILLISECONDS}.")]
    Milliseconds(u32),
    /// A sequence that is empty or too long.
    #[error("Sequences of {0} sites cannot be timed. Choose from 1 to {MOST_TIMED_SITES} sites.")]
    Sites(usize),
}

/// The time of one kernel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The computation and its precision.
    pub kernel: String,
    /// Number of sequences; for a map, of energies.
    pub sequences: usize,
    /// Sites per sequence.
    pub sites: usize,
    /// Median nanoseconds per site; `None` if it was not measured.
    pub nanoseconds: Option<f64>,
    /// Bytes moved per site: the potential in, the complex result out; for a map, the result.
    pub bytes: f64,
    /// Median nanoseconds per site of the plain loop in the same run.
    pub plain: Option<f64>,
    /// Deviation of the result from the plain loop's: the largest difference divided by the largest magnitude.
    pub deviation: Option<f64>,
    /// Time of a forward pass with gradient, as a multiple of the forward kernel's time.
    pub forwards: Option<f64>,
    /// A note, such as the reason why it was not measured.
    pub note: String,
}

impl Timing {
    /// Returns the bytes moved divided by the time, in gigabytes per second.
    pub fn gigabytes(&self) -> Option<f64> {
        self.nanoseconds.map(|nanoseconds| self.bytes / nanoseconds)
    }

    /// Returns the speedup over the plain loop.
    pub fn ratio(&self) -> Option<f64> {
        Some(self.plain? / self.nanoseconds?)
    }
}

/// The speed of the resolvent's kernels on one machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// Provenance of the numbers: timed here, or read from a file.
    pub provenance: Provenance,
    /// The manifest: how the record was made.
    pub manifest: Manifest,
    /// The config of the measurement.
    pub config: Config,
    /// The machine, as far as it is known: processor and instructions, or browser.
    pub machine: String,
    /// The language of the plain loop.
    pub plain: String,
    /// The timings.
    pub timings: Vec<Timing>,
}

impl Speed {
    /// The title of the record.
    pub const TITLE: &str = "Speed of the resolvent's kernels";

    /// Returns the timings as a table.
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
