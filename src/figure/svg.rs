//! Scenes as SVG.

use super::scene::Scene;

/// Writes a scene as an SVG document, with `metadata` (any text) embedded if given.
pub fn write(_scene: &Scene, _metadata: Option<&str>) -> String {
    String::new()
}
