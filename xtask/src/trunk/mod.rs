//! The site by way of Trunk. Trunk runs the hook that `Trunk.toml` names, and the hook builds the site into the folder
//! from which Trunk takes it. So `trunk serve` and `trunk build --release` give the site of `cargo xtask serve` and
//! `cargo xtask build`.

mod check;

use std::path::PathBuf;

use crate::process::ProcessError;
use crate::setup::{SetupError, web_compiler};
use crate::site::files::FileError;
use crate::site::{self, Quality, SiteError};
use crate::workspace::Workspace;

pub use check::check;

/// The file that Trunk reads, at the top of the repository.
const CONFIGURATION: &str = "Trunk.toml";

/// How many of the files that differ are named.
const EXAMPLES: usize = 5;

/// Why Trunk has no site, or another one.
#[derive(Debug, thiserror::Error)]
pub enum TrunkError {
    /// A person has called the hook.
    #[error(
        "`cargo xtask stage` is the hook that Trunk runs, and TRUNK_STAGING_DIR is not set. Run `trunk serve` or \
         `trunk build --release`; without Trunk, run `cargo xtask serve` or `cargo xtask build`."
    )]
    Outside,
    /// Trunk says something new.
    #[error(
        "TRUNK_PROFILE is {found}; the hook knows debug and release. Run `trunk build`, with or without `--release`."
    )]
    Profile {
        /// The value of the variable.
        found: String,
    },
    /// The configuration does not run the hook.
    #[error(
        "{CONFIGURATION} has no usable hook: {reason}. Bring back the one that runs `cargo xtask stage`."
    )]
    NoHook {
        /// What is wrong.
        reason: String,
    },
    /// Trunk's site is not the one of `cargo xtask build`.
    #[error(
        "Trunk's site and the one of `cargo xtask build` differ in {} files, such as {}. Look at what {CONFIGURATION} \
         does besides running its hook; if a file changed between the two builds, try again.",
        names.len(), names[..names.len().min(EXAMPLES)].join(", ")
    )]
    Different {
        /// The files that are not the same in both.
        names: Vec<String>,
    },
    /// Nothing can compile for the browser.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// There is no site.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// Trunk or its hook failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// What Trunk tells its hook.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    /// Where the site has to go.
    folder: PathBuf,
    /// How well it has to be compiled.
    quality: Quality,
}

impl Request {
    /// Reads the variables that Trunk sets. TRUNK_PUBLIC_URL is not among those that matter, because every address in
    /// the site is relative: it works below any path.
    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, TrunkError> {
        let folder = variable("TRUNK_STAGING_DIR").ok_or(TrunkError::Outside)?.into();
        let quality = match variable("TRUNK_PROFILE").as_deref() {
            Some("release") => Quality::Published,
            Some("debug") => Quality::Draft,
            found => return Err(TrunkError::Profile { found: found.unwrap_or("not set").to_owned() }),
        };
        Ok(Self { folder, quality })
    }
}

/// Builds the site into Trunk's staging folder.
pub fn stage(workspace: &Workspace) -> Result<(), TrunkError> {
    let Request { folder, quality } = Request::read(|name| std::env::var(name).ok())?;
    Ok(site::build_into(&folder, workspace, &web_compiler()?, quality)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(variables: &[(&str, &str)]) -> Result<Request, TrunkError> {
        let found = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Request::read(|name| found(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_profile_decides_the_quality() {
        for (profile, quality) in [("release", Quality::Published), ("debug", Quality::Draft)] {
            let found = request(&[("TRUNK_STAGING_DIR", "dist/.stage"), ("TRUNK_PROFILE", profile)]).unwrap();
            assert_eq!(found, Request { folder: "dist/.stage".into(), quality });
        }
        let error = request(&[("TRUNK_STAGING_DIR", "x"), ("TRUNK_PROFILE", "fast")]).unwrap_err();
        assert!(error.to_string().starts_with("TRUNK_PROFILE is fast"), "{error}");
    }

    #[test]
    fn a_person_is_told_what_to_run_instead() {
        let error = request(&[]).unwrap_err().to_string();
        assert!(
            error.contains("is the hook that Trunk runs") && error.contains("cargo xtask serve"),
            "{error}"
        );
    }
}
