//! Where the repository and its build products are, as cargo itself sees it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::process::{self, ProcessError};

/// The package of the lab itself.
pub const LAB: &str = "bk-lab";

/// Why the repository could not be described.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// Cargo did not answer.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// Cargo answered something else than expected.
    #[error("`cargo metadata` gave no {field}. Check that Cargo.toml is the one of BK Lab.")]
    Field {
        /// What was looked for.
        field: &'static str,
    },
}

/// The repository this command works on.
pub struct Workspace {
    /// The root of the repository.
    pub root: PathBuf,
    /// Where cargo leaves what it builds; not always `target/`.
    pub target: PathBuf,
    /// The version of the lab.
    pub version: String,
}

impl Workspace {
    /// Asks cargo, from wherever inside the repository the command was typed.
    pub fn find() -> Result<Self, WorkspaceError> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let answer = process::read(
            process::cargo().args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root),
        )?;
        describe(&answer)
    }

    /// Where the command line `bklab` lies after a plain `cargo build`.
    pub fn command_line(&self) -> PathBuf {
        self.target.join("debug").join(format!("bklab{}", std::env::consts::EXE_SUFFIX))
    }

    /// Where cargo leaves what it builds for the browser, apart from the rest because another compiler
    /// may have built it.
    pub fn web_target(&self) -> PathBuf {
        self.target.join("web")
    }

    /// Where the tests that drive the built page lie.
    pub fn browser_tests(&self) -> PathBuf {
        self.root.join("tests/browser")
    }

    /// Where the files lie that the studies published, on machines that have them.
    pub fn published_files(&self) -> PathBuf {
        self.root.join("../shared/data")
    }

    /// A cargo that works on this repository.
    pub fn cargo(&self) -> Command {
        let mut cargo = process::cargo();
        cargo.current_dir(&self.root);
        cargo
    }

    /// The commit that is checked out, marked `-dirty` when files differ from it; none outside git.
    pub fn commit(&self) -> Option<String> {
        let mut git = Command::new("git");
        git.args(["describe", "--always", "--dirty", "--abbrev=12", "--exclude", "*"]);
        process::ask(git.current_dir(&self.root))
    }
}

fn describe(answer: &str) -> Result<Workspace, WorkspaceError> {
    let metadata: Value = serde_json::from_str(answer).unwrap_or_default();
    let text =
        |value: &Value, field| value.as_str().map(str::to_owned).ok_or(WorkspaceError::Field { field });
    let lab = metadata["packages"].as_array().and_then(|all| all.iter().find(|one| one["name"] == LAB));
    Ok(Workspace {
        root: text(&metadata["workspace_root"], "workspace_root")?.into(),
        target: text(&metadata["target_directory"], "target_directory")?.into(),
        version: text(lab.map_or(&Value::Null, |lab| &lab["version"]), "package bk-lab")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_of_the_lab() {
        let answer = r#"{"packages":[{"name":"xtask","version":"9.9.9"},{"name":"bk-lab","version":"0.1.0"}],
                         "workspace_root":"/lab","target_directory":"/tmp/target"}"#;
        let workspace = describe(answer).unwrap();
        assert_eq!(workspace.version, "0.1.0");
        assert_eq!(workspace.target, Path::new("/tmp/target"));
    }

    #[test]
    fn a_strange_answer_is_named() {
        let error = describe("{}").err().unwrap();
        assert!(error.to_string().contains("workspace_root"), "{error}");
    }
}
