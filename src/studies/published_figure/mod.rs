//! What the three published figures share: the room that shows one, and the count of how often its checks hold.

#[cfg(feature = "cli")]
pub mod command;
pub mod fragility;
#[cfg(feature = "cli")]
mod options;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod page;
