//! Import: foreign result files become records, with a provenance never better than what the file proves.
//!
//! Recognised are the data of the three published figures in every form the published project wrote or
//! documents (resnet-bk.md §5.3, §5.4, §6.3, §6.4, §7.3, §7.4, §11.1), and the lab's own documents. Other
//! JSON becomes a table. Every file stands alone: one that cannot be used is reported, the others are taken.
//! Apart from that, [`read_potential`] reads the diagonal of a chain from a file or from pasted text.

mod archive;
pub(crate) mod dataset;
pub(crate) mod fields;
pub(crate) mod json;
pub(crate) mod origin;

pub use fields::RowError;

use super::record::{DocumentError, Record, document};
use dataset::{DataSets, FigurePoint, Found};
use serde_json::Value;

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

/// What came of a set of files.
#[derive(Debug, Default)]
pub struct Imported {
    /// The records, in the order of the files; files of one point each share a record.
    pub records: Vec<Record>,
    /// For each exported figure among the files the link that shows it again: as much to be trusted as any link.
    pub views: Vec<String>,
    /// The files that could not be used, and why.
    pub errors: Vec<ImportError>,
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

/// What one file turned out to hold.
enum Content {
    /// Data of the robustness figure.
    Robustness(Found<crate::studies::robustness::record::Point>),
    /// Data of the efficiency figure.
    Efficiency(Found<crate::studies::efficiency::record::Point>),
    /// Data of the stability figure.
    Stability(Found<crate::studies::stability::record::Point>),
    /// A file of the study of quantized LoRA.
    Lora(Box<crate::studies::lora::import::LoraFile>),
    /// Records of this lab, or a table.
    Records(Vec<Record>),
    /// A figure of this lab: the link to it, and its records.
    View(String, Vec<Record>),
}

/// Reads result files. Files of one evaluation each become one record; lists that complement one another
/// (one model a file, say) too, and so do the files of a study of quantized LoRA;
/// everything else is a record of its own. A zip stands for the result files in it.
pub fn read_files(files: &[SourceFile]) -> Imported {
    let mut errors = Vec::new();
    let mut records: Vec<(usize, Record)> = Vec::new();
    let mut views = Vec::new();
    let (mut robustness, mut efficiency, mut stability) =
        (DataSets::default(), DataSets::default(), DataSets::default());
    let mut lora = crate::studies::lora::import::LoraFiles::default();
    let (opened, unopened) = archive::opened(files);
    for (place, problem) in unopened {
        errors.push(ImportError { file: files[place].name.clone(), problem });
    }
    for (place, file) in opened.iter().enumerate() {
        match read_file(file) {
            Ok(Content::Lora(found)) => lora.add(place, &file.name, *found),
            Ok(Content::Robustness(found)) => robustness.add(place, &file.name, found),
            Ok(Content::Efficiency(found)) => efficiency.add(place, &file.name, found),
            Ok(Content::Stability(found)) => stability.add(place, &file.name, found),
            Ok(Content::Records(found)) => records.extend(found.into_iter().map(|record| (place, record))),
            Ok(Content::View(link, found)) => {
                records.extend(found.into_iter().map(|record| (place, record)));
                views.push(link);
            }
            Err(problem) => errors.push(ImportError { file: file.name.clone(), problem }),
        }
    }
    records.extend(robustness.into_records());
    records.extend(efficiency.into_records());
    records.extend(stability.into_records());
    records.extend(lora.into_records());
    records.sort_by_key(|(place, _)| *place);
    Imported { records: records.into_iter().map(|(_, record)| record).collect(), views, errors }
}

/// Recognises one file.
fn read_file(file: &SourceFile) -> Result<Content, Problem> {
    admit(file.bytes.len() as u64, &mut 0)?;
    let text = std::str::from_utf8(&file.bytes).map_err(|error| Problem::NotText(error.valid_up_to()))?;
    if text.trim().is_empty() {
        return Err(Problem::Empty);
    }
    let value = json::parse(text).map_err(Problem::NotJson)?;
    match &value {
        Value::Array(items) if items.first().is_some_and(document::is_document) => {
            records(items, &file.name).map(Content::Records)
        }
        Value::Object(_) if document::is_document(&value) => match document::view_of(&value) {
            Some((link, items)) => Ok(Content::View(link.into(), records(items, &file.name)?)),
            None => records(std::slice::from_ref(&value), &file.name).map(Content::Records),
        },
        _ => foreign(&value, &file.name),
    }
}

/// A file's own name, from which a model, a width or a length may be read: folders may be called anything.
fn own_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The records of this lab's own documents, each re-examined.
fn records(documents: &[Value], path: &str) -> Result<Vec<Record>, Problem> {
    documents.iter().map(|value| origin::recheck(document::from_value(value.clone())?, path)).collect()
}

/// The content of a foreign file: the data of the first figure that recognises it, else a table.
fn foreign(value: &Value, path: &str) -> Result<Content, Problem> {
    let file = own_name(path);
    if let Some(found) = FigurePoint::recognise(value, file) {
        return Ok(Content::Robustness(found?));
    }
    if let Some(found) = FigurePoint::recognise(value, file) {
        return Ok(Content::Efficiency(found?));
    }
    if let Some(found) = FigurePoint::recognise(value, file) {
        return Ok(Content::Stability(found?));
    }
    if let Some(found) = crate::studies::lora::import::recognise(value, path) {
        return Ok(Content::Lora(Box::new(found)));
    }
    match crate::studies::files::import::table::read(value, path) {
        Some(table) => Ok(Content::Records(vec![table.into()])),
        None => Err(Problem::Nothing(json::describe(value))),
    }
}
