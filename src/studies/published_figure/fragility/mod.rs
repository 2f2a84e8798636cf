//! How often the published checks hold over seeds, and over orders and choices of bit widths.

#[cfg(feature = "cli")]
pub mod command;
pub mod record;
pub mod study;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;
#[cfg(feature = "cli")]
pub(crate) mod report;
