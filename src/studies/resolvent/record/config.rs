//! The config of a resolvent study.

use super::{Division, GRADIENT_BLEND, Panel};
use bk_resolvent::birman_schwinger::{MOST_DENSE_SITES, Weight};
use bk_resolvent::{BackendChoice, Chain, Potential, ResolventError, Shift};
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(ConfigError);

/// The longest chain with a map: more sites than any screen has columns.
pub const MOST_MAP_SITES: usize = 4096;

/// The largest number of energies of a map.
pub const MOST_MAP_ENERGIES: usize = 2048;

/// Number of values of η from 1 down to 10⁻⁶, four per decade; below, single precision does not resolve η.
pub(crate) const PRECISION_ETAS: usize = 25;

/// The most sites at which a gradient is checked by finite differences.
pub(crate) const GRADIENT_DIFFERENCES: usize = 48;

/// The config of a resolvent study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Number of sites of the chain.
    pub sites: usize,
    /// The diagonal of H; neighboring sites are coupled by 1.
    pub potential: Potential,
    /// E, the real part of z, in units of the coupling.
    pub energy: f64,
    /// η, the imaginary part of z: the broadening of every level, in units of the coupling.
    pub eta: f64,
    /// The back end.
    pub backend: BackendChoice,
    /// Lowest energy of the window.
    pub map_from: f64,
    /// Highest energy of the window.
    pub map_to: f64,
    /// Number of energies in the window.
    pub map_energies: usize,
    /// The panel, which selects the study of the resolvent.
    pub panel: Panel,
    /// The site that the panel looks at, counted from 0; the middle of the chain where none is named. For causality
    /// it is the site j whose potential is moved.
    pub source: Option<usize>,
    /// The complex division of the published routines.
    pub division: Division,
    /// α of the published gradient, 0 to 1: the weight of its heuristic part.
    pub alpha: f64,
    /// The weight on both sides of the Birman–Schwinger kernel.
    pub weight: Weight,
    /// Lowest energy of the window of the Mourre estimate.
    pub mourre_from: f64,
    /// Highest energy of the window of the Mourre estimate.
    pub mourre_to: f64,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            sites: 256,
            potential: Potential::AubryAndre { strength: 1.5, phase: 0.0 },
            energy: 0.0,
            eta: 0.05,
            backend: BackendChoice::Auto,
            map_from: -4.0,
            map_to: 4.0,
            map_energies: 256,
            panel: Panel::Green,
            source: None,
            division: Division::default(),
            alpha: GRADIENT_BLEND,
            weight: Weight::default(),
            mourre_from: -1.0,
            mourre_to: 1.0,
        }
    }
}

impl Config {
    /// Returns the chain and the point z. Fails if either is invalid.
    pub fn problem(&self) -> Result<(Chain, Shift), ResolventError> {
        let shift = Shift::new(self.energy, self.eta)?;
        Ok((self.potential.chain(self.sites)?, shift))
    }

    /// Checks whether the config can be computed, without computing it.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.problem()?;
        (self.panel.definition().check)(self)
    }

    /// Returns the energies of the map, from the lowest to the highest.
    pub fn map_grid(&self) -> Result<Vec<f64>, ConfigError> {
        if self.sites > MOST_MAP_SITES { Err(ConfigError::MapSites(self.sites)) } else { self.window_grid() }
    }

    /// Returns the energies of the window, from the lowest to the highest.
    pub fn window_grid(&self) -> Result<Vec<f64>, ConfigError> {
        let (from, to, count) = (self.map_from, self.map_to, self.map_energies);
        if !(1..=MOST_MAP_ENERGIES).contains(&count) {
            return Err(ConfigError::Energies(count));
        }
        if !(from.is_finite() && to.is_finite() && from < to) {
            return Err(ConfigError::Window { from, to });
        }
        let last = (count - 1).max(1) as f64;
        Ok((0..count).map(|index| from + (to - from) * (index as f64 / last)).collect())
    }

    /// Whether the window of the Mourre estimate holds energies.
    pub(crate) fn mourre_window(&self) -> Result<(), ConfigError> {
        let (from, to) = (self.mourre_from, self.mourre_to);
        let is_window = from.is_finite() && to.is_finite() && from < to;
        if is_window { Ok(()) } else { Err(ConfigError::MourreWindow { from, to }) }
    }

    /// Returns the site that the panel looks at.
    pub fn source(&self) -> Result<usize, ConfigError> {
        let (source, sites) = (self.source.unwrap_or(self.sites / 2), self.sites);
        if source < sites { Ok(source) } else { Err(ConfigError::Source { site: source, sites }) }
    }

    /// Returns the units of work: one per site and energy or, where η varies, per site and η. A map or a dense operator
    /// of a chain too long for it is no work: it is refused at once.
    pub fn work(&self) -> u64 {
        self.sites.saturating_mul((self.panel.definition().work_per_site)(self)) as u64
    }
}

/// A config that cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// The chain or the point z is invalid.
    #[error(transparent)]
    Problem(#[from] ResolventError),
    /// The chain is too long for a map.
    #[error(
        "A map of {0} sites is too large. Choose at most {MOST_MAP_SITES} sites, or look at the Green’s function, which is drawn for any length."
    )]
    MapSites(usize),
    /// Too many energies, or none.
    #[error("{0} energies cannot be drawn. Choose from 1 to {MOST_MAP_ENERGIES}.")]
    Energies(usize),
    /// The window is empty, reversed or not finite.
    #[error("The window from {from} to {to} holds no energies. Its end must lie above its beginning.")]
    Window {
        /// Lowest energy.
        from: f64,
        /// Highest energy.
        to: f64,
    },
    /// The chain is too long for dense matrices.
    #[error(
        "A dense operator on {0} sites is too large. Choose at most {MOST_DENSE_SITES} sites: its singular values cost N³ operations."
    )]
    DenseSites(usize),
    /// The window of the Mourre estimate is empty, reversed or not finite.
    #[error("The Mourre window from {from} to {to} holds no energies. Its end must lie above its beginning.")]
    MourreWindow {
        /// Lowest energy.
        from: f64,
        /// Highest energy.
        to: f64,
    },
    /// α is not between 0 and 1.
    #[error(
        "α = {0} is no share of a gradient. Choose it from 0 (the part meant as the derivative) to 1 (the heuristic)."
    )]
    Alpha(f64),
    /// A site off the chain.
    #[error("The site {site} lies beyond the last site {} of the chain. Choose a site on it.", .sites - 1)]
    Source {
        /// The given site, counted from 0.
        site: usize,
        /// Number of sites of the chain.
        sites: usize,
    },
}
