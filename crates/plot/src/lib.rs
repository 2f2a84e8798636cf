//! Figures: pure functions from records to a [`Scene`].
//!
//! A figure is laid out once, in points, with the metrics of a bundled typeface. The screen and every file format paint
//! the same list of commands, so the screen and the paper show the same figure.
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests compare with the standard library"))]

pub mod axis;
pub mod callout;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod canvas;
mod cells;
pub mod chart;
pub mod clip;
mod colormap;
#[cfg(any(test, all(feature = "web", target_arch = "wasm32")))]
mod dash;
pub mod decimation;
pub mod export;
pub mod font;
pub mod heat;
pub mod inset;
pub mod legend;
pub mod lines;
pub mod marks;
pub mod number;
pub mod placement;
pub mod plot;
mod recorder;
pub mod scene;
pub mod sheet;
pub mod style;
pub mod table;
pub mod view;

pub use scene::Scene;

pub use style::{Layout, Theme};
pub use view::View;
