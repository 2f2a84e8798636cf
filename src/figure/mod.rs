//! Figures: pure functions from records to a [`Scene`].
//!
//! A figure is laid out once, in points, with the metrics of a bundled face; the screen and every
//! file are painted from the same list of commands, so that what is on screen is what is in the paper.

mod birman_schwinger;
mod callout;
mod causality;
mod cells;
mod chart;
mod clip;
mod colormap;
#[cfg(any(test, all(feature = "web", target_arch = "wasm32")))]
mod dash;
mod decimation;
mod density;
mod gradient;
mod green;
mod heat;
mod inset;
mod legend;
mod lines;
mod looks;
mod marks;
mod origin;
mod placement;
mod precision;
mod published;
mod quantize;
mod recorder;
mod resolvent;
mod sheet;
mod table;
pub mod adaptation;
pub mod axis;
pub mod efficiency;
pub mod font;
pub mod lora;
pub mod models;
pub mod number;
pub mod plot;
pub mod robustness;
pub mod scene;
pub mod stability;
pub mod style;
pub mod view;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod canvas;

pub use density::density_map;
pub use efficiency::efficiency;
pub use quantize::{QuantizeFigure, quantize_sweep};
pub use resolvent::ResolventFigure;
pub use robustness::robustness;
pub use scene::Scene;
pub use stability::stability;
pub use style::{Layout, Theme};
pub use view::View;
