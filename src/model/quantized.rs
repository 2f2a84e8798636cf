//! A model whose tensors are packed codes.

use super::architecture::Architecture;
use super::error::ModelError;
use super::parameters::{Parameters, Weights};
use super::precision::Plan;
use crate::quantize::{
    ByteCount, Calibration, Granularity, QuantizeError, Quantized, ScaleRule, Scheme, Width,
};
use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// How tensors are quantized: rows in groups, symmetric, each group with a scale of its own found from the weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rounding {
    /// Weights of a row that share a scale.
    pub group: usize,
    /// How a scale is found.
    pub rule: ScaleRule,
}

impl Rounding {
    pub(super) fn scheme(self, width: Width) -> Scheme {
        let Self { group, rule } = self;
        Scheme { width, zero_point: false, granularity: Granularity::Group, group, rule }
    }
}

/// A tensor as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedTensor {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) width: Width,
    /// One a row, as each row has scales of its own.
    pub(super) rows: Vec<Quantized>,
}

impl PackedTensor {
    /// The parameter's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What one number is stored as.
    pub fn width(&self) -> Width {
        self.width
    }

    /// How many numbers it holds.
    pub fn count(&self) -> usize {
        self.rows.iter().map(Quantized::len).sum()
    }

    /// Bytes taken, counted from what is stored.
    pub fn bytes(&self) -> ByteCount {
        self.rows.iter().map(Quantized::bytes).fold(ByteCount::default(), |sum, bytes| sum + bytes)
    }

    /// The numbers that the bytes stand for.
    pub fn values(&self) -> Vec<f32> {
        self.rows.iter().flat_map(Quantized::dequantize).collect()
    }
}

/// All tensors of a model as they are stored. What the plan does not name is stored at FP16.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedModel {
    pub(super) architecture: Architecture,
    pub(super) tensors: Vec<PackedTensor>,
}

impl PackedModel {
    /// Quantizes a model's parameters.
    ///
    /// # Errors
    /// [`ModelError::Quantize`] for a parameter that is not finite, or a rule that is none.
    pub fn new(
        architecture: &Architecture,
        parameters: &Parameters,
        plan: &Plan,
        rounding: Rounding,
    ) -> Result<Self, ModelError> {
        let mut tensors = Vec::with_capacity(parameters.entries().len());
        for (parameter, variable) in parameters.entries() {
            let values: Vec<f32> = variable.flatten_all()?.to_vec1()?;
            let width = plan.get(&parameter.name).copied().unwrap_or(Width::Half);
            let row = parameter.shape.last().copied().unwrap_or(1).max(1);
            let quantize = |row: &[f32]| -> Result<Quantized, QuantizeError> {
                let mut calibration = Calibration::start(rounding.scheme(width), row.len())?;
                calibration.collect(row)?;
                calibration.calibrate()?.apply().quantize(row)
            };
            let rows = values.chunks(row).map(quantize).collect::<Result<_, _>>()?;
            let (name, shape) = (parameter.name.clone(), parameter.shape.clone());
            tensors.push(PackedTensor { name, shape, width, rows });
        }
        Ok(Self { architecture: architecture.clone(), tensors })
    }

    /// What the model is.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Its tensors.
    pub fn tensors(&self) -> &[PackedTensor] {
        &self.tensors
    }

    /// Bytes of all tensors, counted from what is stored.
    pub fn bytes(&self) -> ByteCount {
        self.tensors.iter().map(PackedTensor::bytes).fold(ByteCount::default(), |sum, bytes| sum + bytes)
    }

    /// The tensors of a model that computes with what the bytes stand for, in single precision.
    ///
    /// # Errors
    /// candle's, where there is no memory.
    pub fn weights(&self) -> Result<Weights, ModelError> {
        let mut weights = Weights::default();
        for tensor in &self.tensors {
            let values = Tensor::from_vec(tensor.values(), tensor.shape.clone(), &Device::Cpu)?;
            weights.replace(&tensor.name, values);
        }
        Ok(weights)
    }
}
