//! Format, lints, the Rust tests and the documentation.

use std::process::Command;

use super::TestError;
use super::changed::Part;
use super::clock::Clock;
use super::counts::Counts;
use crate::process::{self, ProcessError};
use crate::setup::{self, WebCompiler};
use crate::site::Quality;
use crate::workspace::{LAB, Workspace};

/// Runs the checks of the Rust code, and those of its tests that are asked for.
pub fn run(
    workspace: &Workspace,
    compiler: WebCompiler,
    tests: &Part,
    clock: &mut Clock,
) -> Result<(), TestError> {
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
    if *tests != Part::NOTHING {
        run_tests(workspace, tests, clock)?;
    }
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
        LAB,
        "--no-default-features",
        "--features",
        "web",
    ]);
    clippy.args(["--lib", "--bin", "app", "--bin", "worker", "--target-dir"]).arg(workspace.web_target());
    process::run(clippy.args(["--", "-D", "warnings"]))
}

/// Builds all tests, so that dependencies have the same features whatever is asked for, and runs those that are.
fn run_tests(workspace: &Workspace, tests: &Part, clock: &mut Clock) -> Result<(), TestError> {
    clock.step("Build the Rust tests", "the first time compiles every dependency: minutes", || {
        process::run(workspace.cargo().args(["test", "--workspace", "--no-run"]))
    })?;
    let published = workspace.published_files().is_dir();
    if !published {
        println!("\nThe published files are not here: the tests that need them are counted, and do not run.");
    }
    if !setup::nextest_is_there() {
        println!("\n`cargo test` runs the tests, all of them: `cargo xtask setup` installs cargo-nextest.");
        return clock.test("Run the Rust tests", "two minutes", || {
            let mut cargo = workspace.cargo();
            cargo.args(["test", "--workspace", "--no-fail-fast"]);
            counted(
                "cargo test",
                if published { cargo.args(["--", "--include-ignored"]) } else { &mut cargo },
            )
        });
    }
    clock.test("Run the Rust tests", "two minutes", || {
        let mut cargo = workspace.cargo();
        cargo.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
        cargo.args(["--run-ignored", if published { "all" } else { "default" }]);
        if let Some(filter) = filter(tests) {
            cargo.args(["--filterset", &filter]);
        }
        counted("cargo nextest", &mut cargo)
    })?;
    if tests.holds(LAB) {
        clock.test(
            "Run the examples of the documentation",
            "seconds: cargo-nextest does not run them",
            || counted("cargo test", workspace.cargo().args(["test", "--workspace", "--doc"])),
        )?;
    }
    Ok(())
}

/// The packages whose tests run, in the language of cargo-nextest; `None` where all run.
fn filter(tests: &Part) -> Option<String> {
    let Part::Some(packages) = tests else { return None };
    let packages: Vec<String> = packages.iter().map(|package| format!("package(={package})")).collect();
    Some(packages.join(" + "))
}

/// Runs tests and counts them.
fn counted(runner: &'static str, command: &mut Command) -> Result<Counts, TestError> {
    Counts::of(&process::run_and_read(command)?).ok_or(TestError::NoSummary { runner })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn packages_are_named_to_nextest() {
        assert_eq!(filter(&Part::All), None);
        assert_eq!(filter(&Part::of(&["xtask", LAB])).as_deref(), Some("package(=bk-lab) + package(=xtask)"));
    }

    /// What is counted at the end is said to need the published files.
    #[test]
    fn every_ignored_test_needs_the_published_files() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut found = 0;
        for folder in ["crates", "src", "tests"].map(|folder| root.join(folder)) {
            for (path, text) in sources(&folder) {
                for line in text.lines().map(str::trim).filter(|line| line.starts_with("#[ignore")) {
                    assert_eq!(line, r#"#[ignore = "needs the published files"]"#, "{path}");
                    found += 1;
                }
            }
        }
        assert!(found > 0, "no test is ignored");
    }

    /// The Rust files below a folder, with their paths; none where there is no such folder.
    fn sources(folder: &Path) -> Vec<(String, String)> {
        let paths = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
        let files = paths.flat_map(|path| match path.extension() {
            _ if path.is_dir() => sources(&path),
            Some(extension) if extension == "rs" => {
                vec![(path.display().to_string(), fs::read_to_string(&path).unwrap())]
            }
            _ => vec![],
        });
        files.collect()
    }
}
