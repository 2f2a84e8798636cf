//! The record of a resolvent study: the config, and the findings about a chain's (H − z)⁻¹.

mod config;
mod routine;

pub use super::panels::birman_schwinger::record::{BirmanSchwinger, Kernel, KernelName};
pub use super::panels::causality::record::{Causality, Window};
pub use super::panels::density::record::Density;
pub use super::panels::gradient::record::{Blend, Gradient};
pub use super::panels::green::record::Green;
pub use super::panels::precision::record::{Curve, Precision};
pub use super::panels::published::record::{Published, Reading};
pub use super::panels::{Finding, Panel, PanelError};
pub use config::{Config, ConfigError, MOST_MAP_ENERGIES, MOST_MAP_SITES};
pub(crate) use config::{GRADIENT_DIFFERENCES, PRECISION_ETAS};
pub use routine::{Division, GRADIENT_BLEND, Version};

use crate::kit::record::{Manifest, Provenance};
use bk_resolvent::{BackendReport, Deviation};
use serde::{Deserialize, Serialize};

/// The results of a resolvent study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolvent {
    /// Provenance of the numbers: always computed here.
    pub provenance: Provenance,
    /// The manifest: how the record was made.
    pub manifest: Manifest,
    /// The config of the study.
    pub config: Config,
    /// The back end that ran, its adapter, and the reason for the choice.
    #[serde(flatten)]
    pub report: BackendReport,
    /// Wall time of the computation in seconds, without the time of checks.
    pub wall_seconds: f64,
    /// The diagonal of H, one value per site; absent in files of the first version.
    #[serde(default)]
    pub diagonal: Vec<f64>,
    /// The finding of the panel.
    #[serde(flatten)]
    pub finding: Finding,
}

/// A named value, as the page and the terminal show it beside a table.
pub type Fact = (String, String);

/// Arrays in double and in single precision that travel apart from the rest of a message.
pub type LongArrays<'a> = (Vec<&'a mut Vec<f64>>, Vec<&'a mut Vec<f32>>);

/// What was found as a table, made row by row when it is looked at: a chain may have a million sites.
pub trait Numbers {
    /// Returns the caption, which describes the rows.
    fn caption(&self) -> &'static str;

    /// Returns the headings, one per column.
    fn headings(&self) -> Vec<String>;

    /// Returns the number of rows.
    fn rows(&self) -> usize;

    /// Returns the cells of a row below [`rows`](Self::rows), with numbers to `digits` decimals or digits.
    fn row(&self, index: usize, digits: usize) -> Vec<String>;

    /// Returns the facts about the whole finding.
    fn facts(&self) -> Vec<Fact>;

    /// The arrays long enough to travel apart from the rest of a message, in a fixed order; none where all are short.
    fn arrays_mut(&mut self) -> LongArrays<'_> {
        (vec![], vec![])
    }
}

impl Resolvent {
    /// Returns the record without its arrays: the config reproduces the run, and a figure of a million sites need not
    /// contain them.
    pub fn manifest_only(&self) -> Self {
        let mut record = self.clone();
        record.diagonal.clear();
        let (doubles, singles) = record.finding.arrays_mut();
        doubles.into_iter().for_each(Vec::clear);
        singles.into_iter().for_each(Vec::clear);
        record
    }
}

/// A measured deviation in words.
pub(crate) fn in_words(deviation: &Deviation, what: &str, symbol: &str) -> String {
    if deviation.max_absolute == 0.0 {
        return format!("none: the {what} are the reference");
    }
    format!(
        "largest |{symbol}| {:.1e}, {:.2} of the bound at worst (site {})",
        deviation.max_absolute, deviation.worst_ratio_to_bound, deviation.worst_site
    )
}

/// A number that may be very small, to so many significant digits.
pub(crate) fn scientific(value: f64, digits: usize) -> String {
    if value == 0.0 { "0".into() } else { format!("{value:.*e}", digits.saturating_sub(1)) }
}
