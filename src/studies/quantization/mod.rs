//! The quantized BK core, step by step.

#[cfg(feature = "cli")]
pub mod command;
pub mod figure;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod page;
pub mod published;
pub mod record;
pub mod study;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;
pub mod messages;
#[cfg(feature = "cli")]
pub(crate) mod report;

use crate::kit::room::Room;

/// The room of the study.
pub const ROOM: Room = Room("quantization");
