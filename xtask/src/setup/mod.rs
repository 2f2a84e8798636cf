//! What a machine may lack, and how to get it.
//!
//! Each part first looks whether the thing is there, so the second time costs nothing and needs no
//! network; then it tries the ordinary way; then Debian's packages, as root or through sudo; and at
//! the end it tells the reader what to install.

mod apt;
mod browser;
mod node;
mod readers;
mod rust;
mod vulkan;
mod web_compiler;

use std::path::{Path, PathBuf};

use crate::process::ProcessError;
use crate::workspace::Workspace;

pub use rust::nextest_is_there;
pub use web_compiler::{WebCompiler, web_compiler};

/// What is missing and could not be got.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Packages of the system could not be installed.
    #[error(transparent)]
    Apt(#[from] apt::AptError),
    /// A program that installs failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// Nothing here can build for the browser.
    #[error("{}", web_compiler::NO_WAY)]
    NoWebCompiler,
    /// The formatter or the linter is missing.
    #[error(
        "`cargo {tool}` does not run and there is no rustup to add it. Install the Rust component {component}, \
         or take Rust from https://rustup.rs, then try again."
    )]
    RustComponent {
        /// What was tried: `cargo fmt`, say.
        tool: &'static str,
        /// The component that holds it.
        component: &'static str,
    },
    /// The reader named a browser that is not there.
    #[error("BK_LAB_CHROMIUM is {}, and there is no such file. Correct it or unset it, then try again.", path.display())]
    NoSuchBrowser {
        /// What the variable says.
        path: PathBuf,
    },
    /// Node is there, but older than the browser tests can use.
    #[error(
        "Node.js is {found}, and the browser tests need {} or later. Install it from https://nodejs.org.",
        node::OLDEST
    )]
    OldNode {
        /// What `node --version` printed, or "missing".
        found: String,
    },
}

/// Makes ready for formatting, linting and the native tests, GPU tests included.
pub fn for_native_tests() -> Result<(), SetupError> {
    rust::formatter_and_linter()?;
    vulkan::driver()?;
    readers::programs()
}

/// Makes ready for the tests that drive the built page, and returns the browser to drive it with.
pub fn for_browser_tests(tests: &Path) -> Result<PathBuf, SetupError> {
    node::node_and_packages(tests)?;
    browser::chromium()
}

/// Makes ready for everything.
pub fn for_every_test(workspace: &Workspace) -> Result<(), SetupError> {
    web_compiler()?;
    for_native_tests()?;
    rust::nextest();
    for_browser_tests(&workspace.browser_tests()).map(drop)
}
