//! Models whose tensors are stored as packed codes.

use crate::architecture::{Architecture, Parameter};
use crate::error::ModelError;
use crate::parameters::{Parameters, Weights};
use crate::precision::Plan;
use bk_quantize::block::{BlockQuantized, FourBit};
use bk_quantize::{ByteCount, Calibration, Granularity, QuantizeError, Quantized, ScaleRule, Scheme, Width};
use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// How tensors are quantized: symmetrically, in groups along each row, with a scale per group that is found from the
/// weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rounding {
    /// Weights per scale (group size).
    pub group: usize,
    /// The scale rule.
    pub rule: ScaleRule,
}

impl Rounding {
    pub(super) fn scheme(self, width: Width) -> Scheme {
        let Self { group, rule } = self;
        Scheme { width, zero_point: false, granularity: Granularity::Group, group, rule }
    }
}

/// The storage format of the numbers of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// IEEE single precision.
    Fp32,
    /// IEEE half precision.
    Fp16,
    /// 256 evenly spaced levels, in groups.
    Int8,
    /// 16 evenly spaced levels, in groups.
    Int4,
    /// 8 evenly spaced levels, in groups.
    Int3,
    /// 4 evenly spaced levels, in groups. With a symmetric grid and the absolute-maximum rule, only 3 are used.
    Int2,
    /// 16 levels at the quantiles of a normal distribution, in blocks of 64 with one scale each. The scale rule does
    /// not apply.
    Nf4,
}

impl Format {
    /// All formats, widest first.
    pub const ALL: [Format; 7] =
        [Format::Fp32, Format::Fp16, Format::Int8, Format::Int4, Format::Nf4, Format::Int3, Format::Int2];

    /// Returns the bit width of the codes.
    pub fn width(self) -> Width {
        match self {
            Format::Fp32 => Width::Single,
            Format::Fp16 => Width::Half,
            Format::Int8 => Width::Int8,
            Format::Int4 | Format::Nf4 => Width::Int4,
            Format::Int3 => Width::Int3,
            Format::Int2 => Width::Int2,
        }
    }

    /// Returns the usual name, such as INT4 or NF4.
    pub fn label(self) -> &'static str {
        match self {
            Format::Nf4 => "NF4",
            other => other.width().label(),
        }
    }
}

impl From<Width> for Format {
    fn from(width: Width) -> Self {
        match width {
            Width::Single => Format::Fp32,
            Width::Half => Format::Fp16,
            Width::Int8 => Format::Int8,
            Width::Int4 => Format::Int4,
            Width::Int3 => Format::Int3,
            Width::Int2 => Format::Int2,
        }
    }
}

/// A stored tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedTensor {
    pub(crate) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) codes: Codes,
}

/// The codes of a tensor.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Codes {
    /// One entry per row; each row has its own scales.
    Rows(Width, Vec<Quantized>),
    /// NF4; the blocks continue across rows.
    Blocks(BlockQuantized),
}

impl PackedTensor {
    /// Returns the name of the parameter.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the bit width of the codes.
    pub fn width(&self) -> Width {
        match &self.codes {
            Codes::Rows(width, _) => *width,
            Codes::Blocks(_) => Format::Nf4.width(),
        }
    }

    /// Returns the number of elements.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Returns the rows; empty if the tensor is stored in blocks.
    pub(super) fn rows(&self) -> &[Quantized] {
        match &self.codes {
            Codes::Rows(_, rows) => rows,
            Codes::Blocks(_) => &[],
        }
    }

    /// Returns the size of the stored tensor, in bytes.
    pub fn bytes(&self) -> ByteCount {
        match &self.codes {
            Codes::Rows(_, rows) => {
                rows.iter().map(Quantized::bytes).fold(ByteCount::default(), |sum, bytes| sum + bytes)
            }
            Codes::Blocks(blocks) => blocks.bytes(),
        }
    }

    /// Returns the values of the codes.
    pub fn values(&self) -> Vec<f32> {
        match &self.codes {
            Codes::Rows(_, rows) => rows.iter().flat_map(Quantized::dequantize).collect(),
            Codes::Blocks(blocks) => blocks.dequantize(),
        }
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
            let codes = pack(&values, row, format(parameter), rounding)?;
            let (name, shape) = (parameter.name.clone(), parameter.shape.clone());
            tensors.push(PackedTensor { name, shape, codes });
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

/// Quantizes a tensor with `row` values per row.
fn pack(values: &[f32], row: usize, format: Format, rounding: Rounding) -> Result<Codes, QuantizeError> {
    if format == Format::Nf4 {
        return Ok(Codes::Blocks(BlockQuantized::new(values, FourBit::Nf4, false)?));
    }
    let width = format.width();
    let quantize = |row: &[f32]| -> Result<Quantized, QuantizeError> {
        let mut calibration = Calibration::start(rounding.scheme(width), row.len())?;
        calibration.collect(row)?;
        calibration.calibrate()?.apply().quantize(row)
    };
    Ok(Codes::Rows(width, values.chunks(row).map(quantize).collect::<Result<_, _>>()?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]
mod tests {
    use super::{Codes, Format, PackedModel, Rounding};
    use crate::precision::quantizable;
    use crate::{Architecture, Evaluation, LanguageModel, Mamba, Parameters, ResNetBk};
    use bk_quantize::{Quantized, ScaleRule};
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
            let Codes::Rows(_, rows) = &mut head.codes else { panic!("{format:?} is stored in rows") };
            let mut codes = rows[0].packed().to_vec();
            codes[0] ^= 1;
            rows[0] = Quantized::restore(rows[0].quantizer().clone(), rows[0].len(), codes).unwrap();
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
        for tensor in packed.tensors().iter().filter(|tensor| matches!(tensor.codes, Codes::Blocks(_))) {
            let bytes = tensor.bytes();
            assert_eq!(bytes.codes, tensor.count().div_ceil(2), "{}", tensor.name());
            assert_eq!(bytes.scales, 4 * tensor.count().div_ceil(64), "{}", tensor.name());
        }
        let tokens: Vec<u32> = (0..81).map(|place| place * place % 30).collect();
        let [exact, four] = [stored(Format::Fp32), packed].map(|packed| loss(&packed, &tokens));
        assert!(exact != four && (exact - four).abs() < 0.1, "{exact} and {four}");
    }
}
