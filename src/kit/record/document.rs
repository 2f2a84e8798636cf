//! The lab's own files: records under a schema version, so that a file written today can still be opened
//! when the records have changed.

use super::{Manifest, Provenance, Table};
use crate::studies::efficiency::record::Efficiency;
use crate::studies::lora::record::Study;
use crate::studies::published_figure::fragility::record::Fragility;
use crate::studies::quantization::record::{ModeComparison, Quantize};
use crate::studies::resolvent::record::Resolvent;
use crate::studies::resolvent::speed::record::Speed;
use crate::studies::robustness::record::Robustness;
use crate::studies::stability::record::Stability;
use serde::de::DeserializeOwned;
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
    LanguageModel(Box<crate::studies::language_models::record::LanguageModel>),
    /// Mixed precision.
    Mixed(Box<crate::studies::language_models::mixed_precision::record::Mixed>),
    /// Measured perplexity against bit width.
    Widths(Box<crate::studies::robustness::measured::record::Widths>),
    /// Measured efficiency and stability.
    Ladder(Box<crate::studies::scaling::record::Ladder>),
    /// Experiments of quantized LoRA.
    Lora(Box<Study>),
    /// Quantized LoRA as it was really run.
    Adaptation(Box<crate::studies::lora::measured::record::Adaptation>),
}

/// A record of one study.
pub trait Filed: Serialize + DeserializeOwned {
    /// The study's name in files.
    const STUDY: &'static str;

    /// Where its numbers come from.
    fn provenance(&self) -> Provenance;

    /// How it was made.
    fn manifest(&self) -> &Manifest;
}

/// The records of studies, by the name of the variant and that of the study.
macro_rules! filed {
    ($($kind:ident: $record:ty = $study:literal),+ $(,)?) => {
        $(impl Filed for $record {
            const STUDY: &'static str = $study;

            fn provenance(&self) -> Provenance {
                self.provenance
            }

            fn manifest(&self) -> &Manifest {
                &self.manifest
            }
        }

        impl ToDocument for $record {
            fn to_document(&self) -> Result<Document, serde_json::Error> {
                Document::of(self)
            }
        })+

        impl Record {
            /// How the record was made.
            pub fn manifest(&self) -> &Manifest {
                match self {
                    $(Record::$kind(record) => &record.manifest,)+
                }
            }
        }

        impl ToDocument for Record {
            fn to_document(&self) -> Result<Document, serde_json::Error> {
                match self {
                    $(Record::$kind(record) => record.to_document(),)+
                }
            }
        }
    };
}

filed! {
    Robustness: Robustness = "robustness",
    Efficiency: Efficiency = "efficiency",
    Stability: Stability = "stability",
    Fragility: Fragility = "fragility",
    Table: Table = "table",
    Resolvent: Resolvent = "resolvent",
    Quantize: Quantize = "quantize",
    ModeComparison: ModeComparison = "mode-comparison",
    Speed: Speed = "speed",
    LanguageModel: crate::studies::language_models::record::LanguageModel = "language-model",
    Mixed: crate::studies::language_models::mixed_precision::record::Mixed = "mixed",
    Widths: crate::studies::robustness::measured::record::Widths = "widths",
    Ladder: crate::studies::scaling::record::Ladder = "ladder",
    Lora: Study = "lora",
    Adaptation: crate::studies::lora::measured::record::Adaptation = "adaptation",
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
