//! The tests that drive the built site in a browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::TestError;
use super::changed::Part;
use super::clock::Clock;
use super::counts::Counts;
use crate::process;
use crate::server;
use crate::setup::{self, WebCompiler};
use crate::site::{self, Quality};
use crate::trunk;
use crate::workspace::Workspace;

/// The end of the name of a file that holds browser tests.
pub const TEST: &str = ".test.mjs";

/// Runs the files it is given, in an order of its own.
const RUNNER: &str = "run.mjs";

/// The site is tested under a sub-path, because that is where GitHub Pages puts it.
const SUB_PATH: &str = "/bk-lab";

/// Builds the site and runs the tests that are asked for against it.
pub fn run(
    workspace: &Workspace,
    compiler: WebCompiler,
    tests: &Part,
    clock: &mut Clock,
) -> Result<(), TestError> {
    let folder = workspace.browser_tests();
    let files = chosen(files(&folder)?, tests);
    if files.is_empty() {
        return Ok(());
    }
    let chromium =
        clock.step("Look for the tools of the browser tests", "they may have to be fetched", || {
            setup::for_browser_tests(&folder)
        })?;
    clock.step("Build the command line", "nothing after the Rust tests, minutes before", || {
        process::run(&mut command_line(workspace))
    })?;
    let site = clock.step("Build the site", "minutes: it is optimised as a whole", || {
        site::build(workspace, &compiler, Quality::Published)
    })?;
    clock.step("Compare the site with Trunk's", "seconds: its programs are compiled", || {
        trunk::check(workspace, &site)
    })?;
    clock.test("Run the browser tests", "ten minutes: they compute without a GPU", || {
        let address = server::serve_in_background(&site, SUB_PATH)?;
        let mut node = Command::new("node");
        node.arg(folder.join(RUNNER)).args(files).current_dir(&workspace.root);
        node.env("BK_LAB_URL", address);
        node.env("BK_LAB_CHROMIUM", chromium);
        node.env("BK_LAB_COMMAND", workspace.command_line());
        Counts::of(&process::run_and_read(&mut node)?).ok_or(TestError::NoSummary { runner: "node" })
    })
}

/// Builds `bklab` as the Rust tests do. Without a test in the same command, cargo leaves out the features that
/// dependencies have for tests alone, and compiles a quarter of them and the lab again; this test is the smallest.
fn command_line(workspace: &Workspace) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--workspace", "--bin", "bklab", "--test", "mutations"]);
    cargo
}

/// The files by name, because what `node --test` makes of a folder depends on its version.
fn files(folder: &Path) -> Result<Vec<PathBuf>, TestError> {
    let mut tests: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(TEST))
        .collect();
    tests.sort();
    if tests.is_empty() { Err(TestError::NoBrowserTests { folder: folder.to_owned() }) } else { Ok(tests) }
}

/// Those of the files that are asked for.
fn chosen(files: Vec<PathBuf>, tests: &Part) -> Vec<PathBuf> {
    files.into_iter().filter(|path| tests.holds(name(path))).collect()
}

/// The name of a test file without its ending.
fn name(path: &Path) -> &str {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_suffix(TEST).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_browser_tests_is_a_failure() {
        let error = files(Path::new("/no/such/folder")).unwrap_err();
        assert!(error.to_string().starts_with("/no/such/folder holds no file"), "{error}");
    }

    #[test]
    fn only_files_that_are_asked_for_are_chosen() {
        let all: Vec<PathBuf> = ["a/lora.test.mjs", "a/rooms.test.mjs"].map(PathBuf::from).into();
        assert_eq!(chosen(all.clone(), &Part::All), all);
        assert_eq!(chosen(all.clone(), &Part::of(&["rooms"])), all[1..]);
        assert!(chosen(all, &Part::NOTHING).is_empty());
    }
}
