//! The speed of the resolvent's kernels on this machine, beside a plain loop.

#[cfg(feature = "cli")]
pub mod command;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub(crate) mod javascript;
pub mod plain;
pub mod record;
pub mod study;
