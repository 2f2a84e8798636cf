//! Architectures of vision transformers: their sizes, and the parameters that follow from them, under timm's names.

use super::error::VisionError;
use crate::{Initial, ModelError, Parameter};
use serde::{Deserialize, Serialize};

/// The largest number of parameters of a model.
const MOST_PARAMETERS: usize = 50_000_000;

/// Standard deviation of the initial linear maps, class token, and positions. DeiT's 0.02 (§3.2) suits its widths and
/// hundreds of epochs; models as narrow as the lab's, trained for minutes, hardly learn with it.
const DEVIATION: f64 = 0.1;

/// Standard deviation of the initial head, as in DeiT.
const HEAD_DEVIATION: f64 = 0.02;

/// The sizes of a vision transformer with the layout of DeiT (vit-lora.md §3.2): patches, one class token, learned
/// positions, pre-norm blocks with biases everywhere, a hidden layer four times as wide, and a head on the class token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VisionTransformer {
    /// Pixels along the side of an image.
    pub side: usize,
    /// Color channels per pixel.
    pub channels: usize,
    /// Pixels along the side of a patch.
    pub patch: usize,
    /// Embedding width.
    pub width: usize,
    /// Attention heads.
    pub heads: usize,
    /// Number of blocks.
    pub depth: usize,
    /// Number of classes.
    pub classes: usize,
}

/// A linear map of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Linear {
    /// To the queries, keys, and values.
    Attention,
    /// After attention, from all heads to the embedding width.
    Projection,
    /// To the hidden layer.
    Hidden,
    /// From the hidden layer.
    Output,
}

impl Linear {
    /// All linear maps of a block, in their order.
    pub const ALL: [Linear; 4] = [Linear::Attention, Linear::Projection, Linear::Hidden, Linear::Output];

    /// Returns the name of the map in a block.
    pub fn name(self, block: usize) -> String {
        let part = match self {
            Linear::Attention => "attn.qkv",
            Linear::Projection => "attn.proj",
            Linear::Hidden => "mlp.fc1",
            Linear::Output => "mlp.fc2",
        };
        format!("blocks.{block}.{part}")
    }

    /// Returns the number of inputs and outputs for an embedding width.
    pub fn sizes(self, width: usize) -> [usize; 2] {
        match self {
            Linear::Attention => [width, 3 * width],
            Linear::Projection => [width, width],
            Linear::Hidden => [width, 4 * width],
            Linear::Output => [4 * width, width],
        }
    }
}

impl VisionTransformer {
    /// Returns a model with a quarter of DeiT-tiny's width and a third of its depth: 3 heads of 16, for images of 16×16
    /// pixels in patches of 4×4.
    pub fn tiny(classes: usize) -> Self {
        Self { side: 16, channels: 3, patch: 4, width: 48, heads: 3, depth: 4, classes }
    }

    /// Returns a model with a quarter of DeiT-small's width and a third of its depth. It is twice as wide as
    /// [`tiny`](Self::tiny) and has twice the heads, like DeiT-small compared with DeiT-tiny.
    pub fn small(classes: usize) -> Self {
        Self { width: 96, heads: 6, ..Self::tiny(classes) }
    }

    /// Returns the same architecture with another number of classes.
    pub fn with_classes(&self, classes: usize) -> Self {
        Self { classes, ..self.clone() }
    }

    /// Returns the number of tokens: the patches and the class token.
    pub fn tokens(&self) -> usize {
        let along = self.side / self.patch.max(1);
        along * along + 1
    }

    /// Returns the number of values per patch.
    pub fn patch_size(&self) -> usize {
        self.channels * self.patch * self.patch
    }

    /// Returns the parameters in their fixed order.
    pub fn parameters(&self) -> Vec<Parameter> {
        let width = self.width;
        let normal = |name: &str, shape: &[usize]| Parameter::new(name, shape, Initial::Normal(DEVIATION));
        let zeros = |name: String, count: usize| Parameter::new(name, &[count], Initial::Constant(0.0));
        let mut all = vec![
            normal("cls_token", &[1, 1, width]),
            normal("pos_embed", &[1, self.tokens(), width]),
            normal("patch_embed.proj.weight", &[width, self.channels, self.patch, self.patch]),
            zeros("patch_embed.proj.bias".into(), width),
        ];
        for block in 0..self.depth {
            for (place, linear) in Linear::ALL.into_iter().enumerate() {
                if place % 2 == 0 {
                    all.extend(Parameter::layer_norm(
                        &format!("blocks.{block}.norm{}", place / 2 + 1),
                        width,
                    ));
                }
                let (name, [inputs, outputs]) = (linear.name(block), linear.sizes(width));
                all.push(normal(&format!("{name}.weight"), &[outputs, inputs]));
                all.push(zeros(format!("{name}.bias"), outputs));
            }
        }
        all.extend(Parameter::layer_norm("norm", width));
        all.extend(self.head());
        all
    }

    /// Returns the parameters of the head.
    pub fn head(&self) -> [Parameter; 2] {
        [
            Parameter::new("head.weight", &[self.classes, self.width], Initial::Normal(HEAD_DEVIATION)),
            Parameter::new("head.bias", &[self.classes], Initial::Constant(0.0)),
        ]
    }

    /// Returns the total number of elements of the parameters.
    pub fn parameter_count(&self) -> usize {
        self.parameters().iter().map(Parameter::count).sum()
    }

    /// Checks that the sizes are within their limits and fit together.
    ///
    /// # Errors
    /// Returns [`ModelError::Size`] for the first size out of range, [`VisionError::Patches`] or [`VisionError::Heads`]
    /// for sizes that do not fit together, and [`ModelError::Parameters`] if there are too many parameters.
    pub fn check(&self) -> Result<(), VisionError> {
        let sizes = [
            ("side of an image", self.side, 1, 1024),
            ("number of channels", self.channels, 1, 4),
            ("side of a patch", self.patch, 1, 64),
            ("width", self.width, 1, 4096),
            ("number of heads", self.heads, 1, 64),
            ("number of blocks", self.depth, 1, 64),
            ("number of classes", self.classes, 2, 1000),
        ];
        for (what, value, least, most) in sizes {
            if !(least..=most).contains(&value) {
                return Err(ModelError::Size { what, value, least, most }.into());
            }
        }
        let &Self { side, patch, width, heads, .. } = self;
        if !side.is_multiple_of(patch) {
            return Err(VisionError::Patches { side, patch });
        }
        if !width.is_multiple_of(heads) {
            return Err(VisionError::Heads { width, heads });
        }
        let parameters = self.parameter_count();
        if parameters > MOST_PARAMETERS {
            return Err(ModelError::Parameters { parameters, most: MOST_PARAMETERS }.into());
        }
        Ok(())
    }
}
