//! The lab's own files: records under a schema version, so that a file written today can still be opened
//! when the records have changed.

use super::lora::StudyFile;
use super::{
    Efficiency, Fragility, Manifest, ModeComparison, Quantize, Resolvent, Robustness, Speed, Stability, Table,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The schema this version writes.
pub const SCHEMA: &str = "bk-lab/1";

/// One record of any study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "study", rename_all = "kebab-case")]
pub enum Record {
    /// Perplexity against bit width.
    Robustness(Robustness),
    /// Perplexity against floating-point operations a token.
    Efficiency(Efficiency),
    /// Training loss against step.
    Stability(Stability),
    /// How often published checks hold.
    Fragility(Fragility),
    /// A file that is no figure's data.
    Table(Table),
    /// The diagonal of a tridiagonal resolvent.
    Resolvent(Box<Resolvent>),
    /// The quantized core.
    Quantize(Box<Quantize>),
    /// Modes of the quantized core over seeds.
    ModeComparison(Box<ModeComparison>),
    /// How fast the resolvent's kernels are.
    Speed(Box<Speed>),
    /// A language model.
    LanguageModel(Box<super::language_model::LanguageModel>),
    /// Mixed precision.
    Mixed(Box<super::mixed::Mixed>),
    /// Experiments of quantized LoRA.
    Lora(Box<StudyFile>),
}

impl Record {
    /// How the record was made.
    pub fn manifest(&self) -> &Manifest {
        match self {
            Record::Robustness(record) => &record.manifest,
            Record::Efficiency(record) => &record.manifest,
            Record::Stability(record) => &record.manifest,
            Record::Fragility(record) => &record.manifest,
            Record::Table(record) => &record.manifest,
            Record::Resolvent(record) => &record.manifest,
            Record::Quantize(record) => &record.manifest,
            Record::ModeComparison(record) => &record.manifest,
            Record::Speed(record) => &record.manifest,
            Record::LanguageModel(record) => &record.manifest,
            Record::Mixed(record) => &record.manifest,
            Record::Lora(record) => &record.manifest,
        }
    }
}

/// A record is what it holds, and may be taken apart again.
macro_rules! variants {
    ($($kind:ident),+) => {$(
        impl From<$kind> for Record {
            fn from(record: $kind) -> Self {
                Record::$kind(record)
            }
        }

        impl TryFrom<Record> for $kind {
            type Error = Record;

            fn try_from(record: Record) -> Result<Self, Record> {
                match record {
                    Record::$kind(record) => Ok(record),
                    other => Err(other),
                }
            }
        }
    )+};
}

variants!(Robustness, Efficiency, Stability, Fragility, Table);

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
pub fn to_json(records: &[Record]) -> Result<String, serde_json::Error> {
    match to_values(records)?.as_slice() {
        [only] => serde_json::to_string_pretty(only),
        several => serde_json::to_string_pretty(several),
    }
}

/// The JSON that goes into a figure's files: an object with `schema`, with `view`, the fragment of the link that
/// shows the figure as it is, and with `records`, what is on it.
pub fn view_to_json(view: &str, records: &[Record]) -> Result<String, serde_json::Error> {
    let document = json!({ "schema": SCHEMA, "view": view, "records": to_values(records)? });
    serde_json::to_string_pretty(&document)
}

fn to_values(records: &[Record]) -> Result<Vec<Value>, serde_json::Error> {
    let documents = records.iter().map(|record| {
        let mut document = json!({ "schema": SCHEMA });
        if let (Value::Object(document), Value::Object(fields)) =
            (&mut document, serde_json::to_value(record)?)
        {
            document.extend(fields);
        }
        Ok(document)
    });
    documents.collect()
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

/// The record of one document.
pub fn from_value(mut value: Value) -> Result<Record, DocumentError> {
    match value.as_object_mut().and_then(|document| document.shift_remove("schema")) {
        Some(Value::String(schema)) if schema == SCHEMA => {
            name_finding(&mut value);
            Ok(serde_json::from_value(value)?)
        }
        other => Err(DocumentError::Schema(other.unwrap_or_default().to_string().chars().take(60).collect())),
    }
}

/// Resolvent records once held the Green's function always, and so did not say what was found.
fn name_finding(document: &mut Value) {
    if let Some(fields) =
        document.as_object_mut().filter(|fields| fields.get("study") == Some(&"resolvent".into()))
    {
        fields.entry("finding").or_insert_with(|| "green".into());
    }
}
