//! Does a model see the future? One token is changed, and no logit before it may move.

use crate::error::ModelError;
use crate::language_model::LanguageModel;
use crate::layers::Watch;
use candle_core::DType;
use serde::{Deserialize, Serialize};

/// The largest change of an earlier logit that rounding may cause.
pub const TOLERANCE: f64 = 1e-6;

/// How far logits move when tokens are changed, one at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Causality {
    /// The positions whose token was changed.
    pub changed: Vec<usize>,
    /// The largest change of a logit at each position: one row for each of [`changed`](Self::changed).
    pub moved: Vec<Vec<f64>>,
}

impl Causality {
    /// The largest change of a logit before the changed token; 0 where there is none.
    pub fn largest_leak(&self) -> f64 {
        let earlier = self.changed.iter().zip(&self.moved).flat_map(|(&changed, moved)| &moved[..changed]);
        earlier.fold(0.0, |most, &moved| most.max(moved))
    }

    /// Whether no earlier logit moved by more than [`TOLERANCE`].
    pub fn holds(&self) -> bool {
        self.largest_leak() <= TOLERANCE
    }
}

/// A sequence whose tokens can be changed, with the logits that it has as it is.
pub struct Probe<'a> {
    model: &'a LanguageModel,
    tokens: &'a [u32],
    before: Vec<f64>,
}

impl<'a> Probe<'a> {
    /// Looks at a sequence as it is.
    ///
    /// # Errors
    /// As [`LanguageModel::logits`].
    pub fn new(model: &'a LanguageModel, tokens: &'a [u32]) -> Result<Self, ModelError> {
        Ok(Self { model, tokens, before: logits(model, tokens)? })
    }

    /// Changes the token at a position to the next one of the vocabulary: the largest change of a logit at each position.
    ///
    /// # Errors
    /// As [`LanguageModel::logits`].
    pub fn change(&self, position: usize) -> Result<Vec<f64>, ModelError> {
        let vocabulary = self.model.architecture().vocabulary();
        let mut other = self.tokens.to_vec();
        if let Some(token) = other.get_mut(position) {
            *token = (*token + 1) % vocabulary as u32;
        }
        let after = logits(self.model, &other)?;
        let rows = self.before.chunks_exact(vocabulary).zip(after.chunks_exact(vocabulary));
        let moved = rows.map(|(before, after)| {
            before.iter().zip(after).fold(0f64, |most, (before, after)| most.max((before - after).abs()))
        });
        Ok(moved.collect())
    }
}

fn logits(model: &LanguageModel, tokens: &[u32]) -> Result<Vec<f64>, ModelError> {
    let logits = model.logits(tokens, tokens.len(), Watch::default())?;
    Ok(logits.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?)
}

/// Changes the tokens at these positions of one sequence, one at a time.
///
/// # Errors
/// As [`LanguageModel::logits`]; a position beyond the sequence is left out.
pub fn probe(model: &LanguageModel, tokens: &[u32], positions: &[usize]) -> Result<Causality, ModelError> {
    let probe = Probe::new(model, tokens)?;
    let mut found = Causality { changed: vec![], moved: vec![] };
    for &position in positions.iter().filter(|&&position| position < tokens.len()) {
        found.moved.push(probe.change(position)?);
        found.changed.push(position);
    }
    Ok(found)
}
