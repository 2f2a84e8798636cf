//! Zips of result files: a whole tree of a study at once.

use super::{FOLDER_ENDING, Problem, SourceFile, admit};
use std::borrow::Cow;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// What a zip starts with: its first file, or its end where there is none.
const STARTS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// The most files a zip may have. The published study has 432.
const MOST_FILES: usize = 10_000;

/// The files, with the result files of a zip in its place; and the zips that could not be opened, by their places.
pub(crate) fn opened(files: &[SourceFile]) -> (Vec<Cow<'_, SourceFile>>, Vec<(usize, Problem)>) {
    let (mut found, mut problems) = (vec![], vec![]);
    let mut read = 0;
    for (place, file) in files.iter().enumerate() {
        if !STARTS.iter().any(|start| file.bytes.starts_with(start)) {
            found.push(Cow::Borrowed(file));
            continue;
        }
        match unpack(file, &mut read) {
            Ok(files) => found.extend(files.into_iter().map(Cow::Owned)),
            Err(problem) => problems.push((place, problem)),
        }
    }
    (found, problems)
}

/// The result files of a zip. Sizes are those that come out, whatever the zip says of them.
fn unpack(file: &SourceFile, read: &mut u64) -> Result<Vec<SourceFile>, Problem> {
    let damaged = |error: &dyn std::fmt::Display| Problem::Archive(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(&file.bytes)).map_err(|error| damaged(&error))?;
    if archive.len() > MOST_FILES {
        return Err(Problem::TooMany { files: archive.len(), most: MOST_FILES });
    }
    let mut files = vec![];
    for place in 0..archive.len() {
        let entry = archive.by_index(place).map_err(|error| damaged(&error))?;
        let path = entry.name().map_err(|error| damaged(&error))?.into_owned();
        if !entry.is_file() || !path.ends_with(FOLDER_ENDING) {
            continue;
        }
        let name = format!("{}/{path}", file.name);
        let mut bytes = vec![];
        // One byte more than may be read tells that there is more.
        let most = super::LARGEST_FILE.min(super::LARGEST_TOTAL - (*read).min(super::LARGEST_TOTAL)) + 1;
        entry.take(most).read_to_end(&mut bytes).map_err(|error| damaged(&error))?;
        admit(bytes.len() as u64, read)?;
        files.push(SourceFile { name, bytes });
    }
    match files.is_empty() {
        true => Err(Problem::NoResults(archive.len())),
        false => Ok(files),
    }
}
