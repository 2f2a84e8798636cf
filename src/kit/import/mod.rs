//! Import: foreign result files become records, with a provenance never better than what the file proves.
//!
//! Recognized are the data of the three published figures in every form the published project wrote or
//! documents (resnet-bk.md §5.3, §5.4, §6.3, §6.4, §7.3, §7.4, §11.1), and the lab's own documents. Other
//! JSON becomes a table. Every file stands alone: one that cannot be used is reported, the others are taken.

pub(crate) mod archive;
pub(crate) mod dataset;
pub(crate) mod fields;
pub(crate) mod json;
pub(crate) mod origin;

pub use fields::RowError;

use super::record::DocumentError;

/// The largest file that is read, in bytes. Result files are kilobytes; beyond this a browser tab, which
/// needs about ten times a JSON file's size to parse it, is at risk.
pub const LARGEST_FILE: u64 = 50_000_000;

/// How many bytes are read at once, in all files together.
pub const LARGEST_TOTAL: u64 = 200_000_000;

/// The files of a folder that are read, by how their names end. What else lies in a folder of results are
/// pictures, logs and programs; a file that is given by itself is tried whatever its name.
pub const FOLDER_ENDING: &str = ".json";

/// Whether a file may be read; `read` is the size of those that have been read with it, and grows.
pub fn admit(size: u64, read: &mut u64) -> Result<(), Problem> {
    if size > LARGEST_FILE {
        return Err(Problem::TooLarge(size));
    }
    if *read + size > LARGEST_TOTAL {
        return Err(Problem::TooMuch(*read + size));
    }
    *read += size;
    Ok(())
}

/// A file as a person gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceFile {
    /// Its name, after the folders below the one that was given, with slashes between. Never trusted as markup
    /// or as a path.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A file that could not be used.
#[derive(Debug, thiserror::Error)]
#[error("“{file}” was not imported. {problem}")]
pub struct ImportError {
    /// The file's name.
    pub file: String,
    /// What is wrong with it.
    #[source]
    pub problem: Problem,
}

/// What can be wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Larger than [`LARGEST_FILE`].
    #[error("It has {:.0} MB; result files of up to {} MB are read. Cut it down to the rows you need.", *.0 as f64 / 1e6, LARGEST_FILE / 1_000_000)]
    TooLarge(u64),
    /// One of more files than are read at once.
    #[error("With it the files have {:.0} MB; up to {} MB are read at once. Import the others by themselves.", *.0 as f64 / 1e6, LARGEST_TOTAL / 1_000_000)]
    TooMuch(u64),
    /// A zip that cannot be opened.
    #[error(
        "It is a zip, but cannot be opened: {0}. If it was cut off, download it again; if not, drop what is in it."
    )]
    Archive(String),
    /// A zip of too many files.
    #[error("It is a zip of {files} files; up to {most} are opened. Drop the folders that you need.")]
    TooMany {
        /// How many it has.
        files: usize,
        /// How many it may have.
        most: usize,
    },
    /// A zip without result files.
    #[error(
        "It is a zip of {0} files, none of which ends with “{FOLDER_ENDING}”: there are no results in it."
    )]
    NoResults(usize),
    /// Nothing in it.
    #[error("It is empty.")]
    Empty,
    /// Not UTF-8.
    #[error("It is not a text file (byte {0} is not UTF-8). Result files are JSON.")]
    NotText(usize),
    /// Not JSON, or cut off.
    #[error("It is not complete JSON: {0}. If it was cut off, export or download it again.")]
    NotJson(serde_json::Error),
    /// JSON without rows or values.
    #[error("It holds {0}. A result file holds an object or a list with something in it.")]
    Nothing(String),
    /// The data of a figure, but not possible.
    #[error("{0}")]
    Row(#[from] RowError),
    /// A record of this lab that cannot be opened.
    #[error("{0}")]
    Document(#[from] DocumentError),
    /// The file could not be read at all.
    #[error("It could not be read: {0}.")]
    Unreadable(String),
}
