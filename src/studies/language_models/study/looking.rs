//! Inspection of a trained model: its predictions, and the causality map.

use super::corpus_by;
use crate::kit::context::{Context, StudyError};
use crate::kit::record::{Manifest, Provenance};
use crate::studies::language_models::prediction::Prediction;
use bk_models::causality::{Causality, Probe};
use bk_models::{KeptModel, ModelError, Watch};
use candle_core::DType;

/// Returns the model's prediction after each token of a prompt.
///
/// # Errors
/// [`ModelError::Tokens`] for a prompt that is empty or longer than the model's context, [`ModelError::Token`] for a
/// token that it does not have.
pub fn predict(kept: &KeptModel, tokens: &[u32]) -> Result<Prediction, StudyError> {
    let logits = kept.model.logits(tokens, tokens.len(), Watch::default())?;
    let logits = logits.to_dtype(DType::F32).and_then(|logits| logits.to_vec2()).map_err(ModelError::from)?;
    let word = |token| String::from_utf8_lossy(&kept.tokenizer.decode(&[token])).into_owned();
    Ok(Prediction {
        provenance: Provenance::Measured,
        manifest: Manifest::new(vec![], "Computed by this lab from a model that it trained."),
        architecture: kept.architecture().clone(),
        steps: kept.steps,
        tokens: tokens.to_vec(),
        vocabulary: (0..kept.architecture().vocabulary() as u32).map(word).collect(),
        logits,
    })
}

/// Returns how far every logit moves when the tokens at some positions of a prompt are changed, one at a time. Without
/// positions, all of them are changed. Positions beyond the prompt are left out.
///
/// # Errors
/// The errors of [`predict`].
pub async fn causality_map(
    kept: &KeptModel,
    tokens: &[u32],
    positions: Option<&[usize]>,
    context: &Context,
) -> Result<Causality, StudyError> {
    let all: Vec<usize> = (0..tokens.len()).collect();
    let positions = positions.unwrap_or(&all).iter().copied().filter(|&position| position < tokens.len());
    let positions: Vec<usize> = positions.collect();
    let probe = Probe::new(&kept.model, tokens)?;
    let mut found = Causality { changed: vec![], moved: vec![] };
    for (done, &position) in positions.iter().enumerate() {
        context.step(done as u64, positions.len() as u64).await?;
        found.moved.push(probe.change(position)?);
        found.changed.push(position);
    }
    Ok(found)
}

/// Returns the first sequence of a model's own held-out text, as a sample.
///
/// # Errors
/// Fails if the text is not the one that the model was trained on.
pub fn held_out_sequence(kept: &KeptModel, content: Option<&[u8]>) -> Result<Vec<u32>, StudyError> {
    let corpus = corpus_by(&kept.text, &kept.tokenizer, content)?;
    Ok(corpus.held_out.into_iter().take(kept.architecture().context()).collect())
}
