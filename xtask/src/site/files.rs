//! Folders as values: a site is put together in memory and only then written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest, Sha256};

/// Contents by path; the parts of a path are separated by `/`, as in an address.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{} could not be {action}: {source}. Check the rights and the space on the disk, then try again.", path.display())]
pub struct FileError {
    path: PathBuf,
    action: &'static str,
    source: io::Error,
}

/// Everything below a folder.
pub fn read_folder(folder: &Path) -> Result<Files, FileError> {
    let failed = |source| FileError { path: folder.to_owned(), action: "read", source };
    let mut files = Files::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            let below = read_folder(&path)?;
            files.extend(below.into_iter().map(|(file, contents)| (format!("{name}/{file}"), contents)));
        } else {
            files.insert(name, read(&path)?);
        }
    }
    Ok(files)
}

/// The same; nothing where the folder is not there.
pub fn read_if_there(folder: &Path) -> Result<Files, FileError> {
    if folder.exists() { read_folder(folder) } else { Ok(Files::new()) }
}

/// One file.
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(|source| FileError { path: path.to_owned(), action: "read", source })
}

/// SHA-256 of the names and the contents of files, in hexadecimal digits.
pub fn digest<'a>(files: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>) -> String {
    let mut hash = Sha256::new();
    for (name, contents) in files {
        // The lengths keep two lists apart whose names and contents, one after the other, read the same.
        for bytes in [name.as_bytes(), contents] {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
    }
    hexadecimal(&hash.finalize())
}

/// Bytes in hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes a folder hold these files and nothing else.
pub fn write_folder(folder: &Path, files: &Files) -> Result<(), FileError> {
    empty_folder(folder)?;
    add_to_folder(folder, files)
}

/// Makes a folder hold these files besides those that it holds already.
pub fn add_to_folder(folder: &Path, files: &Files) -> Result<(), FileError> {
    files.iter().try_for_each(|(name, contents)| write(&folder.join(name), contents))
}

/// Writes one file, and the folder it lies in if that is not there.
pub fn write(path: &Path, contents: &[u8]) -> Result<(), FileError> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    let written = folder.and_then(|()| fs::write(path, contents));
    written.map_err(|source| FileError { path: path.to_owned(), action: "written", source })
}

/// Makes a folder exist and hold nothing.
pub fn empty_folder(folder: &Path) -> Result<(), FileError> {
    let failed = |source| FileError { path: folder.to_owned(), action: "written", source };
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(failed)?;
    }
    fs::create_dir_all(folder).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_nothing_old_remains() {
        let folder = std::env::temp_dir().join(format!("bk-lab-files-{}", std::process::id()));
        let old = Files::from([("old.js".to_owned(), vec![0])]);
        let new = Files::from([("index.html".to_owned(), vec![1]), ("fonts/a.woff2".to_owned(), vec![2, 3])]);
        write_folder(&folder, &old).unwrap();
        write_folder(&folder, &new).unwrap();
        assert_eq!(read_folder(&folder).unwrap(), new);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = read_folder(Path::new("/no/such/folder")).unwrap_err();
        assert!(error.to_string().starts_with("/no/such/folder could not be read"), "{error}");
    }
}
