//! Files that hold no figure's data, shown as tables.

#[cfg(feature = "cli")]
pub mod command;
pub mod import;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod page;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;

use crate::kit::room::Room;

/// The room of the study.
pub const ROOM: Room = Room("files");
