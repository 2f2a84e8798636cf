//! A model from a file, ready for use: with its weights, or with what their codes stand for.

use crate::architecture::Architecture;
use crate::checkpoint::{Checkpoint, CheckpointError, QUANTIZED_SCHEMA, open, schema};
use crate::corpus::{Text, Tokenizer};
use crate::language_model::LanguageModel;
use crate::parameters::Parameters;
use crate::quantized_checkpoint::QuantizedCheckpoint;
use crate::training::{Recipe, Trajectory};
use bk_quantize::Width;

/// A model that was kept: all that its use needs, and how it is stored.
#[derive(Debug, Clone)]
pub struct KeptModel {
    /// The model.
    pub model: LanguageModel,
    /// Its parameters: of a quantized model, the numbers that its codes stand for.
    pub parameters: Parameters,
    /// How it was trained.
    pub recipe: Recipe,
    /// For how many steps.
    pub steps: usize,
    /// What training came by; of a quantized model the looks at the validation part alone.
    pub trajectory: Trajectory,
    /// On what text.
    pub text: Text,
    /// How that was taken apart.
    pub tokenizer: Tokenizer,
    /// Bytes of its parameters as they are stored.
    pub bytes: usize,
    /// How many of them have each width, the widest first.
    pub widths: Vec<(Width, usize)>,
}

impl KeptModel {
    /// Reads a checkpoint of either kind.
    ///
    /// # Errors
    /// [`CheckpointError`] for anything that is neither.
    pub fn read(bytes: &[u8]) -> Result<Self, CheckpointError> {
        match Self::is_quantized(bytes)? {
            true => Ok(QuantizedCheckpoint::read(bytes)?.kept()?),
            false => Ok(Checkpoint::read(bytes)?.kept()?),
        }
    }

    /// Whether a checkpoint holds codes instead of weights.
    ///
    /// # Errors
    /// [`CheckpointError`] for what is no checkpoint of this lab.
    pub fn is_quantized(bytes: &[u8]) -> Result<bool, CheckpointError> {
        let (_, header) = open(bytes)?;
        Ok(schema(&header) == QUANTIZED_SCHEMA)
    }

    /// What the model is.
    pub fn architecture(&self) -> &Architecture {
        self.model.architecture()
    }
}
