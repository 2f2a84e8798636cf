//! The formatter and the linter, which a minimal installation of Rust leaves out.

use std::process::Command;

use super::SetupError;
use crate::process;

/// Makes `cargo fmt` and `cargo clippy` run.
pub fn formatter_and_linter() -> Result<(), SetupError> {
    component("fmt", "rustfmt")?;
    component("clippy", "clippy")
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
