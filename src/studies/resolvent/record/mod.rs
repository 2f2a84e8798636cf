//! The record of a resolvent study: what was asked of a chain's (H − z)⁻¹, and what was found.

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

/// What a panel finds.
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
    /// Which site depends on which.
    Causality(Causality),
    /// The Birman–Schwinger operator.
    BirmanSchwinger(BirmanSchwinger),
    /// How far single precision is off.
    Precision(Precision),
}

/// A named value, as the page and the terminal show it beside a table.
pub type Fact = (String, String);

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
}

impl Finding {
    /// The panel that finds this.
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

    /// The numbers of its table.
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

    /// The arrays long enough to travel apart from the rest of a message, in an order of their own.
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
fn in_words(deviation: &Deviation, what: &str, symbol: &str) -> String {
    if deviation.max_absolute == 0.0 {
        return format!("none: the {what} are the reference");
    }
    format!(
        "largest |{symbol}| {:.1e}, {:.2} of the bound at worst (site {})",
        deviation.max_absolute, deviation.worst_ratio_to_bound, deviation.worst_site
    )
}

/// A number that may be very small, to so many significant digits.
fn scientific(value: f64, digits: usize) -> String {
    if value == 0.0 { "0".into() } else { format!("{value:.*e}", digits.saturating_sub(1)) }
}
