//! Every check, in the order in which it is cheapest to fail.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::process::{self, ProcessError};
use crate::server::{self, ServerError};
use crate::setup::{self, SetupError, WebCompiler};
use crate::site::{self, Quality, SiteError};
use crate::trunk::{self, TrunkError};
use crate::workspace::Workspace;

/// The end of the name of a file that holds browser tests.
const BROWSER_TEST: &str = ".test.mjs";

/// The site is tested under a sub-path, because that is where GitHub Pages puts it.
const SUB_PATH: &str = "/bk-lab";

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
    #[error("{} holds no file that ends in {BROWSER_TEST}. Bring the browser tests back, then try again.", folder.display())]
    NoBrowserTests {
        /// Where they should be.
        folder: PathBuf,
    },
}

/// Runs both suites or one of them, and stops at the first check that fails.
pub fn run(workspace: &Workspace, suite: Option<Suite>) -> Result<(), TestError> {
    let mut clock = Clock::default();
    let compiler = clock.step(
        "Look for a compiler for the browser",
        "it may have to be fetched",
        setup::web_compiler,
    )?;
    if suite != Some(Suite::Browser) {
        rust(workspace, compiler, &mut clock)?;
    }
    if suite != Some(Suite::Rust) {
        browser(workspace, compiler, &mut clock)?;
    }
    clock.print();
    Ok(())
}

fn rust(workspace: &Workspace, compiler: WebCompiler, clock: &mut Clock) -> Result<(), TestError> {
    clock.step(
        "Look for the tools of the Rust tests",
        "they may have to be fetched",
        setup::for_native_tests,
    )?;
    clock.step("Check the format", "a second", || {
        process::run(workspace.cargo().args(["fmt", "--all", "--check"]))
    })?;
    clock.step(
        "Lint what runs on this machine",
        "the first time checks every dependency: minutes",
        || {
            let mut cargo = workspace.cargo();
            process::run(cargo.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
        },
    )?;
    clock.step(
        "Lint what runs in the browser",
        "the first time checks its dependencies too: minutes",
        || lint_for_the_browser(workspace, compiler),
    )?;
    clock.step("Run the Rust tests", "the first time compiles every dependency: minutes", || {
        process::run(workspace.cargo().args(["test", "--workspace"]))
    })?;
    clock.step("Build the documentation", "seconds; a broken link is an error", || {
        let mut cargo = workspace.cargo();
        process::run(cargo.args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    Ok(())
}

/// In the profile of the site, so that the macros compiled here serve its build too.
fn lint_for_the_browser(workspace: &Workspace, compiler: WebCompiler) -> Result<(), ProcessError> {
    let mut clippy = compiler.clippy(&workspace.root);
    clippy.args([
        "--profile",
        Quality::Published.profile(),
        "--package",
        "bk-lab",
        "--no-default-features",
        "--features",
        "web",
    ]);
    clippy.args(["--lib", "--bin", "app", "--bin", "worker", "--target-dir"]).arg(workspace.web_target());
    process::run(clippy.args(["--", "-D", "warnings"]))
}

fn browser(workspace: &Workspace, compiler: WebCompiler, clock: &mut Clock) -> Result<(), TestError> {
    let folder = workspace.browser_tests();
    let chromium =
        clock.step("Look for the tools of the browser tests", "they may have to be fetched", || {
            setup::for_browser_tests(&folder)
        })?;
    clock.step("Build the command line", "seconds after the Rust tests, minutes before", || {
        process::run(workspace.cargo().args(["build", "--workspace", "--bin", "bklab"]))
    })?;
    let site = clock.step("Build the site", "minutes: it is optimised as a whole", || {
        site::build(workspace, &compiler, Quality::Published)
    })?;
    clock.step("Compare the site with Trunk's", "seconds: its programs are compiled", || {
        trunk::check(workspace, &site)
    })?;
    clock.step("Run the browser tests", "a few minutes: they compute without a GPU", || {
        let address = server::serve_in_background(&site, SUB_PATH)?;
        let mut node = Command::new("node");
        node.arg("--test").args(browser_tests(&folder)?).current_dir(&workspace.root);
        node.env("BK_LAB_URL", address);
        node.env("BK_LAB_CHROMIUM", chromium);
        node.env("BK_LAB_COMMAND", workspace.command_line());
        Ok::<_, TestError>(process::run(&mut node)?)
    })
}

/// The files by name, because what `node --test` makes of a folder depends on its version.
fn browser_tests(folder: &Path) -> Result<Vec<PathBuf>, TestError> {
    let mut tests: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(BROWSER_TEST))
        .collect();
    tests.sort();
    if tests.is_empty() { Err(TestError::NoBrowserTests { folder: folder.to_owned() }) } else { Ok(tests) }
}

/// Tells the reader what goes on, and at the end how long it took.
#[derive(Default)]
struct Clock {
    steps: Vec<(&'static str, Duration)>,
}

impl Clock {
    fn step<T, E>(
        &mut self,
        name: &'static str,
        patience: &str,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        println!("\n== {name} ({patience})");
        let started = Instant::now();
        let outcome = work();
        self.steps.push((name, started.elapsed()));
        if outcome.is_err() {
            println!("\n{} failed. Until then:", name);
            self.print();
        }
        outcome
    }

    fn print(&self) {
        println!();
        for (name, time) in &self.steps {
            println!("{:>8.1} s  {name}", time.as_secs_f64());
        }
        let total: Duration = self.steps.iter().map(|(_, time)| *time).sum();
        println!("{:>8.1} s  in all", total.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_browser_tests_is_a_failure() {
        let error = browser_tests(Path::new("/no/such/folder")).unwrap_err();
        assert!(error.to_string().starts_with("/no/such/folder holds no file"), "{error}");
    }

    #[test]
    fn a_step_that_fails_hands_on_its_error_and_is_timed() {
        let mut clock = Clock::default();
        let outcome: Result<(), &str> = clock.step("Fail", "at once", || Err("because"));
        assert_eq!(outcome, Err("because"));
        assert_eq!(clock.steps.len(), 1);
    }
}
