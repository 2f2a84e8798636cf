//! Figures: pure functions from records to a [`Scene`], and the formats a scene is written in.

pub mod scene;

pub use scene::Scene;
