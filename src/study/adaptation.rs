//! Quantized LoRA for vision transformers, for real: every model is trained once, and then stored and adapted in all ways
//! of the matrix.

use super::{Context, StudyError};
use crate::model::{Parameters, Recipe};
use crate::record::adaptation::{Adaptation, Arm, Config, First, Run, Size};
use crate::vision::generator::Task;
use crate::vision::{Base, Evaluation, Split, Training, VisionError};

/// A study on its way, which can be stopped after any step, and gone on with from the record it has come to.
#[derive(Debug)]
pub struct Matrix {
    record: Adaptation,
    arms: Vec<Arm>,
    /// The model that the runs at hand adapt, and whose it is.
    model: Option<(Size, Parameters)>,
    /// The images of the task at hand.
    images: Option<(Task, Split)>,
}

impl Matrix {
    /// A study at its beginning.
    ///
    /// # Errors
    /// What [`Config::check`] finds.
    pub fn new(config: &Config) -> Result<Self, StudyError> {
        Self::resume(Adaptation::begin(config.clone()))
    }

    /// A study that has come to this record. A run that had not ended begins again.
    ///
    /// # Errors
    /// What [`Config::check`] finds, and [`StudyError::OtherRuns`] where the record's runs are not the beginning of its
    /// matrix.
    pub fn resume(record: Adaptation) -> Result<Self, StudyError> {
        record.config.check()?;
        let arms = record.config.matrix();
        let fits = |(place, run): (usize, &Run)| arms.get(place) == Some(&run.arm);
        if let Some(place) = record.runs.iter().enumerate().position(|run| !fits(run)) {
            return Err(StudyError::OtherRuns(place));
        }
        Ok(Self { record, arms, model: None, images: None })
    }

    /// What it has come to.
    pub fn record(&self) -> &Adaptation {
        &self.record
    }

    /// Does the next run; gives it, or none where all are done.
    ///
    /// # Errors
    /// [`StudyError::Cancelled`], and what models and images refuse. The record is then as before the run, but for its model.
    pub async fn next(&mut self, context: &Context) -> Result<Option<&Run>, StudyError> {
        let (done, runs) = (self.record.runs.len(), self.arms.len());
        let Some(&arm) = self.arms.get(done) else { return Ok(None) };
        let config = self.record.config.clone();
        // Steps before: of all models up to this one, and of all runs.
        let sizes = config.sizes.iter().position(|&size| size == arm.size).unwrap_or_default();
        let steps =
            |sizes: usize, runs: usize| (sizes * config.first.steps + runs * config.recipe.steps) as u64;
        let total = steps(config.sizes.len(), runs);
        if self.model.as_ref().is_none_or(|(size, _)| *size != arm.size) {
            let context = &context.part(steps(sizes, done), total);
            let (first, parameters) = first(&config, arm.size, context).await?;
            // What a record that is gone on with has already is the same again.
            if self.record.first.iter().all(|known| known.size != arm.size) {
                self.record.first.push(first);
            }
            self.model = Some((arm.size, parameters));
        }
        if self.images.as_ref().is_none_or(|(task, _)| *task != arm.task) {
            self.images = Some((arm.task, split(&config, arm.task)?));
        }
        let (Some((_, parameters)), Some((_, split))) = (&self.model, &self.images) else { return Ok(None) };
        let context = &context.part(steps(sizes + 1, done), total);
        let run = adapt(&config, arm, parameters, split, context).await?;
        self.record.runs.push(run);
        Ok(self.record.runs.last())
    }
}

/// The whole study.
///
/// # Errors
/// As [`Matrix::next`].
pub async fn run(config: &Config, context: &Context) -> Result<Adaptation, StudyError> {
    let mut matrix = Matrix::new(config)?;
    while matrix.next(context).await?.is_some() {}
    Ok(matrix.record)
}

fn split(config: &Config, task: Task) -> Result<Split, VisionError> {
    Split::new(&task.images(config.images, config.images_seed)?, config.shares, config.images_seed)
}

/// Takes all steps; lets messages in between.
async fn train(training: &mut Training, split: &Split, context: &Context) -> Result<(), StudyError> {
    while training.step(split)?.is_some() {
        context.step(training.steps() as u64, 0).await?;
    }
    Ok(())
}

/// Trains a model on the first task.
async fn first(config: &Config, size: Size, context: &Context) -> Result<(First, Parameters), StudyError> {
    let split = split(config, config.first_task)?;
    let model = size.model(config.first_task.classes().len());
    let mut training = Training::new(&model, config.first.clone(), config.patience)?;
    train(&mut training, &split, context).await?;
    let held_out = Evaluation::of(training.network(), &split.held_out)?;
    let trajectory = training.trajectory().clone();
    let first = First { size, parameters: model.parameter_count(), trajectory, held_out };
    Ok((first, training.parameters().clone()))
}

async fn adapt(
    config: &Config,
    arm: Arm,
    parameters: &Parameters,
    split: &Split,
    context: &Context,
) -> Result<Run, StudyError> {
    let classes = arm.task.classes().len();
    let base = Base::new(&arm.size.model(config.first_task.classes().len()), parameters, arm.storage)?;
    let lora = config.lora(arm.rank);
    let recipe = Recipe { seed: arm.seed, ..config.recipe.clone() };
    let mut training = Training::adapting(&base, &lora, classes, recipe, config.patience)?;
    train(&mut training, split, context).await?;
    let trained = training.parameters().entries().iter().map(|(parameter, _)| parameter.count());
    // The base's own head is not used: it told other classes apart.
    let head: usize = base.architecture().head().iter().map(|parameter| parameter.count()).sum();
    Ok(Run {
        arm,
        base_bytes: base.bytes().total() - size_of::<f32>() * head,
        trained_bytes: size_of::<f32>() * trained.sum::<usize>(),
        held_out: Evaluation::of(training.network(), &split.held_out)?,
        trajectory: training.trajectory().clone(),
    })
}
