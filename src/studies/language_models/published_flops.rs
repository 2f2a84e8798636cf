//! The published counters of operations (resnet-bk.md §8.5). They leave out v_proj, residuals and biases of ResNet-BK,
//! x_proj and dt_proj of Mamba; [`Architecture::flops`] counts everything.

use bk_models::flops::{ADAM_W, Component, Flops};
use bk_models::{Architecture, Mamba, ResNetBk};

/// The published count of a step of training with AdamW.
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

/// The published count of a step of training with early exit (resnet-bk.md §8.1, §8.5): every layer is counted by the part of
/// them that a token is worked on in on average, and an overhead is added. Operations of the optimiser are as before.
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

/// The published estimate of what learned sparsity of the diagonal costs in one layer (resnet-bk.md §8.2), in operations a
/// sequence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SparsityEstimate {
    /// All of the diagonal.
    pub standard: f64,
    /// The part that is kept.
    pub kept: f64,
    /// Saying which.
    pub importance: f64,
    /// Guessing the rest.
    pub interpolation: f64,
}

impl SparsityEstimate {
    /// Of a sequence of so many sites and a width, of which a part is left out.
    pub fn of(sites: usize, width: usize, sparsity: f64) -> Self {
        let standard = 20.0 * sites as f64;
        let network = 2.0 * (sites * width) as f64;
        Self { standard, kept: (1.0 - sparsity) * standard, importance: network, interpolation: network }
    }

    /// By how much fewer operations are taken, as it is reported: the networks are not counted.
    pub fn reported_reduction(&self) -> f64 {
        self.standard / self.kept
    }

    /// By how much more are taken, of the estimate's own numbers.
    pub fn increase(&self) -> f64 {
        (self.kept + self.importance + self.interpolation) / self.standard
    }
}
