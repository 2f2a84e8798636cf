//! Studies: from a config to a record. A study knows no screen and no file; what it needs of the world
//! comes through its [`Context`].

use bk_models::vision::VisionError;
use bk_resolvent::ResolventError;
use bk_resolvent::birman_schwinger::BirmanSchwingerError;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// How far a study has come, in its own units of work.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    /// Units done.
    pub done: u64,
    /// Units in all.
    pub total: u64,
}

/// A pause in which messages can arrive; nothing on the command line.
pub type Pause = Pin<Box<dyn Future<Output = ()>>>;

impl From<bk_models::ModelError> for StudyError {
    fn from(error: bk_models::ModelError) -> Self {
        StudyError::Model(error.into())
    }
}

impl From<bk_models::CheckpointError> for StudyError {
    fn from(error: bk_models::CheckpointError) -> Self {
        StudyError::Model(error.into())
    }
}

impl From<bk_models::corpus::CorpusError> for StudyError {
    fn from(error: bk_models::corpus::CorpusError) -> Self {
        StudyError::Model(error.into())
    }
}

/// What a study is given besides its config: someone to report to, and someone who may say stop.
pub struct Context {
    on_progress: Rc<dyn Fn(Progress)>,
    pause: Rc<dyn Fn() -> Pause>,
    cancelled: Rc<Cell<bool>>,
    /// Units done before, and units in all, where this is a part of some larger work.
    part: Option<Progress>,
}

impl Context {
    /// A context that reports to `on_progress`, waits for `pause` between units of work, and stops once
    /// `cancelled` is set.
    pub fn new(
        on_progress: impl Fn(Progress) + 'static,
        pause: impl Fn() -> Pause + 'static,
        cancelled: Rc<Cell<bool>>,
    ) -> Self {
        Context { on_progress: Rc::new(on_progress), pause: Rc::new(pause), cancelled, part: None }
    }

    /// A context nobody watches: runs to the end.
    pub fn unwatched() -> Self {
        Context::new(|_| {}, || Box::pin(std::future::ready(())), Rc::default())
    }

    /// A context for a part of the work: `done` units were done before it, of `total` in all.
    pub fn part(&self, done: u64, total: u64) -> Self {
        Context {
            on_progress: self.on_progress.clone(),
            pause: self.pause.clone(),
            cancelled: self.cancelled.clone(),
            part: Some(Progress { done, total }),
        }
    }

    /// The same context for work whose progress nobody counts: messages are let in, and a cancel is heard.
    pub fn silent(&self) -> Self {
        Context { on_progress: Rc::new(|_| {}), ..self.part(0, 0) }
    }

    /// Reports progress, lets messages in, and fails if one of them was a cancel. A study calls this at
    /// least every 50 ms of work, so that a cancel takes effect within 100 ms.
    pub async fn step(&self, done: u64, total: u64) -> Result<(), StudyError> {
        let (done, total) = self.part.map_or((done, total), |part| (part.done + done, part.total));
        (self.on_progress)(Progress { done, total });
        (self.pause)().await;
        if self.cancelled.get() { Err(StudyError::Cancelled { done, total }) } else { Ok(()) }
    }
}

/// Why a study gave no record.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// Somebody asked it to stop.
    #[error("Stopped after {done} of {total} units of work. The earlier result is still shown.")]
    Cancelled {
        /// Units done.
        done: u64,
        /// Units in all.
        total: u64,
    },
    /// A config that its study cannot compute: the study's own `ConfigError`. Boxed, so that the kit knows no study.
    #[error(transparent)]
    Config(Box<dyn std::error::Error>),
    /// A model that cannot be computed or trained, a checkpoint or a text that cannot be used: a [`ModelError`], a
    /// [`CheckpointError`] or a [`CorpusError`]. Boxed, so that whoever hands errors on needs no code of models.
    ///
    /// [`ModelError`]: bk_models::ModelError
    /// [`CheckpointError`]: bk_models::CheckpointError
    /// [`CorpusError`]: bk_models::corpus::CorpusError
    #[error(transparent)]
    Model(Box<dyn std::error::Error>),
    /// A checkpoint with another text than it was trained on.
    #[error(
        "The text is not the one that the model was trained on, {0}: its byte pairs differ. Give that text."
    )]
    OtherText(String),
    /// Images or a vision transformer that cannot be used: a [`VisionError`]. Boxed, so that whoever hands errors on needs
    /// no code of models.
    #[error(transparent)]
    Vision(Box<dyn std::error::Error>),
    /// A record whose runs are not those of its matrix.
    #[error(
        "Run {0} of the record, counted from 0, is not the one that its matrix has there. Begin the study again."
    )]
    OtherRuns(usize),
    /// A study of a file's images without that file.
    #[error(
        "The images of this study are in the file “{0}”, which is not here, or has changed. Give that file."
    )]
    OtherImages(String),
    /// Something could not be quantized.
    #[error("{0}")]
    Quantize(#[from] bk_quantize::QuantizeError),
    /// The engine failed.
    #[error("{0}")]
    Engine(#[from] ResolventError),
    /// The Birman–Schwinger operator could not be computed.
    #[error("{0}")]
    BirmanSchwinger(#[from] BirmanSchwingerError),
}

/// Declares errors of a study's config, so that `?` makes each a [`StudyError::Config`].
macro_rules! config_errors {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for $crate::kit::context::StudyError {
            fn from(error: $error) -> Self {
                $crate::kit::context::StudyError::Config(Box::new(error))
            }
        }
    )+};
}

pub(crate) use config_errors;

impl From<VisionError> for StudyError {
    fn from(error: VisionError) -> Self {
        StudyError::Vision(error.into())
    }
}
