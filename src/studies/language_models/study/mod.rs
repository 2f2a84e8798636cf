//! The study of a language model: train a model, or load a trained one, and measure it on held-out text.

pub mod leak;
mod looking;

pub use leak::leak;
pub use looking::{causality_map, held_out_sequence, predict};

use super::record::{Config, LanguageModel as Record};
use crate::kit::context::{Context, StudyError};
use crate::kit::record::{Manifest, Provenance};
use bk_models::causality::probe;
use bk_models::corpus::{Corpus, Text, Tokenizer, baselines};
use bk_models::{Checkpoint, Evaluation, KeptModel, LanguageModel, ModelError, Training, Trajectory};
use bk_quantize::Width;
use std::rc::Rc;
use web_time::Instant;

/// A training in progress, with its text.
#[derive(Debug)]
pub struct Session {
    training: Training,
    text: Text,
    corpus: Rc<Corpus>,
    /// Time of the steps in this run, in seconds.
    wall_seconds: f64,
}

impl Session {
    /// Creates a training at its beginning, on the text of the config. `content` is the bytes of its file.
    ///
    /// # Errors
    /// Fails if the model cannot be trained, or there is no such text.
    pub fn new(config: &Config, content: Option<&[u8]>) -> Result<Self, StudyError> {
        let corpus = config.text.corpus(content)?;
        let architecture = config.architecture.clone().with_vocabulary(corpus.tokenizer.vocabulary());
        let training = Training::new(architecture, config.recipe.clone())?;
        Self::of(training, config.text.clone(), corpus)
    }

    /// Resumes the training of a checkpoint by its own recipe: it ends as it would have without the stop.
    ///
    /// # Errors
    /// Fails if the checkpoint is not resumable, or was trained on another text.
    pub fn resume(checkpoint: Checkpoint, content: Option<&[u8]>) -> Result<Self, StudyError> {
        let (text, corpus) = (checkpoint.text.clone(), corpus_of(&checkpoint, content)?);
        Self::of(checkpoint.resume()?, text, corpus)
    }

    fn of(training: Training, text: Text, corpus: Corpus) -> Result<Self, StudyError> {
        corpus.check(training.model().architecture().context())?;
        Ok(Session { training, text, corpus: Rc::new(corpus), wall_seconds: 0.0 })
    }

    /// Returns the training itself.
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// Returns the text.
    pub fn corpus(&self) -> &Rc<Corpus> {
        &self.corpus
    }

    /// Returns the config.
    pub fn config(&self) -> Config {
        Config {
            architecture: self.training.model().architecture().clone(),
            recipe: self.training.recipe().clone(),
            text: self.text.clone(),
        }
    }

    /// Trains until a total number of steps. If it is cancelled or a step fails, the steps before remain taken.
    ///
    /// # Errors
    /// [`StudyError::Cancelled`], or a training that diverges.
    pub async fn advance(&mut self, until: usize, context: &Context) -> Result<(), StudyError> {
        let total = self.training.recipe().steps.min(until);
        while self.training.steps() < total {
            let started = Instant::now();
            self.training.step(&self.corpus.train, &self.corpus.validation)?;
            self.wall_seconds += started.elapsed().as_secs_f64();
            context.step(self.training.steps() as u64, total as u64).await?;
        }
        Ok(())
    }

    /// Trains for about `seconds`, at least one step, as [`advance`](Self::advance) does, but skips steps whose loss or
    /// gradient is not finite. The training ends once it has skipped `most` of them. Returns whether the training is
    /// over.
    ///
    /// # Errors
    /// [`StudyError::Cancelled`], or a model that cannot be computed.
    pub async fn endure(&mut self, most: usize, seconds: f64, context: &Context) -> Result<bool, StudyError> {
        let begun = Instant::now();
        let total = self.training.recipe().steps;
        let is_not_finite = |(loss, norm): &(&f32, &f32)| !loss.is_finite() || !norm.is_finite();
        loop {
            let Trajectory { losses, norms, .. } = self.training.trajectory();
            if losses.len() >= total || losses.iter().zip(norms).filter(is_not_finite).count() >= most {
                return Ok(true);
            }
            let started = Instant::now();
            match self.training.step(&self.corpus.train, &self.corpus.validation) {
                Ok(_) => {}
                Err(ModelError::Diverged { loss, norm, .. }) => self.training.leave_out(loss, norm),
                // An intermediate value was not finite, which the kernels reject.
                Err(ModelError::Computation(_)) => self.training.leave_out(f32::NAN, f64::NAN),
                Err(error) => return Err(error.into()),
            }
            self.wall_seconds += started.elapsed().as_secs_f64();
            context.step(self.training.steps() as u64, total as u64).await?;
            if begun.elapsed().as_secs_f64() >= seconds {
                return Ok(false);
            }
        }
    }

    /// Returns the current model.
    pub fn kept(&self) -> KeptModel {
        let architecture = self.training.model().architecture();
        KeptModel {
            model: self.training.model().clone(),
            parameters: self.training.parameters().clone(),
            recipe: self.training.recipe().clone(),
            steps: self.training.steps(),
            trajectory: self.training.trajectory().clone(),
            text: self.text.clone(),
            tokenizer: self.corpus.tokenizer.clone(),
            bytes: architecture.bytes(),
            widths: vec![(Width::Single, architecture.parameter_count())],
        }
    }

    /// Measures the current model.
    pub async fn measure(&self, context: &Context) -> Result<Record, StudyError> {
        measure(&self.kept(), &self.corpus, self.wall_seconds, context).await
    }

    /// Returns the training as a file; see [`Checkpoint::of`].
    ///
    /// # Errors
    /// Fails if the file cannot be written, which does not happen for a valid training.
    pub fn checkpoint(&self, resumable: bool) -> Result<Vec<u8>, StudyError> {
        Ok(Checkpoint::of(&self.training, &self.text, &self.corpus.tokenizer, resumable)?)
    }
}

/// Measures the model of a checkpoint on the held-out part of its own text.
pub async fn evaluate(
    checkpoint: &Checkpoint,
    content: Option<&[u8]>,
    context: &Context,
) -> Result<Record, StudyError> {
    evaluate_kept(&checkpoint.kept()?, content, context).await
}

/// Measures a model from a checkpoint of either kind on the held-out part of its own text. A quantized model computes
/// with its decoded values.
pub async fn evaluate_kept(
    kept: &KeptModel,
    content: Option<&[u8]>,
    context: &Context,
) -> Result<Record, StudyError> {
    let corpus = corpus_by(&kept.text, &kept.tokenizer, content)?;
    corpus.check(kept.architecture().context())?;
    measure(kept, &corpus, 0.0, context).await
}

/// Returns the text of a checkpoint, tokenized by the checkpoint's own tokenizer.
///
/// # Errors
/// Fails if the text is not the one that the model was trained on.
pub fn corpus_of(checkpoint: &Checkpoint, content: Option<&[u8]>) -> Result<Corpus, StudyError> {
    corpus_by(&checkpoint.text, &checkpoint.tokenizer, content)
}

/// Returns a text, if it leads to this tokenizer.
///
/// # Errors
/// Fails if the tokenizer is a different one, or there is no such text.
pub fn corpus_by(text: &Text, tokenizer: &Tokenizer, content: Option<&[u8]>) -> Result<Corpus, StudyError> {
    let corpus = text.corpus(content)?;
    match corpus.tokenizer == *tokenizer {
        true => Ok(corpus),
        false => Err(StudyError::OtherText(match text {
            Text::File { name, .. } => name.clone(),
            _ => "the embedded language".into(),
        })),
    }
}

async fn measure(
    kept: &KeptModel,
    corpus: &Corpus,
    wall_seconds: f64,
    context: &Context,
) -> Result<Record, StudyError> {
    let KeptModel { model, recipe, trajectory, text, .. } = kept;
    let architecture = model.architecture();
    let length = architecture.context();
    let held_out = held_out(model, &corpus.held_out, context).await?;
    let largest_leak = largest_leak(model, &corpus.held_out)?;
    let step = architecture.flops(recipe.batch, length);
    Ok(Record {
        provenance: Provenance::Measured,
        manifest: Manifest::new(
            vec![],
            "Trained and measured by this lab on text that training has not seen.",
        ),
        config: Config { architecture: architecture.clone(), recipe: recipe.clone(), text: text.clone() },
        steps: kept.steps,
        parameters: architecture.parameter_count(),
        bytes: kept.bytes,
        widths: kept.widths.clone(),
        flops_a_token: architecture.flops(1, length).forward() / length as u64,
        flops_a_step: step.total(),
        trajectory: trajectory.clone(),
        held_out,
        bytes_a_token: corpus.held_out_bytes.map(|bytes| bytes as f64 / corpus.held_out.len() as f64),
        baselines: baselines(corpus.tokenizer.vocabulary(), &corpus.train, &corpus.held_out),
        entropy: corpus.entropy,
        source_loss: corpus.source_loss,
        largest_leak,
        wall_seconds,
    })
}

/// Returns the largest change of a logit at a position before a changed token, in the first sequence of a text.
pub(crate) fn largest_leak(model: &LanguageModel, tokens: &[u32]) -> Result<f64, StudyError> {
    let length = model.architecture().context();
    // The first token has no earlier positions; the others are changed at four positions.
    let positions = [length / 4, length / 2, 3 * length / 4, length - 1];
    Ok(probe(model, &tokens[..length.min(tokens.len())], &positions)?.largest_leak())
}

/// Returns the losses of a model on tokens of the held-out part.
pub(crate) async fn held_out(
    model: &LanguageModel,
    tokens: &[u32],
    context: &Context,
) -> Result<Evaluation, StudyError> {
    let length = model.architecture().context();
    let total = (tokens.len() / length) as u64;
    let mut evaluation = Evaluation::default();
    for batch in Evaluation::batches(tokens, length) {
        evaluation.add(model, batch, length)?;
        context.step(evaluation.sequences as u64, total).await?;
    }
    Ok(evaluation)
}
