//! Long-context stability: training loss against step, as published; its claims against a scaling sweep.

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
pub const ROOM: Room = Room("stability");
