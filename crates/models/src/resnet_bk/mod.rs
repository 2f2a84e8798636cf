//! ResNet-BK: each block adds a mixture of experts and the output of a resolvent. The potential of the resolvent is
//! computed from the tokens (resnet-bk.md §9.1).

mod exit;

use crate::architecture::{Initial, Parameter, ResNetBk, Router, Use};
use crate::core_rounding::{CoreRounding, rounded};
use crate::error::ModelError;
use crate::experts::Experts;
use crate::layers::{Embedding, LayerNorm, Linear, Watch};
use crate::ops;
use crate::ops::{PotentialGradient, ResolventForm};
use crate::parameters::Weights;
use crate::router::{Routes, by_logits, by_phase};
use crate::sparsity::Sparsifier;
use bk_quantize::Quantizer;
use candle_core::{DType, Device, Tensor};

/// Standard deviation of the initial embeddings.
const EMBEDDING_DEVIATION: f64 = 0.02;
/// Largest magnitude of a potential; larger values are clamped.
pub(super) const MOST_POTENTIAL: f64 = 3.0;
/// Largest magnitude of a feature; larger values are clamped.
const MOST_FEATURE: f64 = 10.0;
/// Largest magnitude of ln η and ln β. Learned η and bonds lie between e^{−6} and e^{6}: from 0.0025 to 400.
const MOST_LOGARITHM: f64 = 6.0;
/// Taps of the convolution before an applied resolvent, as in Mamba before its scan.
pub(super) const TAPS: usize = 4;
/// Initial η of several potentials, from the first to the second value; with a single potential, η starts at the
/// published 1.
const ETAS: [f64; 2] = [0.05, 1.0];

/// Returns the parameters of a model in their fixed order.
pub(super) fn parameters(model: &ResNetBk) -> Vec<Parameter> {
    let &ResNetBk { vocabulary, width, context, .. } = model;
    let embedding = |name: &str, entries| {
        Parameter::new(format!("{name}.weight"), &[entries, width], Initial::Normal(EMBEDDING_DEVIATION))
    };
    let mut all = vec![embedding("token_embedding", vocabulary), embedding("position_embedding", context)];
    for layer in 0..model.layers {
        all.extend(Parameter::layer_norm(&format!("blocks.{layer}.layer_norm"), width));
        let name = format!("blocks.{layer}.bk_layer");
        for expert in 0..model.experts {
            let name = format!("{name}.moe_ffn.experts.{expert}");
            all.extend(Parameter::linear(&format!("{name}.0"), width, 2 * width));
            all.extend(Parameter::linear(&format!("{name}.3"), 2 * width, width));
        }
        if model.router == Router::Mlp {
            all.extend(Parameter::linear(&format!("{name}.moe_ffn.gating_network"), width, model.experts));
        }
        all.extend(Parameter::linear(&format!("{name}.v_proj"), width, model.potentials));
        if model.resolvent == Use::Applied {
            let (values, bound) = (model.values(), (TAPS as f64).sqrt().recip());
            all.extend(
                Parameter::linear(&format!("{name}.value_proj"), width, 2 * values).into_iter().take(1),
            );
            let taps = |part: &str, shape: &[usize]| {
                Parameter::new(format!("{name}.conv1d.{part}"), shape, Initial::Uniform(bound))
            };
            all.extend([taps("weight", &[values, 1, TAPS]), taps("bias", &[values])]);
        }
        all.extend(Parameter::linear(&format!("{name}.output_proj"), outputs(model), width));
        all.push(Parameter::new(format!("{name}.bk_scale"), &[], Initial::Constant(1.0)));
        if model.learned {
            let heads = [model.potentials];
            all.push(Parameter::new(
                format!("{name}.log_eta"),
                &heads,
                Initial::Logarithms(ETAS[0], ETAS[1]),
            ));
            all.push(Parameter::new(format!("{name}.log_bond"), &heads, Initial::Constant(0.0)));
        }
    }
    all.extend(Parameter::layer_norm("layer_norm_final", width));
    let head = Parameter::linear("lm_head", width, vocabulary);
    all.extend(head.into_iter().skip(usize::from(model.tied)));
    all
}

/// Returns the number of outputs of the resolvent per token: a complex number per potential, or per value if the
/// resolvent is applied.
fn outputs(model: &ResNetBk) -> usize {
    match model.resolvent {
        Use::Diagonal => 2 * model.potentials,
        Use::Applied => 2 * model.values(),
    }
}

/// A ResNet-BK model with its weights.
#[derive(Debug, Clone)]
pub(super) struct Network {
    tokens: Embedding,
    positions: Embedding,
    blocks: Vec<Block>,
    norm: LayerNorm,
    head: Linear,
}

#[derive(Debug, Clone)]
struct Block {
    norm: LayerNorm,
    router: Router,
    gate: Option<Linear>,
    experts: Experts,
    mixer: Mixer,
    sizes: ResNetBk,
}

/// The resolvent with the linear maps before and after it.
#[derive(Debug, Clone)]
struct Mixer {
    name: String,
    potential: Linear,
    /// The values that the resolvent is applied to; `None` if its diagonal is the feature.
    values: Option<Values>,
    output: Linear,
    scale: Tensor,
    /// ln η and ln β; `None` if both are fixed at 1.
    logarithms: Option<[Tensor; 2]>,
    heads: usize,
    form: ResolventForm,
    /// The quantizers of the potentials and features, if they are rounded.
    rounding: Option<[Quantizer; 2]>,
    /// The sparsifier of the diagonal, if it is sparse.
    sparsifier: Option<Sparsifier>,
}

/// The maps to the values of each token and to the gate that follows the resolvent.
#[derive(Debug, Clone)]
struct Values {
    input: Linear,
    /// Weight and bias.
    convolution: [Tensor; 2],
    count: usize,
}

impl Network {
    pub(crate) fn new(model: &ResNetBk, weights: &Weights) -> Result<Self, ModelError> {
        let &ResNetBk { vocabulary, width, context, .. } = model;
        let tokens = Embedding::new(weights, "token_embedding", [vocabulary, width])?;
        let head = match model.tied {
            true => Linear::tied(weights, "lm_head", tokens.table.clone())?,
            false => Linear::new(weights, "lm_head", [width, vocabulary], true)?,
        };
        let blocks = (0..model.layers).map(|layer| Block::new(model, weights, layer));
        Ok(Self {
            tokens,
            positions: Embedding::new(weights, "position_embedding", [context, width])?,
            blocks: blocks.collect::<Result<_, _>>()?,
            norm: LayerNorm::new(weights, "layer_norm_final", width)?,
            head,
        })
    }

    /// Replaces the exact gradient with respect to the potentials.
    pub(super) fn replace_gradient(&mut self, gradient: PotentialGradient) {
        self.blocks.iter_mut().for_each(|block| block.mixer.form.gradient = Some(gradient));
    }

    /// Rounds the inputs and outputs of the core.
    pub(super) fn round_core(&mut self, rounding: &CoreRounding) {
        self.blocks.iter_mut().for_each(|block| block.mixer.rounding = rounding.of(&block.mixer.name));
    }

    /// Makes the diagonal of every block sparse, with one sparsifier per block.
    pub(super) fn sparsify(&mut self, sparsifiers: Vec<Sparsifier>) {
        for (block, sparsifier) in self.blocks.iter_mut().zip(sparsifiers) {
            block.mixer.sparsifier = Some(sparsifier);
        }
    }

    /// Computes the logits `[tokens, vocabulary]` of tokens in sequences of `sites` tokens.
    pub(super) fn logits(
        &self,
        tokens: &Tensor,
        sites: usize,
        watch: Watch<'_>,
    ) -> Result<Tensor, ModelError> {
        let mut x = self.positions.add_to(&self.tokens.forward(tokens, watch)?, sites, watch)?;
        for block in &self.blocks {
            x = (&x + block.forward(&block.norm.forward(&x)?, sites, watch)?)?;
        }
        self.head.forward(&self.norm.forward(&x)?, watch)
    }
}

impl Block {
    fn new(model: &ResNetBk, weights: &Weights, layer: usize) -> Result<Self, ModelError> {
        let name = format!("blocks.{layer}.bk_layer");
        let gate = || {
            let sizes = [model.width, model.experts];
            Linear::new(weights, &format!("{name}.moe_ffn.gating_network"), sizes, true)
        };
        Ok(Self {
            norm: LayerNorm::new(weights, &format!("blocks.{layer}.layer_norm"), model.width)?,
            router: model.router,
            gate: (model.router == Router::Mlp).then(gate).transpose()?,
            experts: Experts::new(weights, &format!("{name}.moe_ffn"), model.experts, model.width)?,
            mixer: Mixer::new(model, weights, &name)?,
            sizes: model.clone(),
        })
    }

    fn forward(&self, x: &Tensor, sites: usize, watch: Watch<'_>) -> Result<Tensor, ModelError> {
        let features = self.mixer.features(x, sites, watch)?;
        let routes = match &self.gate {
            Some(gate) => self.by_gate(gate, x, watch)?,
            None => self.by_phase(&features, sites)?,
        };
        let mixed = self.mixer.output(x, &features, sites, watch)?;
        Ok((self.experts.forward(x, &routes, watch)? + mixed)?)
    }

    /// Routes by the learned linear map.
    fn by_gate(&self, gate: &Linear, x: &Tensor, watch: Watch<'_>) -> Result<Routes, ModelError> {
        by_logits(&gate.forward(x, watch)?, self.sizes.top_k, self.sizes.gating)
    }

    /// Routes by the phase of G, summed over the potentials.
    fn by_phase(&self, features: &Tensor, sites: usize) -> Result<Routes, ModelError> {
        let heads = self.mixer.heads;
        let values: Vec<f64> = features.detach().to_dtype(DType::F64)?.flatten_all()?.to_vec1()?;
        let sum = |row: &[f64]| (row[..heads].iter().sum(), row[heads..].iter().sum());
        let green: Vec<(f64, f64)> = values.chunks_exact(2 * heads).map(sum).collect();
        debug_assert_eq!(self.router, Router::Scattering);
        by_phase(&green, sites, self.sizes.experts, !self.sizes.two_sided)
    }
}

impl Mixer {
    fn new(model: &ResNetBk, weights: &Weights, name: &str) -> Result<Self, ModelError> {
        let heads = model.potentials;
        let logarithm = |part: &str| weights.get(&format!("{name}.{part}"), &[heads]);
        let logarithms = || Ok::<_, ModelError>([logarithm("log_eta")?, logarithm("log_bond")?]);
        Ok(Self {
            name: name.into(),
            potential: Linear::new(weights, &format!("{name}.v_proj"), [model.width, heads], true)?,
            values: (model.resolvent == Use::Applied)
                .then(|| Values::new(model, weights, name))
                .transpose()?,
            output: Linear::new(
                weights,
                &format!("{name}.output_proj"),
                [outputs(model), model.width],
                true,
            )?,
            scale: weights.get(&format!("{name}.bk_scale"), &[])?,
            logarithms: model.learned.then(logarithms).transpose()?,
            heads,
            form: ResolventForm { two_sided: model.two_sided, bonded: model.learned, gradient: None },
            rounding: None,
            sparsifier: None,
        })
    }

    /// Returns η and β of each potential: `[potentials]` each.
    fn eta_and_bond(&self, dtype: DType) -> Result<[Tensor; 2], ModelError> {
        match &self.logarithms {
            Some(logarithms) => {
                let value = |logarithm: &Tensor| ops::clamp(logarithm, MOST_LOGARITHM)?.exp();
                Ok([value(&logarithms[0])?, value(&logarithms[1])?])
            }
            None => {
                let ones = Tensor::ones(self.heads, dtype, &Device::Cpu)?;
                Ok([ones.clone(), ones])
            }
        }
    }

    /// Returns the features `[tokens, 2·potentials]`: Re G of each potential, then Im G.
    fn features(&self, x: &Tensor, sites: usize, watch: Watch<'_>) -> Result<Tensor, ModelError> {
        let tokens = x.dim(0)?;
        let mut potential = ops::clamp(&self.potential.forward(x, watch)?, MOST_POTENTIAL)?;
        if let Some([potentials, _]) = &self.rounding {
            potential = rounded(&potential, potentials)?;
        }
        let [eta, bond] = self.eta_and_bond(x.dtype())?;
        let potential = potential.reshape((tokens / sites, sites, self.heads))?;
        let features = ops::resolvent_features(&potential, &eta, &bond, self.form)?;
        let mut features = ops::clamp(&features.reshape((tokens, 2 * self.heads))?, MOST_FEATURE)?;
        if let Some([_, quantizer]) = &self.rounding {
            features = rounded(&features, quantizer)?;
        }
        if let Some(sparsifier) = &self.sparsifier {
            features = sparsifier.apply(x, &features, sites, watch)?;
        }
        watch.output(&format!("{}.bk_core", self.name), &features)?;
        Ok(features)
    }

    /// Maps the features, or the gated values after the applied resolvent, to the output of the layer.
    fn output(
        &self,
        x: &Tensor,
        features: &Tensor,
        sites: usize,
        watch: Watch<'_>,
    ) -> Result<Tensor, ModelError> {
        let Some(values) = &self.values else { return self.of_diagonal(features, watch) };
        let output = self.output.scaled(&self.scale)?;
        let [_, bond] = self.eta_and_bond(x.dtype())?;
        output.forward(&values.forward(x, features, &bond, sites, watch)?, watch)
    }

    /// Maps the features to the output of the layer.
    fn of_diagonal(&self, features: &Tensor, watch: Watch<'_>) -> Result<Tensor, ModelError> {
        self.output.scaled(&self.scale)?.forward(features, watch)
    }
}

impl Values {
    fn new(model: &ResNetBk, weights: &Weights, name: &str) -> Result<Self, ModelError> {
        let count = model.values();
        let input = Linear::new(weights, &format!("{name}.value_proj"), [model.width, 2 * count], false)?;
        let taps = |part: &str, shape: &[usize]| weights.get(&format!("{name}.conv1d.{part}"), shape);
        Ok(Self { input, convolution: [taps("weight", &[count, 1, TAPS])?, taps("bias", &[count])?], count })
    }

    /// Returns Re y and Im y of each value, `[tokens, 2·values]`. Both are multiplied by the same gate.
    fn forward(
        &self,
        x: &Tensor,
        features: &Tensor,
        bond: &Tensor,
        sites: usize,
        watch: Watch<'_>,
    ) -> Result<Tensor, ModelError> {
        let (tokens, count) = (x.dim(0)?, self.count);
        let [u, gate] = self.input.forward_parts(x, count, watch)?;
        let [weight, bias] = &self.convolution;
        let sequences = tokens / sites;
        let u = ops::silu(&ops::causal_convolution(&u.reshape((sequences, sites, count))?, weight, bias)?)?;
        let green = features.reshape((sequences, sites, features.dim(1)?))?;
        let y = ops::apply_resolvent(&green, &u, bond)?.reshape((tokens, 2 * count))?;
        Ok(ops::gate(&y, &Tensor::cat(&[&gate, &gate], 1)?)?)
    }
}
