//! What page and worker say to one another.
//!
//! A message is a head, for one of those that are sent a body, and behind them the buffers of its arrays, which are
//! transferred rather than copied. Head and body are JSON texts. Whoever hands messages on reads heads alone: the
//! code that reads and writes a body comes with the room that asks, and in the worker with the work. Every task has a
//! number, and every reply names the task that it answers.

use super::context::Progress;
use super::permalink::Room;
use super::record::Document;
use crate::studies::efficiency::record as efficiency;
use crate::studies::efficiency::record::Efficiency;
use crate::studies::fragility::record as fragility;
use crate::studies::fragility::record::Fragility;
use crate::studies::language_models::messages::{
    HandleModel, ListModels, ListWidths, MapCausality, MeasureWidths, MeasuredModel, MeasuredModels, Predict,
    SaveModel, Shelf, Shelved, StudyMixed,
};
use crate::studies::language_models::mixed_precision::record::Mixed;
use crate::studies::language_models::prediction::Prediction;
use crate::studies::lora::measured::messages::{
    Adapt, Adapted, ExplainAdaptation, Pictures, ReadImages, ShowImages,
};
use crate::studies::lora::measured::record::{Explained, ImagesFile};
use crate::studies::lora::published::Evidence;
use crate::studies::lora::record as lora;
use crate::studies::quantization::record as quantize;
use crate::studies::quantization::record::TrainingRun;
use crate::studies::quantization::record::{ModeComparison, Quantize};
use crate::studies::resolvent::record as resolvent;
use crate::studies::resolvent::record::Resolvent;
use crate::studies::resolvent::speed::record as speed;
use crate::studies::resolvent::speed::record::Speed;
use crate::studies::robustness::record as robustness;
use crate::studies::robustness::record::Robustness;
use crate::studies::scaling::messages::{TrainLadder, TrainedLadder};
use crate::studies::stability::record as stability;
use crate::studies::stability::record::Stability;
use bk_models::causality::Causality;
use bk_plot::Scene;
use bk_plot::export::Format;
use bk_resolvent::Potential;
use serde::{Deserialize, Serialize};

/// A task's number, counted up by the page.
pub type RequestId = u32;

/// From the page to the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// To do a task, which is the body.
    Begin {
        /// Number of the task.
        id: RequestId,
        /// What it is.
        kind: Kind,
    },
    /// To stop the task of this number.
    Cancel(RequestId),
}

/// The kinds of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Run the published robustness simulation.
    Robustness,
    /// Run the published efficiency simulation.
    Efficiency,
    /// Run the published stability simulation.
    Stability,
    /// Count how often published checks hold.
    Fragility,
    /// Compute a resolvent.
    Resolvent,
    /// Quantize a core.
    Quantize,
    /// Compare the modes of the quantized core over seeds.
    CompareModes,
    /// Time the kernels of the resolvent.
    Speed,
    /// Run the published simulation of quantized LoRA.
    SimulateLora,
    /// Say what a study of quantized LoRA shows.
    ExamineLora,
    /// Write all files of a study of quantized LoRA.
    PackLora,
    /// Do something to a study of quantized LoRA that is run here.
    Adapt,
    /// Say what the record of such a study shows.
    ExplainAdaptation,
    /// Read a zip of images.
    ReadImages,
    /// Show the images that runs are judged by.
    ShowImages,
    /// Say which language models there are.
    ListModels,
    /// Do something to a language model.
    HandleModel,
    /// Look which token moves which logit.
    MapCausality,
    /// Say what a language model expects.
    Predict,
    /// Study mixed precision.
    StudyMixed,
    /// Measure a language model against bit width.
    MeasureWidths,
    /// Say what was measured against bit width.
    ListWidths,
    /// Do something to a ladder of models.
    TrainLadder,
    /// Write a language model's checkpoint.
    SaveModel,
    /// Read result files.
    Import,
    /// Read a potential.
    Potential,
    /// Write a figure as a file.
    Export,
}

/// Something that the page can ask, and what comes of it.
pub trait Task: Serialize {
    /// Which kind of task it is.
    const KIND: Kind;

    /// What comes of it.
    type Outcome;
}

/// Says of tasks which kind they are and what comes of them.
macro_rules! tasks {
    ($($task:ty: $kind:ident => $outcome:ty),+ $(,)?) => {$(
        impl Task for $task {
            const KIND: Kind = Kind::$kind;
            type Outcome = $outcome;
        }
    )+};
}

tasks! {
    robustness::Config: Robustness => Robustness,
    efficiency::Config: Efficiency => Efficiency,
    stability::Config: Stability => Stability,
    fragility::Config: Fragility => Fragility,
    resolvent::Config: Resolvent => Resolvent,
    Quantization: Quantize => Quantize,
    quantize::ComparisonConfig: CompareModes => ModeComparison,
    speed::Config: Speed => Speed,
    lora::Config: SimulateLora => ExaminedStudy,
    ExamineLora: ExamineLora => ExaminedStudy,
    PackLora: PackLora => WrittenFile,
    Adapt: Adapt => Adapted,
    ExplainAdaptation: ExplainAdaptation => Explained,
    ReadImages: ReadImages => ImagesFile,
    ShowImages: ShowImages => Pictures,
    ListModels: ListModels => Shelf,
    HandleModel: HandleModel => Shelved,
    MapCausality: MapCausality => Causality,
    Predict: Predict => Prediction,
    StudyMixed: StudyMixed => Mixed,
    MeasureWidths: MeasureWidths => MeasuredModel,
    ListWidths: ListWidths => MeasuredModels,
    TrainLadder: TrainLadder => TrainedLadder,
    SaveModel: SaveModel => WrittenFile,
    Import: Import => Imported,
    ReadPotential: Potential => ReadValues,
    Export: Export => WrittenFile,
}

/// Quantize a core: go on with a training run, if one is given, up to a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantization {
    /// The config.
    pub config: quantize::Config,
    /// The training so far.
    pub training: Option<TrainingRun>,
    /// The step to stop before.
    pub until: usize,
}

/// Say what a study of quantized LoRA shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExamineLora(pub Document);

/// Write all files of a study of quantized LoRA as one zip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackLora(pub Document);

/// Read result files; one buffer a file, in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// The files' names.
    pub names: Vec<String>,
}

/// Read a file as the values of a potential, or as a record of this lab; its bytes follow as a buffer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadPotential {
    /// The file's name, or where the bytes come from.
    pub name: String,
}

/// Write a figure as a file. The pixels of its pictures follow as buffers; for a PNG, which only the page can paint, the
/// painted file does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// The figure, laid out for paper.
    pub scene: Scene,
    /// The kind of file.
    pub format: Format,
    /// Resolution of a PNG in dots per inch.
    pub dpi: f64,
    /// The JSON that makes the run again.
    pub manifest: Option<String>,
}

/// A study of quantized LoRA, and what it shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExaminedStudy {
    /// The study.
    pub study: Document,
    /// What can be said of it.
    pub evidence: Evidence,
}

/// What files hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Imported {
    /// The records, in order. Those of resolvents come without their arrays: they are computed anew.
    pub records: Vec<Found>,
    /// Links to the figures that were among the files.
    pub views: Vec<String>,
    /// Sentences about files that could not be used.
    pub errors: Vec<String>,
}

/// A record that was found in files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The room that shows it.
    pub room: Room,
    /// The record.
    pub document: Document,
}

/// The potential that was read, and what to say of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadValues {
    /// The potential.
    pub potential: Potential,
    /// How many sites it is for.
    pub sites: usize,
    /// What was read, in one sentence.
    pub sentence: String,
}

/// A file; its content travels as a buffer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WrittenFile {
    /// Its content.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// From the worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The task this answers; 0 for what the worker says of itself.
    pub id: RequestId,
    /// The answer.
    pub answer: Answer,
}

/// What the worker can say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The worker has started and listens.
    Ready,
    /// How far the task has come. More follows.
    Progress(Progress),
    /// The task is done: its outcome is the body.
    Finished,
    /// Nothing came out.
    Stopped(Stopped),
}

/// Why nothing came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stopped {
    /// For the reason given in this sentence.
    Failed(String),
    /// The task was stopped as asked.
    Cancelled,
}
