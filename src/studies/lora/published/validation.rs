//! The checks, adjustments, and warnings of the published program before an experiment (vit-lora.md §1.3, §1.4), and
//! its estimate of the memory.

use crate::studies::lora::record::ExperimentConfig;
use crate::studies::lora::record::config::{Dataset, Model, Quantization, Schema};
use bk_python::printing::repr;

/// The models that the validator accepts.
const MODELS: [&str; 4] =
    ["deit_tiny_patch16_224", "deit_small_patch16_224", "vit_small_patch16_224", "vit_base_patch16_224"];

/// The data sets that a configuration can name, with their numbers of labels.
const DATASETS: [(&str, i64); 3] = [("cifar10", 10), ("cifar100", 100), ("tiny_imagenet", 200)];

/// The memory limit in GB for configurations without one.
const USUAL_LIMIT: f64 = 32.0;

/// The error for a configuration that cannot be constructed, in the published wording where it is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConstructionError {
    /// The model library is not one of the known ones.
    #[error("Model source must be 'timm' or 'huggingface'")]
    Source,
    /// The image size is not positive.
    #[error("Image size must be positive")]
    ImageSize,
    /// The patch size is not positive.
    #[error("Patch size must be positive")]
    PatchSize,
    /// The data set is not one of the known ones.
    #[error("Dataset must be one of: cifar10, cifar100, tiny_imagenet")]
    Dataset,
    /// The batch size is not positive.
    #[error("Batch size must be positive")]
    BatchSize,
    /// The number of bits is not supported.
    #[error("Only 4-bit and 8-bit quantization supported")]
    Bits,
    /// The compute type is not supported.
    #[error("Unsupported compute dtype")]
    ComputeType,
    /// The type of levels is not supported.
    #[error("Quantization type must be 'fp4' or 'nf4'")]
    Levels,
    /// QA-LoRA without quantization.
    #[error("QA-LoRA requires quantization configuration")]
    QaWithoutQuantization,
    /// AdaLoRA without LoRA.
    #[error("AdaLoRA requires LoRA configuration")]
    AdaWithoutLora,
    /// The adapter is impossible; checked in the longer schemas only.
    #[error("{0}")]
    Adapter(&'static str),
    /// The training settings are impossible; checked in the longest schema only.
    #[error("{0}")]
    Training(&'static str),
}

use self::ConstructionError as Rule;

/// Returns `Ok` if the condition holds, otherwise the broken rule.
fn holds(condition: bool, rule: Rule) -> Result<(), Rule> {
    if condition { Ok(()) } else { Err(rule) }
}

/// Checks a configuration as the published classes do when they are constructed, and adjusts it as they do: image size,
/// batch size, and the number of classes become those of the data set.
///
/// Fails with the first rule that the configuration breaks.
pub fn construct(config: &mut ExperimentConfig) -> Result<(), Rule> {
    construct_model(&config.model)?;
    construct_dataset(&config.dataset)?;
    construct_adapter(config)?;
    if let Some(quantization) = &config.quantization {
        construct_quantization(quantization)?;
    }
    construct_training(config)?;
    holds(!config.use_qa_lora || config.quantization.is_some(), Rule::QaWithoutQuantization)?;
    holds(!config.use_adalora || config.lora.is_some(), Rule::AdaWithoutLora)?;
    config.model.image_size = config.dataset.image_size;
    if let Some((_, classes)) = DATASETS.iter().find(|(name, _)| *name == config.dataset.name) {
        config.model.num_classes = *classes;
    }
    config.training.batch_size = config.dataset.batch_size;
    Ok(())
}

/// Checks the rules of the model.
pub fn construct_model(model: &Model) -> Result<(), Rule> {
    holds(matches!(model.source.as_str(), "timm" | "huggingface"), Rule::Source)?;
    holds(model.image_size > 0, Rule::ImageSize)?;
    holds(model.patch_size > 0, Rule::PatchSize)
}

/// Checks the rules of the data set.
pub fn construct_dataset(dataset: &Dataset) -> Result<(), Rule> {
    holds(DATASETS.iter().any(|(name, _)| *name == dataset.name), Rule::Dataset)?;
    holds(dataset.image_size > 0, Rule::ImageSize)?;
    holds(dataset.batch_size > 0, Rule::BatchSize)
}

/// Checks the rules of the quantization.
pub fn construct_quantization(quantization: &Quantization) -> Result<(), Rule> {
    holds(matches!(quantization.bits, 4 | 8), Rule::Bits)?;
    let types = ["float16", "bfloat16", "float32"];
    holds(types.contains(&quantization.compute_dtype.as_str()), Rule::ComputeType)?;
    holds(matches!(quantization.quant_type.as_str(), "fp4" | "nf4"), Rule::Levels)
}

/// Checks the rules of the adapter; the stand-in classes of the shortest schema have none.
fn construct_adapter(config: &ExperimentConfig) -> Result<(), Rule> {
    let Some(lora) = &config.lora else { return Ok(()) };
    let Some(adapter) = &lora.adapter else { return Ok(()) };
    holds(lora.rank > 0, Rule::Adapter("LoRA rank must be positive"))?;
    holds(lora.alpha > 0.0, Rule::Adapter("LoRA alpha must be positive"))?;
    holds((0.0..=1.0).contains(&lora.dropout), Rule::Adapter("LoRA dropout must be between 0 and 1"))?;
    let biases = ["none", "all", "lora_only"];
    holds(biases.contains(&adapter.bias.as_str()), Rule::Adapter("Bias must be 'none', 'all' or 'lora_only'"))
}

/// Checks the rules of training, which only the longest schema has.
fn construct_training(config: &ExperimentConfig) -> Result<(), Rule> {
    if config.schema() != Schema::Full {
        return Ok(());
    }
    let training = &config.training;
    holds(training.learning_rate > 0.0, Rule::Training("Learning rate must be positive"))?;
    holds(training.batch_size > 0, Rule::Training("Batch size must be positive"))?;
    holds(training.num_epochs > 0, Rule::Training("Number of epochs must be positive"))?;
    holds(
        training.gradient_accumulation_steps > 0,
        Rule::Training("Gradient accumulation steps must be positive"),
    )
}

/// Returns the messages of the published validator about a configuration, in its order; empty if it is valid.
pub fn validate(config: &ExperimentConfig) -> Vec<String> {
    let mut messages = Vec::new();
    if let Err(error) = collect(config, &mut messages) {
        messages.push(format!("Validation error: {error}"));
    }
    messages
}

/// Collects messages; a division by zero ends the validation, as the exception does.
fn collect(config: &ExperimentConfig, messages: &mut Vec<String>) -> Result<(), &'static str> {
    let mut complain = |broken: bool, message: String| {
        if broken {
            messages.push(message);
        }
    };
    let listed = |names: &[&str]| {
        let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
        format!("[{}]", quoted.join(", "))
    };
    let ExperimentConfig { model, dataset, training, .. } = config;
    complain(
        !MODELS.contains(&model.name.as_str()),
        format!("Unsupported model: {}. Supported models: {}", model.name, listed(&MODELS)),
    );
    let rest = model.image_size.checked_rem(model.patch_size).ok_or("integer modulo by zero")?;
    complain(
        rest != 0,
        format!("Image size ({}) must be divisible by patch size ({})", model.image_size, model.patch_size),
    );
    let datasets = DATASETS.map(|(name, _)| name);
    complain(
        !datasets.contains(&dataset.name.as_str()),
        format!("Unsupported dataset: {}. Supported datasets: {}", dataset.name, listed(&datasets)),
    );
    complain(
        dataset.batch_size > 128,
        format!("Batch size ({}) may be too large for M2 hardware", dataset.batch_size),
    );
    if let Some(lora) = &config.lora {
        complain(lora.rank > 64, format!("LoRA rank ({}) is very high and may not be efficient", lora.rank));
        if lora.rank == 0 {
            return Err("float division by zero");
        }
        let ratio = lora.alpha / lora.rank as f64;
        complain(ratio > 4.0, format!("LoRA alpha/rank ratio ({ratio:.1}) is high"));
    }
    if let Some(quantization) = &config.quantization {
        complain(
            !matches!(quantization.bits, 4 | 8),
            format!("Unsupported quantization bits: {}", quantization.bits),
        );
    }
    let rate = training.learning_rate;
    complain(rate > 1e-2, format!("Learning rate ({}) may be too high", repr(rate)));
    let epochs = training.num_epochs;
    complain(epochs > 100, format!("Number of epochs ({epochs}) may be excessive"));
    complain(config.use_qa_lora && config.quantization.is_none(), Rule::QaWithoutQuantization.to_string());
    complain(config.use_adalora && config.lora.is_none(), Rule::AdaWithoutLora.to_string());
    complain(
        config.use_adalora && config.use_qa_lora,
        "AdaLoRA and QA-LoRA cannot be used simultaneously".into(),
    );
    let (estimate, limit) = (estimated_memory(config), memory_limit(config));
    complain(
        estimate > limit,
        format!("Estimated memory usage ({estimate:.1}GB) exceeds limit ({limit:.1}GB)"),
    );
    Ok(())
}

/// Returns the memory limit in GB; 0 counts as not set.
pub fn memory_limit(config: &ExperimentConfig) -> f64 {
    config.max_memory_gb.filter(|&limit| limit != 0.0).unwrap_or(USUAL_LIMIT)
}

/// Returns the published estimate of the memory of an experiment in GB: 3·(model·f(bits) + rank/1000) + batch/100. The
/// models in it are about 24 times their true size.
pub fn estimated_memory(config: &ExperimentConfig) -> f64 {
    let model = match config.model.name.as_str() {
        "deit_tiny_patch16_224" => 0.5,
        "vit_base_patch16_224" => 8.0,
        _ => 2.0,
    };
    let share = match config.quantization.as_ref().map(|quantization| quantization.bits) {
        Some(8) => 0.5,
        Some(4) => 0.25,
        _ => 1.0,
    };
    let adapter = config.lora.as_ref().map_or(0.0, |lora| lora.rank as f64 * 0.001);
    3.0 * (model * share + adapter) + config.dataset.batch_size as f64 * 0.01
}
