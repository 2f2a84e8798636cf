//! The record of quantized LoRA as it was really run: vision transformers that were trained here, stored in four ways,
//! adapted, and judged by images that no training has seen.

mod costs;

pub use costs::{Cost, Explained};

use crate::kit::record::{Manifest, Provenance};
use bk_models::Recipe;
use bk_models::ops::Storage;
use bk_models::vision::archive::Archive;
use bk_models::vision::generator::Task;
use bk_models::vision::{Evaluation, Lora, Patience, StepMemory, Trajectory, VisionTransformer};
use serde::{Deserialize, Serialize};

/// A model by its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// [`VisionTransformer::tiny`].
    Tiny,
    /// [`VisionTransformer::small`].
    Small,
}

impl Size {
    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Size::Tiny => "tiny",
            Size::Small => "small",
        }
    }

    /// The model of this size.
    pub fn model(self, classes: usize) -> VisionTransformer {
        match self {
            Size::Tiny => VisionTransformer::tiny(classes),
            Size::Small => VisionTransformer::small(classes),
        }
    }
}

/// What models are adapted to.
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
    /// What it is called.
    pub fn label(self) -> &'static str {
        self.task().map_or("file", Task::label)
    }

    /// What the generator draws for it; none for a file.
    pub fn task(self) -> Option<Task> {
        match self {
            Data::Shapes => Some(Task::Shapes),
            Data::Strokes => Some(Task::Strokes),
            Data::Textures => Some(Task::Textures),
            Data::File => None,
        }
    }
}

/// A file of images that a study adapts to. The record holds what identifies it, not the images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImagesFile {
    /// Its name.
    pub name: String,
    /// CRC-32 of its bytes.
    pub checksum: u32,
    /// What the labels mean: the names of its folders.
    pub classes: Vec<String>,
    /// How many images it has.
    pub images: usize,
}

impl ImagesFile {
    /// What a record says of a file.
    pub fn of(name: &str, Archive { checksum, images }: &Archive) -> Self {
        let classes = images.classes().to_vec();
        Self { name: name.into(), checksum: *checksum, classes, images: images.len() }
    }
}

/// What decides the study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The models.
    pub sizes: Vec<Size>,
    /// What every model is trained on first.
    pub first_task: Task,
    /// What it is then adapted to.
    pub tasks: Vec<Data>,
    /// The file that [`Data::File`] stands for.
    pub file: Option<ImagesFile>,
    /// Ranks of the adapters; α is twice the rank.
    pub ranks: Vec<usize>,
    /// How the frozen base is stored.
    pub storages: Vec<Storage>,
    /// Seeds of adapters, order of images and dropout. Every arm of a seed sees the same.
    pub seeds: Vec<u32>,
    /// Whether adapters are scaled by α/√r.
    pub rank_stabilized: bool,
    /// Images of every class; of a file at most so many.
    pub images: usize,
    /// Of every hundred, those that training is chosen by and those that it is judged by.
    pub shares: [u32; 2],
    /// Seed of the images and of their split.
    pub images_seed: u32,
    /// How models are trained first.
    pub first: Recipe,
    /// How they are adapted; its seed is replaced by those above.
    pub recipe: Recipe,
    /// When either ends early.
    pub patience: Patience,
    /// The most bytes that a step of training may have at once, beside what there is before it; none is no limit. Where a
    /// batch would take more, the derivatives of fewer images are computed at once, and batches stay as large.
    pub step_bytes: Option<u64>,
}

impl Default for Config {
    /// The whole matrix: 144 runs, as many as the published one. How the lengths were chosen is told in docs/vision.md.
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

/// A config that is no study.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// An axis of the matrix without values.
    #[error("The study has no {0}. Choose at least one.")]
    NoAxis(&'static str),
    /// Images of a file without one.
    #[error(
        "The study adapts to the images of a file, and there is none. Choose a zip with a folder a class, or other data."
    )]
    NoFile,
    /// A value that an axis has twice, so that a run would be counted twice.
    #[error("The study has one of its {0} twice. Give each once.")]
    Twice(&'static str),
    /// Too large a matrix.
    #[error("The matrix has {runs} runs. Choose at most {most}.")]
    Runs {
        /// Runs there would be.
        runs: usize,
        /// The most there may be.
        most: usize,
    },
}

/// The most runs of a study.
const MOST_RUNS: usize = 10_000;

/// One place in the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Arm {
    /// The model.
    pub size: Size,
    /// What it is adapted to.
    pub task: Data,
    /// Rank of its adapters.
    pub rank: usize,
    /// How its base is stored.
    pub storage: Storage,
    /// The seed.
    pub seed: u32,
}

impl Config {
    /// The runs in their order, which is that of the published matrix: model, data, rank, storage, seed.
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

    /// The demonstration, which a browser tab finishes in minutes (docs/vision.md): the small half of the models, one task,
    /// one rank, every way of storing, every seed.
    pub fn demonstration() -> Self {
        Self { sizes: vec![Size::Tiny], tasks: vec![Data::Shapes], ranks: vec![4], ..Self::default() }
    }

    /// What the labels of a task mean.
    pub fn classes(&self, task: Data) -> Vec<String> {
        match task.task() {
            Some(task) => task.classes().iter().map(|&class| class.to_owned()).collect(),
            None => self.file.as_ref().map_or(vec![], |file| file.classes.clone()),
        }
    }

    /// The adapters of a rank.
    pub fn lora(&self, rank: usize) -> Lora {
        Lora { rank_stabilized: self.rank_stabilized, ..Lora::of_rank(rank) }
    }

    /// Refuses a matrix that is none. Sizes and rates are refused by whatever they are given to.
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

/// A model as it was before any adapting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct First {
    /// Its size.
    pub size: Size,
    /// Its parameters.
    pub parameters: usize,
    /// What training came by.
    pub trajectory: Trajectory,
    /// What it recognised of the first task's held-out images.
    pub held_out: Evaluation,
    /// What a step of training took; none in records of before it was counted.
    #[serde(default)]
    pub memory: Option<StepMemory>,
}

/// One run of the matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its place.
    pub arm: Arm,
    /// Bytes of the frozen base, scales included.
    pub base_bytes: usize,
    /// Bytes of adapters and head, in single precision.
    pub trained_bytes: usize,
    /// What training came by; norms are those before clipping.
    pub trajectory: Trajectory,
    /// What it recognised of the held-out images.
    pub held_out: Evaluation,
    /// What a step of training took; none in records of before it was counted.
    #[serde(default)]
    pub memory: Option<StepMemory>,
}

/// What a study of quantized LoRA measured. No clock enters it, so that a study that was stopped and gone on with gives
/// the same record as one that was not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adaptation {
    /// Measured.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was asked for.
    pub config: Config,
    /// The models that were adapted, in the order of the sizes; those that the runs below needed.
    pub first: Vec<First>,
    /// The runs, in the order of the matrix; all of it, or its beginning.
    pub runs: Vec<Run>,
}

impl Adaptation {
    /// What the record is about.
    pub fn title(&self) -> String {
        format!("Quantized LoRA, trained here: {} of {} runs", self.runs.len(), self.config.matrix().len())
    }

    /// A record without runs.
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

    /// Whether all runs are there.
    pub fn is_complete(&self) -> bool {
        self.runs.len() >= self.config.matrix().len()
    }
}
