//! The lab itself: the page, its worker and the link that restores it. Thin shells over the road.

#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub(crate) mod browser;
pub mod claims;
#[cfg(feature = "cli")]
pub mod command;
pub mod context;
pub mod data_files;
pub mod figure;
pub mod import;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod page;
pub mod permalink;
pub mod protocol;
pub mod record;
pub mod room;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;
