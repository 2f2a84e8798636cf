//! The formatter and the linter, which a minimal installation of Rust leaves out, and cargo-nextest.

use std::process::Command;

use super::SetupError;
use crate::process;

/// Makes `cargo fmt` and `cargo clippy` run.
pub fn formatter_and_linter() -> Result<(), SetupError> {
    component("fmt", "rustfmt")?;
    component("clippy", "clippy")
}

/// Whether cargo-nextest is installed.
pub fn nextest_is_there() -> bool {
    process::ask(process::cargo().args(["nextest", "--version"])).is_some()
}

/// Installs cargo-nextest if it is missing. Where that fails, `cargo test` takes its place.
pub fn nextest() {
    if nextest_is_there() {
        return;
    }
    println!("Installing cargo-nextest, which runs the Rust tests (minutes, once).");
    if let Err(error) = process::run(process::cargo().args(["install", "cargo-nextest", "--locked"])) {
        println!("{error}\nThe Rust tests run without it, by `cargo test`.");
    }
}

fn component(tool: &'static str, component: &'static str) -> Result<(), SetupError> {
    let runs = || process::ask(process::cargo().args([tool, "--version"])).is_some();
    if runs() {
        return Ok(());
    }
    if process::find("rustup").is_none() {
        return Err(SetupError::RustComponent { tool, component });
    }
    println!("Adding {component} to the Rust toolchain (a small download, once).");
    Ok(process::run(Command::new("rustup").args(["component", "add", component]))?)
}
