//! The record of a resolvent study: the config, and the findings about a chain's (H − z)⁻¹.

mod birman_schwinger;
mod causality;
mod config;
mod density;
mod gradient;
mod green;
mod panel;
mod precision;
mod published;
mod routine;

pub use birman_schwinger::{BirmanSchwinger, Kernel, KernelName};
pub use causality::{Causality, Window};
pub use config::{Config, ConfigError, MOST_MAP_ENERGIES, MOST_MAP_SITES};
pub(crate) use config::{GRADIENT_DIFFERENCES, PRECISION_ETAS};
pub use density::Density;
pub use gradient::{Blend, Gradient};
pub use green::Green;
pub use panel::{Panel, PanelError};
pub use precision::{Curve, Precision};
pub use published::{Published, Reading};
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

/// The finding of a panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
pub enum Finding {
    /// The diagonal of (H − z)⁻¹.
    Green(Green),
    /// The local density of states.
    Density(Density),
    /// The published recursions beside the exact numbers.
    Published(Published),
    /// The gradient of a loss.
    Gradient(Gradient),
    /// The dependence of sites on each other's potential.
    Causality(Causality),
    /// The Birman–Schwinger operator.
    BirmanSchwinger(BirmanSchwinger),
    /// The deviation of single precision.
    Precision(Precision),
}

/// A named value, shown beside a table on the page and in the terminal.
pub type Fact = (String, String);

/// A finding as a table, whose rows are created on demand: a chain may have a million sites.
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
}

impl Finding {
    /// Returns the panel of this finding.
    pub fn panel(&self) -> Panel {
        match self {
            Finding::Green(_) => Panel::Green,
            Finding::Density(_) => Panel::Density,
            Finding::Published(_) => Panel::Published,
            Finding::Gradient(_) => Panel::Gradient,
            Finding::Causality(_) => Panel::Causality,
            Finding::BirmanSchwinger(_) => Panel::BirmanSchwinger,
            Finding::Precision(_) => Panel::Precision,
        }
    }

    /// Returns the numbers of its table.
    pub fn numbers(&self) -> &dyn Numbers {
        match self {
            Finding::Green(found) => found,
            Finding::Density(found) => found,
            Finding::Published(found) => found,
            Finding::Gradient(found) => found,
            Finding::Causality(found) => found,
            Finding::BirmanSchwinger(found) => found,
            Finding::Precision(found) => found,
        }
    }

    /// Returns the arrays that are long enough to be transferred separately from the rest of a message, in a fixed
    /// order.
    pub fn arrays_mut(&mut self) -> (Vec<&mut Vec<f64>>, Vec<&mut Vec<f32>>) {
        match self {
            Finding::Green(found) => (vec![&mut found.re, &mut found.im], vec![]),
            Finding::Density(found) => (vec![], vec![&mut found.values]),
            Finding::Published(found) => {
                let singles =
                    found.readings.iter_mut().flat_map(|reading| [&mut reading.re, &mut reading.im]);
                (vec![&mut found.re, &mut found.im], singles.collect())
            }
            Finding::Gradient(found) => {
                let singles = found.published.iter_mut().map(|blend| &mut blend.values);
                (vec![&mut found.exact], singles.collect())
            }
            Finding::Causality(found) => {
                let Window { two_sided, one_sided, .. } = &mut found.window;
                (vec![&mut found.two_sided, &mut found.one_sided], vec![two_sided, one_sided])
            }
            Finding::BirmanSchwinger(_) | Finding::Precision(_) => (vec![], vec![]),
        }
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

/// Describes a measured deviation.
fn in_words(deviation: &Deviation, what: &str, symbol: &str) -> String {
    if deviation.max_absolute == 0.0 {
        return format!("none: the {what} are the reference");
    }
    format!(
        "largest |{symbol}| {:.1e}, {:.2} of the bound at worst (site {})",
        deviation.max_absolute, deviation.worst_ratio_to_bound, deviation.worst_site
    )
}

/// Formats a number that may be very small with `digits` significant digits.
fn scientific(value: f64, digits: usize) -> String {
    if value == 0.0 { "0".into() } else { format!("{value:.*e}", digits.saturating_sub(1)) }
}
