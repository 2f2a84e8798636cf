//! The licenses of everything that ships and was made elsewhere, as a page of the site.
//!
//! | Module   | What it knows                                                        |
//! |----------|----------------------------------------------------------------------|
//! | `crates` | which crates are compiled into the site and the command line         |
//! | `terms`  | which licenses the lab may ship, and which texts a crate needs       |
//! | `works`  | what ships besides crates: typeface, texts, images, standard library |
//! | `page`   | how all of this becomes one HTML page                                |
//!
//! The page lies in the repository, because a build should not depend on the sources of every crate being at hand. A
//! test makes it anew and fails when it differs, so that a changed dependency cannot ship without its license.

mod crates;
mod page;
mod terms;
mod works;

use std::path::PathBuf;
use std::{fs, io};

use crate::process::ProcessError;
use crate::workspace::Workspace;

/// Where the page lies in the repository; the site has it at its top.
const PAGE: &str = "www/third-party-licenses.html";

/// Why the page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum LicensesError {
    /// Cargo did not list the crates.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// Cargo's list could not be read.
    #[error("`cargo metadata` did not describe {name}. Check that cargo is the one of rust-toolchain.toml.")]
    NotDescribed {
        /// A crate, or the whole list.
        name: String,
    },
    /// A license file could not be read, or the page could not be written.
    #[error("{} could not be {action}: {source}. Check the rights and the space on the disk, then try again.", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A manifest states no license, or none that SPDX knows.
    #[error(
        "{name} states the license \"{license}\", which is no SPDX expression: {reason}. Use another crate."
    )]
    NoExpression {
        /// The crate.
        name: String,
        /// What its manifest says.
        license: String,
        /// What the parser said.
        reason: String,
    },
    /// A license that the lab may not ship under its own.
    #[error(
        "{name} is licensed as \"{license}\", which is not among the licenses that BK Lab ships. Use another crate, or \
         read the license and add it to ACCEPTED in xtask/src/licenses/terms.rs."
    )]
    NotAccepted {
        /// The crate.
        name: String,
        /// Its license.
        license: String,
    },
}

/// Makes the page and writes it into the repository.
pub fn write(workspace: &Workspace) -> Result<(), LicensesError> {
    let path = workspace.root.join(PAGE);
    let page = make(workspace)?;
    fs::write(&path, &page).map_err(|source| LicensesError::File { path, action: "written", source })?;
    println!("{PAGE}: {} bytes", page.len());
    Ok(())
}

/// The page, made from what cargo says of the crates and from the table of other works.
fn make(workspace: &Workspace) -> Result<String, LicensesError> {
    let works = works::all(&workspace.root)?;
    let crates = crates::shipped(workspace)?;
    Ok(page::render(&works, &crates))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_repository_names_what_ships_today() {
        let workspace = Workspace::find().unwrap();
        let (kept, made) =
            (fs::read_to_string(workspace.root.join(PAGE)).unwrap(), make(&workspace).unwrap());
        let lines = |page: &str, other: &str| -> Vec<String> {
            page.lines().filter(|line| !other.lines().any(|one| one == *line)).map(str::to_owned).collect()
        };
        assert!(
            kept == made,
            "{PAGE} is out of date. Run `cargo xtask licenses` and commit it.\nno longer true: {:#?}\nmissing: {:#?}",
            lines(&kept, &made),
            lines(&made, &kept)
        );
    }
}
