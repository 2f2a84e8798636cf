//! Quantization robustness: perplexity against bit width, as published and as measured.

pub mod figure;
pub mod import;
pub mod measured;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod page;
pub mod published;
pub mod record;
pub mod study;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;

use crate::kit::room::Room;

/// The room of the study.
pub const ROOM: Room = Room("robustness");
