//! The tracked files of the repository.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A tracked text file.
pub(crate) struct SourceFile {
    /// Path from the root of the repository, with forward slashes.
    pub(crate) path: String,
    /// Its content.
    pub(crate) text: String,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("xtask lies in the repository").to_owned()
}

/// The tracked files whose names end in one of `extensions` (without the dot), in the order of their paths. A file
/// that is deleted but still tracked is left out.
pub(crate) fn tracked(extensions: &[&str]) -> Vec<SourceFile> {
    let root = root();
    let listing = Command::new("git").args(["ls-files", "-z"]).current_dir(&root).output();
    let listing = listing.expect("git is installed: these tests list the files that it tracks");
    assert!(listing.status.success(), "git ls-files failed: {}", String::from_utf8_lossy(&listing.stderr));
    let paths = String::from_utf8(listing.stdout).expect("paths are UTF-8");
    let has_extension =
        |path: &&str| extensions.iter().any(|extension| path.ends_with(&format!(".{extension}")));
    let mut files: Vec<_> =
        paths.split('\0').filter(has_extension).filter_map(|path| read(&root, path)).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn read(root: &Path, path: &str) -> Option<SourceFile> {
    match std::fs::read_to_string(root.join(path)) {
        Ok(text) => Some(SourceFile { path: path.to_owned(), text }),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => panic!("{path} cannot be read: {error}"),
    }
}
