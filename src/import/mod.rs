//! Import: foreign result files become records, with a provenance never better than what the file proves.
//!
//! Read are the forms the published project wrote or documents (resnet-bk.md §5.3, §5.4, §11.1) and the
//! lab's own documents. Every file stands alone: one that cannot be used is reported, the others are taken.

mod json;
mod origin;
mod rows;

use crate::record::robustness::Series;
use crate::record::{DocumentError, Manifest, Record, Robustness, document};
use rows::{Row, RowError};
use serde_json::Value;

/// The largest file that is read, in bytes. Result files are kilobytes; beyond this a browser tab, which
/// needs about ten times a JSON file's size to parse it, is at risk.
pub const LARGEST_FILE: u64 = 50_000_000;

/// A file as a person gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceFile {
    /// Its name without folders. Never trusted as markup or as a path.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// What came of a set of files.
#[derive(Debug, Default)]
pub struct Imported {
    /// The records, in the order of the files; files of one point each share a record.
    pub records: Vec<Record>,
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
    /// Nothing in it.
    #[error("It is empty.")]
    Empty,
    /// Not UTF-8.
    #[error("It is not a text file (byte {0} is not UTF-8). Result files are JSON.")]
    NotText(usize),
    /// Not JSON, or cut off.
    #[error("It is not complete JSON: {0}. If it was cut off, export or download it again.")]
    NotJson(serde_json::Error),
    /// JSON of a form the lab does not know.
    #[error(
        "It holds {0}, which is none of the forms the lab reads: a list of rows with “model”, “bits” and “perplexity”; an object with “perplexity” for one bit width; a published summary with “resnetbk” and “mamba”; a record of this lab."
    )]
    Form(String),
    /// A row or value in it cannot be used.
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
    /// One evaluation: the loader format.
    Single(Row),
    /// A list of evaluations.
    List(Vec<Row>),
    /// A complete table of perplexities.
    Summary(Vec<Row>),
    /// Records of this lab.
    Records(Vec<Record>),
}

/// Reads result files. Files of one evaluation each become one record; lists that complement one another
/// (one model a file, say) too; everything else is a record of its own.
pub fn read_files(files: &[SourceFile]) -> Imported {
    let mut imported = Imported::default();
    let mut singles: Vec<(Row, String)> = Vec::new();
    let mut lists: Vec<(Vec<Row>, Vec<String>)> = Vec::new();
    for file in files {
        match read_file(file) {
            Ok(Content::Single(row)) => singles.push((row, file.name.clone())),
            Ok(Content::List(rows)) => {
                match lists.iter_mut().find(|(others, _)| rows::disjoint(others, &rows)) {
                    Some((others, names)) => {
                        others.extend(rows);
                        names.push(file.name.clone());
                    }
                    None => lists.push((rows, vec![file.name.clone()])),
                }
            }
            Ok(Content::Summary(rows)) => imported.records.push(robustness(&rows, vec![file.name.clone()])),
            Ok(Content::Records(records)) => imported.records.extend(records),
            Err(problem) => imported.errors.push(ImportError { file: file.name.clone(), problem }),
        }
    }
    imported.records.extend(lists.into_iter().map(|(rows, names)| robustness(&rows, names)));
    if !singles.is_empty() {
        let (rows, names): (Vec<Row>, Vec<String>) = singles.into_iter().unzip();
        imported.records.push(robustness(&rows, names));
    }
    imported
}

/// Recognises one file.
fn read_file(file: &SourceFile) -> Result<Content, Problem> {
    let size = file.bytes.len() as u64;
    if size > LARGEST_FILE {
        return Err(Problem::TooLarge(size));
    }
    let text = std::str::from_utf8(&file.bytes).map_err(|error| Problem::NotText(error.valid_up_to()))?;
    if text.trim().is_empty() {
        return Err(Problem::Empty);
    }
    let value = json::parse(text).map_err(Problem::NotJson)?;
    match &value {
        Value::Array(items) if items.first().is_some_and(document::is_document) => records(items),
        Value::Array(_) => Ok(Content::List(rows::from_list(&value, &file.name)?)),
        Value::Object(_) if document::is_document(&value) => records(std::slice::from_ref(&value)),
        Value::Object(object) if object.contains_key("resnetbk") || object.contains_key("mamba") => {
            Ok(Content::Summary(rows::from_summary(object)?))
        }
        Value::Object(object) if object.contains_key("perplexity") => {
            Ok(Content::Single(rows::from_object(&value, &file.name, None)?))
        }
        other => Err(Problem::Form(json::describe(other))),
    }
}

/// The records of this lab's own documents, each re-examined.
fn records(documents: &[Value]) -> Result<Content, Problem> {
    let records = documents.iter().map(|value| origin::recheck(document::from_value(value.clone())?));
    Ok(Content::Records(records.collect::<Result<_, Problem>>()?))
}

/// A record from rows of one origin.
fn robustness(rows: &[Row], files: Vec<String>) -> Record {
    let series: Vec<Series> = rows::to_series(rows);
    let (provenance, sentence) = origin::of(rows, &series);
    Record::Robustness(Robustness {
        provenance,
        manifest: Manifest::new(files, sentence),
        config: None,
        series,
    })
}
