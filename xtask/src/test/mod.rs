//! Every check, in the order in which it is cheapest to fail.
//!
//! | Module    | What it knows                                                  |
//! |-----------|----------------------------------------------------------------|
//! | `rust`    | format, lints, the Rust tests and the documentation            |
//! | `browser` | the tests that drive the built site, in which order            |
//! | `changed` | which tests a changed file touches                             |
//! | `counts`  | how many tests ran, read from what the runners print           |
//! | `clock`   | the table of times and counts at the end                       |

mod browser;
mod changed;
mod clock;
mod counts;
mod rust;

use std::path::PathBuf;

use clap::ValueEnum;

use crate::process::ProcessError;
use crate::server::ServerError;
use crate::setup::{self, SetupError};
use crate::site::SiteError;
use crate::trunk::TrunkError;
use crate::workspace::Workspace;

use changed::Touched;
use clock::Clock;

/// A part of the tests that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// Format, lints, native tests and documentation
    Rust,
    /// The built site, driven in a browser
    Browser,
}

/// Why not every check has passed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum TestError {
    /// Something that the tests need is missing.
    Setup(#[from] SetupError),
    /// A check failed.
    Process(#[from] ProcessError),
    /// There is no site to test.
    Site(#[from] SiteError),
    /// Trunk has another site.
    Trunk(#[from] TrunkError),
    /// The site could not be served to the browser.
    Server(#[from] ServerError),
    /// Nothing would have been tested, and that is not the same as passing.
    #[error("{} holds no file that ends in {}. Bring the browser tests back, then try again.", folder.display(), browser::TEST)]
    NoBrowserTests {
        /// Where they should be.
        folder: PathBuf,
    },
    /// A runner printed no summary that could be read.
    #[error("`{runner}` printed no number of tests, so none may have run. Check its output above.")]
    NoSummary {
        /// The program that ran the tests.
        runner: &'static str,
    },
}

/// Runs both suites or one of them, and stops at the first check that fails.
///
/// With `changed`, a commit, runs only the tests that files touch which differ from it.
pub fn run(workspace: &Workspace, suite: Option<Suite>, changed: Option<&str>) -> Result<(), TestError> {
    let touched = match changed {
        None => Touched::EVERYTHING,
        Some(commit) => changed::since(workspace, commit)?,
    };
    let mut clock = Clock::default();
    let compiler = clock.step(
        "Look for a compiler for the browser",
        "it may have to be fetched",
        setup::web_compiler,
    )?;
    if suite != Some(Suite::Browser) {
        rust::run(workspace, compiler, &touched.rust, &mut clock)?;
    }
    if suite != Some(Suite::Rust) {
        browser::run(workspace, compiler, &touched.browser, &mut clock)?;
    }
    clock.print();
    println!("\n{}", clock.counts.sentence(changed.is_some()));
    Ok(())
}
