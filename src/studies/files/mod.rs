//! TODO bk_lab::studies::files

#[cfg(feature = "cli")]
pub mod command;
pub mod import;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub(crate) mod page;
