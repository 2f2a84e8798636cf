//! The published study of quantized LoRA for vision transformers: a matrix of 144 experiments, none of which was ever
//! trained, and the simulation that wrote every published number (vit-lora.md §0, §1, §5).

pub mod analysis;
mod claims;
pub mod contradiction;
pub mod demonstration;
pub mod evidence;
pub mod literature;
pub mod matrix;
pub mod measured;
pub mod monitor;
pub mod simulation;
pub mod size;
pub mod statistics;
pub mod summary;
pub mod tables;
pub mod tree;
pub mod validation;

pub use claims::claims;
pub use evidence::Evidence;
pub use matrix::{experiment_id, matrix, unique_id};
pub use simulation::{Simulation, simulate};
