//! Perplexity on held-out text.

use crate::early_exit::{Exit, Exits};
use crate::error::ModelError;
use crate::language_model::LanguageModel;
use crate::layers::Watch;
use crate::ops;
use candle_core::Tensor;
use serde::{Deserialize, Serialize};

/// Losses summed over a text that is divided into sequences, each starting without context.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Evaluation {
    /// Tokens predicted.
    pub tokens: usize,
    /// Sum of their losses, in nats.
    pub nats: f64,
    /// Number of sequences, which is the number of last positions.
    pub sequences: usize,
    /// Sum of the losses at the last position of each sequence, in nats. The target there is not an input of its
    /// sequence, so that nothing can leak from later tokens.
    pub last_nats: f64,
}

/// Tokens per batch, at most, unless one sequence is longer.
const BATCH: usize = 2048;

impl Evaluation {
    /// Returns the batches of a text: each consists of whole sequences of `context` tokens, plus the token that
    /// follows. An incomplete sequence at the end of the text is not measured.
    pub fn batches(tokens: &[u32], context: usize) -> impl Iterator<Item = &[u32]> {
        let context = context.max(1);
        let sequences = tokens.len().saturating_sub(1) / context;
        let rows = (BATCH / context).max(1);
        (0..sequences).step_by(rows).map(move |first| {
            let count = rows.min(sequences - first);
            &tokens[first * context..(first + count) * context + 1]
        })
    }

    /// Adds the losses of a model on a batch.
    ///
    /// # Errors
    /// Returns the errors of [`LanguageModel::losses`].
    pub fn add(&mut self, model: &LanguageModel, batch: &[u32], context: usize) -> Result<(), ModelError> {
        let Some((_, inputs)) = batch.split_last() else { return Ok(()) };
        self.gather(&model.losses(inputs, &batch[1..], context, Watch::default())?, context)
    }

    /// Adds the losses of a model on a batch with early exit. Returns how many tokens each layer processed.
    ///
    /// # Errors
    /// Returns the errors of [`LanguageModel::exiting`].
    pub fn add_exiting(
        &mut self,
        model: &LanguageModel,
        batch: &[u32],
        context: usize,
        exit: Exit,
    ) -> Result<Exits, ModelError> {
        let Some((_, inputs)) = batch.split_last() else { return Ok(Exits::default()) };
        let (logits, exits) = model.exiting(inputs, context, exit)?;
        self.gather(&ops::cross_entropy(&logits, batch[1..].to_vec())?, context)?;
        Ok(exits)
    }

    fn gather(&mut self, losses: &Tensor, context: usize) -> Result<(), ModelError> {
        let losses: Vec<f32> = losses.to_vec1()?;
        self.tokens += losses.len();
        self.nats += losses.iter().map(|&loss| f64::from(loss)).sum::<f64>();
        let last = losses.chunks_exact(context).filter_map(<[f32]>::last);
        self.last_nats += last.map(|&loss| f64::from(loss)).sum::<f64>();
        self.sequences += losses.len() / context.max(1);
        Ok(())
    }

    /// Computes the losses of a model on a whole text.
    ///
    /// # Errors
    /// Returns the errors of [`LanguageModel::losses`].
    pub fn of(model: &LanguageModel, tokens: &[u32], context: usize) -> Result<Self, ModelError> {
        let mut evaluation = Self::default();
        Self::batches(tokens, context).try_for_each(|batch| evaluation.add(model, batch, context))?;
        Ok(evaluation)
    }

    /// Returns the mean loss, in nats per token.
    pub fn loss(&self) -> f64 {
        self.nats / self.tokens.max(1) as f64
    }

    /// Returns the perplexity: exp(loss).
    pub fn perplexity(&self) -> f64 {
        pxfm::f_exp(self.loss())
    }

    /// Returns the perplexity at the last positions only.
    pub fn last_perplexity(&self) -> f64 {
        pxfm::f_exp(self.last_nats / self.sequences.max(1) as f64)
    }
}
