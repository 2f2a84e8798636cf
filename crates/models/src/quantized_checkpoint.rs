//! Quantized models as safetensors files. A file holds the packed codes and the scales, exactly the bytes that are
//! counted, and no weights.
//!
//! A tensor at FP16 or FP32 is stored under its published name and in its shape. For a quantized tensor, the published
//! name holds the codes `[rows, bytes]`, each row packed separately, and `….scales` holds the scales `[rows, groups]`.
//! The metadata holds the bit width of each tensor and a checksum of everything; without the checksum, a changed code
//! would go unnoticed.

use crate::architecture::{Architecture, Parameter};
use crate::checkpoint::{
    Checkpoint, CheckpointError, QUANTIZED_SCHEMA, Stored, bytes_of, check_finite, check_vocabulary, open,
    schema, write,
};
use crate::corpus::{Text, Tokenizer};
use crate::error::ModelError;
use crate::kept::KeptModel;
use crate::language_model::LanguageModel;
use crate::parameters::Parameters;
use crate::precision::Plan;
use crate::quantized::{PackedModel, PackedTensor};
use crate::training::{Recipe, Trajectory};
use bk_quantize::{Format, Packed, Rounding, Width, packed_length};
use candle_core::DType;
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// The suffix of the name of the scales.
const SCALES: &str = ".scales";
/// The key of the checksum in the metadata.
const CHECKSUM: &str = "checksum";

/// The metadata of a quantized checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Header {
    schema: String,
    architecture: Architecture,
    recipe: Recipe,
    steps: usize,
    /// Steps taken before each evaluation on the validation text, and the loss there.
    validation: Vec<(usize, f64)>,
    text: Text,
    tokenizer: Tokenizer,
    rounding: Rounding,
    plan: Plan,
}

/// A quantized model with its metadata.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantizedCheckpoint {
    header: Header,
    packed: PackedModel,
}

impl QuantizedCheckpoint {
    /// Quantizes the model of a checkpoint. Tensors that are not in the plan are stored at FP16.
    ///
    /// # Errors
    /// Returns the errors of [`PackedModel::new`].
    pub fn new(checkpoint: &Checkpoint, plan: &Plan, rounding: Rounding) -> Result<Self, ModelError> {
        let Checkpoint { architecture, recipe, text, tokenizer, trajectory, parameters, .. } = checkpoint;
        let header = Header {
            schema: QUANTIZED_SCHEMA.into(),
            architecture: architecture.clone(),
            recipe: recipe.clone(),
            steps: trajectory.losses.len(),
            validation: trajectory.validation.clone(),
            text: text.clone(),
            tokenizer: tokenizer.clone(),
            rounding,
            plan: plan.clone(),
        };
        Ok(Self { header, packed: PackedModel::new(architecture, parameters, plan, rounding)? })
    }

    /// Returns the stored tensors.
    pub fn packed(&self) -> &PackedModel {
        &self.packed
    }

    /// Returns the bit width of each tensor that is not stored at FP16.
    pub fn plan(&self) -> &Plan {
        &self.header.plan
    }

    /// Writes a checkpoint and returns its bytes.
    ///
    /// # Errors
    /// Returns an error if the metadata or the tensors cannot be serialized; this does not happen for a valid model.
    pub fn write(&self) -> Result<Vec<u8>, CheckpointError> {
        let mut header = serde_json::to_value(&self.header)?;
        let checksum = self.checksum(&header)?;
        if let Value::Object(entries) = &mut header {
            entries.insert(CHECKSUM.into(), format!("{checksum:08x}").into());
        }
        let tensors: Vec<Stored> = self.packed.tensors.iter().flat_map(stored).collect();
        write(&tensors, serde_json::to_string(&header)?)
    }

    /// Reads a quantized checkpoint.
    ///
    /// # Errors
    /// Returns [`CheckpointError`] unless the bytes are a complete and unaltered quantized checkpoint of this lab.
    pub fn read(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (tensors, mut description) = open(bytes)?;
        match schema(&description) {
            QUANTIZED_SCHEMA => {}
            other => return Err(CheckpointError::Schema(other.chars().take(60).collect())),
        }
        let written = description.as_object_mut().and_then(|entries| entries.shift_remove(CHECKSUM));
        let written = written.and_then(|written| u32::from_str_radix(written.as_str()?, 16).ok());
        let header: Header = serde_json::from_value(description.clone())?;
        let architecture = &header.architecture;
        architecture.check()?;
        header.recipe.check()?;
        check_vocabulary(&header.tokenizer, architecture)?;
        let mut unexpected: BTreeSet<&str> = tensors.names().into_iter().collect();
        let mut unplanned: BTreeSet<&String> = header.plan.keys().collect();
        let mut found = vec![];
        for parameter in architecture.parameters() {
            unplanned.remove(&parameter.name);
            unexpected.remove(parameter.name.as_str());
            let width = header.plan.get(&parameter.name).copied().unwrap_or(Width::Half);
            if width.is_integer() {
                unexpected.remove(format!("{}{SCALES}", parameter.name).as_str());
            }
            found.push(restored(&tensors, parameter, width, header.rounding)?);
        }
        let more = unplanned.first().map(|name| name.as_str()).or(unexpected.first().copied());
        if let Some(name) = more {
            return Err(CheckpointError::Unexpected(name.chars().take(100).collect()));
        }
        let packed = PackedModel { architecture: architecture.clone(), tensors: found };
        let checkpoint = Self { header, packed };
        match (checkpoint.checksum(&description)?, written) {
            (found, Some(written)) if found == written => Ok(checkpoint),
            (found, written) => {
                Err(CheckpointError::Checksum { found, written: written.unwrap_or_default() })
            }
        }
    }

    /// Returns the model, ready for use. It computes with the values of its codes.
    ///
    /// # Errors
    /// Returns the error of candle if memory is exhausted.
    pub fn kept(&self) -> Result<KeptModel, ModelError> {
        let Header { architecture, recipe, steps, validation, text, tokenizer, .. } = self.header.clone();
        let numbers = |width| {
            let tensors = self.packed.tensors.iter().filter(|tensor| tensor.format() == Format::from(width));
            (width, tensors.map(PackedTensor::count).sum::<usize>())
        };
        let widths = Width::ALL.into_iter().rev().map(numbers);
        let mut values = self.packed.tensors.iter().map(PackedTensor::values);
        let next = |_: &Parameter| values.next().unwrap_or_default().into_iter().map(f64::from).collect();
        let parameters = Parameters::with(&architecture, next, DType::F32)?;
        Ok(KeptModel {
            model: LanguageModel::new(&architecture, &parameters.frozen())?,
            parameters,
            recipe,
            steps,
            trajectory: Trajectory { validation, ..Trajectory::default() },
            text,
            tokenizer,
            bytes: self.packed.bytes().total(),
            widths: widths.filter(|&(_, count)| count > 0).collect(),
        })
    }

    /// Returns the CRC-32 of the metadata and of all stored bytes, in the order of the parameters.
    fn checksum(&self, description: &Value) -> Result<u32, CheckpointError> {
        let mut sum = crc32fast::Hasher::new();
        sum.update(serde_json::to_string(description)?.as_bytes());
        for tensor in &self.packed.tensors {
            sum.update(tensor.name.as_bytes());
            for (codes, scales) in tensor.packed.rows() {
                sum.update(codes);
                sum.update(&bytes_of_scales(scales));
            }
        }
        Ok(sum.finalize())
    }
}

fn bytes_of_scales(scales: &[f32]) -> Vec<u8> {
    scales.iter().flat_map(|scale| scale.to_le_bytes()).collect()
}

/// Returns the tensors to write for a stored tensor: its codes or floats, and its scales.
fn stored(tensor: &PackedTensor) -> Vec<Stored> {
    let bytes = tensor.packed.packed().to_vec();
    let [rows, _] = tensor.packed.dims();
    let float =
        |kind| Stored { name: tensor.name.clone(), kind, shape: tensor.shape.clone(), bytes: bytes.clone() };
    match tensor.format() {
        Format::Fp32 => vec![float(Dtype::F32)],
        Format::Fp16 => vec![float(Dtype::F16)],
        _ => {
            let scales = tensor.packed.scales();
            let groups = scales.len() / rows.max(1);
            let codes = vec![rows, bytes.len() / rows.max(1)];
            let name = format!("{}{SCALES}", tensor.name);
            let scales = bytes_of_scales(&scales);
            vec![
                Stored { name: tensor.name.clone(), kind: Dtype::U8, shape: codes, bytes },
                Stored { name, kind: Dtype::F32, shape: vec![rows, groups], bytes: scales },
            ]
        }
    }
}

/// Reads a stored tensor.
fn restored(
    tensors: &SafeTensors<'_>,
    parameter: Parameter,
    width: Width,
    rounding: Rounding,
) -> Result<PackedTensor, CheckpointError> {
    let row = parameter.shape.last().copied().unwrap_or(1).max(1);
    let (count, rows) = (parameter.count(), parameter.count() / row);
    let format = Format::from(width);
    let (length, groups) = (packed_length(row, width.bits()), rounding.groups(format, row));
    let name = &parameter.name;
    let (bytes, scales) = match width {
        Width::Single => (bytes_of(tensors, name, Dtype::F32, &parameter.shape)?, vec![]),
        Width::Half => (bytes_of(tensors, name, Dtype::F16, &parameter.shape)?, vec![]),
        _ => {
            let codes = bytes_of(tensors, name, Dtype::U8, &[rows, length])?;
            (codes, scales(tensors, &format!("{name}{SCALES}"), [rows, groups])?)
        }
    };
    let packed = Packed::restore(format, rounding, [count, row], bytes.to_vec(), scales);
    let Parameter { name, shape, .. } = parameter;
    let tensor = PackedTensor { name, shape, packed: packed.map_err(ModelError::from)? };
    check_finite(&tensor.name, &tensor.values())?;
    Ok(tensor)
}

/// Reads the scales of a tensor and checks that all are positive and normal.
fn scales(tensors: &SafeTensors<'_>, name: &str, shape: [usize; 2]) -> Result<Vec<f32>, CheckpointError> {
    let (fours, _) = bytes_of(tensors, name, Dtype::F32, &shape)?.as_chunks();
    let scales: Vec<f32> = fours.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    match scales.iter().find(|&&scale| !(scale.is_normal() && scale > 0.0)) {
        Some(&value) => Err(CheckpointError::Scale { name: name.into(), value }),
        None => Ok(scales),
    }
}
