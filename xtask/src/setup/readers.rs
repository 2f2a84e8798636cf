//! Programs that read exported figures back in the tests: Ghostscript for EPS and PDF, Poppler for the text
//! and the fonts of a PDF.

use super::SetupError;
use super::apt::{self, Need};
use crate::process;

/// What the tests call.
const PROGRAMS: [&str; 3] = ["gs", "pdftotext", "pdffonts"];

const READERS: Need = Need {
    packages: &["ghostscript", "poppler-utils"],
    purpose: "read exported figures back in the tests",
    elsewhere: "Install Ghostscript and Poppler's command-line tools with the system's own means.",
};

/// Makes sure that there are all of them.
pub fn programs() -> Result<(), SetupError> {
    let there = PROGRAMS.iter().all(|program| process::find(program).is_some());
    if there { Ok(()) } else { Ok(apt::install(&READERS)?) }
}
