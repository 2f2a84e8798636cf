//! True sizes of the study's models (vit-lora.md §2.5, §3): counted parameter by parameter, and byte by byte from the
//! output of the quantizers, scales included.

use crate::studies::lora::record::{ExperimentConfig, Storage};
use bk_quantize::{Format, Packed, Rounding};
use std::collections::HashMap;

/// Transformer blocks of every model in the study.
const DEPTH: u64 = 12;

/// Color channels of the images.
const CHANNELS: u64 = 3;

/// Linear layers: four per block, and the head.
pub const LINEAR_LAYERS: i64 = 4 * DEPTH as i64 + 1;

/// Limit of the number of labels; no data set has more.
const MOST_CLASSES: u64 = 1_000_000;

/// Highest rank that is counted; no layer is wider.
pub const HIGHEST_RANK: u64 = 4096;

/// Bytes per parameter in single precision.
const SINGLE: u64 = 4;

/// Bytes per megabyte in this module: 2²⁰.
pub const MEGABYTE: f64 = 1_048_576.0;

/// A vision transformer with the layout of DeiT: one class token, learned positions, biases everywhere, and a hidden
/// layer four times as wide as the embedding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VisionTransformer {
    /// D, the embedding width.
    pub width: u64,
    /// C, the number of labels.
    pub classes: u64,
    /// Side of the images in pixels.
    pub image: u64,
    /// Side of the patches in pixels.
    pub patch: u64,
}

impl VisionTransformer {
    /// Returns the model with a given name, for images of 224² in patches of 16². Returns `None` for an unknown name or
    /// an impossible number of labels.
    pub fn named(name: &str, classes: u64) -> Option<Self> {
        let width = match name {
            "deit_tiny_patch16_224" => 192,
            "deit_small_patch16_224" | "vit_small_patch16_224" => 384,
            "vit_base_patch16_224" => 768,
            _ => return None,
        };
        (classes <= MOST_CLASSES).then_some(VisionTransformer { width, classes, image: 224, patch: 16 })
    }

    /// Returns the number of tokens: the patches and the class token.
    pub fn tokens(&self) -> u64 {
        let side = self.image / self.patch;
        side * side + 1
    }

    /// Returns rows and columns of the linear layers of a block: queries, keys, and values together; the projection;
    /// the two layers of the feed-forward network.
    fn linears(&self) -> [(u64, u64); 4] {
        let width = self.width;
        [(3 * width, width), (width, width), (4 * width, width), (width, 4 * width)]
    }

    /// Returns the number of parameters.
    pub fn parameters(&self) -> u64 {
        let width = self.width;
        let patches = CHANNELS * self.patch * self.patch * width + width;
        let linears: u64 = self.linears().iter().map(|(rows, columns)| rows * columns + rows).sum();
        let norms = 4 * width;
        let head = width * self.classes + self.classes;
        patches + width + self.tokens() * width + DEPTH * (linears + norms) + 2 * width + head
    }

    /// Returns the number of quantized weights: those of the linear layers of all blocks.
    pub fn quantizable(&self) -> u64 {
        DEPTH * self.linears().iter().map(|(rows, columns)| rows * columns).sum::<u64>()
    }

    /// Returns the parameters of adapters of a rank on all linear layers of the blocks: 192·D·r.
    pub fn adapter(&self, rank: u64) -> u64 {
        DEPTH * self.linears().iter().map(|(rows, columns)| rank * (rows + columns)).sum::<u64>()
    }

    /// Returns the bytes of the model with the linear layers of its blocks in a storage format and `kept` bytes (4 or
    /// 2) for every other parameter. Without quantization, every parameter takes `kept` bytes. The size is counted from
    /// the output of the quantizers; `None` if they fail.
    pub fn bytes(&self, storage: Storage, kept: u64) -> Option<u64> {
        let stored = |(rows, columns): (u64, u64)| {
            let format = match storage {
                Storage::Baseline => return Some(rows * columns * kept),
                Storage::EightBit => Format::LlmInt8,
                Storage::FourBit => Format::Nf4,
                Storage::FourBitDouble => Format::Nf4Double,
            };
            let zeros = vec![0f32; (rows * columns) as usize];
            let packed = Packed::new(&zeros, columns as usize, format, Rounding::default()).ok()?;
            Some(packed.bytes().total() as u64)
        };
        let block = self.linears().into_iter().map(stored).sum::<Option<u64>>()?;
        Some((self.parameters() - self.quantizable()) * kept + DEPTH * block)
    }
}

/// A cache of counted sizes: each model is quantized once per storage format.
#[derive(Debug, Default)]
pub struct Sizes(HashMap<(VisionTransformer, Storage), Option<u64>>);

impl Sizes {
    /// Returns the bytes of a model with its unquantized parameters in single precision.
    fn bytes(&mut self, model: VisionTransformer, storage: Storage) -> Option<u64> {
        *self.0.entry((model, storage)).or_insert_with(|| model.bytes(storage, SINGLE))
    }

    /// Returns the megabytes (2²⁰ bytes) of a model with its unquantized parameters in single precision.
    pub fn megabytes(&mut self, model: VisionTransformer, storage: Storage) -> Option<f64> {
        self.bytes(model, storage).map(|bytes| bytes as f64 / MEGABYTE)
    }

    /// Returns the bytes that an experiment stores: the weights as quantized, scales included, and adapters in single
    /// precision on all linear layers of the blocks (§3.1). Returns `None` for an unknown model.
    pub fn stored(&mut self, config: &ExperimentConfig) -> Option<u64> {
        let classes = u64::try_from(config.model.num_classes).ok()?;
        let model = VisionTransformer::named(&config.model.name, classes)?;
        let adapter = match &config.lora {
            None => 0,
            Some(lora) => {
                let rank = u64::try_from(lora.rank).ok().filter(|rank| *rank <= HIGHEST_RANK)?;
                model.adapter(rank) * SINGLE
            }
        };
        Some(self.bytes(model, config.storage())? + adapter)
    }
}
