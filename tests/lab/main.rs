//! The lab as its users meet it: studies from config to record, figures, exported files, imported files, links and
//! commands.
//!
//! One program, because each test program links the whole lab anew. Tests that count what the allocator holds are
//! programs of their own: `mutations.rs` and `vision/`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by failing")]
#![allow(clippy::disallowed_methods, reason = "tests compare with the standard library")]

mod birman_schwinger;
mod command_line;
mod compatibility;
mod efficiency;
mod export;
mod figure;
mod fragility;
mod import;
mod lora;
mod model;
mod permalink;
mod published_files;
mod published_resolvent;
mod quantize;
mod quantize_study;
mod resolvent;
mod resolvent_study;
mod robustness;
mod spectral_function;
mod speed;
mod stability;
