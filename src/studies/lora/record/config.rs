//! The configuration of one experiment of the study, in its three published schemas (vit-lora.md §1.3). The order of
//! the fields is that of the files.

use serde::{Deserialize, Serialize};

/// The complete configuration of one experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExperimentConfig {
    /// The name, unique within the matrix.
    pub name: String,
    /// A description, one sentence.
    #[serde(default)]
    pub description: String,
    /// Search tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The vision transformer.
    pub model: Model,
    /// The labeled images.
    pub dataset: Dataset,
    /// The adapter; `None` for none.
    #[serde(default)]
    pub lora: Option<Lora>,
    /// Quantization of the frozen weights; `None` for unquantized weights.
    #[serde(default)]
    pub quantization: Option<Quantization>,
    /// The training settings.
    pub training: Training,
    /// The seed of this experiment. In the published simulation it is only a label.
    #[serde(default = "default::seed")]
    pub seed: i64,
    /// The folder of the output files.
    #[serde(default = "default::output_dir")]
    pub output_dir: String,
    /// Whether ranks adapt to importance (AdaLoRA).
    #[serde(default)]
    pub use_adalora: bool,
    /// Whether quantization and adapter are trained jointly (QA-LoRA).
    #[serde(default)]
    pub use_qa_lora: bool,
    /// Limit on the estimated memory in GB; `None` and 0 both mean the default limit.
    #[serde(default)]
    pub max_memory_gb: Option<f64>,
    /// Limit on the training time in hours.
    #[serde(default)]
    pub max_training_time_hours: Option<f64>,
}

/// The vision transformer of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Model {
    /// Name in the model library, for example `deit_tiny_patch16_224`.
    pub name: String,
    /// The library: `timm` or `huggingface`.
    pub source: String,
    /// Whether it starts from pretrained weights.
    pub pretrained: bool,
    /// Number of labels.
    pub num_classes: i64,
    /// Side of the square images in pixels.
    pub image_size: i64,
    /// Side of the square patches in pixels.
    pub patch_size: i64,
}

impl Default for Model {
    fn default() -> Self {
        Model {
            name: String::new(),
            source: "timm".into(),
            pretrained: true,
            num_classes: 10,
            image_size: 224,
            patch_size: 16,
        }
    }
}

/// The labeled images of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dataset {
    /// `cifar10`, `cifar100` or `tiny_imagenet`.
    pub name: String,
    /// Folder of the images.
    pub data_dir: Option<String>,
    /// Name of the training split.
    pub train_split: String,
    /// Name of the validation split.
    pub val_split: String,
    /// Name of the test split.
    pub test_split: String,
    /// Side of the square images in pixels, after resizing.
    pub image_size: i64,
    /// Whether colors are shifted and scaled to the usual mean and deviation.
    pub normalize: bool,
    /// Whether images are flipped, rotated, and recolored at random.
    pub augmentation: bool,
    /// Images per batch.
    pub batch_size: i64,
    /// Processes that read images.
    pub num_workers: i64,
    /// Whether batches are in memory that a graphics processor reads directly (pinned memory).
    pub pin_memory: bool,
}

impl Default for Dataset {
    fn default() -> Self {
        Dataset {
            name: String::new(),
            data_dir: None,
            train_split: "train".into(),
            val_split: "validation".into(),
            test_split: "test".into(),
            image_size: 224,
            normalize: true,
            augmentation: true,
            batch_size: 32,
            num_workers: 4,
            pin_memory: true,
        }
    }
}

/// The adapter: y = Wx + (α/r)·B(Ax).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lora {
    /// r, the rank of A and B.
    #[serde(default = "default::rank")]
    pub rank: i64,
    /// α, the numerator of the adapter's scale.
    #[serde(default = "default::alpha")]
    pub alpha: f64,
    /// Fraction of the adapter's inputs that is dropped in training, 0 to 1.
    #[serde(default = "default::dropout")]
    pub dropout: f64,
    /// The fields that all schemas but the shortest add.
    #[serde(flatten)]
    pub adapter: Option<Adapter>,
}

/// The adapter fields of the schema “standalone”.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adapter {
    /// Parts of the names of the layers that get an adapter.
    pub target_modules: Option<Vec<String>>,
    /// Which biases are trained: `none`, `all` or `lora_only`.
    pub bias: String,
    /// The adapter library's name of the task.
    pub task_type: String,
    /// Whether the adapter is frozen, too.
    pub inference_mode: bool,
    /// Layers that are trained and saved in full.
    pub modules_to_save: Option<Vec<String>>,
    /// The fields that the schema “full” adds.
    #[serde(flatten)]
    pub variants: Option<Variants>,
}

/// The adapter fields of the schema “full”.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variants {
    /// Whether the scale is α/√r.
    pub use_rslora: bool,
    /// Whether weights are decomposed into magnitude and direction (DoRA).
    pub use_dora: bool,
    /// α of the layers with certain names.
    pub lora_alpha_pattern: Option<serde_json::Value>,
    /// Dropout of the layers with certain names.
    pub lora_dropout_pattern: Option<serde_json::Value>,
}

/// Storage of the frozen weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantization {
    /// Bits per weight: 4 or 8.
    pub bits: i64,
    /// Type in which products are computed: `float16`, `bfloat16` or `float32`.
    #[serde(default = "default::compute_dtype")]
    pub compute_dtype: String,
    /// Levels of 4 bits: `nf4` or `fp4`.
    #[serde(default = "default::quant_type")]
    pub quant_type: String,
    /// Whether the scales are quantized, too. A missing key has the default of the shortest schema.
    #[serde(default)]
    pub double_quant: bool,
}

/// The training settings of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Training {
    /// Learning rate, per step.
    pub learning_rate: f64,
    /// Images per batch.
    pub batch_size: i64,
    /// Number of epochs.
    pub num_epochs: i64,
    /// Warm-up steps, in which the learning rate rises.
    pub warmup_steps: i64,
    /// Weight decay.
    pub weight_decay: f64,
    /// Name of the optimizer.
    pub optimizer: String,
    /// Name of the learning-rate schedule after warm-up.
    pub scheduler: String,
    /// Largest gradient norm, to which gradients are clipped; `None` for no clipping.
    pub gradient_clip_norm: Option<f64>,
    /// Whether products are computed in half precision.
    pub use_mixed_precision: bool,
    /// Batches per optimizer step.
    pub gradient_accumulation_steps: i64,
    /// Steps between checkpoints.
    pub save_steps: i64,
    /// Steps between evaluations.
    pub eval_steps: i64,
    /// Steps between log entries.
    pub logging_steps: i64,
    /// Epochs without improvement after which training stops; `None` for never.
    pub early_stopping_patience: Option<i64>,
    /// The fields that the schema “full” adds.
    #[serde(flatten)]
    pub full: Option<FullTraining>,
    /// Folder of the checkpoints.
    pub output_dir: String,
    /// Folder of the logs.
    pub logging_dir: Option<String>,
    /// A separate seed, which stays 42 whatever the experiment's seed is.
    pub seed: i64,
}

impl Default for Training {
    fn default() -> Self {
        Training {
            learning_rate: 1e-4,
            batch_size: 32,
            num_epochs: 10,
            warmup_steps: 100,
            weight_decay: 0.01,
            optimizer: "adamw".into(),
            scheduler: "cosine".into(),
            gradient_clip_norm: Some(1.0),
            use_mixed_precision: true,
            gradient_accumulation_steps: 1,
            save_steps: 500,
            eval_steps: 100,
            logging_steps: 50,
            early_stopping_patience: None,
            full: None,
            output_dir: "outputs".into(),
            logging_dir: None,
            seed: 42,
        }
    }
}

/// The training fields of the schema “full”.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FullTraining {
    /// Processes that read images.
    pub dataloader_num_workers: i64,
    /// Whether batches are in memory that a graphics processor reads directly (pinned memory).
    pub pin_memory: bool,
    /// Number of checkpoints that are kept.
    pub save_total_limit: Option<i64>,
    /// Smallest gain in accuracy that counts as an improvement.
    pub early_stopping_threshold: f64,
}

/// The three published schemas of a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Three keys of LoRA: the stand-in classes that the published study actually used.
    Fallback,
    /// Eight keys of LoRA: the test runs.
    Standalone,
    /// Twelve keys of LoRA, and more keys of training.
    Full,
}

impl Schema {
    /// Returns the name in the specification.
    pub fn label(self) -> &'static str {
        match self {
            Schema::Fallback => "fallback",
            Schema::Standalone => "standalone",
            Schema::Full => "full",
        }
    }
}

impl ExperimentConfig {
    /// Returns the schema of this configuration. Without LoRA, the folder of logs decides: only the shortest schema has
    /// none.
    pub fn schema(&self) -> Schema {
        let adapter = self.lora.as_ref().and_then(|lora| lora.adapter.as_ref());
        if self.training.full.is_some() || adapter.is_some_and(|adapter| adapter.variants.is_some()) {
            Schema::Full
        } else if adapter.is_some() || (self.lora.is_none() && self.training.logging_dir.is_some()) {
            Schema::Standalone
        } else {
            Schema::Fallback
        }
    }
}

/// Default values of missing keys.
mod default {
    pub(crate) fn seed() -> i64 {
        42
    }

    pub(super) fn output_dir() -> String {
        "experiments/outputs".into()
    }

    pub(super) fn rank() -> i64 {
        8
    }

    pub(super) fn alpha() -> f64 {
        16.0
    }

    pub(super) fn dropout() -> f64 {
        0.1
    }

    pub(super) fn compute_dtype() -> String {
        "float16".into()
    }

    pub(super) fn quant_type() -> String {
        "nf4".into()
    }
}
