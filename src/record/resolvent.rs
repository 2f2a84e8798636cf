//! The record of a resolvent study: the diagonal of (H − z)⁻¹ of a chain, and the map of its local density of
//! states.

use super::{Manifest, Provenance};
use crate::resolvent::{BackendChoice, BackendReport, Chain, Deviation, Potential, ResolventError, Shift};
use serde::{Deserialize, Serialize};

/// The longest chain for which a map is drawn: more sites than any screen has columns.
pub const MOST_MAP_SITES: usize = 4096;

/// The most energies of a map.
pub const MOST_MAP_ENERGIES: usize = 2048;

/// What decides a resolvent study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Number of sites of the chain.
    pub sites: usize,
    /// The diagonal of H; neighbours are coupled by 1.
    pub potential: Potential,
    /// E, the real part of z, in units of the coupling.
    pub energy: f64,
    /// η, the imaginary part of z: the broadening of every level, in units of the coupling.
    pub eta: f64,
    /// Which back end computes.
    pub backend: BackendChoice,
    /// Lowest energy of the map.
    pub map_from: f64,
    /// Highest energy of the map.
    pub map_to: f64,
    /// Number of energies of the map; 0 for no map.
    pub map_energies: usize,
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
        }
    }
}

impl Config {
    /// The chain and the point z, or what is wrong with them.
    pub fn problem(&self) -> Result<(Chain, Shift), ResolventError> {
        let shift = Shift::new(self.energy, self.eta)?;
        Ok((self.potential.chain(self.sites)?, shift))
    }

    /// The energies of the map, from the lowest to the highest; none where no map is wanted or the chain is
    /// longer than [`MOST_MAP_SITES`].
    pub fn map_grid(&self) -> Result<Vec<f64>, MapError> {
        let (from, to, count) = (self.map_from, self.map_to, self.map_energies);
        if count == 0 || self.sites > MOST_MAP_SITES {
            return Ok(vec![]);
        }
        if count > MOST_MAP_ENERGIES {
            return Err(MapError::Energies(count));
        }
        if !(from.is_finite() && to.is_finite() && from < to) {
            return Err(MapError::Window { from, to });
        }
        let last = (count - 1).max(1) as f64;
        Ok((0..count).map(|index| from + (to - from) * (index as f64 / last)).collect())
    }

    /// Units of work: one a site for the lines, one a (site, energy) pair for the map.
    pub fn work(&self) -> u64 {
        let map = if self.sites > MOST_MAP_SITES { 0 } else { self.sites.saturating_mul(self.map_energies) };
        self.sites.saturating_add(map) as u64
    }
}

/// A map window that is none.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MapError {
    /// Too many energies.
    #[error("A map of {0} energies is too large. Choose at most {MOST_MAP_ENERGIES}.")]
    Energies(usize),
    /// The window is empty, reversed or not finite.
    #[error("The map window from {from} to {to} holds no energies. Its end must lie above its beginning.")]
    Window {
        /// Lowest energy.
        from: f64,
        /// Highest energy.
        to: f64,
    },
}

/// The local density of states of every site at every energy of a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Map {
    /// The energies, rising.
    pub energies: Vec<f64>,
    /// Im G_ii / π, laid out `[site][energy]`.
    pub values: Vec<f32>,
    /// Wall time of the back end in seconds, all tiles together.
    pub wall_seconds: f64,
    /// How far the values are from the f64 continued fraction.
    pub deviation: Deviation,
}

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
    /// Wall time of the back end for the lines, in seconds.
    pub wall_seconds: f64,
    /// The largest deviation that rounding can cause on this back end, over all sites: resolvent-performance.md
    /// §2.5.
    pub deviation_bound: f64,
    /// The measured deviation from the f64 continued fraction.
    pub deviation: Deviation,
    /// Re G_ii, one a site.
    pub re: Vec<f64>,
    /// Im G_ii, one a site.
    pub im: Vec<f64>,
    /// The map, unless none was asked for or the chain is too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<Map>,
}
