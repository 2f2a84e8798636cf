//! The published mixed precision: its counts, its storage, and its effect on the weights (resnet-bk.md §4).

use super::record::{ModelSize, RecipeEffect, TARGET};
use crate::studies::resolvent::record::{GRADIENT_BLEND, Version};
use bk_models::precision::Component;
use bk_models::{Architecture, Parameter, Parameters, ResNetBk};
use bk_quantize::{Grid, Width};
use num_complex::Complex;

/// Group size at INT4: weights that share a scale.
const GROUP: usize = 128;
/// Bytes counted per pair of scale and zero point.
const GRID_BYTES: f64 = 8.0;

/// The models of the published demonstration and of the other stated sizes: vocabulary, embedding width, and layers.
pub const SIZES: [[usize; 3]; 5] =
    [[1000, 128, 4], [30_000, 128, 4], [30_000, 256, 8], [30_000, 512, 12], [50_257, 512, 12]];

/// Creates a published model of a given size: two-sided, with sequences of 64 tokens and two of the experts per token.
pub fn demonstration(vocabulary: usize, width: usize, layers: usize, experts: usize) -> Architecture {
    let top_k = experts.min(2);
    let sizes = ResNetBk { vocabulary, width, layers, experts, top_k, ..ResNetBk::default() };
    Architecture::ResNetBk(ResNetBk { context: 64, two_sided: true, ..sizes })
}

/// A linear map, the only kind of module that was quantized and counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Number of inputs.
    pub inputs: usize,
    /// Number of outputs.
    pub outputs: usize,
}

impl Module {
    /// Returns the number of weights and biases.
    pub fn parameters(&self) -> usize {
        (self.inputs + 1) * self.outputs
    }

    /// Returns the bit width by the static rules.
    pub fn static_width(&self) -> Width {
        Component::of(&self.name).width()
    }

    /// Returns the number of scales counted, which follows the outputs although rows are as long as the inputs.
    fn grids(&self, width: Width) -> usize {
        match width {
            Width::Int4 => self.outputs.div_ceil(GROUP),
            Width::Int8 => 1,
            _ => 0,
        }
    }

    /// Returns the fraction of its weights that is lost if activations are fed in by hand: the columns beyond the
    /// outputs.
    pub fn lost_part(&self) -> f64 {
        self.inputs.saturating_sub(self.outputs) as f64 / self.inputs as f64
    }
}

/// Returns the linear maps of a model, in order.
pub fn modules(architecture: &Architecture) -> Vec<Module> {
    let parameters = architecture.parameters();
    let pairs = parameters.iter().zip(parameters.iter().skip(1));
    let module = |(weight, bias): (&Parameter, &Parameter)| {
        let name = weight.name.strip_suffix(".weight")?;
        let &[outputs, inputs] = weight.shape.as_slice() else { return None };
        (bias.name.strip_suffix(".bias") == Some(name)).then(|| Module { name: name.into(), inputs, outputs })
    };
    pairs.filter_map(module).collect()
}

/// Returns the size of modules stored with given bit widths.
pub fn size(modules: &[Module], width: impl Fn(&Module) -> Width) -> ModelSize {
    let total_parameters = modules.iter().map(Module::parameters).sum();
    let stored = |module: &Module| {
        let width = width(module);
        let numbers = module.parameters() as f64 * f64::from(width.bits()) / 8.0;
        numbers + GRID_BYTES * module.grids(width) as f64
    };
    let fp32_bytes = 4.0 * total_parameters as f64;
    let mixed_precision_bytes = modules.iter().map(stored).sum();
    let compression_ratio = fp32_bytes / mixed_precision_bytes;
    ModelSize {
        total_parameters,
        fp32_bytes,
        mixed_precision_bytes,
        compression_ratio,
        target_compression: TARGET,
        meets_target: compression_ratio >= TARGET,
    }
}

/// Returns the same ratio with the embeddings counted, too, at FP16.
pub fn ratio_with_embeddings(architecture: &Architecture, size: &ModelSize) -> f64 {
    let is_embedding = |parameter: &Parameter| parameter.name.ends_with("_embedding.weight");
    let embeddings = architecture.parameters().into_iter().filter(is_embedding);
    let numbers = embeddings.map(|parameter| parameter.count()).sum::<usize>() as f64;
    (size.fp32_bytes + 4.0 * numbers) / (size.mixed_precision_bytes + 2.0 * numbers)
}

/// Returns the published “derivative” with respect to the potential, which was also used to measure importances.
pub fn potential_gradient(green: &[Complex<f32>], cotangents: &[Complex<f64>]) -> Vec<f32> {
    Version::Original.gradient(green, cotangents, GRADIENT_BLEND).blended
}

/// Quantizes a model's weights by the published recipe, as far as it runs. The next forward pass then stops with an
/// error, because half precision meets single precision.
pub fn recipe(parameters: &Parameters, width: impl Fn(&Module) -> Width, modules: &[Module]) -> RecipeEffect {
    let mut effect = RecipeEffect { quantized: 0, zeros: 0, largest: 0.0 };
    for module in modules {
        let width = width(module);
        let name = format!("{}.weight", module.name);
        let found = parameters.entries().iter().find(|(parameter, _)| parameter.name == name);
        let values = found.and_then(|(_, variable)| variable.flatten_all().ok()?.to_vec1::<f32>().ok());
        let grid = Grid { scale: 1.0, zero_point: 0 };
        for value in values.into_iter().flatten().filter(|_| width.is_integer()) {
            effect.quantized += 1;
            effect.zeros += usize::from(grid.round(value, width) == 0.0);
            effect.largest = effect.largest.max(value.abs());
        }
    }
    effect
}
