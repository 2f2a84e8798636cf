//! TODO bk_lab::studies::fragility

#[cfg(feature = "cli")]
pub mod command;
pub mod record;
pub mod study;
