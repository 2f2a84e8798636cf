//! TODO bk_lab::studies::resolvent

#[cfg(feature = "cli")]
pub mod command;
pub mod figure;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub(crate) mod page;
pub mod potential_file;
pub mod published;
pub mod record;
pub mod speed;
pub mod study;
