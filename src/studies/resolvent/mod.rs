//! The diagonal of the resolvent of a chain: its panels, the published routines, and the speed of the kernels.

#[cfg(feature = "cli")]
pub mod command;
pub mod figure;
pub mod panels;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod page;
pub mod potential_file;
pub mod published;
pub mod record;
pub mod speed;
pub mod study;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;
pub mod messages;
#[cfg(feature = "cli")]
pub(crate) mod report;

use crate::kit::room::Room;

/// The room of the study.
pub const ROOM: Room = Room("resolvent");
