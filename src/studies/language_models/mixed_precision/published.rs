//! Mixed precision as published: what is counted, how it is stored, and what becomes of the weights (resnet-bk.md §4).

use super::record::{ModelSize, RecipeEffect, TARGET};
use crate::studies::resolvent::record::{GRADIENT_BLEND, Version};
use bk_models::precision::Component;
use bk_models::{Architecture, Parameter, Parameters, ResNetBk};
use bk_quantize::{Grid, Width};
use num_complex::Complex;

/// Weights that share a scale at INT4.
const GROUP: usize = 128;
/// Bytes a scale and zero point are taken as.
const GRID_BYTES: f64 = 8.0;

/// The models of the published demonstration and of the other sizes that were stated: vocabulary, width and layers.
pub const SIZES: [[usize; 3]; 5] =
    [[1000, 128, 4], [30_000, 128, 4], [30_000, 256, 8], [30_000, 512, 12], [50_257, 512, 12]];

/// A published model of some sizes: sequences of 64, two-sided, two of four experts a token.
pub fn demonstration(vocabulary: usize, width: usize, layers: usize, experts: usize) -> Architecture {
    let top_k = experts.min(2);
    let sizes = ResNetBk { vocabulary, width, layers, experts, top_k, ..ResNetBk::default() };
    Architecture::ResNetBk(ResNetBk { context: 64, two_sided: true, ..sizes })
}

/// A linear map, the only thing that was quantized and counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Numbers in.
    pub inputs: usize,
    /// Numbers out.
    pub outputs: usize,
}

impl Module {
    /// Weights and biases.
    pub fn parameters(&self) -> usize {
        (self.inputs + 1) * self.outputs
    }

    /// How the static rules store it.
    pub fn static_width(&self) -> Width {
        Component::of(&self.name).width()
    }

    /// Scales that are counted: sized by the outputs, although rows are as long as the inputs.
    fn grids(&self, width: Width) -> usize {
        match width {
            Width::Int4 => self.outputs.div_ceil(GROUP),
            Width::Int8 => 1,
            _ => 0,
        }
    }

    /// The part of its weights that is lost where activations are fed in by hand: columns beyond the outputs.
    pub fn lost_part(&self) -> f64 {
        self.inputs.saturating_sub(self.outputs) as f64 / self.inputs as f64
    }
}

/// The linear maps of a model in their order.
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

/// The size of modules stored at some widths.
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

/// The same ratio where the embeddings are counted too, at FP16.
pub fn ratio_with_embeddings(architecture: &Architecture, size: &ModelSize) -> f64 {
    let is_embedding = |parameter: &Parameter| parameter.name.ends_with("_embedding.weight");
    let embeddings = architecture.parameters().into_iter().filter(is_embedding);
    let numbers = embeddings.map(|parameter| parameter.count()).sum::<usize>() as f64;
    (size.fp32_bytes + 4.0 * numbers) / (size.mixed_precision_bytes + 2.0 * numbers)
}

/// The published “derivative” with respect to the potential, by which importances were measured too.
pub fn potential_gradient(green: &[Complex<f32>], cotangents: &[Complex<f64>]) -> Vec<f32> {
    Version::Original.gradient(green, cotangents, GRADIENT_BLEND).blended
}

/// Quantizes a model's weights by the published recipe, as far as it runs: the next forward pass then stops with an
/// error, since half precision meets single.
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
