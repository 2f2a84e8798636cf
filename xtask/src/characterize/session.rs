//! Runs the command line in a temporary folder and hashes what it prints and writes.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::clock::without_time;
use super::invocations::{ALL_FORMATS, DRAWINGS, Invocation, OF_THE_LANGUAGE};
use super::list::{List, ListError};

/// The models that the site offers; a copy of them lies in the folder, because some commands write beside what they read.
const CHECKPOINTS: &str = "checkpoints";

/// A text to learn from, and how often: a text needs 10,000 bytes.
const TEXT: (&str, usize) = ("www/fonts/OFL.txt", 4);

/// Two small models, for the commands that train from a recipe file.
const RECIPE: &str = include_str!("recipe.json");

/// Five images in each of two folders: vertical and horizontal stripes of several widths.
const IMAGES: &[u8] = include_bytes!("images.zip");

/// Why the command line could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A file that cannot be read or written.
    #[error("{} could not be used: {source}. Check that the repository is whole and the disk has space.", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The program is not there.
    #[error("{} could not be started: {source}. Build it with `cargo build --bin bklab`, or name another with --command.", path.display())]
    Start {
        /// The program.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An invocation failed.
    #[error("“bklab {arguments}”, which makes “{product}”, ended with {status}: {message}")]
    Failed {
        /// The product's name.
        product: String,
        /// What was run.
        arguments: String,
        /// How it ended.
        status: ExitStatus,
        /// What it printed to standard error.
        message: String,
    },
    /// Two products with the same name.
    #[error(transparent)]
    List(#[from] ListError),
}

/// A folder in which the command line runs, and the products so far.
pub struct Session {
    command: PathBuf,
    folder: TempDir,
    /// Files that were hashed, or are no products.
    known: BTreeSet<PathBuf>,
    list: List,
}

impl Session {
    /// Makes a folder with the checkpoints, a text, a recipe and images.
    pub fn start(root: &Path, command: &Path) -> Result<Self, SessionError> {
        let command = fs::canonicalize(command)
            .map_err(|source| SessionError::Start { path: command.into(), source })?;
        let folder = TempDir::new().map_err(file_error(&std::env::temp_dir()))?;
        let mut session = Self { command, folder, known: BTreeSet::new(), list: List::default() };
        let from = root.join(CHECKPOINTS);
        let to = session.folder.path().join(CHECKPOINTS);
        fs::create_dir(&to).map_err(file_error(&to))?;
        for path in files(&from)? {
            let copy = to.join(path.strip_prefix(&from).unwrap_or(&path));
            fs::copy(&path, &copy).map_err(file_error(&path))?;
        }
        let text = root.join(TEXT.0);
        let text = fs::read(&text).map_err(file_error(&text))?.repeat(TEXT.1);
        let inputs =
            [("text.txt", text.as_slice()), ("recipe.json", RECIPE.as_bytes()), ("images.zip", IMAGES)];
        for (name, content) in inputs {
            let path = session.folder.path().join(name);
            fs::write(&path, content).map_err(file_error(&path))?;
            session.known.insert(path);
        }
        Ok(session)
    }

    /// Hashes the checkpoints themselves.
    pub fn hash_checkpoints(&mut self) -> Result<(), SessionError> {
        self.hash_new_files()
    }

    /// Runs one invocation and hashes what it prints and every file that it makes.
    pub fn invoke(&mut self, invocation: &Invocation) -> Result<(), SessionError> {
        self.print(invocation.product, invocation.arguments)?;
        self.hash_new_files()
    }

    /// Runs the command line, hashes what it prints as a product, and returns it. What is empty is no product.
    pub fn print(&mut self, product: &str, arguments: &str) -> Result<String, SessionError> {
        let expanded = arguments
            .replace("$ALL_FORMATS", ALL_FORMATS)
            .replace("$DRAWINGS", DRAWINGS)
            .replace("$OF_THE_LANGUAGE", OF_THE_LANGUAGE);
        let output = Command::new(&self.command)
            .args(expanded.split_whitespace())
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .stdin(Stdio::null())
            .output()
            .map_err(|source| SessionError::Start { path: self.command.clone(), source })?;
        if !output.status.success() {
            return Err(SessionError::Failed {
                product: product.into(),
                arguments: expanded,
                status: output.status,
                message: String::from_utf8_lossy(&output.stderr).into_owned(),
            });
        }
        if !output.stdout.is_empty() {
            self.add(product.into(), &output.stdout)?;
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The products.
    pub fn finish(self) -> List {
        self.list
    }

    /// Hashes the files that were not there before, by their paths in the folder; the link in one is a product of its own.
    fn hash_new_files(&mut self) -> Result<(), SessionError> {
        let root = self.folder.path().to_path_buf();
        for path in files(&root)? {
            if !self.known.insert(path.clone()) {
                continue;
            }
            let content = fs::read(&path).map_err(file_error(&path))?;
            let name = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            if let Some(link) = link(&content) {
                self.add(format!("link {name}"), link.as_bytes())?;
            }
            self.add(name, &content)?;
        }
        Ok(())
    }

    fn add(&mut self, name: String, content: &[u8]) -> Result<(), SessionError> {
        let hash = Sha256::digest(without_time(content));
        Ok(self.list.add(name, hash.iter().map(|byte| format!("{byte:02x}")).collect())?)
    }
}

/// The permalink of a figure's JSON or SVG file.
fn link(content: &[u8]) -> Option<String> {
    let text = str::from_utf8(content).ok()?;
    let json = match text.split_once("<metadata") {
        None => text.to_owned(),
        Some((_, rest)) => {
            let (json, _) = rest.split_once('>')?.1.split_once("</metadata")?;
            // “&amp;” comes last: it may be the beginning of what is no entity.
            json.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        }
    };
    let value: Value = serde_json::from_str(&json).ok()?;
    Some(value.get("view")?.as_str()?.to_owned())
}

/// All files below a folder, sorted by path.
fn files(folder: &Path) -> Result<Vec<PathBuf>, SessionError> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(file_error(&folder))? {
            let path = entry.map_err(file_error(&folder))?.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> SessionError + use<> {
    let path = path.to_path_buf();
    move |source| SessionError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_read_from_json_and_svg() {
        let json = r##"{"schema":"bk-lab/1","view":"#/stability?v=1&steps=5","records":[]}"##;
        assert_eq!(link(json.as_bytes()).unwrap(), "#/stability?v=1&steps=5");
        let escaped = json.replace('&', "&amp;").replace('"', "&quot;");
        let svg = format!("<svg><metadata id=\"bk-lab\">{escaped}</metadata></svg>");
        assert_eq!(link(svg.as_bytes()).unwrap(), "#/stability?v=1&steps=5");
        assert_eq!(link(b"{\"schema\":\"bk-lab/1\"}"), None);
        assert_eq!(link(b"\x89PNG"), None);
    }
}
