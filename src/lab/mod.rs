//! The lab itself: the page, its worker and the link that restores it. Thin shells over the road.

pub mod adaptation;
pub mod ladder;
pub mod models;
pub mod permalink;
pub mod protocol;

#[cfg(all(feature = "web", target_arch = "wasm32"))]
mod browser;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod page;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
mod plain;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;
