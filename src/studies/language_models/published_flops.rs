//! The published counters of FLOPs (resnet-bk.md §8.5). They omit v_proj, residuals, and biases of ResNet-BK, and
//! x_proj and dt_proj of Mamba; [`Architecture::flops`] counts everything.

use bk_models::flops::{ADAM_W, Component, Flops};
use bk_models::{Architecture, Mamba, ResNetBk};

/// Returns the published count of a training step with AdamW.
pub fn flops(architecture: &Architecture, sequences: usize, length: usize) -> Flops {
    let tokens = (sequences * length) as u64;
    let components = match architecture {
        Architecture::ResNetBk(model) => resnet_bk(model, tokens),
        Architecture::Mamba(model) => mamba(model, tokens),
    };
    Flops { components, optimizer: ADAM_W * architecture.parameter_count() as u64 }
}

fn component(name: impl Into<String>, forward: u64, backward: u64) -> Component {
    Component { name: name.into(), forward, backward }
}

fn resnet_bk(model: &ResNetBk, tokens: u64) -> Vec<Component> {
    let [d, e, k, v] =
        [model.width, model.experts, model.top_k, model.vocabulary].map(|size| size as u64 * tokens);
    let width = model.width as u64;
    let norm = 5 * d;
    let experts = 2 * d * model.experts as u64 + 3 * e + k * (8 * width * width + 2 * width);
    let (core, core_back) = (34 * tokens, 26 * tokens);
    let output = 4 * d;
    let head = 2 * width * v;
    let layer = |index| {
        let backward = norm + 2 * experts + core_back + 2 * output;
        component(format!("layer_{index}"), norm + experts + core + output, backward)
    };
    let mut all = vec![component("embedding", d, d)];
    all.extend((0..model.layers).map(layer));
    all.extend([component("final_layernorm", norm, norm), component("lm_head", head, 2 * head)]);
    all
}

fn mamba(model: &Mamba, tokens: u64) -> Vec<Component> {
    let [d, inner, v] = [model.width, model.channels(), model.vocabulary].map(|size| size as u64 * tokens);
    let (width, channels) = (model.width as u64, model.channels() as u64);
    let norm = 5 * d;
    let (input, output) = (4 * width * inner, 2 * width * inner);
    let convolution = 2 * inner * model.taps as u64;
    let pointwise = 2 * 5 * inner + inner;
    let scan = tokens * (10 * channels * model.states as u64 + channels);
    let head = 2 * width * v;
    let layer = |index| {
        let products = input + convolution + output;
        component(
            format!("layer_{index}"),
            norm + products + pointwise + scan,
            norm + 2 * products + pointwise + 3 * scan,
        )
    };
    let mut all = vec![component("embedding", 0, 0)];
    all.extend((0..model.layers).map(layer));
    all.extend([component("final_layernorm", norm, norm), component("lm_head", head, 2 * head)]);
    all
}

/// Returns the published count of a training step with early exit (resnet-bk.md §8.1, §8.5). Every layer is counted
/// with the average fraction of layers that process a token, plus an overhead. The FLOPs of the optimizer are
/// unchanged.
pub fn early_exit(model: &ResNetBk, sequences: usize, length: usize, mean_layers: f64) -> Flops {
    let tokens = (sequences * length) as u64;
    let part = mean_layers / model.layers as f64;
    let overhead = tokens * model.layers as u64 * (model.width as u64 + 15);
    let mut all = flops(&Architecture::ResNetBk(model.clone()), sequences, length);
    for component in all.components.iter_mut().filter(|component| component.name.starts_with("layer_")) {
        component.forward = (component.forward as f64 * part) as u64;
        component.backward = (component.backward as f64 * part) as u64;
    }
    all.push("exit", overhead, overhead / 2);
    all
}

/// The published estimate of the cost of learned sparsity of the diagonal in one layer (resnet-bk.md §8.2), in FLOPs
/// per sequence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SparsityEstimate {
    /// FLOPs for the whole diagonal.
    pub standard: f64,
    /// FLOPs for the kept part.
    pub kept: f64,
    /// FLOPs for choosing the kept sites.
    pub importance: f64,
    /// FLOPs for interpolating the other sites.
    pub interpolation: f64,
}

impl SparsityEstimate {
    /// Returns the estimate for a number of sites, an embedding width, and the fraction of sites that is left out.
    pub fn of(sites: usize, width: usize, sparsity: f64) -> Self {
        let standard = 20.0 * sites as f64;
        let network = 2.0 * (sites * width) as f64;
        Self { standard, kept: (1.0 - sparsity) * standard, importance: network, interpolation: network }
    }

    /// Returns the reported reduction, which does not count the networks.
    pub fn reported_reduction(&self) -> f64 {
        self.standard / self.kept
    }

    /// Returns the increase by the estimate's own numbers, with the networks counted.
    pub fn increase(&self) -> f64 {
        (self.kept + self.importance + self.interpolation) / self.standard
    }
}
