//! What page and worker say to one another.
//!
//! A message is a head, for one of those that are sent a body, and behind them the buffers of its arrays, which are
//! transferred rather than copied. Head and body are JSON texts. Whoever hands messages on reads heads alone: the
//! code that reads and writes a body comes with the room that asks, and in the worker with the work. Every task has a
//! number, and every reply names the task that it answers.

use super::context::Progress;
use super::record::Document;
use bk_plot::Scene;
use bk_plot::export::Format;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A task's number, counted up by the page.
pub type RequestId = u32;

/// From the page to the worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// Do a task, which is the body.
    Begin {
        /// Number of the task.
        id: RequestId,
        /// The part of the worker that does it: [`Task::PART`].
        part: String,
        /// Its name there: [`Task::NAME`].
        task: String,
    },
    /// Stop the task of this number.
    Cancel(RequestId),
}

/// Something that the page asks of the worker.
pub trait Task: Serialize {
    /// The part of the worker that does it, a name in the table of studies.
    const PART: &'static str;

    /// Its name within the part.
    const NAME: &'static str;

    /// The answer.
    type Outcome: Parcel;
}

/// The long arrays of an answer, which are transferred as buffers instead of being written as JSON.
#[derive(Debug, Default)]
pub struct Arrays<'answer> {
    /// Of double precision.
    pub doubles: Vec<&'answer mut Vec<f64>>,
    /// Of single precision.
    pub singles: Vec<&'answer mut Vec<f32>>,
    /// Of bytes.
    pub bytes: Vec<&'answer mut Vec<u8>>,
}

/// An answer that travels from the worker to the page.
pub trait Parcel: Serialize + DeserializeOwned {
    /// Returns its long arrays, always in the same order.
    fn arrays(&mut self) -> Arrays<'_> {
        Arrays::default()
    }
}

/// Declares tasks of a part of the worker: the type that asks, its name in the part, and the type of the answer.
macro_rules! tasks {
    ($part:literal: $($task:ty = $name:literal => $outcome:ty),+ $(,)?) => {$(
        impl $crate::kit::protocol::Task for $task {
            const PART: &'static str = $part;
            const NAME: &'static str = $name;
            type Outcome = $outcome;
        }
    )+};
}

pub(crate) use tasks;

/// Read result files; one buffer a file, in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// The files' names.
    pub names: Vec<String>,
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
    /// The name of the room that shows it.
    pub room: String,
    /// The record.
    pub document: Document,
}

/// A file; its content travels as a buffer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WrittenFile {
    /// Its content.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl Parcel for WrittenFile {
    fn arrays(&mut self) -> Arrays<'_> {
        Arrays { bytes: vec![&mut self.bytes], ..Arrays::default() }
    }
}

impl Parcel for Imported {}

tasks! { "import": Import = "records" => Imported }
tasks! { "export": Export = "figure" => WrittenFile }

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
