//! TODO bk_lab::studies::efficiency

pub mod figure;
pub mod import;
pub mod measured;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
mod page;
pub mod published;
pub mod record;
pub mod study;
