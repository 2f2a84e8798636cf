//! What the room of quantized LoRA asks the worker of the study that is run here, and what comes of it.

use super::record::ImagesFile;
use super::record::{Arm, Config, Data, Explained, First, Run, Size};
use crate::kit::context::Progress;
use crate::kit::protocol::{Arrays, Parcel, tasks};
use crate::kit::record::Document;
use bk_models::vision::Trajectory;
use serde::{Deserialize, Serialize};

impl Parcel for Adapted {}
impl Parcel for Explained {}
impl Parcel for ImagesFile {}

impl Parcel for Pictures {
    fn arrays(&mut self) -> Arrays<'_> {
        Arrays { bytes: vec![&mut self.pixels], ..Arrays::default() }
    }
}

tasks! {
    "lora":
    Adapt = "adapt" => Adapted,
    ExplainAdaptation = "explain" => Explained,
    ShowImages = "pictures" => Pictures,
}

tasks! { "import": ReadImages = "images" => ImagesFile }

/// Do something to the study of a config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adapt {
    /// Which study.
    pub config: Config,
    /// What.
    pub action: Action,
    /// So many of its runs are known to who asks.
    pub known: usize,
}

/// What is done to a study.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Look what there is of it.
    Look,
    /// Go on with it for about so many seconds, at least one step.
    GoOn(f64),
    /// Throw away what there is of it.
    Forget,
}

/// What there is of a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adapted {
    /// The models that were trained first.
    pub first: Vec<First>,
    /// The runs behind those that were known.
    pub runs: Vec<Run>,
    /// The training that has not ended.
    pub live: Option<Live>,
    /// How far it has come, in steps.
    pub progress: Progress,
    /// What it shows so far; none where that is known.
    pub explained: Option<Explained>,
    /// Whether the browser keeps it when the tab closes.
    pub kept: bool,
    /// Bytes of memory that the worker has.
    pub memory: u64,
}

/// A training that has not ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Live {
    /// The model.
    pub size: Size,
    /// The run; none where the model is trained first.
    pub arm: Option<Arm>,
    /// What it came by so far.
    pub trajectory: Trajectory,
}

/// Say what the record of a study shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExplainAdaptation(pub Document);

/// Read a zip of images, which follows as a buffer, and keep it for studies that adapt to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadImages {
    /// The file's name.
    pub name: String,
}

/// Show the images that the runs of a task are judged by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShowImages {
    /// Of which study.
    pub config: Config,
    /// Of which task.
    pub task: Data,
}

/// The images that the runs of a task are judged by, in the order of the record's labels.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pictures {
    /// Pixels along a side.
    pub side: usize,
    /// What they show, by its place among the classes.
    pub labels: Vec<u32>,
    /// Red, green and blue of every pixel, image after image; travels as a buffer.
    #[serde(skip)]
    pub pixels: Vec<u8>,
}
