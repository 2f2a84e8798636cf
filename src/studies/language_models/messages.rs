//! What the room of language models asks the worker, and what comes of it.

use super::mixed_precision::record as mixed;
use super::mixed_precision::record::Mixed;
use super::prediction::Prediction;
use super::record::{Config, LanguageModel};
use crate::kit::protocol::{Parcel, WrittenFile, tasks};
use bk_models::Trajectory;
use bk_models::causality::Causality;
use bk_models::corpus::Baselines;
use bk_quantize::Width;
use serde::{Deserialize, Serialize};

impl Parcel for Shelf {}
impl Parcel for Shelved {}
impl Parcel for Causality {}
impl Parcel for Mixed {}
impl Parcel for Prediction {}

tasks! {
    "models":
    ListModels = "list" => Shelf,
    HandleModel = "handle" => Shelved,
    SaveModel = "save" => WrittenFile,
}

tasks! {
    "insight":
    MapCausality = "causality" => Causality,
    Predict = "predict" => Prediction,
    StudyMixed = "mixed" => Mixed,
}

/// A model on the shelf is known by a number, counted up.
pub type ModelKey = u64;

/// Look what is on the shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListModels {
    /// A model to throw away before.
    pub forget: Option<ModelKey>,
}

/// Do something to one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandleModel {
    /// Put a fresh one on the shelf. Where its text is a file, the file's bytes follow as a buffer.
    Begin(Box<Config>),
    /// Put a checkpoint on the shelf, whose bytes follow as a buffer; one that comes with the lab has the name of its file.
    Open(Option<String>),
    /// Give it the text that it was trained on, whose bytes follow as a buffer.
    GiveText(ModelKey),
    /// Train it for about so many seconds, at least one step.
    Train(ModelKey, f64),
    /// Keep what was trained, which otherwise happens every few seconds.
    Keep(ModelKey),
    /// Measure it on its held-out text.
    Measure(ModelKey),
}

/// Change every token of a sequence of a model's held-out text, one at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapCausality(pub ModelKey);

/// Say what a model expects after each token of a text; of its own held-out text where this is empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Predict {
    /// Which model.
    pub key: ModelKey,
    /// The text.
    pub prompt: String,
}

/// Study mixed precision: of a model on the shelf, or as published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudyMixed {
    /// Which model; none as published.
    pub key: Option<ModelKey>,
    /// How.
    pub config: mixed::Config,
    /// What was found before: what still holds of it is not measured again.
    pub earlier: Option<Box<mixed::Mixed>>,
}

/// Write a model's checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SaveModel {
    /// Which model.
    pub key: ModelKey,
    /// What of it.
    pub form: Form,
}

/// What a file holds of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Its weights.
    Model,
    /// Its weights and what training needs to go on.
    Resumable,
    /// Its codes, with the widths of a record.
    Quantized(Box<mixed::Mixed>),
}

/// A model on the shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shelved {
    /// Its number.
    pub key: ModelKey,
    /// What decides it.
    pub config: Config,
    /// Steps taken.
    pub steps: usize,
    /// The training history; for a quantized model the validation losses alone.
    pub trajectory: Trajectory,
    /// What counting achieves on its held-out text; none while that text is missing.
    pub baselines: Option<Baselines>,
    /// The entropy of its text in nats a token, where it is known.
    pub entropy: Option<f64>,
    /// Whether training can go on.
    pub resumable: bool,
    /// Whether it is stored in codes, from which it runs.
    pub quantized: bool,
    /// The narrowest width of its parameters, where they are not all as training left them.
    #[serde(default)]
    pub narrowest: Option<Width>,
    /// What was measured of it as it is.
    pub measured: Option<Box<LanguageModel>>,
    /// Whether it outlives the tab.
    pub kept: bool,
    /// The file of a model that came with the lab.
    #[serde(default)]
    pub shipped: Option<String>,
}

impl Shelved {
    /// Whether numbers were only rounded to FP16, as the models are that come with the lab, and none is a code.
    pub fn is_halved(&self) -> bool {
        self.quantized && self.narrowest == Some(Width::Half)
    }
}

impl Shelved {
    /// Whether all steps are taken.
    pub fn is_complete(&self) -> bool {
        self.steps >= self.config.recipe.steps
    }
}

/// The models there are, the newest last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shelf(pub Vec<Shelved>);
