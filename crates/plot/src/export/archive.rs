//! Zip archives whose bytes depend only on the files in them.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The error for a zip that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("The files could not be put into one: {0}.")]
pub struct ArchiveError(#[from] zip::result::ZipError);

impl From<std::io::Error> for ArchiveError {
    fn from(error: std::io::Error) -> Self {
        ArchiveError(error.into())
    }
}

/// Creates a zip of files, given by their paths (with slashes) and their text, in this order. Every file has the
/// earliest time of the format, the beginning of 1980, so that the same files give the same bytes.
pub fn zip<'files>(
    files: impl IntoIterator<Item = (&'files str, &'files str)>,
) -> Result<Vec<u8>, ArchiveError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644);
    for (path, text) in files {
        archive.start_file(path, options)?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}
