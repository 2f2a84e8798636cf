//! A browser for the tests: any Chromium, because its flags decide whether there is a WebGPU adapter.

use std::path::PathBuf;

use super::SetupError;
use super::apt::{self, Need};
use crate::process;

/// What Chromium and its relatives are called on the PATH.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

const CHROMIUM: Need = Need {
    packages: &["chromium"],
    purpose: "test the page as a reader sees it",
    elsewhere: "Install Chromium or Chrome, or set BK_LAB_CHROMIUM to the path of one.",
};

/// The reader's choice, else one on the PATH, else Debian's.
pub fn chromium() -> Result<PathBuf, SetupError> {
    if let Some(path) = std::env::var_os("BK_LAB_CHROMIUM").map(PathBuf::from) {
        return if path.is_file() { Ok(path) } else { Err(SetupError::NoSuchBrowser { path }) };
    }
    let on_path = || NAMES.into_iter().find_map(process::find);
    if let Some(path) = on_path() {
        return Ok(path);
    }
    apt::install(&CHROMIUM)?;
    on_path().ok_or_else(|| SetupError::NoSuchBrowser { path: NAMES[0].into() })
}
