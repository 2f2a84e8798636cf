//! Records: what came out of a study or a file, always with its provenance.

pub mod robustness;

use serde::{Deserialize, Serialize};

/// Where numbers come from. Ordered by nothing: each is a different kind of claim, and an import never
/// states more than its file proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provenance {
    /// A published formula plus noise, recomputed here to the last digit. Says nothing about trained models.
    PublishedSimulation,
    /// Drawn from a random generator by a script that calls its own output mock data.
    Mock,
    /// Measured by this lab.
    Measured,
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
            Provenance::Measured => "measured",
            Provenance::Imported => "imported, unverified",
            Provenance::Unknown => "origin unknown",
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
