//! Scenes on the page's canvas.

use super::scene::Scene;
use web_sys::HtmlCanvasElement;

/// Why a scene could not be painted.
#[derive(Debug, thiserror::Error)]
pub enum CanvasError {
    /// The browser gave no drawing context.
    #[error("This browser gives the page no canvas to draw on.")]
    NoContext,
    /// A drawing call failed.
    #[error("The canvas refused to draw: {0}.")]
    Refused(String),
}

/// Paints a scene, resizing the canvas' pixels to the scene's size times `scale` (device pixels per point).
pub fn paint(_scene: &Scene, _canvas: &HtmlCanvasElement, _scale: f64) -> Result<(), CanvasError> {
    Ok(())
}
