//! The table of record kinds: one row a kind, with its name in files. A record of any kind, and the way from a file to
//! one.

use crate::kit::record::document::SCHEMA;
use crate::kit::record::{Document, DocumentError, Filed, Manifest, Provenance, Table, ToDocument};
use crate::studies::efficiency::record::Efficiency;
use crate::studies::lora::record::Study;
use crate::studies::published_figure::fragility::record::Fragility;
use crate::studies::quantization::record::{ModeComparison, Quantize};
use crate::studies::resolvent::record::Resolvent;
use crate::studies::resolvent::speed::record::Speed;
use crate::studies::robustness::record::Robustness;
use crate::studies::stability::record::Stability;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
