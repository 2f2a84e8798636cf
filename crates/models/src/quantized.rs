//! Models whose tensors are stored as packed codes.

use crate::architecture::{Architecture, Parameter};
use crate::error::ModelError;
use crate::parameters::{Parameters, Weights};
use crate::precision::Plan;
use bk_quantize::{ByteCount, Format, Packed, Rounding};
use candle_core::{Device, Tensor};

/// A stored tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedTensor {
    pub(crate) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) packed: Packed,
}

impl PackedTensor {
    /// Returns the name of the parameter.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the storage format.
    pub fn format(&self) -> Format {
        self.packed.format()
    }

    /// Returns the number of elements.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Returns the size of the stored tensor, in bytes.
    pub fn bytes(&self) -> ByteCount {
        self.packed.bytes()
    }

    /// Returns the values of the codes.
    pub fn values(&self) -> Vec<f32> {
        self.packed.values()
    }
}

/// All stored tensors of a model. Tensors that are not in the plan are stored at FP16.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedModel {
    pub(super) architecture: Architecture,
    pub(super) tensors: Vec<PackedTensor>,
}

impl PackedModel {
    /// Quantizes the parameters of a model.
    ///
    /// # Errors
    /// Returns [`ModelError::Quantize`] for a parameter that is not finite or an invalid scale rule.
    pub fn new(
        architecture: &Architecture,
        parameters: &Parameters,
        plan: &Plan,
        rounding: Rounding,
    ) -> Result<Self, ModelError> {
        let format =
            |parameter: &Parameter| plan.get(&parameter.name).map_or(Format::Fp16, |&width| width.into());
        Self::stored(architecture, parameters, format, rounding)
    }

    /// Stores each parameter in the format that `format` returns for it.
    ///
    /// # Errors
    /// Returns the errors of [`new`](Self::new).
    pub fn stored(
        architecture: &Architecture,
        parameters: &Parameters,
        format: impl Fn(&Parameter) -> Format,
        rounding: Rounding,
    ) -> Result<Self, ModelError> {
        let mut tensors = Vec::with_capacity(parameters.entries().len());
        for (parameter, variable) in parameters.entries() {
            let values: Vec<f32> = variable.flatten_all()?.to_vec1()?;
            let row = parameter.shape.last().copied().unwrap_or(1).max(1);
            let packed = Packed::new(&values, row, format(parameter), rounding)?;
            let (name, shape) = (parameter.name.clone(), parameter.shape.clone());
            tensors.push(PackedTensor { name, shape, packed });
        }
        Ok(Self { architecture: architecture.clone(), tensors })
    }

    /// Returns the architecture.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Returns the stored tensors.
    pub fn tensors(&self) -> &[PackedTensor] {
        &self.tensors
    }

    /// Returns the size of all stored tensors, in bytes.
    pub fn bytes(&self) -> ByteCount {
        self.tensors.iter().map(PackedTensor::bytes).fold(ByteCount::default(), |sum, bytes| sum + bytes)
    }

    /// Returns the values of the codes in single precision, as the tensors of a model.
    ///
    /// # Errors
    /// Returns the error of candle if memory is exhausted.
    pub fn weights(&self) -> Result<Weights, ModelError> {
        let mut weights = Weights::default();
        for tensor in &self.tensors {
            let values = Tensor::from_vec(tensor.values(), tensor.shape.clone(), &Device::Cpu)?;
            weights.replace(&tensor.name, values);
        }
        Ok(weights)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]
mod tests {
    use super::{Format, PackedModel, Rounding};
    use crate::precision::quantizable;
    use crate::{Architecture, Evaluation, LanguageModel, Mamba, Parameters, ResNetBk};
    use bk_quantize::{Packed, ScaleRule};
    use candle_core::DType;

    fn loss(packed: &PackedModel, tokens: &[u32]) -> f64 {
        let model = LanguageModel::new(packed.architecture(), &packed.weights().unwrap()).unwrap();
        Evaluation::of(&model, tokens, 8).unwrap().loss()
    }

    /// Losses are computed from the codes: changing one code changes the loss, in every integer format.
    #[test]
    fn a_changed_code_changes_the_loss() {
        let model =
            ResNetBk { vocabulary: 30, width: 16, layers: 1, context: 8, experts: 2, ..ResNetBk::default() };
        let architecture = Architecture::ResNetBk(model);
        let parameters = Parameters::fresh(&architecture, 3, DType::F32).unwrap();
        let rounding = Rounding { group: 128, rule: ScaleRule::AbsoluteMaximum };
        let tokens: Vec<u32> = (0..81).map(|place| place * place % 30).collect();
        for format in [Format::Int8, Format::Int4, Format::Int3, Format::Int2] {
            let chosen = |parameter: &_| if quantizable(parameter) { format } else { Format::Fp16 };
            let mut packed = PackedModel::stored(&architecture, &parameters, chosen, rounding).unwrap();
            let before = loss(&packed, &tokens);
            let head = packed.tensors.iter_mut().find(|tensor| tensor.name == "lm_head.weight").unwrap();
            let mut codes = head.packed.packed().to_vec();
            codes[0] ^= 1;
            let size = [head.count(), head.packed.dims()[1]];
            head.packed = Packed::restore(format, rounding, size, codes, head.packed.scales()).unwrap();
            let after = loss(&packed, &tokens);
            assert!(after.is_finite() && before != after, "{format:?}: {before} and {after}");
        }
    }

    /// NF4 takes half a byte per number and four bytes per block of 64 (vit-lora.md §2.2).
    #[test]
    fn nf4_runs_from_half_a_byte_a_number() {
        let model = Mamba { vocabulary: 30, width: 16, layers: 1, context: 8, ..Mamba::default() };
        let architecture = Architecture::Mamba(model);
        let parameters = Parameters::fresh(&architecture, 3, DType::F32).unwrap();
        let rounding = Rounding { group: 128, rule: ScaleRule::LeastSquares };
        let stored = |format: Format| {
            let chosen = |parameter: &_| if quantizable(parameter) { format } else { Format::Fp32 };
            PackedModel::stored(&architecture, &parameters, chosen, rounding).unwrap()
        };
        let packed = stored(Format::Nf4);
        for tensor in packed.tensors().iter().filter(|tensor| tensor.format() == Format::Nf4) {
            let bytes = tensor.bytes();
            assert_eq!(bytes.codes, tensor.count().div_ceil(2), "{}", tensor.name());
            assert_eq!(bytes.scales, 4 * tensor.count().div_ceil(64), "{}", tensor.name());
        }
        let tokens: Vec<u32> = (0..81).map(|place| place * place % 30).collect();
        let [exact, four] = [stored(Format::Fp32), packed].map(|packed| loss(&packed, &tokens));
        assert!(exact != four && (exact - four).abs() < 0.1, "{exact} and {four}");
    }
}
