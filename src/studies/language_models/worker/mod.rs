//! Language models in the worker: trained a second at a time, kept on the shelf, and measured.

pub(crate) mod bench;

use super::messages::{
    Form, HandleModel, ListModels, MapCausality, ModelKey, Predict, SaveModel, Shelf as Models, Shelved,
    StudyMixed,
};
use super::mixed_precision::study as mixed;
use super::record::Config;
use super::study::{Session, causality_map, evaluate_kept, held_out_sequence, predict};
use crate::kit::browser::Payload;
use crate::kit::browser::to_bytes;
use crate::kit::context::{Context, StudyError};
use crate::kit::protocol::Stopped;
use crate::kit::protocol::WrittenFile;
use crate::kit::worker::store::{Shelf, shelf};
use crate::kit::worker::{Perform, Performing};
use crate::kit::worker::{finished, read};
use crate::studies::quantization::record::Reading;
use bench::{Open, checkpoint, name, summaries, text};
use bk_models::{Checkpoint, CheckpointError, KeptModel, ModelError};
use std::cell::RefCell;

/// Returns what does the task of a name: training, keeping and saving models.
pub fn work(task: &str) -> Option<Perform> {
    match task {
        "list" => Some(list),
        "handle" => Some(handle),
        "save" => Some(save),
        _ => None,
    }
}

/// Returns what does the task of a name: looking into a model.
pub fn insight(task: &str) -> Option<Perform> {
    match task {
        "causality" => Some(map_causality),
        "predict" => Some(predict_next),
        "mixed" => Some(study_mixed),
        _ => None,
    }
}

/// Why nothing comes of a task.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// Something cannot be computed.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// A model that is no longer there.
    #[error(
        "Model {0} is not on the shelf any more: it was forgotten, perhaps in another tab. Train it again, or open its file."
    )]
    Gone(ModelKey),
    /// A task without its file.
    #[error("No file came with this. Choose it again.")]
    NoFile,
    /// What is kept cannot be written as text.
    #[error("The model could not be put on the shelf: {0}.")]
    Unwritable(#[from] serde_json::Error),
}

impl From<CheckpointError> for Problem {
    fn from(error: CheckpointError) -> Self {
        Problem::Study(error.into())
    }
}

impl From<ModelError> for Problem {
    fn from(error: ModelError) -> Self {
        Problem::Study(error.into())
    }
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Study(error) => error.into(),
            problem => Stopped::Failed(problem.to_string()),
        }
    }
}

thread_local! {
    /// The training that was last gone on with.
    static OPEN: RefCell<Option<Open>> = const { RefCell::new(None) };
}

/// A model as it lies on the shelf, and the file that it was trained on.
pub(crate) async fn kept(key: ModelKey) -> Result<(KeptModel, Option<Vec<u8>>), Problem> {
    let shelf = &*shelf().await;
    Ok((KeptModel::read(&bench::file(shelf, key).await?)?, text(shelf, key).await))
}

/// What is on the shelf.
pub fn list(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let ListModels { forget } = read(&task)?;
        let shelf = &*shelf().await;
        if let Some(key) = forget {
            OPEN.with_borrow_mut(|open| open.take_if(|open| open.key() == key));
            shelf.remove(&name(key, "")).await;
        }
        finished(Models(summaries(shelf).await))
    })
}

/// Something that is done to one model.
pub fn handle(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let file = task.buffers.first().map(to_bytes);
        let shelf = &*shelf().await;
        finished(match read(&task)? {
            HandleModel::Begin(config) => begin(shelf, &config, file).await,
            HandleModel::Open(shipped) => open_file(shelf, shipped, file).await,
            HandleModel::GiveText(key) => give_text(shelf, key, file).await,
            HandleModel::Train(key, seconds) => train(shelf, key, seconds, context).await,
            HandleModel::Keep(key) => keep(shelf, key).await,
            HandleModel::Measure(key) => measure(shelf, key, context).await,
        }?)
    })
}

/// Which token of a model's held-out text moves which logit.
pub fn map_causality(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let MapCausality(key) = read(&task)?;
        let (kept, text) = kept(key).await?;
        let tokens = held_out_sequence(&kept, text.as_deref())?;
        finished(causality_map(&kept, &tokens, None, context).await?)
    })
}

/// What a model expects after each token of a text.
pub fn predict_next(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let Predict { key, prompt } = read(&task)?;
        let (kept, text) = kept(key).await?;
        let tokens = match prompt.as_str() {
            "" => held_out_sequence(&kept, text.as_deref())?,
            prompt => kept.tokenizer.encode(prompt.as_bytes()).map_err(StudyError::from)?,
        };
        finished(predict(&kept, &tokens)?)
    })
}

/// Mixed precision, of a model or as published.
pub fn study_mixed(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let StudyMixed { key, config, earlier } = read(&task)?;
        let (Some(key), Reading::Exact) = (key, config.reading) else {
            return finished(mixed::published(&config, context).await?);
        };
        let shelf = &*shelf().await;
        let (checkpoint, text) = (checkpoint(shelf, key).await?, text(shelf, key).await);
        finished(
            mixed::exact(&config, &checkpoint, text.as_deref(), earlier.as_deref(), |_| {}, context).await?,
        )
    })
}

/// A model's checkpoint as a file.
pub fn save(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let SaveModel { key, form } = read(&task)?;
        finished(WrittenFile { bytes: written(&*shelf().await, key, form).await? })
    })
}

async fn written(shelf: &Shelf, key: ModelKey, form: Form) -> Result<Vec<u8>, Problem> {
    let kept = bench::file(shelf, key).await?;
    if bench::is_quantized(&kept)? {
        return Ok(kept);
    }
    let checkpoint = Checkpoint::read(&kept)?;
    match form {
        Form::Quantized(record) => Ok(mixed::quantized(&record, &checkpoint)?.write()?),
        // A checkpoint that holds the model alone is written as it came.
        _ if !checkpoint.is_resumable() => Ok(kept),
        form => {
            let open = session(shelf, key).await?;
            let bytes = open.file(form == Form::Resumable);
            put_back(open, shelf).await;
            bytes
        }
    }
}

async fn begin(shelf: &Shelf, config: &Config, file: Option<Vec<u8>>) -> Result<Shelved, Problem> {
    let session = Session::new(config, file.as_deref())?;
    let key = bench::next_key(shelf).await;
    if let Some(file) = file {
        shelf.put(&name(key, bench::TEXT), file).await;
    }
    let mut open = Open::new(key, session);
    open.keep(shelf).await?;
    Ok(put_back(open, shelf).await)
}

async fn open_file(
    shelf: &Shelf,
    shipped: Option<String>,
    file: Option<Vec<u8>>,
) -> Result<Shelved, Problem> {
    bench::open_file(shelf, shipped, file.ok_or(Problem::NoFile)?).await
}

async fn give_text(shelf: &Shelf, key: ModelKey, file: Option<Vec<u8>>) -> Result<Shelved, Problem> {
    bench::give_text(shelf, key, file.ok_or(Problem::NoFile)?).await
}

async fn train(shelf: &Shelf, key: ModelKey, seconds: f64, context: &Context) -> Result<Shelved, Problem> {
    let mut open = session(shelf, key).await?;
    let trained = open.train(usize::MAX, seconds, shelf, context).await;
    let shelved = put_back(open, shelf).await;
    trained.map(|()| shelved)
}

async fn keep(shelf: &Shelf, key: ModelKey) -> Result<Shelved, Problem> {
    let mut open = session(shelf, key).await?;
    let kept = open.keep(shelf).await;
    let shelved = put_back(open, shelf).await;
    kept.map(|()| shelved)
}

/// The training of a model: the one that is open, or as it lies on the shelf.
pub(crate) async fn session(shelf: &Shelf, key: ModelKey) -> Result<Open, Problem> {
    if let Some(open) = OPEN.with_borrow_mut(|open| open.take_if(|open| open.key() == key)) {
        return Ok(open);
    }
    let checkpoint = checkpoint(shelf, key).await?;
    let session = Session::resume(checkpoint, text(shelf, key).await.as_deref())?;
    Ok(Open::new(key, session))
}

/// Leaves a training open for the next task; one that was open is kept before.
pub(crate) async fn put_back(open: Open, shelf: &Shelf) -> Shelved {
    let shelved = open.shelved().clone();
    let other = OPEN.with_borrow_mut(|place| place.replace(open));
    if let Some(mut other) = other {
        // What cannot be written was said when it was last kept.
        let _ = other.keep(shelf).await;
    }
    shelved
}

/// Measures a model as it is; what was found lies on the shelf with it.
async fn measure(shelf: &Shelf, key: ModelKey, context: &Context) -> Result<Shelved, Problem> {
    if OPEN.with_borrow(|open| open.as_ref().is_some_and(|open| open.key() == key)) {
        let mut open = session(shelf, key).await?;
        let measured = open.measure(shelf, context).await;
        put_back(open, shelf).await;
        return measured;
    }
    let (kept, text) = kept(key).await?;
    let record = evaluate_kept(&kept, text.as_deref(), context).await?;
    bench::note(shelf, key, |shelved| shelved.measured = Some(Box::new(record))).await
}
