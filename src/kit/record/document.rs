//! The lab's own files: records under a schema version, so that a file written today can still be opened
//! when the records have changed.

use super::{Manifest, Provenance};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The schema this version writes.
pub const SCHEMA: &str = "bk-lab/1";

/// A record of one study.
pub trait Filed: Serialize + DeserializeOwned {
    /// The study's name in files.
    const STUDY: &'static str;

    /// Where its numbers come from.
    fn provenance(&self) -> Provenance;

    /// How it was made.
    fn manifest(&self) -> &Manifest;
}

/// A record as JSON, and what is to be known of it without knowing what is in it: whoever only keeps records or hands
/// them on, as the page does before a room is open, needs no code of any study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The name of the study: [`Filed::STUDY`].
    pub study: String,
    /// Where its numbers come from.
    pub provenance: Provenance,
    /// How it was made.
    pub manifest: Manifest,
    /// The record.
    json: String,
}

impl Document {
    /// The document of a record.
    pub fn of<Kind: Filed>(record: &Kind) -> Result<Self, serde_json::Error> {
        Ok(Document {
            study: Kind::STUDY.into(),
            provenance: record.provenance(),
            manifest: record.manifest().clone(),
            // By way of a value, in which a number of single precision is the one of double precision that equals it.
            json: serde_json::to_value(record)?.to_string(),
        })
    }

    /// The record in it, if it is one of that study.
    pub fn open<Kind: Filed>(&self) -> Result<Kind, serde_json::Error> {
        if self.study != Kind::STUDY {
            let sentence = format!("it is a record of “{}”, not of “{}”", self.study, Kind::STUDY);
            return Err(serde::de::Error::custom(sentence));
        }
        serde_json::from_str(&self.json)
    }

    /// The record as parsed JSON.
    pub fn value(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_str(&self.json)
    }
}

/// What can be written as a document.
pub trait ToDocument {
    /// The document.
    fn to_document(&self) -> Result<Document, serde_json::Error>;
}

impl ToDocument for Document {
    fn to_document(&self) -> Result<Document, serde_json::Error> {
        Ok(self.clone())
    }
}

impl<Kind: ToDocument> ToDocument for &Kind {
    fn to_document(&self) -> Result<Document, serde_json::Error> {
        (*self).to_document()
    }
}

impl<Kind: ToDocument> ToDocument for std::sync::Arc<Kind> {
    fn to_document(&self) -> Result<Document, serde_json::Error> {
        self.as_ref().to_document()
    }
}

/// A file of the lab's own kind that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Written by a version this one does not know.
    #[error(
        "It has the schema {0}; this version of the lab reads “{SCHEMA}”. Open it with the version that wrote it."
    )]
    Schema(String),
    /// The record does not have the form the schema promises.
    #[error("It says it is a record of this lab, but it is damaged: {0}.")]
    Damaged(#[from] serde_json::Error),
}

/// The JSON that page and command line both write: an object with `schema` and the record's fields, or a
/// list of such objects where there are several; two-space indent, no trailing newline.
pub fn to_json(records: &[impl ToDocument]) -> Result<String, serde_json::Error> {
    match to_values(records)?.as_slice() {
        [only] => serde_json::to_string_pretty(only),
        several => serde_json::to_string_pretty(several),
    }
}

/// The JSON that goes into a figure's files: an object with `schema`, with `view`, the fragment of the link that
/// shows the figure as it is, and with `records`, what is on it.
pub fn view_to_json(view: &str, records: &[impl ToDocument]) -> Result<String, serde_json::Error> {
    let document = json!({ "schema": SCHEMA, "view": view, "records": to_values(records)? });
    serde_json::to_string_pretty(&document)
}

fn to_values(records: &[impl ToDocument]) -> Result<Vec<Value>, serde_json::Error> {
    let documents: Result<Vec<_>, _> = records.iter().map(ToDocument::to_document).collect();
    documents?.iter().map(to_value).collect()
}

/// What a file holds of a document.
fn to_value(document: &Document) -> Result<Value, serde_json::Error> {
    let mut value = json!({ "schema": SCHEMA, "study": document.study });
    if let (Value::Object(value), Value::Object(fields)) = (&mut value, document.value()?) {
        value.extend(fields);
    }
    Ok(value)
}

/// The link and the records' documents of a parsed [`view_to_json`]; `None` for anything else.
pub fn view_of(value: &Value) -> Option<(&str, &[Value])> {
    let is_known = value.get("schema")? == SCHEMA;
    is_known.then_some((value.get("view")?.as_str()?, value.get("records")?.as_array()?))
}

/// Whether a parsed JSON value is meant as a document: an object with a `schema`.
pub fn is_document(value: &Value) -> bool {
    value.get("schema").is_some()
}
