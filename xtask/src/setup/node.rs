//! Node.js and the two npm packages of the browser tests.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use super::SetupError;
use super::apt::{self, Need};
use crate::process;

/// The first version whose `node --test` runs the browser tests.
pub const OLDEST: u32 = 18;

/// Windows starts npm through a script of another name.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

const NODE: Need = Need {
    packages: &["nodejs", "npm"],
    purpose: "run the browser tests",
    elsewhere: "Install Node.js 18 or later from https://nodejs.org.",
};

/// Makes sure that Node is new enough and that the packages of the lock file are there.
pub fn node_and_packages(tests: &Path) -> Result<(), SetupError> {
    if !new_enough(&node_version()) || process::ask(Command::new(NPM).arg("--version")).is_none() {
        apt::install(&NODE)?;
        let found = node_version();
        if !new_enough(&found) {
            return Err(SetupError::OldNode { found });
        }
    }
    if !packages_are_fresh(tests) {
        println!("Fetching the npm packages of the browser tests (seconds, once).");
        let npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        process::run(Command::new(NPM).args(npm).current_dir(tests))?;
    }
    Ok(())
}

fn node_version() -> String {
    process::ask(Command::new("node").arg("--version")).unwrap_or_else(|| "missing".to_owned())
}

/// `v20.20.2` is 20.
fn new_enough(version: &str) -> bool {
    let major = version.trim_start_matches('v').split('.').next().unwrap_or_default();
    major.parse().is_ok_and(|major: u32| major >= OLDEST)
}

/// npm leaves its own lock file beside what it installed.
fn packages_are_fresh(tests: &Path) -> bool {
    let changed = |file: &str| fs::metadata(tests.join(file)).and_then(|data| data.modified()).ok();
    let installed: Option<SystemTime> = changed("node_modules/.package-lock.json");
    installed.is_some() && installed >= changed("package-lock.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_must_be_18_or_later() {
        assert!(new_enough("v18.20.4"));
        assert!(new_enough("v20.20.2"));
        assert!(!new_enough("v16.1.0"));
        assert!(!new_enough("missing"));
    }
}
