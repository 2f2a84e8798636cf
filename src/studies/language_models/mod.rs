//! TODO bk_lab::studies::language_models

#[cfg(feature = "cli")]
pub mod command;
pub mod figure;
pub mod leak;
pub mod messages;
pub mod mixed_precision;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub(crate) mod page;
pub mod prediction;
pub mod published_flops;
pub mod record;
pub mod study;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;
