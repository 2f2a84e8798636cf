//! The record of quantized LoRA as measured by this lab: vision transformers that were trained here, stored in four
//! formats, fine-tuned with adapters, and evaluated on held-out images.

mod costs;

pub use costs::{Cost, Explained};

use crate::kit::record::{Manifest, Provenance};
use bk_models::Recipe;
use bk_models::ops::Storage;
use bk_models::vision::archive::Archive;
use bk_models::vision::generator::Task;
use bk_models::vision::{Evaluation, Lora, Patience, StepMemory, Trajectory, VisionTransformer};
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(ConfigError);

/// The size of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// [`VisionTransformer::tiny`].
    Tiny,
    /// [`VisionTransformer::small`].
    Small,
}

impl Size {
    /// Returns the label.
    pub fn label(self) -> &'static str {
        match self {
            Size::Tiny => "tiny",
            Size::Small => "small",
        }
    }

    /// Creates the model of this size.
    pub fn model(self, classes: usize) -> VisionTransformer {
        match self {
            Size::Tiny => VisionTransformer::tiny(classes),
            Size::Small => VisionTransformer::small(classes),
        }
    }
}

/// The data that models are fine-tuned on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Data {
    /// [`Task::Shapes`].
    Shapes,
    /// [`Task::Strokes`].
    Strokes,
    /// [`Task::Textures`].
    Textures,
    /// The images of the file that the config names.
    File,
}

impl Data {
    /// Returns the label.
    pub fn label(self) -> &'static str {
        self.task().map_or("file", Task::label)
    }

    /// Returns the task whose images the generator draws; `None` for a file.
    pub fn task(self) -> Option<Task> {
        match self {
            Data::Shapes => Some(Task::Shapes),
            Data::Strokes => Some(Task::Strokes),
            Data::Textures => Some(Task::Textures),
            Data::File => None,
        }
    }
}

/// A file of images that a study fine-tunes on. The record holds the identity of the file, not the images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImagesFile {
    /// Its name.
    pub name: String,
    /// CRC-32 of its bytes.
    pub checksum: u32,
    /// The class names, which are the names of its folders.
    pub classes: Vec<String>,
    /// Number of images.
    pub images: usize,
}

impl ImagesFile {
    /// Describes a file for a record.
    pub fn of(name: &str, Archive { checksum, images }: &Archive) -> Self {
        let classes = images.classes().to_vec();
        Self { name: name.into(), checksum: *checksum, classes, images: images.len() }
    }
}

/// The config of the study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The model sizes.
    pub sizes: Vec<Size>,
    /// The task that every model is first trained on.
    pub first_task: Task,
    /// The data that it is then fine-tuned on.
    pub tasks: Vec<Data>,
    /// The file that [`Data::File`] refers to.
    pub file: Option<ImagesFile>,
    /// Ranks of the adapters; α is twice the rank.
    pub ranks: Vec<usize>,
    /// Storage formats of the frozen base.
    pub storages: Vec<Storage>,
    /// Seeds of adapters, image order, and dropout. All arms with the same seed share them.
    pub seeds: Vec<u32>,
    /// Whether adapters are scaled by α/√r.
    pub rank_stabilized: bool,
    /// Images per class; for a file, the maximum.
    pub images: usize,
    /// Percentages of the images used for validation and for the held-out set.
    pub shares: [u32; 2],
    /// Seed of the images and of their split.
    pub images_seed: u32,
    /// Recipe of the first training.
    pub first: Recipe,
    /// Recipe of the fine-tuning; its seed is replaced by those above.
    pub recipe: Recipe,
    /// Early stopping of both trainings.
    pub patience: Patience,
    /// Limit of the memory that one training step may allocate, in bytes; `None` for no limit. If a batch would need
    /// more, the gradients of fewer images are computed at once, and the batch size stays the same.
    pub step_bytes: Option<u64>,
}

impl Default for Config {
    /// The whole matrix: 144 runs, as many as the published one. docs/vision.md explains the choice of the training
    /// lengths.
    fn default() -> Self {
        Self {
            sizes: vec![Size::Tiny, Size::Small],
            first_task: Task::Textures,
            tasks: vec![Data::Shapes, Data::Strokes],
            file: None,
            ranks: vec![4, 8, 16],
            storages: Storage::ALL.to_vec(),
            seeds: vec![42, 123, 456],
            rank_stabilized: false,
            images: 250,
            shares: [10, 20],
            images_seed: 11,
            first: Recipe {
                steps: 400,
                batch: 32,
                learning_rate: 2e-3,
                validate_every: 50,
                ..Recipe::default()
            },
            recipe: Recipe {
                steps: 300,
                batch: 16,
                learning_rate: 4e-3,
                validate_every: 30,
                ..Recipe::default()
            },
            patience: Patience::default(),
            step_bytes: None,
        }
    }
}

/// An invalid config.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// An axis of the matrix has no values.
    #[error("The study has no {0}. Choose at least one.")]
    NoAxis(&'static str),
    /// The study uses the images of a file, but the config names none.
    #[error(
        "The study adapts to the images of a file, and there is none. Choose a zip with a folder a class, or other data."
    )]
    NoFile,
    /// An axis has a value twice, so a run would be counted twice.
    #[error("The study has one of its {0} twice. Give each once.")]
    Twice(&'static str),
    /// The matrix is too large.
    #[error("The matrix has {runs} runs. Choose at most {most}.")]
    Runs {
        /// Runs of the matrix.
        runs: usize,
        /// The limit.
        most: usize,
    },
}

/// The largest number of runs in a study.
const MOST_RUNS: usize = 10_000;

/// One run of the matrix, by its position on every axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Arm {
    /// The model.
    pub size: Size,
    /// The data it is fine-tuned on.
    pub task: Data,
    /// Rank of its adapters.
    pub rank: usize,
    /// Storage format of its base.
    pub storage: Storage,
    /// The seed.
    pub seed: u32,
}

impl Config {
    /// Returns the runs in the order of the published matrix: model, data, rank, storage, seed.
    pub fn matrix(&self) -> Vec<Arm> {
        let mut arms = vec![];
        for &size in &self.sizes {
            for &task in &self.tasks {
                for &rank in &self.ranks {
                    for &storage in &self.storages {
                        arms.extend(self.seeds.iter().map(|&seed| Arm { size, task, rank, storage, seed }));
                    }
                }
            }
        }
        arms
    }

    /// Returns the demonstration, which a browser tab finishes in minutes (docs/vision.md): the tiny model, one task,
    /// one rank, every storage format, every seed.
    pub fn demonstration() -> Self {
        Self { sizes: vec![Size::Tiny], tasks: vec![Data::Shapes], ranks: vec![4], ..Self::default() }
    }

    /// Returns the class names of a task.
    pub fn classes(&self, task: Data) -> Vec<String> {
        match task.task() {
            Some(task) => task.classes().iter().map(|&class| class.to_owned()).collect(),
            None => self.file.as_ref().map_or(vec![], |file| file.classes.clone()),
        }
    }

    /// Returns the adapter settings of a rank.
    pub fn lora(&self, rank: usize) -> Lora {
        Lora { rank_stabilized: self.rank_stabilized, ..Lora::of_rank(rank) }
    }

    /// Checks the matrix. Sizes and rates are checked where they are used.
    ///
    /// # Errors
    /// [`ConfigError::NoAxis`], [`ConfigError::Twice`], [`ConfigError::Runs`], [`ConfigError::NoFile`].
    pub fn check(&self) -> Result<(), ConfigError> {
        fn axis<T: PartialEq>(name: &'static str, values: &[T]) -> Result<usize, ConfigError> {
            if values.is_empty() {
                return Err(ConfigError::NoAxis(name));
            }
            let twice = (1..values.len()).any(|place| values[..place].contains(&values[place]));
            if twice { Err(ConfigError::Twice(name)) } else { Ok(values.len()) }
        }
        if self.tasks.contains(&Data::File) && self.file.is_none() {
            return Err(ConfigError::NoFile);
        }
        let lengths = [
            axis("models", &self.sizes)?,
            axis("tasks", &self.tasks)?,
            axis("ranks", &self.ranks)?,
            axis("storages", &self.storages)?,
            axis("seeds", &self.seeds)?,
        ];
        let runs = lengths.into_iter().fold(1usize, usize::saturating_mul);
        if runs > MOST_RUNS { Err(ConfigError::Runs { runs, most: MOST_RUNS }) } else { Ok(()) }
    }
}

/// A model after its first training, before any fine-tuning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct First {
    /// Its size.
    pub size: Size,
    /// Its parameters.
    pub parameters: usize,
    /// Its training history.
    pub trajectory: Trajectory,
    /// Its evaluation on the held-out images of the first task.
    pub held_out: Evaluation,
    /// Memory of a training step; `None` in records from before it was counted.
    #[serde(default)]
    pub memory: Option<StepMemory>,
}

/// One run of the matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its position in the matrix.
    pub arm: Arm,
    /// Bytes of the frozen base, scales included.
    pub base_bytes: usize,
    /// Bytes of adapters and head, in single precision.
    pub trained_bytes: usize,
    /// Its training history; norms are those before clipping.
    pub trajectory: Trajectory,
    /// Its evaluation on the held-out images.
    pub held_out: Evaluation,
    /// Memory of a training step; `None` in records from before it was counted.
    #[serde(default)]
    pub memory: Option<StepMemory>,
}

/// The measured results of a study of quantized LoRA. No clock enters it, so a study that was stopped and resumed gives
/// the same record as one that ran through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adaptation {
    /// Provenance of the numbers: measured.
    pub provenance: Provenance,
    /// The manifest: how the record was made.
    pub manifest: Manifest,
    /// The config of the study.
    pub config: Config,
    /// The base models of the runs below, in the order of the sizes.
    pub first: Vec<First>,
    /// The runs, in the order of the matrix: all of them, or the first ones.
    pub runs: Vec<Run>,
}

impl Adaptation {
    /// Returns the title of the record.
    pub fn title(&self) -> String {
        format!("Quantized LoRA, trained here: {} of {} runs", self.runs.len(), self.config.matrix().len())
    }

    /// Creates a record without runs.
    pub fn begin(config: Config) -> Self {
        let file = config.file.as_ref().filter(|_| config.tasks.contains(&Data::File));
        let origin = match (file, config.tasks.len()) {
            (None, _) => {
                "Trained, stored, adapted and judged by this lab, on held-out images that its generator drew."
            }
            (Some(_), 1) => {
                "Trained on images of its generator, then stored, adapted and judged by this lab on those of a file."
            }
            (Some(_), _) => {
                "Trained, stored, adapted and judged by this lab, on images of its generator and of a file."
            }
        };
        let files = file.iter().map(|file| file.name.clone()).collect();
        Self {
            provenance: Provenance::Measured,
            manifest: Manifest::new(files, origin),
            config,
            first: vec![],
            runs: vec![],
        }
    }

    /// Returns whether all runs are present.
    pub fn is_complete(&self) -> bool {
        self.runs.len() >= self.config.matrix().len()
    }
}
