//! Language models: training, evaluation, causality, mixed precision.

#[cfg(feature = "cli")]
pub mod command;
pub mod figure;
pub mod leak;
pub mod messages;
pub mod mixed_precision;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod page;
pub mod prediction;
pub mod published_flops;
pub mod record;
pub mod study;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;
#[cfg(feature = "cli")]
pub(crate) mod report;

use crate::kit::room::Room;

/// The room of the study.
pub const ROOM: Room = Room("models");
