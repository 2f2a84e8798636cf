//! Models as they lie on the shelf, and the one that is being trained.

use super::Problem;
use crate::kit::context::Context;
use crate::kit::worker::store::Shelf;
use crate::studies::language_models::messages::{ModelKey, Shelved};
use crate::studies::language_models::record::Config;
use crate::studies::language_models::study::{Session, corpus_by};
use bk_models::corpus::{Corpus, baselines};
use bk_models::{Checkpoint, KeptModel};
use std::time::Duration;
use web_time::Instant;

/// Where a model's parts lie.
const MODELS: &str = "models/";
/// Its checkpoint.
const CHECKPOINT: &str = "checkpoint";
/// What is known of it without reading the checkpoint.
const SUMMARY: &str = "summary";
/// The text that it was trained on, where that is a file.
pub(crate) const TEXT: &str = "text";

/// Training is kept this often, and a closed tab costs no more of it.
const KEEP_EVERY: Duration = Duration::from_secs(5);

/// What a part of a model is called on the shelf; the order of the names is that of the numbers.
pub(crate) fn name(key: ModelKey, part: &str) -> String {
    format!("{MODELS}{key:010}/{part}")
}

/// What is known of all models, the newest last.
pub(crate) async fn summaries(shelf: &Shelf) -> Vec<Shelved> {
    let mut found = vec![];
    for name in shelf.names(MODELS).await.iter().filter(|name| name.ends_with(SUMMARY)) {
        let bytes = shelf.get(name).await.unwrap_or_default();
        // What another version of the lab kept is not shown, and not thrown away.
        found.extend(serde_json::from_slice::<Shelved>(&bytes));
    }
    found
}

/// The number in a name.
pub(crate) fn key_of(name: &str) -> Option<ModelKey> {
    name.strip_prefix(MODELS)?.split('/').next()?.parse().ok()
}

/// All names of parts of models that begin so.
pub(crate) async fn parts(shelf: &Shelf, beginning: &str) -> Vec<String> {
    let names = shelf.names(MODELS).await.into_iter();
    let part = |name: &String| name.splitn(3, '/').nth(2).is_some_and(|part| part.starts_with(beginning));
    names.filter(part).collect()
}

/// The number after the last.
pub(crate) async fn next_key(shelf: &Shelf) -> ModelKey {
    shelf.names(MODELS).await.iter().filter_map(|name| key_of(name)).max().map_or(1, |last| last + 1)
}

/// A model's checkpoint.
pub(crate) async fn checkpoint(shelf: &Shelf, key: ModelKey) -> Result<Checkpoint, Problem> {
    Ok(Checkpoint::read(&file(shelf, key).await?)?)
}

/// A model's checkpoint as it lies there.
pub(crate) async fn file(shelf: &Shelf, key: ModelKey) -> Result<Vec<u8>, Problem> {
    shelf.get(&name(key, CHECKPOINT)).await.ok_or(Problem::Gone(key))
}

/// Whether a checkpoint holds codes.
pub(crate) fn is_quantized(bytes: &[u8]) -> Result<bool, Problem> {
    Ok(KeptModel::is_quantized(bytes)?)
}

/// The file that a model was trained on.
pub(crate) async fn text(shelf: &Shelf, key: ModelKey) -> Option<Vec<u8>> {
    shelf.get(&name(key, TEXT)).await
}

/// What is known of a model.
pub(crate) async fn summary(shelf: &Shelf, key: ModelKey) -> Result<Shelved, Problem> {
    let bytes = shelf.get(&name(key, SUMMARY)).await.ok_or(Problem::Gone(key))?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// Changes what is known of a model.
pub(crate) async fn note(
    shelf: &Shelf,
    key: ModelKey,
    change: impl FnOnce(&mut Shelved),
) -> Result<Shelved, Problem> {
    let mut shelved = summary(shelf, key).await?;
    change(&mut shelved);
    shelved.kept = shelf.put(&name(key, SUMMARY), serde_json::to_vec(&shelved)?).await;
    Ok(shelved)
}

/// Puts a checkpoint that was a file on the shelf.
pub(crate) async fn open_file(
    shelf: &Shelf,
    shipped: Option<String>,
    bytes: Vec<u8>,
) -> Result<Shelved, Problem> {
    let kept = KeptModel::read(&bytes)?;
    let quantized = is_quantized(&bytes)?;
    let key = next_key(shelf).await;
    let mut shelved = Shelved {
        key,
        config: Config {
            architecture: kept.architecture().clone(),
            recipe: kept.recipe.clone(),
            text: kept.text.clone(),
        },
        steps: kept.steps,
        trajectory: kept.trajectory.clone(),
        baselines: None,
        entropy: None,
        resumable: !quantized && Checkpoint::read(&bytes)?.is_resumable(),
        quantized,
        narrowest: kept.widths.last().map(|(width, _)| *width),
        measured: None,
        kept: false,
        shipped,
    };
    // A model of a file of the reader's waits for that file.
    if let Ok(corpus) = corpus_by(&kept.text, &kept.tokenizer, None) {
        count(&mut shelved, &corpus);
    }
    shelved.kept = shelf.put(&name(key, CHECKPOINT), bytes).await
        && shelf.put(&name(key, SUMMARY), serde_json::to_vec(&shelved)?).await;
    Ok(shelved)
}

/// Gives a model the text that it was trained on.
pub(crate) async fn give_text(shelf: &Shelf, key: ModelKey, file: Vec<u8>) -> Result<Shelved, Problem> {
    let kept = KeptModel::read(&self::file(shelf, key).await?)?;
    let corpus = corpus_by(&kept.text, &kept.tokenizer, Some(&file))?;
    shelf.put(&name(key, TEXT), file).await;
    note(shelf, key, |shelved| count(shelved, &corpus)).await
}

/// What counting achieves on a text, and what is known of it.
fn count(shelved: &mut Shelved, corpus: &Corpus) {
    let vocabulary = corpus.tokenizer.vocabulary();
    shelved.baselines = Some(baselines(vocabulary, &corpus.train, &corpus.held_out));
    shelved.entropy = corpus.entropy;
}

/// A training that can be gone on with.
pub(crate) struct Open {
    shelved: Shelved,
    session: Session,
    kept_at: Instant,
}

impl Open {
    /// A training, as it stands.
    pub(crate) fn new(key: ModelKey, session: Session) -> Self {
        let mut shelved = Shelved {
            key,
            config: session.config(),
            steps: session.training().steps(),
            trajectory: session.training().trajectory().clone(),
            baselines: None,
            entropy: None,
            resumable: true,
            quantized: false,
            narrowest: None,
            measured: None,
            kept: false,
            shipped: None,
        };
        count(&mut shelved, session.corpus());
        Open { shelved, session, kept_at: Instant::now() }
    }

    /// The model's number.
    pub(crate) fn key(&self) -> ModelKey {
        self.shelved.key
    }

    /// What is known of it.
    pub(crate) fn shelved(&self) -> &Shelved {
        &self.shelved
    }

    /// The training.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// Takes steps for about so many seconds, at least one, and none beyond `until`. What was trained before it stopped or
    /// failed stays.
    pub(crate) async fn train(
        &mut self,
        until: usize,
        seconds: f64,
        shelf: &Shelf,
        context: &Context,
    ) -> Result<(), Problem> {
        let started = Instant::now();
        self.shelved.measured = None;
        let trained = loop {
            let next = self.session.training().steps() + 1;
            let step = self.session.advance(next, context).await;
            let complete = self.session.training().is_complete() || next >= until;
            if step.is_err() || complete || started.elapsed().as_secs_f64() >= seconds {
                break step;
            }
        };
        self.shelved.steps = self.session.training().steps();
        self.shelved.trajectory = self.session.training().trajectory().clone();
        if trained.is_err() || self.shelved.is_complete() || self.kept_at.elapsed() > KEEP_EVERY {
            self.keep(shelf).await?;
        }
        Ok(trained?)
    }

    /// Measures the model as it is.
    pub(crate) async fn measure(&mut self, shelf: &Shelf, context: &Context) -> Result<Shelved, Problem> {
        self.shelved.measured = Some(Box::new(self.session.measure(context).await?));
        self.keep(shelf).await?;
        Ok(self.shelved.clone())
    }

    /// Puts it on the shelf as it is.
    pub(crate) async fn keep(&mut self, shelf: &Shelf) -> Result<(), Problem> {
        let key = self.key();
        let bytes = self.session.checkpoint(true)?;
        self.shelved.kept = shelf.put(&name(key, CHECKPOINT), bytes).await
            && shelf.put(&name(key, SUMMARY), serde_json::to_vec(&self.shelved)?).await;
        self.kept_at = Instant::now();
        Ok(())
    }

    /// The checkpoint as a file.
    pub(crate) fn file(&self, resumable: bool) -> Result<Vec<u8>, Problem> {
        Ok(self.session.checkpoint(resumable)?)
    }
}
