//! What a vision transformer is: its sizes, and the parameters that follow from them, under timm's names.

use super::error::VisionError;
use crate::{Initial, ModelError, Parameter};
use serde::{Deserialize, Serialize};

/// The most parameters a model may have here.
const MOST_PARAMETERS: usize = 50_000_000;

/// Deviation of linear maps, tokens and positions at the beginning. DeiT's 0.02 (§3.2) goes with its widths and hundreds of
/// epochs; models as narrow as the lab's, which learn for minutes, hardly begin to with it.
const DEVIATION: f64 = 0.1;

/// Deviation of the head at the beginning, as in DeiT.
const HEAD_DEVIATION: f64 = 0.02;

/// A vision transformer with the layout of DeiT (vit-lora.md §3.2): patches, one class token, learned positions, pre-norm
/// blocks with biases everywhere, a hidden layer four times as wide, a head on the class token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VisionTransformer {
    /// Pixels along the side of an image.
    pub side: usize,
    /// Numbers a pixel.
    pub channels: usize,
    /// Pixels along the side of a patch.
    pub patch: usize,
    /// Numbers a token.
    pub width: usize,
    /// Heads of attention.
    pub heads: usize,
    /// Blocks.
    pub depth: usize,
    /// Labels that are told apart.
    pub classes: usize,
}

/// A linear map of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Linear {
    /// Queries, keys and values.
    Attention,
    /// What joins the heads.
    Projection,
    /// Into the hidden layer.
    Hidden,
    /// Out of it.
    Output,
}

impl Linear {
    /// All of a block, in their order.
    pub const ALL: [Linear; 4] = [Linear::Attention, Linear::Projection, Linear::Hidden, Linear::Output];

    /// Its name in a block.
    pub fn name(self, block: usize) -> String {
        let part = match self {
            Linear::Attention => "attn.qkv",
            Linear::Projection => "attn.proj",
            Linear::Hidden => "mlp.fc1",
            Linear::Output => "mlp.fc2",
        };
        format!("blocks.{block}.{part}")
    }

    /// Inputs and outputs in a model of a width.
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
    /// A quarter of DeiT-tiny's width and a third of its depth: 3 heads of 16, for images of 16² in patches of 4².
    pub fn tiny(classes: usize) -> Self {
        Self { side: 16, channels: 3, patch: 4, width: 48, heads: 3, depth: 4, classes }
    }

    /// A quarter of DeiT-small's width and a third of its depth: twice as wide as [`tiny`](Self::tiny), with twice the
    /// heads, as DeiT-small is to DeiT-tiny.
    pub fn small(classes: usize) -> Self {
        Self { width: 96, heads: 6, ..Self::tiny(classes) }
    }

    /// The same model for another number of labels.
    pub fn with_classes(&self, classes: usize) -> Self {
        Self { classes, ..self.clone() }
    }

    /// Tokens: the patches and the class.
    pub fn tokens(&self) -> usize {
        let along = self.side / self.patch.max(1);
        along * along + 1
    }

    /// Numbers a patch.
    pub fn patch_size(&self) -> usize {
        self.channels * self.patch * self.patch
    }

    /// The parameters in their order.
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

    /// The parameters of the head.
    pub fn head(&self) -> [Parameter; 2] {
        [
            Parameter::new("head.weight", &[self.classes, self.width], Initial::Normal(HEAD_DEVIATION)),
            Parameter::new("head.bias", &[self.classes], Initial::Constant(0.0)),
        ]
    }

    /// How many numbers the parameters are.
    pub fn parameter_count(&self) -> usize {
        self.parameters().iter().map(Parameter::count).sum()
    }

    /// Refuses sizes that cannot be computed.
    ///
    /// # Errors
    /// [`ModelError::Size`] for the first out of range, [`VisionError::Patches`] and [`VisionError::Heads`] for sizes that
    /// do not go together, [`ModelError::Parameters`] where they are too many.
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
