//! The scaling sweep: models of several sizes and contexts, trained on the same number of tokens and measured.

#[cfg(feature = "cli")]
pub mod command;
pub mod figure;
pub mod messages;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod page;
pub mod record;
pub mod study;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;
#[cfg(feature = "cli")]
pub(crate) mod report;
pub mod data_files;

use crate::kit::room::Room;

/// The room of the study.
pub const ROOM: Room = Room("ladder");
