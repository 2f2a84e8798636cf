//! The matrix of 144 experiments, their names and identifiers (vit-lora.md §1.1, §1.2).

use super::validation::construct;
use crate::studies::lora::record::ExperimentConfig;
use crate::studies::lora::record::config::{Dataset, Lora, Model, Quantization, Training};
use crate::studies::lora::record::experiment::Storage;
use bk_python::printing::repr;

/// The models: the outermost axis.
pub const MODELS: [&str; 2] = ["deit_tiny_patch16_224", "deit_small_patch16_224"];

/// The data sets: the second axis.
pub const DATASETS: [&str; 2] = ["cifar10", "cifar100"];

/// The ranks of the adapters: the third axis; α is twice the rank.
pub const RANKS: [i64; 3] = [4, 8, 16];

/// The labels called seeds: the innermost axis, after the storage formats.
pub const SEEDS: [i64; 3] = [42, 123, 456];

/// Returns all 144 experiments in the published order: model, data set, rank, storage, seed.
pub fn matrix() -> Vec<ExperimentConfig> {
    let mut experiments = Vec::with_capacity(144);
    for model in MODELS {
        for dataset in DATASETS {
            for rank in RANKS {
                for storage in Storage::ALL {
                    experiments.extend(SEEDS.map(|seed| experiment(model, dataset, rank, storage, seed)));
                }
            }
        }
    }
    experiments
}

/// Creates one experiment of the matrix, in the schema of the published files.
fn experiment(model: &str, dataset: &str, rank: i64, storage: Storage, seed: i64) -> ExperimentConfig {
    let quantization = |bits, double_quant| {
        Some(Quantization { bits, compute_dtype: "float16".into(), quant_type: "nf4".into(), double_quant })
    };
    let (quantization, suffix) = match storage {
        Storage::Baseline => (None, ""),
        Storage::EightBit => (quantization(8, false), "_q8bit"),
        Storage::FourBit => (quantization(4, false), "_q4bit"),
        Storage::FourBitDouble => (quantization(4, true), "_q4bit_dq"),
    };
    let mut config = ExperimentConfig {
        name: format!("quant_{model}_{dataset}_r{rank}{suffix}_s{seed}"),
        description: format!("Quantization experiment: {model} on {dataset} with {rank}-rank LoRA"),
        tags: ["quantization", "peft", "lora", "task_8_2"].map(String::from).into(),
        model: Model { name: model.into(), ..Model::default() },
        dataset: Dataset { name: dataset.into(), ..Dataset::default() },
        lora: Some(Lora { rank, alpha: 2.0 * rank as f64, dropout: 0.1, adapter: None }),
        quantization,
        training: Training {
            num_epochs: 15,
            logging_steps: 25,
            early_stopping_patience: Some(5),
            ..Training::default()
        },
        seed,
        output_dir: "experiments/outputs".into(),
        use_adalora: false,
        use_qa_lora: false,
        max_memory_gb: Some(24.0),
        max_training_time_hours: None,
    };
    // The matrix breaks none of the rules; they only adjust the number of classes.
    let constructed = construct(&mut config);
    debug_assert_eq!(constructed, Ok(()));
    config
}

/// Returns the published identifier, which names the folder. It does not mention double quantization, so two
/// experiments of the matrix share it: 108 are distinct, and the later experiment overwrites the earlier one.
pub fn experiment_id(config: &ExperimentConfig) -> String {
    identifier(config, false)
}

/// Returns an identifier that is unique in the matrix: the published one with `_dq` after the bits where the scales are
/// quantized, too.
pub fn unique_id(config: &ExperimentConfig) -> String {
    identifier(config, true)
}

fn identifier(config: &ExperimentConfig, with_double: bool) -> String {
    let mut parts =
        vec![config.model.name.clone(), config.dataset.name.clone(), format!("seed{}", config.seed)];
    if let Some(lora) = &config.lora {
        parts.push(format!("lora_r{}_a{}", lora.rank, repr(lora.alpha)));
    }
    if let Some(quantization) = &config.quantization {
        parts.push(format!("q{}bit", quantization.bits));
        if with_double && quantization.double_quant {
            parts.push("dq".into());
        }
    }
    if config.use_adalora {
        parts.push("adalora".into());
    }
    if config.use_qa_lora {
        parts.push("qalora".into());
    }
    parts.join("_")
}
