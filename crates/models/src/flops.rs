//! Operations of a model, counted completely: each addition, multiplication, division, comparison, and function value
//! counts 1; moving numbers counts 0. The published counters omit parts (resnet-bk.md §8.5).

use crate::architecture::{Architecture, Gating, Mamba, Parameter, ResNetBk, Router, Use};
use crate::resnet_bk;
use serde::{Deserialize, Serialize};

/// Operations of AdamW per parameter: 3 for the first mean, 4 for the second, 5 for the step, 3 for decay and update.
pub const ADAM_W: u64 = 15;
/// Operations of gradient clipping per parameter: square, sum, and scale.
const CLIPPING: u64 = 3;

/// Operations of one component of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// The name of the component. Components of a layer carry its number.
    pub name: String,
    /// Operations of the forward pass.
    pub forward: u64,
    /// Operations of the backward pass: from the gradient of the outputs to the gradients of inputs and parameters.
    pub backward: u64,
}

/// Operations of a training step, by component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flops {
    /// The components in the order of the computation.
    pub components: Vec<Component>,
    /// Operations of the optimizer.
    pub optimizer: u64,
}

impl Flops {
    /// Returns the operations of a forward pass.
    pub fn forward(&self) -> u64 {
        self.components.iter().map(|component| component.forward).sum()
    }

    /// Returns the operations of a backward pass.
    pub fn backward(&self) -> u64 {
        self.components.iter().map(|component| component.backward).sum()
    }

    /// Returns the operations of a training step.
    pub fn total(&self) -> u64 {
        self.forward() + self.backward() + self.optimizer
    }

    /// Adds a component with its operations in a forward and a backward pass.
    pub fn push(&mut self, name: impl Into<String>, forward: u64, backward: u64) {
        self.components.push(Component { name: name.into(), forward, backward });
    }
}

/// Returns the operations of a matrix product and its bias per row, forward and backward: 2 per entry of the matrix
/// forward, and as many for the gradient of each factor backward.
fn linear(inputs: usize, outputs: usize, biased: bool) -> [u64; 2] {
    let product = 2 * (inputs * outputs) as u64;
    let bias = if biased { outputs as u64 } else { 0 };
    [product + bias, 2 * product + bias]
}

/// Returns the operations of a layer normalization per row, forward and backward: mean, deviations, variance, and root;
/// then scale, weight, and bias.
fn layer_norm(width: usize) -> [u64; 2] {
    let width = width as u64;
    [7 * width + 4, 17 * width + 6]
}

/// Operations of SiLU, x·σ(x), per number: the value, and the gradient.
const SILU: [u64; 2] = [5, 8];
/// Operations of softplus, ln(1 + eˣ), per number: the value, and the gradient.
const SOFTPLUS: [u64; 2] = [6, 5];

impl Architecture {
    /// Returns the operations of a training step on `sequences` sequences of `length` tokens. The forward part equals
    /// that of an evaluation.
    pub fn flops(&self, sequences: usize, length: usize) -> Flops {
        let tokens = (sequences * length) as u64;
        let mut flops = Flops { components: vec![], optimizer: 0 };
        match self {
            Architecture::ResNetBk(model) => of_resnet_bk(model, tokens, &mut flops),
            Architecture::Mamba(model) => of_mamba(model, tokens, &mut flops),
        }
        let symbols = self.vocabulary() as u64;
        // Forward, per logit: maximum, difference, power, and sum. Backward, per gradient: power, scale, and sum.
        flops.push("loss", tokens * (4 * symbols + 3), tokens * (5 * symbols + 2));
        let parameters: usize = self.parameters().iter().map(Parameter::count).sum();
        flops.optimizer = (ADAM_W + CLIPPING) * parameters as u64;
        flops
    }
}

fn of_resnet_bk(model: &ResNetBk, tokens: u64, flops: &mut Flops) {
    let &ResNetBk { width, experts, potentials, .. } = model;
    let (d, e, h, k) = (width as u64, experts as u64, potentials as u64, model.top_k as u64);
    let mut push = |name: String, [forward, backward]: [u64; 2]| {
        flops.push(name, tokens * forward, tokens * backward);
    };
    // Forward adds the position embedding. Backward sums the gradients of both embeddings.
    push("embedding".into(), [d, 2 * d]);
    for layer in 0..model.layers {
        let mut part = |name: &str, cost| push(format!("layer_{layer}.{name}"), cost);
        part("layer_norm", layer_norm(width));
        let visits = match model.router {
            Router::Mlp => {
                let [forward, backward] = linear(width, experts, true);
                // Choosing compares each expert with each chosen one.
                let softmax = match model.gating {
                    Gating::Chosen if k == 1 => 0,
                    Gating::Chosen => 4 * k,
                    Gating::All => 4 * e,
                };
                let learns = model.gating == Gating::All || k > 1;
                let backward = if learns { backward + softmax } else { 0 };
                part("router", [forward + e * k + softmax, backward]);
                k
            }
            Router::Scattering => {
                // Phase, magnitude, sector of the circle, comparison, and two weights.
                part("router", [2 * h + 20, 0]);
                e.min(2)
            }
        };
        let [up, up_back] = linear(width, 2 * width, true);
        let [down, down_back] = linear(2 * width, width, true);
        let weighted = visits > 1 || model.gating == Gating::All;
        let weighting = if weighted { [2 * d, 4 * d] } else { [0, 0] };
        let forward = visits * (up + 2 * d + down + weighting[0]);
        part("experts", [forward, visits * (up_back + 2 * d + down_back + weighting[1])]);
        let [potential, potential_back] = linear(width, potentials, true);
        part("potential", [potential + 2 * h, potential_back + 2 * h]);
        let bonded = if model.learned { 1 } else { 0 };
        // Per site and sweep: 2 for the shift, 2 for the neighbor's share (2 more with a bond), 6 for the reciprocal.
        // The two-sided resolvent combines both sweeps with another reciprocal. Backward: squares, shares, products,
        // and sums.
        let resolvent = match model.two_sided {
            false => [9 + 2 * bonded, 14 + 10 * bonded],
            true => [26 + 4 * bonded, 58 + 20 * bonded],
        };
        part("resolvent", resolvent.map(|cost| h * (cost + 4)));
        let outputs = match model.resolvent {
            Use::Diagonal => 2 * potentials,
            Use::Applied => {
                let (values, taps) = (model.values() as u64, resnet_bk::TAPS as u64);
                part("values", linear(width, 2 * model.values(), false));
                part("convolution", [values * (2 * taps + SILU[0]), values * (4 * taps + 1 + SILU[1])]);
                // Forward: 4 for the sum with the previous site and 6 for a complex product. Backward: the two products
                // of a complex number with the conjugate of another, the share from the next site, and the shares of L
                // and β.
                part("application", [10 * values, 24 * values]);
                part("gate", [2 * values * (SILU[0] + 1), 2 * values * (SILU[0] + SILU[1] + 2)]);
                2 * model.values()
            }
        };
        let [output, output_back] = linear(outputs, width, true);
        part("output", [output, output_back]);
        part("sums", [2 * d, 2 * d]);
    }
    push("layer_norm_final".into(), layer_norm(width));
    push("lm_head".into(), linear(width, model.vocabulary, true));
}

fn of_mamba(model: &Mamba, tokens: u64, flops: &mut Flops) {
    let &Mamba { width, states, taps, .. } = model;
    let (channels, rank) = (model.channels(), model.rank());
    let (c, s) = (channels as u64, states as u64);
    let mut push = |name: String, [forward, backward]: [u64; 2]| {
        flops.push(name, tokens * forward, tokens * backward);
    };
    push("embedding".into(), [0, width as u64]);
    for layer in 0..model.layers {
        let mut part = |name: &str, cost| push(format!("layer_{layer}.{name}"), cost);
        part("layer_norm", layer_norm(width));
        part("in_proj", linear(width, 2 * channels, false));
        let taps = taps as u64;
        part("convolution", [c * (2 * taps + SILU[0]), c * (4 * taps + 1 + SILU[1])]);
        part("x_proj", linear(channels, rank + 2 * states, false));
        let [steps, steps_back] = linear(rank, channels, true);
        part("dt_proj", [steps + SOFTPLUS[0] * c, steps_back + SOFTPLUS[1] * c]);
        // Forward, per state: Δ·A, its power, two products and a sum for h, and a product and a sum for y. Backward:
        // the same again, then the adjoint and five sums of products.
        part("scan", [c * (7 * s + 3), c * (19 * s + 11)]);
        part("gate", [c * (SILU[0] + 1), c * (SILU[0] + SILU[1] + 2)]);
        part("out_proj", linear(channels, width, false));
        part("sums", [width as u64, width as u64]);
    }
    push("layer_norm_final".into(), layer_norm(width));
    push("lm_head".into(), linear(width, model.vocabulary, false));
}
