//! The diagonal of the resolvent as two lines: Re G and Im G against site.

use super::scene::Scene;
use super::style::Layout;

/// Draws Re G and Im G, one value a site, at z = `energy` + i·`eta`.
pub fn green_lines(_re: &[f64], _im: &[f64], _energy: f64, _eta: f64, layout: &Layout) -> Scene {
    Scene { width: layout.width, height: layout.height, summary: String::new(), commands: Vec::new() }
}
