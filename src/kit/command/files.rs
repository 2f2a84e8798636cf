//! What the commands share of files and standard output.

use crate::kit::command::Failure;
use crate::kit::import::{FOLDER_ENDING, ImportError, Problem, SourceFile, admit};
use bk_plot::export::restore;
use std::fs;
use std::io::{Error, Write};
use std::path::{Path, PathBuf};

/// Reads files, exported figures among them, and the result files in folders. Returns those that were read, and why the
/// others were not.
pub(crate) fn gather(paths: &[PathBuf]) -> (Vec<SourceFile>, Vec<ImportError>) {
    let mut errors = Vec::new();
    let mut found = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        match path.is_dir() {
            true => walk(path, &name, &mut found, &mut errors),
            false => found.push((path.clone(), name)),
        }
    }
    let mut size = 0;
    let mut files = Vec::new();
    for (path, name) in found {
        match read(&path, &mut size) {
            Ok(bytes) => files.push(SourceFile { name, bytes: restore(bytes) }),
            Err(problem) => errors.push(ImportError { file: name, problem }),
        }
    }
    (files, errors)
}

/// The result files in a folder and those within it, by name. Links to folders are not followed: they may lead
/// in a circle.
fn walk(folder: &Path, name: &str, found: &mut Vec<(PathBuf, String)>, errors: &mut Vec<ImportError>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let problem = Problem::Unreadable(error.to_string());
            return errors.push(ImportError { file: name.into(), problem });
        }
    };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let path = format!("{name}/{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type();
        if kind.is_ok_and(|kind| kind.is_dir()) {
            walk(&entry.path(), &path, found, errors);
        } else if path.ends_with(FOLDER_ENDING) {
            found.push((entry.path(), path));
        }
    }
}

/// A file's content, unless it is too large to be worth reading.
fn read(path: &Path, read: &mut u64) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: Error| Problem::Unreadable(error.to_string());
    let size = fs::metadata(path).map_err(unreadable)?.len();
    admit(size, read)?;
    fs::read(path).map_err(unreadable)
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

/// Writes a file whole or not at all, whenever the program is killed; makes its folder if there is none.
pub(crate) fn put(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut partial = path.to_path_buf().into_os_string();
    partial.push(".partial");
    fs::write(&partial, text)?;
    fs::rename(&partial, path)
}

/// Prints a result as it is, without a line end of its own.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::Failed(format!("The result could not be printed: {error}.")))
}
