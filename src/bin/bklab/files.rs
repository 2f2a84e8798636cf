//! What the commands share of files and standard output.

use crate::Failure;
use bk_lab::export::restore;
use bk_lab::import::{ImportError, Imported, LARGEST_FILE, Problem, SourceFile, read_files};
use std::fs;
use std::io::{Error, Write};
use std::path::{Path, PathBuf};

/// Reads and imports files, exported figures among them; one that cannot be read is among the errors.
pub(crate) fn import(paths: &[PathBuf]) -> Imported {
    let mut unread = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        match read(path) {
            Ok(bytes) => files.push(SourceFile { name, bytes: restore(bytes) }),
            Err(problem) => unread.push(ImportError { file: name, problem }),
        }
    }
    let mut imported = read_files(&files);
    imported.errors.splice(..0, unread);
    imported
}

/// A file's content, unless it is too large to be worth reading.
fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: Error| Problem::Unreadable(error.to_string());
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > LARGEST_FILE { Err(Problem::TooLarge(size)) } else { fs::read(path).map_err(unreadable) }
}

/// Writes a file and says so; makes its folder if there is none.
pub(crate) fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: Error| Failure::Failed(format!("{} could not be written: {error}.", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, bytes).map_err(failed)?;
    eprintln!("bklab: wrote {} ({} bytes)", path.display(), bytes.len());
    Ok(())
}

/// Prints a result as it is, without a line end of its own.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::Failed(format!("The result could not be printed: {error}.")))
}
