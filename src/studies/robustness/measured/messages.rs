//! What the room of the bit-width sweep asks of the worker, and the answers.

use super::record as widths;
use crate::kit::protocol::{Parcel, tasks};
use crate::studies::language_models::messages::ModelKey;
use serde::{Deserialize, Serialize};

impl Parcel for MeasuredModel {}
impl Parcel for MeasuredModels {}

tasks! {
    "widths":
    MeasureWidths = "measure" => MeasuredModel,
    ListWidths = "list" => MeasuredModels,
}

/// Measure the next point of a model's perplexity against bit width, or train it further up to the next look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasureWidths {
    /// Which model.
    pub key: ModelKey,
    /// How.
    pub config: widths::Config,
    /// How it is trained further; none where it is to be measured as it is.
    pub tuning: Option<widths::Tuning>,
    /// After how many steps of its own training it is measured, which goes on meanwhile; none where it is to be measured as
    /// it is.
    pub lengths: Option<Vec<usize>>,
}

/// Say what was measured of the models on the shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListWidths;

/// What was measured of a model on the shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredModel {
    /// Which model.
    pub key: ModelKey,
    /// The record, which holds this model alone.
    pub record: widths::Widths,
    /// Where it was measured along its training: how far that is.
    #[serde(default)]
    pub course: Option<Taken>,
}

/// A training that is measured at several lengths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// The numbers of steps.
    pub lengths: Vec<usize>,
    /// Steps that it has taken.
    pub steps: usize,
}

/// What was measured of all models, in all settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredModels(pub Vec<MeasuredModel>);
