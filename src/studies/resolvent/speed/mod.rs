//! TODO bk_lab::studies::resolvent::speed

#[cfg(feature = "cli")]
pub mod command;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub(crate) mod javascript;
pub mod plain;
pub mod record;
pub mod study;
