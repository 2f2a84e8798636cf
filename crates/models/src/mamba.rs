//! Mamba: blocks of a selective scan between two linear maps (resnet-bk.md §9.3).

use crate::architecture::{Initial, Mamba, Parameter};
use crate::error::ModelError;
use crate::layers::{Embedding, LayerNorm, Linear, Watch};
use crate::ops;
use crate::parameters::Weights;
use candle_core::Tensor;

/// Standard deviation of the initial embedding and linear maps.
const DEVIATION: f64 = 0.02;

/// Returns the parameters of a model in their fixed order.
pub(super) fn parameters(model: &Mamba) -> Vec<Parameter> {
    let &Mamba { vocabulary, width, states, taps, .. } = model;
    let (channels, rank) = (model.channels(), model.rank());
    let normal = |name: String, shape: &[usize]| Parameter::new(name, shape, Initial::Normal(DEVIATION));
    let mut all = vec![normal("embedding.weight".into(), &[vocabulary, width])];
    for layer in 0..model.layers {
        let name = format!("layers.{layer}.mixer");
        all.extend(Parameter::layer_norm(&format!("layers.{layer}.norm"), width));
        all.push(normal(format!("{name}.in_proj.weight"), &[2 * channels, width]));
        // PyTorch's default initialization of a depthwise convolution: uniform within 1/√taps.
        let bound = Initial::Uniform(1.0 / (taps as f64).sqrt());
        all.push(Parameter::new(format!("{name}.conv1d.weight"), &[channels, 1, taps], bound));
        all.push(Parameter::new(format!("{name}.conv1d.bias"), &[channels], Initial::Constant(0.0)));
        all.push(normal(format!("{name}.x_proj.weight"), &[rank + 2 * states, channels]));
        let bound = Initial::Uniform(1.0 / (rank as f64).sqrt());
        all.push(Parameter::new(format!("{name}.dt_proj.weight"), &[channels, rank], bound));
        all.push(Parameter::new(format!("{name}.dt_proj.bias"), &[channels], Initial::TimeStep));
        all.push(Parameter::new(format!("{name}.A_log"), &[channels, states], Initial::States));
        all.push(Parameter::new(format!("{name}.D"), &[channels], Initial::Constant(1.0)));
        all.push(normal(format!("{name}.out_proj.weight"), &[width, channels]));
    }
    all.extend(Parameter::layer_norm("norm_f", width));
    if !model.tied {
        all.push(normal("lm_head.weight".into(), &[vocabulary, width]));
    }
    all
}

/// A Mamba model with its weights.
#[derive(Debug, Clone)]
pub(super) struct Network {
    tokens: Embedding,
    blocks: Vec<Block>,
    norm: LayerNorm,
    head: Linear,
}

#[derive(Debug, Clone)]
struct Block {
    norm: LayerNorm,
    input: Linear,
    convolution: [Tensor; 2],
    parts: Linear,
    steps: Linear,
    decay: Tensor,
    skip: Tensor,
    output: Linear,
    channels: usize,
    rank: usize,
}

impl Network {
    pub(crate) fn new(model: &Mamba, weights: &Weights) -> Result<Self, ModelError> {
        let sizes = [model.vocabulary, model.width];
        let tokens = Embedding::new(weights, "embedding", sizes)?;
        let table = match model.tied {
            true => tokens.table.clone(),
            false => weights.get("lm_head.weight", &sizes)?,
        };
        let blocks = (0..model.layers).map(|layer| Block::new(model, weights, layer));
        Ok(Self {
            tokens,
            blocks: blocks.collect::<Result<_, _>>()?,
            norm: LayerNorm::new(weights, "norm_f", model.width)?,
            head: Linear::without_bias("lm_head", table),
        })
    }

    /// Computes the logits `[tokens, vocabulary]` of tokens in sequences of `sites` tokens.
    pub(super) fn logits(
        &self,
        tokens: &Tensor,
        sites: usize,
        watch: Watch<'_>,
    ) -> Result<Tensor, ModelError> {
        let mut x = self.tokens.forward(tokens, watch)?;
        for block in &self.blocks {
            x = (&x + block.forward(&block.norm.forward(&x)?, sites, watch)?)?;
        }
        self.head.forward(&self.norm.forward(&x)?, watch)
    }
}

impl Block {
    fn new(model: &Mamba, weights: &Weights, layer: usize) -> Result<Self, ModelError> {
        let (channels, rank) = (model.channels(), model.rank());
        let name = |part: &str| format!("layers.{layer}.mixer.{part}");
        let linear = |part: &str, sizes, biased| Linear::new(weights, &name(part), sizes, biased);
        Ok(Self {
            norm: LayerNorm::new(weights, &format!("layers.{layer}.norm"), model.width)?,
            input: linear("in_proj", [model.width, 2 * channels], false)?,
            convolution: [
                weights.get(&name("conv1d.weight"), &[channels, 1, model.taps])?,
                weights.get(&name("conv1d.bias"), &[channels])?,
            ],
            parts: linear("x_proj", [channels, rank + 2 * model.states], false)?,
            steps: linear("dt_proj", [rank, channels], true)?,
            decay: weights.get(&name("A_log"), &[channels, model.states])?,
            skip: weights.get(&name("D"), &[channels])?,
            output: linear("out_proj", [channels, model.width], false)?,
            channels,
            rank,
        })
    }

    fn forward(&self, x: &Tensor, sites: usize, watch: Watch<'_>) -> Result<Tensor, ModelError> {
        let (tokens, channels) = (x.dim(0)?, self.channels);
        let shape = (tokens / sites, sites, channels);
        let [u, z] = self.input.forward_parts(x, channels, watch)?;
        let [weight, bias] = &self.convolution;
        let u = ops::silu(&ops::causal_convolution(&u.reshape(shape)?, weight, bias)?)?;
        let [steps, mixing] = self.parts.forward_parts(&u.reshape((tokens, channels))?, self.rank, watch)?;
        let steps = ops::softplus(&self.steps.forward(&steps, watch)?)?.reshape(shape)?;
        let mixing = mixing.reshape((tokens / sites, sites, mixing.dim(1)?))?;
        let dynamics = Tensor::cat(&[self.decay.exp()?.neg()?, self.skip.unsqueeze(1)?], 1)?;
        let y = ops::selective_scan(&Tensor::stack(&[u, steps], 0)?, &dynamics, &mixing)?;
        self.output.forward(&ops::gate(&y.reshape((tokens, channels))?, &z)?, watch)
    }
}
