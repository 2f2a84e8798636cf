//! TODO bk_lab::studies::robustness::measured

pub mod claims;
#[cfg(feature = "cli")]
pub mod command;
pub mod figure;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub(crate) mod page;
pub mod record;
pub mod study;
pub mod training_lengths;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod worker;
