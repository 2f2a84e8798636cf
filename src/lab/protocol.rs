//! What page and worker say to one another.
//!
//! A message is a JSON text and, behind it, the buffers of its arrays, which are transferred rather than
//! copied. Every request has a number; every reply names the request it answers.

use crate::export::Format;
use crate::figure::Scene;
use crate::record::{Record, efficiency, fragility, lora, quantize, resolvent, robustness, speed, stability};
use crate::resolvent::Potential;
use crate::study::Progress;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A request's number, counted up by the page.
pub type RequestId = u32;

/// From the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Number of the request.
    pub id: RequestId,
    /// What is asked.
    pub task: Task,
}

/// What the page can ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Run the published robustness simulation.
    Robustness(robustness::Config),
    /// Run the published efficiency simulation.
    Efficiency(efficiency::Config),
    /// Run the published stability simulation.
    Stability(stability::Config),
    /// Count how often published checks hold.
    Fragility(fragility::Config),
    /// Compute a resolvent.
    Resolvent(resolvent::Config),
    /// Quantize a core: go on with a training run, if one is given, up to a step.
    Quantize {
        /// The config.
        config: quantize::Config,
        /// The training so far.
        training: Option<Box<quantize::TrainingRun>>,
        /// The step to stop before.
        until: usize,
    },
    /// Compare the modes of the quantized core over seeds.
    CompareModes(quantize::ComparisonConfig),
    /// Time the kernels of the resolvent.
    Speed(speed::Config),
    /// Something about quantized LoRA.
    Lora(LoraTask),
    /// Read result files; one buffer a file, in this order.
    Import {
        /// The files' names.
        names: Vec<String>,
    },
    /// Read a file as the values of a potential, or as a record of this lab; its bytes follow as a buffer.
    Potential {
        /// The file's name, or where the bytes come from.
        name: String,
    },
    /// Write a figure as a file. The pixels of its pictures follow as buffers; for a PNG, which only the page
    /// can paint, the painted file does.
    Export {
        /// The figure, laid out for paper.
        scene: Box<Scene>,
        /// The kind of file.
        format: Format,
        /// Resolution of a PNG in dots per inch.
        dpi: f64,
        /// The JSON that makes the run again.
        manifest: Option<String>,
    },
    /// Stop the request of this number.
    Cancel(RequestId),
}

/// What the page can ask about experiments of quantized LoRA.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoraTask {
    /// Run the published simulation.
    Simulate(lora::Config),
    /// Say what a study shows.
    Examine(Box<lora::StudyFile>),
    /// Write all files of a study as one zip.
    Pack(Box<lora::StudyFile>),
}

/// From the worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The request this answers; 0 for what the worker says of itself.
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
    /// How far the request has come. More follows.
    Progress(Progress),
    /// What came out. The long arrays of a resolvent record follow as buffers.
    Records {
        /// The records, in order.
        records: Vec<Record>,
        /// Links to the figures that were among the files.
        views: Vec<String>,
        /// Sentences about files that could not be used.
        errors: Vec<String>,
    },
    /// The potential that was read, and what to say of it.
    Potential {
        /// The potential.
        potential: Potential,
        /// How many sites it is for.
        sites: usize,
        /// What was read, in one sentence.
        sentence: String,
    },
    /// A study of quantized LoRA, and what it shows.
    Lora {
        /// The study.
        study: Box<lora::StudyFile>,
        /// What can be said of it: [`crate::published::lora::Evidence`] as JSON, which only the room reads.
        evidence: Value,
    },
    /// A file, as a buffer.
    File {
        /// Its content.
        #[serde(skip)]
        bytes: Vec<u8>,
    },
    /// Nothing came out, for the reason given in this sentence.
    Failed(String),
    /// The request was stopped as asked.
    Cancelled,
}

impl Answer {
    /// The answer that is one record.
    pub fn one(record: impl Into<Record>) -> Self {
        Answer::Records { records: vec![record.into()], views: vec![], errors: vec![] }
    }
}
