//! The study of quantized LoRA for vision transformers, with real training: every model is trained once, then stored
//! and fine-tuned in every cell of the matrix.

use super::record::{Adaptation, Arm, Config, Data, First, Run, Size};
use crate::kit::context::{Context, Progress, StudyError};
use bk_models::vision::archive::Archive;
use bk_models::vision::{Base, Evaluation, Images, Split, Training, Trajectory};
use bk_models::{ModelError, Parameter, Parameters, Recipe};
use candle_core::DType;
use std::rc::Rc;

/// A study in progress. It can be stopped after any step and resumed from its record.
#[derive(Debug)]
pub struct Matrix {
    record: Adaptation,
    arms: Vec<Arm>,
    /// The images of the file that the config names.
    archive: Option<Archive>,
    /// The model that the current runs fine-tune, with its size.
    model: Option<(Size, Parameters)>,
    /// The images of the current task.
    images: Option<(Data, Rc<Split>)>,
    /// The current training.
    going: Option<Going>,
}

/// A training in progress.
#[derive(Debug)]
struct Going {
    training: Training,
    split: Rc<Split>,
    size: Size,
    /// The run and the bytes of its base; `None` during the first training of a model.
    run: Option<(Arm, usize)>,
}

/// A view of the training in progress.
#[derive(Debug, Clone, Copy)]
pub struct Live<'study> {
    /// The model.
    pub size: Size,
    /// The run; `None` during the first training of a model.
    pub arm: Option<Arm>,
    /// Its training history so far.
    pub trajectory: &'study Trajectory,
}

impl Matrix {
    /// Creates a study at its beginning, with the images of the file that its config names.
    ///
    /// # Errors
    /// Errors of [`Config::check`], [`StudyError::OtherImages`].
    pub fn new(config: &Config, archive: Option<Archive>) -> Result<Self, StudyError> {
        Self::resume(Adaptation::begin(config.clone()), archive)
    }

    /// Resumes a study from its record. A run that had not ended starts again.
    ///
    /// # Errors
    /// Errors of [`Config::check`]; [`StudyError::OtherImages`] if the file is missing or a different one;
    /// [`StudyError::OtherRuns`] if the record's runs are not the first ones of its matrix.
    pub fn resume(record: Adaptation, archive: Option<Archive>) -> Result<Self, StudyError> {
        let config = &record.config;
        config.check()?;
        if let Some(file) = config.file.as_ref().filter(|_| config.tasks.contains(&Data::File)) {
            let is_the_one = |archive: &Archive| archive.checksum == file.checksum;
            if !archive.as_ref().is_some_and(is_the_one) {
                return Err(StudyError::OtherImages(file.name.clone()));
            }
        }
        let arms = config.matrix();
        let fits = |(place, run): (usize, &Run)| arms.get(place) == Some(&run.arm);
        if let Some(place) = record.runs.iter().enumerate().position(|run| !fits(run)) {
            return Err(StudyError::OtherRuns(place));
        }
        Ok(Self { record, arms, archive, model: None, images: None, going: None })
    }

    /// Returns the record so far.
    pub fn record(&self) -> &Adaptation {
        &self.record
    }

    /// Returns the training in progress.
    pub fn live(&self) -> Option<Live<'_>> {
        let Going { training, size, run, .. } = self.going.as_ref()?;
        Some(Live { size: *size, arm: run.map(|(arm, _)| arm), trajectory: training.trajectory() })
    }

    /// Returns the progress in steps; a training that ended early counts with its full length.
    pub fn progress(&self) -> Progress {
        let config = &self.record.config;
        let steps =
            |models: usize, runs: usize| (models * config.first.steps + runs * config.recipe.steps) as u64;
        let going = self.going.as_ref().map_or(0, |going| going.training.steps() as u64);
        // A model that is trained again, because only the record was kept, counts when it is done.
        let again = self.going.as_ref().is_some_and(|going| going.run.is_none() && self.knows(going.size));
        let done = steps(self.record.first.len(), self.record.runs.len()) + if again { 0 } else { going };
        Progress { done, total: steps(config.sizes.len(), self.arms.len()) }
    }

    fn knows(&self, size: Size) -> bool {
        self.record.first.iter().any(|known| known.size == size)
    }

    /// Takes the next training step, and does the work due before and after it. Returns `false` if all runs are done.
    ///
    /// # Errors
    /// Errors of models and images. The record is then unchanged.
    pub fn step(&mut self) -> Result<bool, StudyError> {
        let mut going = match self.going.take() {
            Some(going) => going,
            None => match self.arms.get(self.record.runs.len()) {
                Some(&arm) => self.begin(arm)?,
                None => return Ok(false),
            },
        };
        match going.training.step(&going.split)? {
            Some(_) => self.going = Some(going),
            None => self.end(going)?,
        }
        Ok(true)
    }

    /// Completes the next run and returns it; `None` if all are done.
    ///
    /// # Errors
    /// [`StudyError::Cancelled`], and the errors of [`step`](Self::step). The training so far is kept and can be
    /// resumed.
    pub async fn next(&mut self, context: &Context) -> Result<Option<&Run>, StudyError> {
        let done = self.record.runs.len();
        while self.record.runs.len() == done {
            if !self.step()? {
                return Ok(None);
            }
            let Progress { done, total } = self.progress();
            context.step(done, total).await?;
        }
        Ok(self.record.runs.last())
    }

    /// Returns the current model as bytes: its parameters in their order, in single precision. With them, a resumed
    /// study need not train the model again.
    ///
    /// # Errors
    /// The errors of candle, if memory is exhausted.
    pub fn model(&self) -> Result<Option<(Size, Vec<u8>)>, StudyError> {
        let Some((size, parameters)) = &self.model else { return Ok(None) };
        let mut bytes = vec![];
        for (_, variable) in parameters.entries() {
            let values: Vec<f32> =
                variable.flatten_all().and_then(|values| values.to_vec1()).map_err(ModelError::from)?;
            bytes.extend(values.into_iter().flat_map(f32::to_le_bytes));
        }
        Ok(Some((*size, bytes)))
    }

    /// Restores a model from the bytes of [`model`](Self::model).
    ///
    /// # Errors
    /// [`ModelError::Shape`] if they do not belong to a model of this size.
    pub fn give_model(&mut self, size: Size, bytes: &[u8]) -> Result<(), StudyError> {
        let architecture = size.model(self.record.config.first_task.classes().len());
        let mut values = bytes.as_chunks().0.iter().map(|&bytes| f64::from(f32::from_le_bytes(bytes)));
        let take = |parameter: &Parameter| values.by_ref().take(parameter.count()).collect();
        let parameters = Parameters::of(architecture.parameters(), take, DType::F32)?;
        self.model = Some((size, parameters));
        Ok(())
    }

    /// Begins a run: trains its model first if that is missing.
    fn begin(&mut self, arm: Arm) -> Result<Going, StudyError> {
        let config = &self.record.config;
        let model = self.model.as_ref().filter(|(size, _)| *size == arm.size);
        let Some((_, parameters)) = model else {
            let task = config.first_task;
            let images = task.images(config.images, config.images_seed)?;
            let split = Split::new(&images, config.shares, config.images_seed)?;
            let model = arm.size.model(task.classes().len());
            let mut training = Training::new(&model, config.first.clone(), config.patience)?;
            fit(&mut training, config, &split)?;
            return Ok(Going { training, split: split.into(), size: arm.size, run: None });
        };
        let split = match &self.images {
            Some((task, split)) if *task == arm.task => split.clone(),
            _ => {
                let split = Rc::new(split(config, arm.task, self.archive.as_ref())?);
                self.images.insert((arm.task, split)).1.clone()
            }
        };
        let classes = config.classes(arm.task).len();
        let base = Base::new(&arm.size.model(config.first_task.classes().len()), parameters, arm.storage)?;
        let lora = config.lora(arm.rank);
        let recipe = Recipe { seed: arm.seed, ..config.recipe.clone() };
        let mut training = Training::adapting(&base, &lora, classes, recipe, config.patience)?;
        fit(&mut training, config, &split)?;
        // The base's own head is not used, because it was trained on other classes.
        let head: usize = base.architecture().head().iter().map(|parameter| parameter.count()).sum();
        let bytes = base.bytes().total() - size_of::<f32>() * head;
        Ok(Going { training, split, size: arm.size, run: Some((arm, bytes)) })
    }

    /// Adds the result of a training to the record.
    fn end(&mut self, Going { training, split, size, run }: Going) -> Result<(), StudyError> {
        let held_out = Evaluation::of(training.network(), &split.held_out)?;
        let parameters = training.parameters();
        let trajectory = training.trajectory().clone();
        let memory = Some(training.memory());
        let trained = parameters.entries().iter().map(|(parameter, _)| parameter.count()).sum::<usize>();
        let Some((arm, base_bytes)) = run else {
            // A resumed record already has this result, and it is the same.
            if !self.knows(size) {
                self.record.first.push(First { size, parameters: trained, trajectory, held_out, memory });
            }
            self.model = Some((size, parameters.clone()));
            return Ok(());
        };
        let trained_bytes = size_of::<f32>() * trained;
        self.record.runs.push(Run { arm, base_bytes, trained_bytes, trajectory, held_out, memory });
        Ok(())
    }
}

/// Limits a training to the memory that its study allows.
fn fit(training: &mut Training, config: &Config, split: &Split) -> Result<(), StudyError> {
    match config.step_bytes {
        Some(most) => Ok(training.fit(most, &split.train)?),
        None => Ok(()),
    }
}

/// Runs the whole study.
///
/// # Errors
/// Errors of [`Matrix::new`] and [`Matrix::next`].
pub async fn run(
    config: &Config,
    archive: Option<Archive>,
    context: &Context,
) -> Result<Adaptation, StudyError> {
    let mut matrix = Matrix::new(config, archive)?;
    while matrix.next(context).await?.is_some() {}
    Ok(matrix.record)
}

/// Returns the held-out images of a task, in the order of the labels in the record.
///
/// # Errors
/// Errors of images; [`StudyError::OtherImages`] if the file is missing.
pub fn held_out(config: &Config, task: Data, archive: Option<&Archive>) -> Result<Images, StudyError> {
    Ok(split(config, task, archive)?.held_out)
}

fn split(config: &Config, task: Data, archive: Option<&Archive>) -> Result<Split, StudyError> {
    let images = match (task.task(), archive) {
        (Some(task), _) => task.images(config.images, config.images_seed)?,
        (None, Some(archive)) => archive.images.at_most(config.images, config.images_seed),
        (None, None) => {
            let file = config.file.as_ref().map_or_else(String::new, |file| file.name.clone());
            return Err(StudyError::OtherImages(file));
        }
    };
    Ok(Split::new(&images, config.shares, config.images_seed)?)
}
