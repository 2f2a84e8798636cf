//! Learned sparsity of the resolvent's diagonal (resnet-bk.md §8.2): a small network chooses the sites where G is kept,
//! and another network interpolates G at the others. The full G is still computed, so that no operations are saved and
//! those of both networks are added.
//!
//! As described, the networks see both sides, and the best sites of a whole sequence are kept, so that the model is not
//! causal. The causal variant, which is not in the paper, sees no later sites and keeps a site if its importance
//! exceeds a threshold. The threshold is calibrated on training text, where it drops the target fraction of the sites.

use crate::architecture::{Parameter, ResNetBk};
use crate::error::ModelError;
use crate::language_model::LanguageModel;
use crate::layers::{Linear, Watch};
use crate::ops;
use crate::optimizer::AdamW;
use crate::parameters::{Parameters, Weights};
use crate::training::Recipe;
use bk_python::random::LegacyRandom;
use candle_core::{DType, Device, Tensor};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

/// The published target: the fraction of sites to drop.
pub const TARGET: f64 = 0.6;
/// Taps of the convolutions in the importance network.
const IMPORTANCE_TAPS: usize = 3;
/// Taps of the convolutions in the interpolation network.
const INTERPOLATION_TAPS: usize = 5;
/// Channels inside the interpolation network.
const INTERPOLATION_CHANNELS: usize = 32;
/// Endings of the names under which the masks and the importances are observed.
const MASK: &str = ".sparsity_mask";
const IMPORTANCE: &str = "sparsity.importance.3";
/// Training tokens used to calibrate the thresholds, at most.
const CALIBRATION: usize = 4096;

/// The sites that the networks see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    /// Both sides, as described. The model is then not causal.
    Both,
    /// The site itself and earlier sites.
    Past,
}

impl Sight {
    /// Both variants.
    pub const ALL: [Self; 2] = [Self::Both, Self::Past];

    /// Returns the name of the variant.
    pub fn label(self) -> &'static str {
        match self {
            Sight::Both => "sparse G, as described",
            Sight::Past => "sparse G, causal (ours)",
        }
    }
}

/// Returns the parameters of both networks of every block.
pub fn parameters(model: &ResNetBk) -> Vec<Parameter> {
    let (half, channels) = (half(model), 2 * model.potentials);
    let inner = INTERPOLATION_CHANNELS;
    let of_layer = |layer: usize| {
        let linear = |part: &str, inputs, outputs| Parameter::linear(&name(layer, part), inputs, outputs);
        [
            linear("importance.0", IMPORTANCE_TAPS * model.width, half),
            linear("importance.1", IMPORTANCE_TAPS * half, half),
            linear("importance.2", half, half),
            linear("importance.3", half, 1),
            linear("interpolation.0", INTERPOLATION_TAPS * channels, inner),
            linear("interpolation.1", INTERPOLATION_TAPS * inner, inner),
            linear("interpolation.2", INTERPOLATION_TAPS * inner, channels),
        ]
    };
    (0..model.layers).flat_map(of_layer).flatten().collect()
}

fn name(layer: usize, part: &str) -> String {
    format!("blocks.{layer}.sparsity.{part}")
}

fn half(model: &ResNetBk) -> usize {
    (model.width / 2).max(1)
}

/// Returns the operations that both networks, the choice of sites, and the mask add to a forward pass, per token of a
/// sequence of `sites` tokens. They are added to all operations of the full model.
pub fn flops_a_token(model: &ResNetBk, sites: usize) -> u64 {
    let (half, channels, inner) = (half(model), 2 * model.potentials, INTERPOLATION_CHANNELS);
    let linear = |inputs: usize, outputs: usize| (2 * inputs * outputs + outputs) as u64;
    let importance = linear(IMPORTANCE_TAPS * model.width, half)
        + linear(IMPORTANCE_TAPS * half, half)
        + linear(half, half)
        + linear(half, 1)
        + 3 * half as u64;
    let interpolation = linear(INTERPOLATION_TAPS * channels, inner)
        + linear(INTERPOLATION_TAPS * inner, inner)
        + linear(INTERPOLATION_TAPS * inner, channels)
        + 2 * inner as u64;
    // Sorting finds the best sites. Per channel, the mask is applied and the interpolation is added.
    let choice = u64::from(sites.max(2).next_power_of_two().ilog2());
    model.layers as u64 * (importance + interpolation + choice + 4 * channels as u64)
}

/// How sites are chosen.
#[derive(Debug, Clone, Copy)]
enum Choice {
    /// In training: at random, with the gradient of the soft choice (straight-through estimator).
    Drawn { seed: u32 },
    /// In evaluation: the best sites of a sequence, or, if the networks see no later sites, all sites above a
    /// threshold.
    Best { threshold: f64 },
    /// All sites: the mask is 1 everywhere.
    All,
}

/// The networks that make the diagonal of one block sparse.
#[derive(Debug, Clone)]
pub(super) struct Sparsifier {
    name: String,
    importance: [Linear; 4],
    interpolation: [Linear; 3],
    sight: Sight,
    choice: Choice,
}

impl Sparsifier {
    fn new(
        model: &ResNetBk,
        weights: &Weights,
        layer: usize,
        sight: Sight,
        choice: Choice,
    ) -> Result<Self, ModelError> {
        let (half, channels, inner) = (half(model), 2 * model.potentials, INTERPOLATION_CHANNELS);
        let linear = |part: &str, sizes| Linear::new(weights, &name(layer, part), sizes, true);
        Ok(Self {
            name: format!("blocks.{layer}"),
            importance: [
                linear("importance.0", [IMPORTANCE_TAPS * model.width, half])?,
                linear("importance.1", [IMPORTANCE_TAPS * half, half])?,
                linear("importance.2", [half, half])?,
                linear("importance.3", [half, 1])?,
            ],
            interpolation: [
                linear("interpolation.0", [INTERPOLATION_TAPS * channels, inner])?,
                linear("interpolation.1", [INTERPOLATION_TAPS * inner, inner])?,
                linear("interpolation.2", [INTERPOLATION_TAPS * inner, channels])?,
            ],
            sight,
            choice,
        })
    }

    /// Replaces the features `[tokens, 2·potentials]` at the sites that are not chosen by their interpolation. `x` is
    /// the input of the map to the potentials.
    pub(super) fn apply(
        &self,
        x: &Tensor,
        features: &Tensor,
        sites: usize,
        watch: Watch<'_>,
    ) -> Result<Tensor, ModelError> {
        let mask = self.mask(x, sites, watch)?;
        watch.output(&format!("{}{MASK}", self.name), &mask)?;
        let kept = features.broadcast_mul(&mask)?;
        let [first, second, last] = &self.interpolation;
        let near = |tensor: &Tensor| self.windows(tensor, sites, INTERPOLATION_TAPS);
        let inner = ops::relu(&first.forward(&near(&kept)?, watch)?)?;
        let inner = ops::relu(&second.forward(&near(&inner)?, watch)?)?;
        let guessed = last.forward(&near(&inner)?, watch)?;
        let rest = mask.affine(-1.0, 1.0)?;
        Ok((kept + guessed.broadcast_mul(&rest)?)?)
    }

    /// Returns the mask `[tokens, 1]`: 1 where G is kept, 0 elsewhere.
    fn mask(&self, x: &Tensor, sites: usize, watch: Watch<'_>) -> Result<Tensor, ModelError> {
        let [first, second, third, last] = &self.importance;
        let near = |tensor: &Tensor| self.windows(tensor, sites, IMPORTANCE_TAPS);
        let inner = ops::relu(&first.forward(&near(x)?, watch)?)?;
        let inner = ops::relu(&second.forward(&near(&inner)?, watch)?)?;
        let inner = ops::relu(&third.forward(&inner, watch)?)?;
        let logits = last.forward(&inner, watch)?;
        let tokens = logits.dim(0)?;
        let hard =
            |chosen: Vec<f32>| Tensor::from_vec(chosen, (tokens, 1), &Device::Cpu)?.to_dtype(x.dtype());
        let values: Vec<f64> = logits.detach().to_dtype(DType::F64)?.flatten_all()?.to_vec1()?;
        match (self.choice, self.sight) {
            (Choice::All, _) => Ok(hard(vec![1.0; tokens])?),
            (Choice::Best { .. }, Sight::Both) => Ok(hard(values.chunks(sites).flat_map(best).collect())?),
            (Choice::Best { threshold }, Sight::Past) => {
                Ok(hard(values.iter().map(|&value| above(value - threshold)).collect())?)
            }
            (Choice::Drawn { seed }, _) => {
                let mut random = LegacyRandom::new(seed);
                let mut gumbel = || -pxfm::f_log(-pxfm::f_log(random.uniform().max(f64::MIN_POSITIVE)));
                let noise: Vec<f64> = values.iter().map(|_| gumbel()).collect();
                let chosen = values.iter().zip(&noise).map(|(value, noise)| above(value + noise)).collect();
                let noise = Tensor::from_vec(noise, (tokens, 1), &Device::Cpu)?.to_dtype(x.dtype())?;
                let soft = ((logits + noise)?.neg()?.exp()? + 1.0)?.recip()?;
                // The value is the hard choice; the gradient is that of the soft choice.
                Ok(((&soft - soft.detach())? + hard(chosen)?)?)
            }
        }
    }

    /// Concatenates the rows around each site of a sequence, with zeros beyond its ends: `[tokens, taps·columns]`.
    fn windows(&self, tensor: &Tensor, sites: usize, taps: usize) -> Result<Tensor, ModelError> {
        let (tokens, columns) = tensor.dims2()?;
        let before = match self.sight {
            Sight::Both => taps / 2,
            Sight::Past => taps - 1,
        };
        let rows = tensor.reshape((tokens / sites, sites, columns))?;
        let padded = rows.pad_with_zeros(1, before, taps - 1 - before)?;
        let shifted = (0..taps).map(|tap| padded.narrow(1, tap, sites));
        let shifted: Vec<Tensor> = shifted.collect::<Result<_, _>>()?;
        Ok(Tensor::cat(&shifted, 2)?.reshape((tokens, taps * columns))?)
    }
}

/// Returns 1 where σ(value) > ½, else 0.
fn above(value: f64) -> f32 {
    if value > 0.0 { 1.0 } else { 0.0 }
}

/// Returns the mask that keeps the best ⌊N·(1 − target)⌋ of N sites of a sequence. Of equal sites, the first are kept.
fn best(values: &[f64]) -> Vec<f32> {
    let count = (values.len() as f64 * (1.0 - TARGET)) as usize;
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&one, &other| values[other].total_cmp(&values[one]));
    let mut kept = vec![0.0; values.len()];
    order[..count].iter().for_each(|&place| kept[place] = 1.0);
    kept
}

impl LanguageModel {
    /// Makes the diagonals sparse with the given networks. Does nothing for a model without resolvents. Networks
    /// that see no later sites use one threshold per block; a missing threshold is 0.
    ///
    /// # Errors
    /// Returns [`ModelError::Missing`] or [`ModelError::Shape`] for the first weight that does not fit.
    pub fn with_sparsity(
        self,
        networks: &Parameters,
        sight: Sight,
        thresholds: &[f64],
    ) -> Result<Self, ModelError> {
        let threshold = |layer: usize| thresholds.get(layer).copied().unwrap_or(0.0);
        self.sparsified(&networks.frozen(), sight, |layer| Choice::Best { threshold: threshold(layer) })
    }

    /// Attaches the networks, but keeps every site. Tests use it to show that nothing else changes.
    ///
    /// # Errors
    /// Returns the errors of [`with_sparsity`](Self::with_sparsity).
    pub fn with_every_site(self, networks: &Parameters, sight: Sight) -> Result<Self, ModelError> {
        self.sparsified(&networks.frozen(), sight, |_| Choice::All)
    }

    fn sparsified(
        self,
        networks: &Weights,
        sight: Sight,
        choice: impl Fn(usize) -> Choice,
    ) -> Result<Self, ModelError> {
        let Some(model) = self.resnet_bk().cloned() else { return Ok(self) };
        let sparsifier = |layer| Sparsifier::new(&model, networks, layer, sight, choice(layer));
        let sparsifiers = (0..model.layers).map(sparsifier).collect::<Result<_, ModelError>>()?;
        Ok(self.sparsify(sparsifiers))
    }

    /// Returns the fraction of sites that are dropped in the given sequences, over all blocks.
    ///
    /// # Errors
    /// Returns the errors of [`logits`](Self::logits).
    pub fn sparsity_on(&self, tokens: &[u32], length: usize) -> Result<f64, ModelError> {
        let masks = Seen::of(MASK);
        self.logits(tokens, length, Watch::with(&|module, tensor| masks.see(module, tensor)))?;
        let masks = masks.tensors.into_inner();
        let mut kept = 0.0;
        for mask in &masks {
            kept += mask.to_dtype(DType::F64)?.mean_all()?.to_scalar::<f64>()?;
        }
        Ok(1.0 - kept / masks.len().max(1) as f64)
    }
}

/// The outputs of the modules whose names have a given ending, collected in a forward pass, one tensor per block.
struct Seen {
    ending: &'static str,
    tensors: RefCell<Vec<Tensor>>,
}

impl Seen {
    fn of(ending: &'static str) -> Self {
        Self { ending, tensors: RefCell::default() }
    }

    fn see(&self, module: &str, tensor: &Tensor) -> Result<(), ModelError> {
        if module.ends_with(self.ending) {
            self.tensors.borrow_mut().push(tensor.clone());
        }
        Ok(())
    }
}

/// Training of both networks on a frozen, trained model. The loss is that of the model plus, for each block, the
/// squared deviation of its sparsity from the target.
#[derive(Debug)]
pub struct SparsityTraining {
    model: LanguageModel,
    networks: Parameters,
    optimizer: AdamW,
    recipe: Recipe,
    sight: Sight,
    steps: usize,
}

impl SparsityTraining {
    /// Creates a training before its first step. `model` is a ResNet-BK.
    ///
    /// # Errors
    /// Returns the errors of [`Recipe::check`], and [`ModelError::NoResolvents`] for another model.
    pub fn new(model: &LanguageModel, recipe: Recipe, sight: Sight) -> Result<Self, ModelError> {
        recipe.check()?;
        let sizes = model.resnet_bk().ok_or(ModelError::NoResolvents)?;
        let networks = Parameters::drawn(parameters(sizes), recipe.seed, DType::F32)?;
        let optimizer = AdamW::new(networks.entries());
        Ok(Self { model: model.clone(), networks, optimizer, recipe, sight, steps: 0 })
    }

    /// Returns the number of steps taken.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Returns whether all steps are taken.
    pub fn is_complete(&self) -> bool {
        self.steps >= self.recipe.steps
    }

    /// Returns the current networks.
    pub fn networks(&self) -> &Parameters {
        &self.networks
    }

    /// Returns the model with the current networks, for evaluation. The thresholds are calibrated on the training text.
    ///
    /// # Errors
    /// Returns no error for a valid training.
    pub fn model(&self, train: &[u32]) -> Result<LanguageModel, ModelError> {
        let context = self.model.architecture().context();
        let sequences = (CALIBRATION.min(train.len()) / context).max(1);
        let drawn = self.drawn(&self.networks.frozen())?;
        let logits = Seen::of(IMPORTANCE);
        let text = &train[..sequences * context];
        drawn.logits(text, context, Watch::with(&|module, tensor| logits.see(module, tensor)))?;
        let threshold = |logits: &Tensor| -> Result<f64, ModelError> {
            let mut logits: Vec<f64> = logits.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?;
            logits.sort_unstable_by(f64::total_cmp);
            Ok(logits[((logits.len() as f64 * TARGET) as usize).min(logits.len() - 1)])
        };
        let thresholds: Vec<f64> =
            logits.tensors.into_inner().iter().map(threshold).collect::<Result<_, _>>()?;
        self.model.clone().with_sparsity(&self.networks, self.sight, &thresholds)
    }

    /// Returns the model with sites chosen as in the next training step.
    fn drawn(&self, networks: &Weights) -> Result<LanguageModel, ModelError> {
        let seed = self.recipe.seed.wrapping_mul(0x9e37_79b1) ^ (self.steps as u32).wrapping_mul(0x85eb_ca6b);
        let choice = |layer: usize| Choice::Drawn { seed: seed.wrapping_add(layer as u32) };
        self.model.clone().sparsified(networks, self.sight, choice)
    }

    /// Takes a step on a text.
    ///
    /// # Errors
    /// Returns [`ModelError::Diverged`] if the loss or the gradient is not finite. The networks are then as before the
    /// step.
    pub fn step(&mut self, train: &[u32]) -> Result<(), ModelError> {
        let context = self.model.architecture().context();
        let (inputs, targets) = self.recipe.sequences(self.steps, train, context);
        let model = self.drawn(&self.networks.tracked())?;
        let masks = Seen::of(MASK);
        let see = |module: &str, tensor: &Tensor| masks.see(module, tensor);
        let mut loss = model.losses(&inputs, &targets, context, Watch::with(&see))?.mean_all()?;
        for mask in masks.tensors.into_inner() {
            loss = (loss + mask.mean_all()?.affine(-1.0, 1.0 - TARGET)?.sqr()?)?;
        }
        let value: f32 = loss.to_scalar()?;
        let by = loss.backward()?;
        let norm = self.optimizer.step(self.networks.entries(), &by, self.recipe.at(self.steps))?;
        if !value.is_finite() || !norm.is_finite() {
            return Err(ModelError::Diverged { step: self.steps, loss: value, norm });
        }
        self.steps += 1;
        Ok(())
    }
}
