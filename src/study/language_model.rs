//! The study of a language model: train it, or take one that was trained, and measure it on text it has not seen.

use super::{Context, StudyError};
use crate::model::causality::probe;
use crate::model::corpus::{Corpus, Text, baselines};
use crate::model::{Checkpoint, Evaluation, LanguageModel, Training, Trajectory};
use crate::record::language_model::{Config, LanguageModel as Record};
use crate::record::{Manifest, Provenance};
use web_time::Instant;

/// A training as far as it has come.
#[derive(Debug)]
pub struct Trained {
    /// What was measured of it.
    pub record: Record,
    /// The training itself, to be kept or gone on with.
    pub training: Training,
    /// The text it learned from.
    pub corpus: Corpus,
}

/// Trains a model until step `until`, on the text of the config, whose file's bytes are `content`; goes on from
/// `earlier`, if that is given, by its own config. The same config gives the same model, at once or with interruptions.
pub async fn train(
    config: &Config,
    content: Option<&[u8]>,
    earlier: Option<Checkpoint>,
    until: usize,
    context: &Context,
) -> Result<Trained, StudyError> {
    context.step(0, config.recipe.steps as u64).await?;
    let (text, corpus, mut training) = match earlier {
        None => {
            let corpus = config.text.corpus(content)?;
            let architecture = config.architecture.clone().with_vocabulary(corpus.tokenizer.vocabulary());
            (config.text.clone(), corpus, Training::new(architecture, config.recipe.clone())?)
        }
        Some(checkpoint) => {
            let text = checkpoint.text.clone();
            let corpus = corpus_of(&checkpoint, content)?;
            (text, corpus, checkpoint.resume()?)
        }
    };
    corpus.check(training.model().architecture().context())?;
    let total = training.recipe().steps.min(until.max(training.steps()));
    let started = Instant::now();
    while training.steps() < total {
        training.step(&corpus.train, &corpus.validation)?;
        context.step(training.steps() as u64, total as u64).await?;
    }
    let wall_seconds = started.elapsed().as_secs_f64();
    let config = Config {
        architecture: training.model().architecture().clone(),
        recipe: training.recipe().clone(),
        text,
    };
    let found = (training.trajectory().clone(), wall_seconds);
    let record = measure(config, training.model(), &corpus, found, context).await?;
    Ok(Trained { record, training, corpus })
}

/// Measures a model that was kept, on the held-out part of its own text.
pub async fn evaluate(
    checkpoint: &Checkpoint,
    content: Option<&[u8]>,
    context: &Context,
) -> Result<Record, StudyError> {
    let corpus = corpus_of(checkpoint, content)?;
    let Checkpoint { architecture, recipe, text, trajectory, parameters, .. } = checkpoint;
    corpus.check(architecture.context())?;
    let model = LanguageModel::new(architecture, &parameters.frozen())?;
    let config = Config { architecture: architecture.clone(), recipe: recipe.clone(), text: text.clone() };
    measure(config, &model, &corpus, (trajectory.clone(), 0.0), context).await
}

/// The text of a checkpoint, taken apart by the checkpoint's own tokeniser.
///
/// # Errors
/// Where the text is not the one that the model was trained on.
pub fn corpus_of(checkpoint: &Checkpoint, content: Option<&[u8]>) -> Result<Corpus, StudyError> {
    let corpus = checkpoint.text.corpus(content)?;
    match corpus.tokenizer == checkpoint.tokenizer {
        true => Ok(corpus),
        false => Err(StudyError::OtherText(match &checkpoint.text {
            Text::File { name, .. } => name.clone(),
            _ => "the embedded language".into(),
        })),
    }
}

async fn measure(
    config: Config,
    model: &LanguageModel,
    corpus: &Corpus,
    (trajectory, wall_seconds): (Trajectory, f64),
    context: &Context,
) -> Result<Record, StudyError> {
    let architecture = &config.architecture;
    let length = architecture.context();
    let held_out = held_out(model, corpus, context).await?;
    let tokens = &corpus.held_out[..length];
    // The first token, which has none before it, tells nothing; the others are changed at four places.
    let positions = [length / 4, length / 2, 3 * length / 4, length - 1];
    let largest_leak = probe(model, tokens, &positions)?.largest_leak();
    let step = architecture.flops(config.recipe.batch, length);
    Ok(Record {
        provenance: Provenance::Measured,
        manifest: Manifest::new(
            vec![],
            "Trained and measured by this lab on text that training has not seen.",
        ),
        parameters: architecture.parameter_count(),
        bytes: architecture.bytes(),
        flops_a_token: architecture.flops(1, length).forward() / length as u64,
        flops_a_step: step.total(),
        trajectory,
        held_out,
        bytes_a_token: corpus.held_out_bytes.map(|bytes| bytes as f64 / corpus.held_out.len() as f64),
        baselines: baselines(corpus.tokenizer.vocabulary(), &corpus.train, &corpus.held_out),
        entropy: corpus.entropy,
        source_loss: corpus.source_loss,
        largest_leak,
        wall_seconds,
        config,
    })
}

/// What a model loses on the held-out part.
pub(super) async fn held_out(
    model: &LanguageModel,
    corpus: &Corpus,
    context: &Context,
) -> Result<Evaluation, StudyError> {
    let length = model.architecture().context();
    let total = (corpus.held_out.len() / length) as u64;
    let mut evaluation = Evaluation::default();
    for batch in Evaluation::batches(&corpus.held_out, length) {
        evaluation.add(model, batch, length)?;
        context.step(evaluation.sequences as u64, total).await?;
    }
    Ok(evaluation)
}
