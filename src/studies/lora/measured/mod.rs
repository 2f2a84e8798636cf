//! Quantized LoRA, trained and measured here.

#[cfg(feature = "cli")]
pub mod command;
pub mod figure;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod images;
pub mod messages;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub(crate) mod page;
pub mod record;
pub mod study;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;
