//! The record of a resolvent study: what was asked of a chain's (H − z)⁻¹, and what was found.

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

/// What a resolvent study found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolvent {
    /// Where the numbers come from: always computed here.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was asked for.
    pub config: Config,
    /// Which back end ran, on which adapter, and why.
    #[serde(flatten)]
    pub report: BackendReport,
    /// Wall time of what was computed, in seconds, without what only checks it.
    pub wall_seconds: f64,
    /// The diagonal of H, one value a site; files of the first version do not have it.
    #[serde(default)]
    pub diagonal: Vec<f64>,
    /// What was found, by panel.
    #[serde(flatten)]
    pub finding: Finding,
}

/// A named value, as the page and the terminal show it beside a table.
pub type Fact = (String, String);

/// Arrays in double and in single precision that travel apart from the rest of a message.
pub type LongArrays<'a> = (Vec<&'a mut Vec<f64>>, Vec<&'a mut Vec<f32>>);

/// What was found as a table, made row by row when it is looked at: a chain may have a million sites.
pub trait Numbers {
    /// What the rows are.
    fn caption(&self) -> &'static str;

    /// Headings, one a column.
    fn headings(&self) -> Vec<String>;

    /// Number of rows.
    fn rows(&self) -> usize;

    /// The cells of a row below [`rows`](Self::rows), numbers to so many decimals or digits.
    fn row(&self, index: usize, digits: usize) -> Vec<String>;

    /// What there is to say of the whole.
    fn facts(&self) -> Vec<Fact>;

    /// The arrays long enough to travel apart from the rest of a message, in a fixed order; none where all are short.
    fn arrays_mut(&mut self) -> LongArrays<'_> {
        (vec![], vec![])
    }
}

impl Resolvent {
    /// The record without its arrays: the run is made again from the config, and a figure of a million sites
    /// need not carry them.
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
