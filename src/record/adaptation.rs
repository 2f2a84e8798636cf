//! The record of quantized LoRA as it was really run: vision transformers that were trained here, stored in four ways,
//! adapted, and judged by images that no training has seen.

use super::hypothesis::{Interval, MeansTest, holm};
use super::table::{Grid, cell};
use super::{Manifest, Provenance};
use crate::model::Recipe;
use crate::model::ops::Storage;
use crate::vision::generator::Task;
use crate::vision::{Evaluation, Lora, Patience, Trajectory, VisionTransformer};
use serde::{Deserialize, Serialize};

/// The probability with which an interval holds the true mean, if the values are normal.
pub const LEVEL: f64 = 0.95;

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

/// What decides the study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The models.
    pub sizes: Vec<Size>,
    /// What every model is trained on first.
    pub first_task: Task,
    /// What it is then adapted to.
    pub tasks: Vec<Task>,
    /// Ranks of the adapters; α is twice the rank.
    pub ranks: Vec<usize>,
    /// How the frozen base is stored.
    pub storages: Vec<Storage>,
    /// Seeds of adapters, order of images and dropout. Every arm of a seed sees the same.
    pub seeds: Vec<u32>,
    /// Whether adapters are scaled by α/√r.
    pub rank_stabilized: bool,
    /// Images of every class.
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
}

impl Default for Config {
    /// The whole matrix: 144 runs, as many as the published one.
    fn default() -> Self {
        Self {
            sizes: vec![Size::Tiny, Size::Small],
            first_task: Task::Textures,
            tasks: vec![Task::Shapes, Task::Strokes],
            ranks: vec![4, 8, 16],
            storages: Storage::ALL.to_vec(),
            seeds: vec![42, 123, 456],
            rank_stabilized: false,
            images: 250,
            shares: [10, 20],
            images_seed: 1,
            first: Recipe {
                steps: 600,
                batch: 32,
                learning_rate: 2e-3,
                validate_every: 25,
                ..Recipe::default()
            },
            recipe: Recipe {
                steps: 300,
                batch: 32,
                learning_rate: 4e-3,
                validate_every: 25,
                ..Recipe::default()
            },
            patience: Patience::default(),
        }
    }
}

/// A config that is no study.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// An axis of the matrix without values.
    #[error("The study has no {0}. Choose at least one.")]
    NoAxis(&'static str),
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
    pub task: Task,
    /// Rank of its adapters.
    pub rank: usize,
    /// How its base is stored.
    pub storage: Storage,
    /// The seed.
    pub seed: u32,
}

impl Arm {
    /// Model, task and rank as cells of a table.
    fn cells(&self) -> Vec<String> {
        vec![self.size.label().into(), self.task.label().into(), self.rank.to_string()]
    }
}

/// A share in percent, with one decimal.
fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
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

    /// The adapters of a rank.
    pub fn lora(&self, rank: usize) -> Lora {
        Lora { rank_stabilized: self.rank_stabilized, ..Lora::of_rank(rank) }
    }

    /// Refuses a matrix that is none. Sizes and rates are refused by whatever they are given to.
    ///
    /// # Errors
    /// [`ConfigError::NoAxis`], [`ConfigError::Twice`], [`ConfigError::Runs`].
    pub fn check(&self) -> Result<(), ConfigError> {
        fn axis<T: PartialEq>(name: &'static str, values: &[T]) -> Result<usize, ConfigError> {
            if values.is_empty() {
                return Err(ConfigError::NoAxis(name));
            }
            let twice = (1..values.len()).any(|place| values[..place].contains(&values[place]));
            if twice { Err(ConfigError::Twice(name)) } else { Ok(values.len()) }
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

/// What storing the base in a way costs, over the seeds of one model, task and rank.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The place; its seed is the first.
    pub arm: Arm,
    /// The accuracy that is lost against single precision with the same seed, over the seeds; none for fewer than two.
    pub drop: Option<Interval>,
    /// The paired test over the seeds; none where nothing varies.
    pub test: Option<MeansTest>,
    /// Its p, corrected by Holm for all tests of the study.
    pub corrected_p: Option<f64>,
}

impl Adaptation {
    /// What the record is about.
    pub fn title(&self) -> String {
        format!("Quantized LoRA, trained here: {} of {} runs", self.runs.len(), self.config.matrix().len())
    }

    /// How much every place of the matrix recognised, over its seeds.
    pub fn accuracy_table(&self) -> Grid {
        let mut rows = vec![];
        for arm in self.places() {
            let Arm { size, task, rank, storage, .. } = arm;
            let found: Vec<f64> = self
                .accuracies(size, task, rank, storage)
                .into_iter()
                .map(|(_, accuracy)| accuracy)
                .collect();
            let Some(run) = self.runs.iter().find(|run| run.arm == Arm { seed: run.arm.seed, ..arm }) else {
                continue;
            };
            let mean = found.iter().sum::<f64>() / found.len() as f64;
            let interval = Interval::of(&found, LEVEL);
            let mut row = arm.cells();
            row.extend([
                storage.label().to_owned(),
                found.len().to_string(),
                percent(mean),
                cell(interval, |interval| format!("± {}", percent(interval.margin))),
                percent(1.0 / task.classes().len() as f64),
                run.base_bytes.to_string(),
                run.trained_bytes.to_string(),
            ]);
            rows.push(row);
        }
        let columns = [
            "Model",
            "Task",
            "Rank",
            "Base stored as",
            "Seeds",
            "Recognised",
            "95 %",
            "By chance",
            "Bytes of base",
            "Bytes trained",
        ];
        let heading = "Held-out images recognised: means over seeds, with intervals by Student’s t".into();
        Grid { heading, columns: columns.map(String::from).into(), rows, omitted: 0 }
    }

    /// What storing costs, in a table.
    pub fn cost_table(&self) -> Grid {
        let row = |cost: Cost| {
            let mut row = cost.arm.cells();
            let points = |interval: &Interval| format!("{:+.2} points", 100.0 * interval.mean);
            let margin = |interval: &Interval| format!("± {:.2}", 100.0 * interval.margin);
            row.extend([
                cost.arm.storage.label().to_owned(),
                cell(cost.drop.as_ref(), points),
                cell(cost.drop.as_ref(), margin),
                cell(cost.test.as_ref(), |test| format!("{:.3}", test.p)),
                cell(cost.corrected_p, |p| format!("{p:.3}")),
            ]);
            row
        };
        let columns =
            ["Model", "Task", "Rank", "Base stored as", "Lost against f32", "95 %", "p, paired", "p, Holm"];
        Grid {
            heading: "What storing the base costs: each seed with f32 against itself".into(),
            columns: columns.map(String::from).into(),
            rows: self.costs().into_iter().map(row).collect(),
            omitted: 0,
        }
    }

    /// The places of the matrix, each once: those of the first seed.
    fn places(&self) -> Vec<Arm> {
        let mut arms = self.config.matrix();
        arms.retain(|arm| Some(&arm.seed) == self.config.seeds.first());
        arms
    }

    /// A record without runs.
    pub fn begin(config: Config) -> Self {
        let origin =
            "Trained, stored, adapted and judged by this lab, on held-out images that its generator drew.";
        Self {
            provenance: Provenance::Measured,
            manifest: Manifest::new(vec![], origin),
            config,
            first: vec![],
            runs: vec![],
        }
    }

    /// Whether all runs are there.
    pub fn is_complete(&self) -> bool {
        self.runs.len() >= self.config.matrix().len()
    }

    /// The accuracies of a place, one a seed that has been run, in the order of the seeds.
    fn accuracies(&self, size: Size, task: Task, rank: usize, storage: Storage) -> Vec<(u32, f64)> {
        let here = |run: &&Run| {
            (run.arm.size, run.arm.task, run.arm.rank, run.arm.storage) == (size, task, rank, storage)
        };
        self.runs.iter().filter(here).map(|run| (run.arm.seed, run.held_out.accuracy())).collect()
    }

    /// What every way of storing costs against single precision, each seed compared with itself.
    pub fn costs(&self) -> Vec<Cost> {
        let mut costs = vec![];
        for arm in self.places().into_iter().filter(|arm| arm.storage != Storage::Single) {
            let Arm { size, task, rank, storage, .. } = arm;
            let single = self.accuracies(size, task, rank, Storage::Single);
            let pairs =
                self.accuracies(size, task, rank, storage).into_iter().filter_map(|(seed, stored)| {
                    let (_, whole) = single.iter().find(|(other, _)| *other == seed)?;
                    Some((*whole, stored))
                });
            let (whole, stored): (Vec<f64>, Vec<f64>) = pairs.unzip();
            let lost: Vec<f64> = whole.iter().zip(&stored).map(|(whole, stored)| whole - stored).collect();
            let drop = Interval::of(&lost, LEVEL);
            let test = MeansTest::paired(&whole, &stored);
            costs.push(Cost { arm, drop, test, corrected_p: None });
        }
        let values: Vec<f64> =
            costs.iter().filter_map(|cost| cost.test.as_ref().map(|test| test.p)).collect();
        let tested = costs.iter_mut().filter(|cost| cost.test.is_some());
        tested.zip(holm(&values)).for_each(|(cost, p)| cost.corrected_p = Some(p));
        costs
    }
}
