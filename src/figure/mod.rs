//! Figures: pure functions from records to a [`Scene`].
//!
//! A figure is laid out once, in points, with the metrics of a bundled face; the screen and every
//! file are painted from the same list of commands, so that what is on screen is what is in the paper.

mod axis;
mod callout;
mod cells;
mod chart;
mod colormap;
#[cfg(any(test, all(feature = "web", target_arch = "wasm32")))]
mod dash;
mod decimation;
mod inset;
mod legend;
mod looks;
mod marks;
mod number;
mod origin;
mod placement;
mod recorder;
mod sheet;
mod table;
pub mod density;
pub mod efficiency;
pub mod font;
pub mod green;
pub mod robustness;
pub mod scene;
pub mod stability;
pub mod style;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod canvas;

pub use density::{DensityMap, density_map};
pub use efficiency::efficiency;
pub use green::green_lines;
pub use robustness::robustness;
pub use scene::Scene;
pub use stability::stability;
pub use style::{Layout, Theme};
