//! What a panel says of itself: its name, the settings it depends on, its cost, and its words.

use crate::studies::resolvent::record::{Config, ConfigError};
use bk_resolvent::Potential;

/// The properties of a panel that are known before anything is computed.
#[derive(Debug)]
pub struct Definition {
    /// Name in links and on the command line.
    pub key: &'static str,
    /// Name on the page.
    pub title: &'static str,
    /// The settings that the result depends on, beside chain and sites. The page offers only these.
    pub settings: &'static [Setting],
    /// Returns what keeps this panel from a config whose chain and z are sound.
    pub check: fn(&Config) -> Result<(), ConfigError>,
    /// Units of work per site; 0 for a config that [`check`](Self::check) refuses because it is too large.
    pub work_per_site: fn(&Config) -> usize,
    /// Explanation, examples, mathematics.
    pub words: Words,
}

/// A group of controls that some panels need and others ignore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// E, the real part of z.
    Energy,
    /// η, the imaginary part of z.
    Broadening,
    /// The window of energies and their number.
    Window,
    /// One chosen site.
    Site,
    /// How the published routines divide.
    Division,
    /// α of the published gradient.
    Blend,
    /// Weight and Mourre window of the Birman–Schwinger operator.
    Operator,
    /// The back end that computes.
    BackEnd,
}

/// The explanation of a panel.
#[derive(Debug)]
pub struct Words {
    /// What the panel shows.
    pub text: &'static str,
    /// Settings worth trying, each with its name.
    pub examples: fn() -> Vec<(&'static str, Config)>,
    /// Heading of the mathematics.
    pub summary: &'static str,
    /// The mathematics.
    pub parts: &'static [Part],
}

/// A paragraph or a formula.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// A paragraph.
    Text(&'static str),
    /// The content of a `math` element.
    Formula(&'static str),
}

/// An example config: a chain and η, the rest by default.
pub(super) fn chain(sites: usize, potential: Potential, eta: f64) -> Config {
    Config { sites, potential, eta, ..Config::default() }
}

/// The constant potential of an example.
pub(super) fn constant(value: f64) -> Potential {
    Potential::Constant { value }
}

/// The random potential of an example.
pub(super) fn random(strength: f64) -> Potential {
    Potential::Random { strength, seed: 7 }
}
