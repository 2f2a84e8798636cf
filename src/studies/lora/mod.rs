//! TODO bk_lab::studies::lora

#[cfg(feature = "cli")]
pub mod command;
pub mod figure;
pub mod import;
pub mod measured;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub(crate) mod page;
pub mod published;
pub mod record;
pub mod study;
