//! The record of a comparison of modes: the error of each over many seeds, because one seed proves nothing.
//!
//! Every mode sees the same seeds, and so the same rows: two modes are compared seed by seed.

use super::{Config, ConfigError, MOST_SITES, Mode, Quantize, Reading, SizeEstimate};
use crate::kit::record::hypothesis::Interval;
use crate::kit::record::table::{Grid, cell};
use crate::kit::record::{Manifest, Provenance};
use bk_quantize::{ByteCount, Subject};
use serde::{Deserialize, Serialize};

/// The largest number of seeds: more than any interval needs, and about ten minutes of work.
const MOST_SEEDS: u32 = 1000;

/// The confidence level of the intervals.
const LEVEL: f64 = 0.95;

/// The config of a comparison of modes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ComparisonConfig {
    /// Sites of the chain.
    pub sites: usize,
    /// Group size in channels.
    pub group: usize,
    /// The first seed.
    pub first_seed: u32,
    /// Number of consecutive seeds; 1 to 1000.
    pub seeds: u32,
}

impl Default for ComparisonConfig {
    fn default() -> Self {
        let Config { sites, group, .. } = Config::default();
        ComparisonConfig { sites, group, first_seed: 1, seeds: 20 }
    }
}

impl ComparisonConfig {
    /// Checks all values.
    ///
    /// # Errors
    /// The first value that is out of range.
    pub fn check(&self) -> Result<(), ConfigError> {
        let most = MOST_SEEDS.min((u32::MAX - self.first_seed).saturating_add(1));
        let ranges = [
            ("seeds", self.seeds as usize, most as usize),
            ("sites", self.sites, MOST_SITES),
            ("group", self.group, MOST_SITES),
        ];
        let wrong = ranges.into_iter().find(|(_, value, most)| !(1..=*most).contains(value));
        wrong.map_or(Ok(()), |(name, value, most)| Err(ConfigError::Range { name, value, least: 1, most }))
    }
}

/// The results of one seed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The seed.
    pub seed: u32,
    /// End-to-end error of G, in percent; `None` if G is zero.
    pub end_to_end: Option<f64>,
    /// Error of v alone, in percent.
    pub potential_alone: Option<f64>,
    /// Error of Re G alone, in percent.
    pub re_alone: Option<f64>,
    /// Mean |Ĝ − G| end to end, over real and imaginary parts.
    pub mean_absolute: f64,
    /// Number of different codes of v in the test batch.
    pub codes_used: usize,
    /// The largest derivative in training; `None` without training.
    pub largest_derivative: Option<f64>,
}

impl Outcome {
    /// Returns the parts of a record that a comparison keeps.
    pub fn of(record: &Quantize) -> Self {
        let alone = |tensor, subject| record.error(tensor, subject).and_then(|error| error.relative_percent);
        let training = record.training.as_ref().filter(|training| !training.gradient.is_empty());
        Outcome {
            seed: record.config.seed,
            end_to_end: record.end_to_end_percent(),
            potential_alone: alone("v", Subject::Input),
            re_alone: alone("Re G", Subject::Output),
            mean_absolute: record.error("G", Subject::EndToEnd).map_or(0.0, |error| error.mae),
            codes_used: record.tensors.first().map_or(0, |tensor| tensor.codes_used),
            largest_derivative: training
                .map(|training| training.gradient.iter().copied().fold(0.0, f64::max)),
        }
    }
}

/// The results of one mode over all seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModeRuns {
    /// Its config, with the first of the seeds.
    pub config: Config,
    /// Bytes of one row of all three tensors, counted.
    pub bytes: ByteCount,
    /// The same in single precision.
    pub fp32_bytes: usize,
    /// The published estimate, in the published reading only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<SizeEstimate>,
    /// One outcome per seed.
    pub outcomes: Vec<Outcome>,
}

impl ModeRuns {
    /// Creates the entry of a mode from the record of its first seed, without outcomes.
    pub fn of(record: &Quantize) -> Self {
        ModeRuns {
            config: record.config.clone(),
            bytes: record.bytes(),
            fp32_bytes: record.fp32_bytes,
            estimate: record.estimate,
            outcomes: vec![],
        }
    }

    /// Returns a value for every seed that has it.
    pub fn values(&self, value: fn(&Outcome) -> Option<f64>) -> Vec<f64> {
        self.outcomes.iter().filter_map(value).collect()
    }

    /// Returns the end-to-end errors, in percent.
    pub fn end_to_end(&self) -> Vec<f64> {
        self.values(|outcome| outcome.end_to_end)
    }

    fn title(&self) -> String {
        let mode = self.config.mode().map_or("other settings".to_owned(), |mode| mode.to_string());
        match self.config.reading {
            Reading::Exact => mode,
            Reading::Published => format!("{mode}, as published, {} batches", self.config.batches),
        }
    }
}

/// The results of a comparison of modes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModeComparison {
    /// Provenance of the numbers: always computed here.
    pub provenance: Provenance,
    /// The manifest: how the record was made.
    pub manifest: Manifest,
    /// The config of the comparison.
    pub config: ComparisonConfig,
    /// The five modes of the exact reading, then those of the published demonstrations.
    pub modes: Vec<ModeRuns>,
}

/// Pairs of modes whose errors are divided, seed by seed.
const RATIOS: [(Mode, Mode); 3] =
    [(Mode::PtqInt8, Mode::QatInt8), (Mode::PtqInt4, Mode::QatInt4), (Mode::PtqInt4, Mode::Mixed)];

impl ModeComparison {
    /// The title, for headings.
    pub const TITLE: &'static str = "Modes of the quantized BK core over seeds";

    /// Returns the runs of a mode in a reading, calibrated on a number of batches.
    pub fn runs(&self, mode: Mode, reading: Reading, batches: usize) -> Option<&ModeRuns> {
        let same = |config: &Config| {
            config.reading == reading && config.batches == batches && config.mode() == Some(mode)
        };
        self.modes.iter().find(|runs| same(&runs.config))
    }

    /// Returns the runs of a mode in the exact reading.
    pub fn exact(&self, mode: Mode) -> Option<&ModeRuns> {
        self.modes
            .iter()
            .find(|runs| runs.config.reading == Reading::Exact && runs.config.mode() == Some(mode))
    }

    /// Returns the error of one mode divided by that of another, seed by seed, in the exact reading.
    pub fn ratios(&self, above: Mode, below: Mode) -> Vec<f64> {
        let errors = [above, below].map(|mode| self.exact(mode).map_or(vec![], ModeRuns::end_to_end));
        errors[0].iter().zip(&errors[1]).map(|(above, below)| above / below).collect()
    }

    /// Returns the errors of every mode, with the intervals of their means.
    pub fn error_table(&self) -> Grid {
        let rows = self.modes.iter().map(|runs| {
            let values = runs.end_to_end();
            let alone =
                [runs.values(|outcome| outcome.potential_alone), runs.values(|outcome| outcome.re_alone)];
            let mut cells = spread(runs.title(), &values, 4);
            cells.extend(alone.map(|values| with_margin(&values, 3)));
            cells.push(format!("{} of {}", runs.bytes.total(), runs.fp32_bytes));
            cells
        });
        Grid {
            heading: "Error of G end to end, in %".into(),
            columns: [&SPREAD[..], &["v alone, %", "Re G alone, %", "Bytes a row"]]
                .concat()
                .into_iter()
                .map(String::from)
                .collect(),
            rows: rows.collect(),
            omitted: 0,
        }
    }

    /// Returns the ratios of the errors of pairs of modes.
    pub fn ratio_table(&self) -> Grid {
        let rows = RATIOS
            .map(|(above, below)| spread(format!("{above} over {below}"), &self.ratios(above, below), 3));
        Grid {
            heading: "Errors divided, seed by seed".into(),
            columns: SPREAD.map(String::from).into(),
            rows: rows.into(),
            omitted: 0,
        }
    }
}

/// Headings of [`spread`].
const SPREAD: [&str; 6] = ["Mode", "Seeds", "Mean", "± 95 %", "Least", "Greatest"];

/// Returns a row with a name and the distribution of values.
fn spread(name: String, values: &[f64], decimals: usize) -> Vec<String> {
    let print = |value: f64| format!("{value:.decimals$}");
    let mean = crate::kit::record::statistics::mean(values);
    let some = !values.is_empty();
    vec![
        name,
        values.len().to_string(),
        cell(some.then_some(mean), print),
        cell(Interval::of(values, LEVEL), |interval| print(interval.margin)),
        cell(values.iter().copied().reduce(f64::min), print),
        cell(values.iter().copied().reduce(f64::max), print),
    ]
}

/// Formats the mean of values with the half-width of its interval; without an interval for a single value.
pub fn with_margin(values: &[f64], decimals: usize) -> String {
    match Interval::of(values, LEVEL) {
        Some(interval) => format!("{:.decimals$} ± {:.decimals$}", interval.mean, interval.margin),
        None => cell(values.first(), |value| format!("{value:.decimals$}")),
    }
}
