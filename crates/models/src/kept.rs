//! A model read from a file, ready for use. It computes with its weights or with the values of its codes.

use crate::architecture::Architecture;
use crate::checkpoint::{Checkpoint, CheckpointError, QUANTIZED_SCHEMA, open, schema};
use crate::corpus::{Text, Tokenizer};
use crate::language_model::LanguageModel;
use crate::parameters::Parameters;
use crate::quantized_checkpoint::QuantizedCheckpoint;
use crate::training::{Recipe, Trajectory};
use bk_quantize::Width;

/// A stored model with everything that its use needs, and its storage format.
#[derive(Debug, Clone)]
pub struct KeptModel {
    /// The model.
    pub model: LanguageModel,
    /// Its parameters; for a quantized model, the values of its codes.
    pub parameters: Parameters,
    /// The recipe of its training.
    pub recipe: Recipe,
    /// Number of training steps.
    pub steps: usize,
    /// The training history; for a quantized model, the validation losses only.
    pub trajectory: Trajectory,
    /// The text it was trained on.
    pub text: Text,
    /// The tokenizer of the text.
    pub tokenizer: Tokenizer,
    /// Size of the stored parameters, in bytes.
    pub bytes: usize,
    /// Number of stored values per bit width, widest first.
    pub widths: Vec<(Width, usize)>,
}

impl KeptModel {
    /// Reads a checkpoint of either kind.
    ///
    /// # Errors
    /// Returns [`CheckpointError`] if the bytes are neither kind of checkpoint.
    pub fn read(bytes: &[u8]) -> Result<Self, CheckpointError> {
        match Self::is_quantized(bytes)? {
            true => Ok(QuantizedCheckpoint::read(bytes)?.kept()?),
            false => Ok(Checkpoint::read(bytes)?.kept()?),
        }
    }

    /// Returns whether a checkpoint holds codes instead of weights.
    ///
    /// # Errors
    /// Returns [`CheckpointError`] if the bytes are not a checkpoint of this lab.
    pub fn is_quantized(bytes: &[u8]) -> Result<bool, CheckpointError> {
        let (_, header) = open(bytes)?;
        Ok(schema(&header) == QUANTIZED_SCHEMA)
    }

    /// Returns the architecture of the model.
    pub fn architecture(&self) -> &Architecture {
        self.model.architecture()
    }
}
