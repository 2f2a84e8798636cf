//! TODO bk_lab::studies::quantization

#[cfg(feature = "cli")]
pub mod command;
pub mod figure;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub(crate) mod page;
pub mod published;
pub mod record;
pub mod study;
