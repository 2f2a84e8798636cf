//! A vision transformer with its weights. It maps images to the logits of their labels.

use super::architecture::{Linear, VisionTransformer};
use super::base::Base;
use super::error::VisionError;
use super::images::Images;
use super::lora::Lora;
use super::patches::patches;
use crate::ops;
use crate::ops::StoredMatrix;
use crate::{ModelError, Weights};
use bk_python::random::LegacyRandom;
use candle_core::{DType, Device, Tensor};
use std::sync::Arc;

/// Added to the variance by layer normalization (vit-lora.md §3.2).
const EPSILON: f64 = 1e-6;

/// Dropout of the adapters' inputs in a training step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// Fraction of the inputs that is dropped.
    pub rate: f64,
    /// Seed of the dropped inputs; it differs from step to step.
    pub seed: u32,
    /// Tokens of the step in earlier parts of the batch. With it, the dropped inputs of an image do not depend on the
    /// size of the parts.
    pub tokens_before: usize,
}

/// A model with its weights.
#[derive(Debug, Clone)]
pub struct Network {
    architecture: VisionTransformer,
    precision: DType,
    class: Tensor,
    positions: Tensor,
    patches: Map,
    blocks: Vec<Block>,
    norm: Norm,
    head: Map,
}

#[derive(Debug, Clone)]
struct Norm {
    weight: Tensor,
    bias: Tensor,
}

impl Norm {
    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        Ok(ops::layer_norm(x, &self.weight, &self.bias, EPSILON)?)
    }
}

/// x·Wᵀ + b for each row of x, with an optional adapter.
#[derive(Debug, Clone)]
struct Map {
    weight: Weight,
    bias: Tensor,
    adapter: Option<Adapter>,
}

#[derive(Debug, Clone)]
enum Weight {
    /// A matrix that can receive a gradient.
    Plain(Tensor),
    /// A frozen matrix in its storage format.
    Stored(Arc<StoredMatrix>),
}

#[derive(Debug, Clone)]
struct Adapter {
    into: Tensor,
    out: Tensor,
    scale: f64,
    /// Index of the adapter in the model, so that each adapter drops different inputs.
    place: u32,
}

impl Adapter {
    fn forward(&self, x: &Tensor, dropout: Option<Dropout>) -> Result<Tensor, ModelError> {
        let x = match dropout {
            Some(dropout) if dropout.rate > 0.0 => (x * self.mask(x, dropout)?)?,
            _ => x.clone(),
        };
        Ok((x.matmul(&self.into.t()?)?.matmul(&self.out.t()?)? * self.scale)?)
    }

    /// Returns 0 for dropped inputs and 1/(1 − rate) for the others, so that the mean is preserved.
    fn mask(&self, x: &Tensor, dropout: Dropout) -> Result<Tensor, ModelError> {
        let Dropout { rate, seed, tokens_before } = dropout;
        let mut random =
            LegacyRandom::new(seed.wrapping_mul(0x9e37_79b1) ^ self.place.wrapping_mul(0x85eb_ca6b));
        for _ in 0..tokens_before * x.dim(1)? {
            random.uniform();
        }
        let kept = 1.0 / (1.0 - rate);
        let factor = |_| if random.uniform() < rate { 0.0 } else { kept };
        let factors: Vec<f64> = (0..x.elem_count()).map(factor).collect();
        Ok(Tensor::from_vec(factors, x.shape(), &Device::Cpu)?.to_dtype(x.dtype())?)
    }
}

impl Map {
    fn forward(&self, x: &Tensor, dropout: Option<Dropout>) -> Result<Tensor, ModelError> {
        let product = match &self.weight {
            Weight::Plain(weight) => x.matmul(&weight.t()?)?,
            Weight::Stored(weight) => weight.product(x)?,
        };
        let result = ops::add_row(&product, &self.bias)?;
        match &self.adapter {
            Some(adapter) => Ok((result + adapter.forward(x, dropout)?)?),
            None => Ok(result),
        }
    }
}

#[derive(Debug, Clone)]
struct Block {
    norms: [Norm; 2],
    attention: Map,
    projection: Map,
    hidden: Map,
    output: Map,
}

impl Block {
    fn forward(
        &self,
        x: &Tensor,
        [heads, sites]: [usize; 2],
        dropout: Option<Dropout>,
    ) -> Result<Tensor, ModelError> {
        let packed = self.attention.forward(&self.norms[0].forward(x)?, dropout)?;
        let seen = ops::attention(&packed, heads, sites)?;
        let x = (x + self.projection.forward(&seen, dropout)?)?;
        let hidden = self.hidden.forward(&self.norms[1].forward(&x)?, dropout)?;
        Ok((&x + self.output.forward(&ops::gelu(&hidden)?, dropout)?)?)
    }
}

/// The source of the weights of a network.
struct Source<'a> {
    architecture: &'a VisionTransformer,
    precision: DType,
    /// The trained parameters, or all parameters if there is no base.
    weights: &'a Weights,
    /// The frozen base with its optional adapters; `None` if no parameter is stored.
    frozen: Option<(&'a Base, Option<&'a Lora>)>,
}

impl Source<'_> {
    fn tensor(&self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
        match self.frozen {
            Some((base, _)) => base.tensor(name, shape, self.precision),
            None => self.weights.get(name, shape),
        }
    }

    fn norm(&self, name: &str) -> Result<Norm, ModelError> {
        let part = |part: &str| self.tensor(&format!("{name}.{part}"), &[self.architecture.width]);
        Ok(Norm { weight: part("weight")?, bias: part("bias")? })
    }

    fn linear(&self, block: usize, linear: Linear) -> Result<Map, ModelError> {
        let (name, [inputs, outputs]) = (linear.name(block), linear.sizes(self.architecture.width));
        let weight = format!("{name}.weight");
        let weight = match self.frozen {
            Some((base, _)) => Weight::Stored(base.needed(&weight)?),
            None => Weight::Plain(self.weights.get(&weight, &[outputs, inputs])?),
        };
        let lora = self.frozen.and_then(|(_, lora)| lora).filter(|lora| lora.targets.contains(&linear));
        let adapter = |lora: &Lora| -> Result<Adapter, ModelError> {
            Ok(Adapter {
                into: self.weights.get(&format!("{name}.lora_A.weight"), &[lora.rank, inputs])?,
                out: self.weights.get(&format!("{name}.lora_B.weight"), &[outputs, lora.rank])?,
                scale: lora.scale(),
                place: (Linear::ALL.len() * block + linear as usize) as u32,
            })
        };
        let bias = self.tensor(&format!("{name}.bias"), &[outputs])?;
        Ok(Map { weight, bias, adapter: lora.map(adapter).transpose()? })
    }

    fn block(&self, block: usize) -> Result<Block, ModelError> {
        let norm = |place: usize| self.norm(&format!("blocks.{block}.norm{place}"));
        let [attention, projection, hidden, output] = Linear::ALL.map(|linear| self.linear(block, linear));
        Ok(Block {
            norms: [norm(1)?, norm(2)?],
            attention: attention?,
            projection: projection?,
            hidden: hidden?,
            output: output?,
        })
    }

    fn network(&self) -> Result<Network, VisionError> {
        let &VisionTransformer { width, channels, patch, classes, depth, .. } = self.architecture;
        let tokens = self.architecture.tokens();
        let patches = self.tensor("patch_embed.proj.weight", &[width, channels, patch, patch])?;
        let patches = patches.reshape((width, self.architecture.patch_size()))?;
        // An adapted model has its own head.
        let own_head = self.frozen.is_none_or(|(_, lora)| lora.is_some());
        let head = |name: &str, shape: &[usize]| match own_head {
            true => self.weights.get(name, shape),
            false => self.tensor(name, shape),
        };
        let plain = |weight, bias| Map { weight: Weight::Plain(weight), bias, adapter: None };
        Ok(Network {
            architecture: self.architecture.clone(),
            precision: self.precision,
            class: self.tensor("cls_token", &[1, 1, width])?,
            positions: self.tensor("pos_embed", &[1, tokens, width])?.flatten_all()?,
            patches: plain(patches, self.tensor("patch_embed.proj.bias", &[width])?),
            blocks: (0..depth).map(|block| self.block(block)).collect::<Result<_, _>>()?,
            norm: self.norm("norm")?,
            head: plain(head("head.weight", &[classes, width])?, head("head.bias", &[classes])?),
        })
    }
}

impl Network {
    /// Creates a model from all its weights.
    ///
    /// # Errors
    /// Returns the errors of [`VisionTransformer::check`], and [`ModelError::Missing`] or [`ModelError::Shape`] for the
    /// first weight that does not fit.
    pub fn new(
        architecture: &VisionTransformer,
        weights: &Weights,
        precision: DType,
    ) -> Result<Self, VisionError> {
        architecture.check()?;
        Source { architecture, precision, weights, frozen: None }.network()
    }

    /// Creates a model from a base without adapters.
    ///
    /// # Errors
    /// Returns the errors of [`new`](Self::new).
    pub fn frozen(base: &Base, precision: DType) -> Result<Self, VisionError> {
        let weights = &Weights::default();
        let architecture = base.architecture();
        Source { architecture, precision, weights, frozen: Some((base, None)) }.network()
    }

    /// Creates a model from a base with adapters and a new head for `classes` classes.
    ///
    /// # Errors
    /// Returns the errors of [`new`](Self::new) and of [`Lora::check`].
    pub fn adapted(
        base: &Base,
        lora: &Lora,
        classes: usize,
        weights: &Weights,
        precision: DType,
    ) -> Result<Self, VisionError> {
        let architecture = &base.architecture().with_classes(classes);
        architecture.check()?;
        lora.check(architecture)?;
        Source { architecture, precision, weights, frozen: Some((base, Some(lora))) }.network()
    }

    /// Returns the architecture.
    pub fn architecture(&self) -> &VisionTransformer {
        &self.architecture
    }

    /// Computes the logits `[images, classes]` of the chosen images, given by index. `dropout` is for training only.
    ///
    /// # Errors
    /// Returns [`VisionError::Empty`] for no images, [`VisionError::NoImage`] for an index that does not exist, and
    /// [`VisionError::Form`] if the images do not have the size and channels of the model.
    pub fn logits(
        &self,
        images: &Images,
        chosen: &[usize],
        dropout: Option<Dropout>,
    ) -> Result<Tensor, VisionError> {
        let &VisionTransformer { width, heads, .. } = &self.architecture;
        let (count, sites) = (chosen.len(), self.architecture.tokens());
        let patches = patches(&self.architecture, images, chosen, self.precision)?;
        let patches = self.patches.forward(&patches, None)?.reshape((count, sites - 1, width))?;
        let class = self.class.broadcast_as((count, 1, width))?;
        let rows = Tensor::cat(&[class, patches], 1)?.reshape((count, sites * width))?;
        let mut x = ops::add_row(&rows, &self.positions)?.reshape((count * sites, width))?;
        for block in &self.blocks {
            x = block.forward(&x, [heads, sites], dropout)?;
        }
        let class =
            x.reshape((count, sites, width))?.narrow(1, 0, 1)?.contiguous()?.reshape((count, width))?;
        Ok(self.head.forward(&self.norm.forward(&class)?, None)?)
    }

    /// Computes the loss −ln p of the label of each chosen image, in nats: `[images]`.
    ///
    /// # Errors
    /// Returns the errors of [`logits`](Self::logits), and [`VisionError::Classes`] if the number of classes differs.
    pub fn losses(
        &self,
        images: &Images,
        chosen: &[usize],
        dropout: Option<Dropout>,
    ) -> Result<Tensor, VisionError> {
        self.check_classes(images)?;
        let logits = self.logits(images, chosen, dropout)?;
        let labels = chosen.iter().map(|&image| images.labels()[image]).collect();
        Ok(ops::cross_entropy(&logits, labels)?)
    }

    /// Checks that the images and the model have the same number of classes.
    pub(super) fn check_classes(&self, images: &Images) -> Result<(), VisionError> {
        let (images, model) = (images.classes().len(), self.architecture.classes);
        if images == model { Ok(()) } else { Err(VisionError::Classes { images, model }) }
    }
}
