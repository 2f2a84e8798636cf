//! Records: what came out of a study or a file, always with its provenance.

pub mod comparison;
pub mod difference;
pub mod document;
pub mod estimate;
pub mod hypothesis;
pub mod model;
pub mod pareto;
pub mod statistics;
pub mod table;

pub use comparison::{Comparison, Series};
pub use document::{Document, DocumentError, Filed, ToDocument};

pub use model::Model;

pub use table::Table;

use serde::{Deserialize, Serialize};

/// Where numbers come from. Each is a different kind of claim, and an import never states more than its
/// file proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provenance {
    /// A published formula plus noise, recomputed to the last digit. Says nothing about trained models.
    PublishedSimulation,
    /// Drawn from a random generator by a script that calls its own output mock data.
    Mock,
    /// Computed by this lab from the stated configuration: mathematics, not an experiment.
    Computed,
    /// Measured by this lab: a trained model, or the time that a computation takes.
    Measured,
    /// Measured by this lab's command line, not in this tab, and shipped with the page.
    Shipped,
    /// From a file that states its origin; the lab cannot check the statement.
    Imported,
    /// From a file that does not say where its numbers come from.
    Unknown,
}

impl Provenance {
    /// The short label shown beside every number.
    pub fn label(self) -> &'static str {
        match self {
            Provenance::PublishedSimulation => "published simulation",
            Provenance::Mock => "mock data",
            Provenance::Computed => "computed here",
            Provenance::Measured => "measured here",
            Provenance::Shipped => "measured natively",
            Provenance::Imported => "imported, unverified",
            Provenance::Unknown => "origin unknown",
        }
    }

    /// What the label means, in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Provenance::PublishedSimulation => {
                "A formula plus random noise, recomputed here; no model was trained or quantized."
            }
            Provenance::Mock => "Random numbers written by a script that calls them mock data.",
            Provenance::Computed => "Computed by this lab from the configuration shown.",
            Provenance::Measured => "Measured by this lab, on a trained model or by this machine's clock.",
            Provenance::Shipped => {
                "Measured by this lab's command line, not in this tab; the record comes with the page."
            }
            Provenance::Imported => "The file states an origin that the lab cannot check.",
            Provenance::Unknown => "The file does not say where its numbers come from.",
        }
    }
}

/// How a record was made: what a reader needs to make it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the lab that made the record.
    pub application: String,
    /// Names of the files the numbers were imported from; empty where they were computed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// What is known about the numbers' origin, in one sentence.
    pub origin: String,
}

impl Manifest {
    /// A manifest of this version of the lab.
    pub fn new(files: Vec<String>, origin: impl Into<String>) -> Self {
        Manifest {
            application: concat!("bk-lab ", env!("CARGO_PKG_VERSION")).into(),
            files,
            origin: origin.into(),
        }
    }
}
