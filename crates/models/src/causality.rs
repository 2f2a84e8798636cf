//! Test of causality: changes one token and checks that no logit at an earlier position changes.

use crate::error::ModelError;
use crate::language_model::LanguageModel;
use crate::layers::Watch;
use candle_core::DType;
use serde::{Deserialize, Serialize};

/// The largest change of an earlier logit that is attributed to rounding.
pub const TOLERANCE: f64 = 1e-6;

/// How much the logits change when tokens are changed, one at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Causality {
    /// The positions of the changed tokens.
    pub changed: Vec<usize>,
    /// The largest change of a logit at each position, one row per entry of [`changed`](Self::changed).
    pub moved: Vec<Vec<f64>>,
}

impl Causality {
    /// Returns the largest change of a logit before the changed token; 0 if there is none.
    pub fn largest_leak(&self) -> f64 {
        let earlier = self.changed.iter().zip(&self.moved).flat_map(|(&changed, moved)| &moved[..changed]);
        earlier.fold(0.0, |most, &moved| most.max(moved))
    }

    /// Returns whether no earlier logit changed by more than [`TOLERANCE`].
    pub fn holds(&self) -> bool {
        self.largest_leak() <= TOLERANCE
    }
}

/// A sequence with its logits, ready for changes of single tokens.
pub struct Probe<'a> {
    model: &'a LanguageModel,
    tokens: &'a [u32],
    before: Vec<f64>,
}

impl<'a> Probe<'a> {
    /// Computes the logits of the unchanged sequence.
    ///
    /// # Errors
    /// Returns the errors of [`LanguageModel::logits`].
    pub fn new(model: &'a LanguageModel, tokens: &'a [u32]) -> Result<Self, ModelError> {
        Ok(Self { model, tokens, before: logits(model, tokens)? })
    }

    /// Replaces the token at a position by the next one of the vocabulary and returns the largest change of a logit at
    /// each position.
    ///
    /// # Errors
    /// Returns the errors of [`LanguageModel::logits`].
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

/// Changes the tokens at the given positions of one sequence, one at a time. Positions beyond the sequence are skipped.
///
/// # Errors
/// Returns the errors of [`LanguageModel::logits`].
pub fn probe(model: &LanguageModel, tokens: &[u32], positions: &[usize]) -> Result<Causality, ModelError> {
    let probe = Probe::new(model, tokens)?;
    let mut found = Causality { changed: vec![], moved: vec![] };
    for &position in positions.iter().filter(|&&position| position < tokens.len()) {
        found.moved.push(probe.change(position)?);
        found.changed.push(position);
    }
    Ok(found)
}
