//! Checkpoints: a model, its tokenizer, and the state of its training in one safetensors file.
//!
//! Parameters are stored in single precision under their published names. A resumable checkpoint also holds the running
//! means of the optimizer, under `optimizer.first.…` and `optimizer.second.…`. Everything else is JSON in the metadata
//! of the file.

use crate::architecture::{Architecture, Parameter};
use crate::corpus::{Text, Tokenizer};
use crate::error::ModelError;
use crate::kept::KeptModel;
use crate::language_model::LanguageModel;
use crate::optimizer::AdamW;
use crate::parameters::Parameters;
use crate::training::{Recipe, Training, Trajectory};
use bk_quantize::Width;
use candle_core::DType;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensorError, SafeTensors};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// The key of the JSON in the metadata.
const KEY: &str = "bk-lab";
/// The schema of the metadata.
const SCHEMA: &str = "bk-lab-checkpoint/1";
/// The schema of the metadata of a quantized model.
pub(super) const QUANTIZED_SCHEMA: &str = "bk-lab-quantized/1";
/// The prefixes of the names of the running means.
const MEANS: [&str; 2] = ["optimizer.first.", "optimizer.second."];

/// The metadata of a checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Header {
    schema: String,
    architecture: Architecture,
    recipe: Recipe,
    text: Text,
    tokenizer: Tokenizer,
    trajectory: Trajectory,
}

/// A trained model with the recipe, text, and history of its training.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// The architecture.
    pub architecture: Architecture,
    /// The recipe of its training.
    pub recipe: Recipe,
    /// The text it was trained on.
    pub text: Text,
    /// The tokenizer of the text.
    pub tokenizer: Tokenizer,
    /// The training history.
    pub trajectory: Trajectory,
    /// The parameters.
    pub parameters: Parameters,
    /// The running means of the optimizer; `None` if the file holds the model only.
    means: Option<AdamW>,
}

/// Why a checkpoint cannot be written, read, or used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Not a safetensors file, or truncated or altered.
    #[error("The file is no safetensors file, or it is damaged: {0}. Give a checkpoint that this lab wrote.")]
    Damaged(SafeTensorError),
    /// A safetensors file without the metadata of this lab.
    #[error(
        "The file holds tensors but does not name their model: it was not written by this lab. Give a checkpoint that “bklab train” wrote."
    )]
    Foreign,
    /// Metadata of this lab that cannot be parsed.
    #[error(
        "The metadata of the checkpoint cannot be read: {0}. It was written by another version of the lab, or it is damaged."
    )]
    Header(#[from] serde_json::Error),
    /// A schema of another version of the lab.
    #[error(
        "The checkpoint has the schema “{0}”; this version of the lab reads “{SCHEMA}” and “{QUANTIZED_SCHEMA}”."
    )]
    Schema(String),
    /// A quantized checkpoint where weights are needed.
    #[error(
        "The checkpoint is quantized: it holds codes instead of weights. Give the checkpoint that training wrote."
    )]
    Quantized,
    /// The checksum does not match.
    #[error(
        "The quantized checkpoint is damaged: its checksum is {found:08x}, but the file states {written:08x}. Give another copy."
    )]
    Checksum {
        /// Checksum of the contents.
        found: u32,
        /// Checksum stated in the file.
        written: u32,
    },
    /// A scale that is not positive and normal.
    #[error(
        "The scales “{name}” of the checkpoint hold {value}, but a scale must be positive and normal. It is damaged."
    )]
    Scale {
        /// The name of the tensor of scales.
        name: String,
        /// The value.
        value: f32,
    },
    /// A tensor of the model is missing.
    #[error("The checkpoint lacks the tensor “{0}”. It is damaged: train again, or give another copy.")]
    Missing(String),
    /// A tensor that the model does not have.
    #[error("The checkpoint holds a tensor “{0}” that its model does not have. It is damaged.")]
    Unexpected(String),
    /// A tensor with another data type or shape than the model needs.
    #[error(
        "The tensor “{name}” of the checkpoint is {found}, but the model needs {expected}. It is damaged."
    )]
    Form {
        /// Its name.
        name: String,
        /// The data type and shape in the file.
        found: String,
        /// The data type and shape that the model needs.
        expected: String,
    },
    /// NaN or an infinity in a tensor.
    #[error(
        "The tensor “{name}” of the checkpoint holds {value} at index {place}. It is damaged, or its training diverged."
    )]
    NotFinite {
        /// Its name.
        name: String,
        /// The index of the element, counted from 0.
        place: usize,
        /// The value.
        value: f32,
    },
    /// The vocabulary sizes of the tokenizer and the model differ.
    #[error("The checkpoint's tokenizer has {tokens} tokens, but its model has {vocabulary}. It is damaged.")]
    Vocabulary {
        /// Vocabulary size of the tokenizer.
        tokens: usize,
        /// Vocabulary size of the model.
        vocabulary: usize,
    },
    /// A model that cannot be computed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A checkpoint without the state of the optimizer.
    #[error(
        "The checkpoint holds only the model, so that training cannot resume from it. Give a resumable checkpoint."
    )]
    NoMeans,
}

impl Checkpoint {
    /// Writes a checkpoint and returns its bytes. With `resumable`, it includes the running means of the optimizer and
    /// is three times as large.
    ///
    /// # Errors
    /// Returns an error if the parameters cannot be read or the metadata cannot be serialized; neither happens for a
    /// valid model.
    pub fn of(
        training: &Training,
        text: &Text,
        tokenizer: &Tokenizer,
        resumable: bool,
    ) -> Result<Vec<u8>, CheckpointError> {
        let header = Header {
            schema: SCHEMA.into(),
            architecture: training.architecture.clone(),
            recipe: training.recipe.clone(),
            text: text.clone(),
            tokenizer: tokenizer.clone(),
            trajectory: training.trajectory.clone(),
        };
        let mut tensors: Vec<Stored> = vec![];
        let mut store = |name: String, parameter: &Parameter, values: &[f32]| {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            tensors.push(Stored { name, kind: Dtype::F32, shape: parameter.shape.clone(), bytes });
        };
        for (place, (parameter, variable)) in training.parameters.entries().iter().enumerate() {
            let values: Vec<f32> =
                variable.flatten_all().and_then(|flat| flat.to_vec1()).map_err(ModelError::from)?;
            store(parameter.name.clone(), parameter, &values);
            if resumable {
                let means = [&training.optimizer.first[place], &training.optimizer.second[place]];
                for (prefix, values) in MEANS.into_iter().zip(means) {
                    store(format!("{prefix}{}", parameter.name), parameter, values);
                }
            }
        }
        write(&tensors, serde_json::to_string(&header)?)
    }

    /// Reads a checkpoint.
    ///
    /// # Errors
    /// Returns [`CheckpointError`] unless the bytes are a complete, unquantized checkpoint of this lab.
    pub fn read(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (tensors, header) = open(bytes)?;
        match schema(&header) {
            SCHEMA => {}
            QUANTIZED_SCHEMA => return Err(CheckpointError::Quantized),
            other => return Err(CheckpointError::Schema(other.chars().take(60).collect())),
        }
        let Header { architecture, recipe, text, tokenizer, trajectory, .. } =
            serde_json::from_value(header)?;
        architecture.check()?;
        recipe.check()?;
        check_vocabulary(&tokenizer, &architecture)?;
        let all = architecture.parameters();
        let resumable = tensors.names().iter().any(|name| name.starts_with(MEANS[0]));
        let prefixes = if resumable { &["", MEANS[0], MEANS[1]][..] } else { &[""] };
        let mut unexpected: BTreeSet<&str> = tensors.names().into_iter().collect();
        let mut lists: Vec<Vec<Vec<f32>>> = vec![];
        for prefix in prefixes {
            let mut list = vec![];
            for parameter in &all {
                let name = format!("{prefix}{}", parameter.name);
                unexpected.remove(name.as_str());
                list.push(values(&tensors, &name, parameter)?);
            }
            lists.push(list);
        }
        if let Some(name) = unexpected.first() {
            return Err(CheckpointError::Unexpected(name.chars().take(100).collect()));
        }
        let mut lists = lists.into_iter();
        let mut weights = lists.next().unwrap_or_default().into_iter();
        let next = |_: &Parameter| weights.next().unwrap_or_default().into_iter().map(f64::from).collect();
        let parameters = Parameters::with(&architecture, next, DType::F32)?;
        let means = lists.next().zip(lists.next()).map(|(first, second)| AdamW { first, second });
        Ok(Self { architecture, recipe, text, tokenizer, trajectory, parameters, means })
    }

    /// Returns whether the checkpoint holds the state of the optimizer, so that training can resume.
    pub fn is_resumable(&self) -> bool {
        self.means.is_some()
    }

    /// Returns the model, ready for use.
    ///
    /// # Errors
    /// Returns the error of candle if memory is exhausted.
    pub fn kept(&self) -> Result<KeptModel, ModelError> {
        let Self { architecture, recipe, text, tokenizer, trajectory, parameters, .. } = self;
        Ok(KeptModel {
            model: LanguageModel::new(architecture, &parameters.frozen())?,
            parameters: parameters.clone(),
            recipe: recipe.clone(),
            steps: trajectory.losses.len(),
            trajectory: trajectory.clone(),
            text: text.clone(),
            tokenizer: tokenizer.clone(),
            bytes: architecture.bytes(),
            widths: vec![(Width::Single, architecture.parameter_count())],
        })
    }

    /// Returns the training, ready to resume.
    ///
    /// # Errors
    /// Returns [`CheckpointError::NoMeans`] if the file holds the model only.
    pub fn resume(self) -> Result<Training, CheckpointError> {
        let Self { architecture, recipe, trajectory, parameters, means, .. } = self;
        let means = means.ok_or(CheckpointError::NoMeans)?;
        Ok(Training::at(architecture, recipe, parameters, means, trajectory)?)
    }
}

/// Returns the tensors and the metadata of a file.
pub(crate) fn open(bytes: &[u8]) -> Result<(SafeTensors<'_>, Value), CheckpointError> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(CheckpointError::Damaged)?;
    let tensors = SafeTensors::deserialize(bytes).map_err(CheckpointError::Damaged)?;
    let header = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY));
    Ok((tensors, serde_json::from_str(header.ok_or(CheckpointError::Foreign)?)?))
}

/// Returns the schema named in the metadata; empty if there is none.
pub(super) fn schema(header: &Value) -> &str {
    header.get("schema").and_then(Value::as_str).unwrap_or_default()
}

/// Checks that the tokenizer and the model have the same vocabulary size.
pub(super) fn check_vocabulary(
    tokenizer: &Tokenizer,
    architecture: &Architecture,
) -> Result<(), CheckpointError> {
    let (tokens, vocabulary) = (tokenizer.vocabulary(), architecture.vocabulary());
    if tokens == vocabulary { Ok(()) } else { Err(CheckpointError::Vocabulary { tokens, vocabulary }) }
}

/// A tensor as it is written to the file.
pub(super) struct Stored {
    pub(crate) name: String,
    pub(super) kind: Dtype,
    pub(super) shape: Vec<usize>,
    pub(super) bytes: Vec<u8>,
}

impl Stored {
    fn view(&self) -> Result<(&str, TensorView<'_>), SafeTensorError> {
        Ok((&self.name, TensorView::new(self.kind, self.shape.clone(), &self.bytes)?))
    }
}

/// Serializes tensors and their metadata.
pub(super) fn write(tensors: &[Stored], header: String) -> Result<Vec<u8>, CheckpointError> {
    let views: Result<Vec<_>, SafeTensorError> = tensors.iter().map(Stored::view).collect();
    let metadata = HashMap::from([(KEY.to_owned(), header)]);
    safetensors::serialize(views.map_err(CheckpointError::Damaged)?, Some(metadata))
        .map_err(CheckpointError::Damaged)
}

/// Returns the bytes of a tensor after checking its data type and shape.
pub(super) fn bytes_of<'a>(
    tensors: &SafeTensors<'a>,
    name: &str,
    kind: Dtype,
    shape: &[usize],
) -> Result<&'a [u8], CheckpointError> {
    let tensor = tensors.tensor(name).map_err(|_| CheckpointError::Missing(name.into()))?;
    if tensor.dtype() == kind && tensor.shape() == shape {
        return Ok(tensor.data());
    }
    Err(CheckpointError::Form {
        name: name.into(),
        found: format!("{:?} {:?}", tensor.dtype(), tensor.shape()),
        expected: format!("{kind:?} {shape:?}"),
    })
}

/// Checks that all values are finite.
pub(super) fn check_finite(name: &str, values: &[f32]) -> Result<(), CheckpointError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(place) => Err(CheckpointError::NotFinite { name: name.into(), place, value: values[place] }),
        None => Ok(()),
    }
}

/// Returns the values of a tensor after checking its shape and that they are finite.
fn values(tensors: &SafeTensors, name: &str, parameter: &Parameter) -> Result<Vec<f32>, CheckpointError> {
    let (fours, _) = bytes_of(tensors, name, Dtype::F32, &parameter.shape)?.as_chunks();
    let values: Vec<f32> = fours.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    check_finite(name, &values)?;
    Ok(values)
}
