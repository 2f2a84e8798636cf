//! What the room asks of the worker about the published study, and the answers.

use super::published::Evidence;
use super::record::Config;
use crate::kit::protocol::{Parcel, WrittenFile, tasks};
use crate::kit::record::Document;
use serde::{Deserialize, Serialize};

impl Parcel for ExaminedStudy {}

tasks! {
    "lora":
    Config = "simulate" => ExaminedStudy,
    ExamineLora = "examine" => ExaminedStudy,
    PackLora = "pack" => WrittenFile,
}

/// Say what a study of quantized LoRA shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamineLora(pub Document);

/// Write all files of a study of quantized LoRA as one zip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackLora(pub Document);

/// A study of quantized LoRA, and what it shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExaminedStudy {
    /// The study.
    pub study: Document,
    /// What can be said of it.
    pub evidence: Evidence,
}
