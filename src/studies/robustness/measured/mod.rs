//! The bit-width sweep: trained models, stored in every format, run from their codes and measured.

pub mod claims;
#[cfg(feature = "cli")]
pub mod command;
pub mod figure;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod page;
pub mod messages;
pub mod record;
pub mod study;
pub mod training_lengths;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;
#[cfg(feature = "cli")]
pub(crate) mod report;
pub mod data_files;

use crate::kit::room::Room;

/// The room of the bit-width sweep.
pub const ROOM: Room = Room("widths");
