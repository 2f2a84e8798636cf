//! The matrix, its identifiers and the validator.

use super::{items, published};
use bk_lab::studies::lora::published::validation::{
    ConstructionError, construct, construct_dataset, construct_model, construct_quantization,
    estimated_memory, validate,
};
use bk_lab::studies::lora::published::{experiment_id, matrix, unique_id};
use bk_lab::studies::lora::record::config::{Adapter, Dataset, Lora, Model, Quantization, Schema};
use bk_lab::studies::lora::record::{ExperimentConfig, Storage};
use serde_json::json;
use std::collections::HashSet;

/// A change of a configuration.
type Change = fn(&mut ExperimentConfig);

/// The estimates are sums of a handful of terms below 10: a few units in the last place.
const ROUNDING: f64 = 1e-14;

#[test]
fn the_matrix_has_144_experiments_in_the_published_order() {
    let matrix = matrix();
    assert_eq!(matrix.len(), 144);
    let stored = |storage| matrix.iter().filter(|config| config.storage() == storage).count();
    assert_eq!(Storage::ALL.map(stored), [36, 36, 36, 36]);
    let distinct =
        |name: fn(&ExperimentConfig) -> String| matrix.iter().map(name).collect::<HashSet<_>>().len();
    assert_eq!(distinct(|config| config.name.clone()), 144);
    assert_eq!(distinct(experiment_id), 108);
    assert_eq!(distinct(unique_id), 144);
    assert!(matrix.iter().all(|config| validate(config).is_empty()));
    assert!(matrix.iter().all(|config| config.schema() == Schema::Fallback));
    // i = (((m·2 + d)·3 + l)·4 + q)·3 + s for small, cifar10, rank 16, 4 bits with quantized scales, 123.
    let config = &matrix[(((2 * 3 + 2) * 4) + 3) * 3 + 1];
    assert_eq!(config.name, "quant_deit_small_patch16_224_cifar10_r16_q4bit_dq_s123");
    assert_eq!(experiment_id(config), "deit_small_patch16_224_cifar10_seed123_lora_r16_a32.0_q4bit");
    assert_eq!(unique_id(config), "deit_small_patch16_224_cifar10_seed123_lora_r16_a32.0_q4bit_dq");
    let estimates = matrix.iter().map(estimated_memory);
    let (least, most) =
        estimates.fold((f64::MAX, 0.0f64), |(least, most), memory| (least.min(memory), most.max(memory)));
    assert!((least - 0.707).abs() < ROUNDING && (most - 6.368).abs() < ROUNDING, "{least} {most}");
}

#[test]
#[ignore = "needs the published files"]
fn every_row_is_the_published_one() {
    let vectors = published("behaviour_vectors.json");
    for (config, row) in matrix().iter().zip(items(&vectors["matrix"])) {
        let lora = config.lora.as_ref().unwrap();
        let quantization = config.quantization.as_ref();
        let expected = json!({
            "index": row["index"],
            "name": config.name,
            "id": experiment_id(config),
            "model": config.model.name,
            "dataset": config.dataset.name,
            "rank": lora.rank,
            "alpha": lora.alpha,
            "bits": quantization.map(|quantization| quantization.bits),
            "double_quant": quantization.map(|quantization| quantization.double_quant),
            "seed": config.seed,
            "est_memory_gb": row["est_memory_gb"],
        });
        assert_eq!(row, &expected);
        let estimate = row["est_memory_gb"].as_f64().unwrap();
        assert!((estimated_memory(config) - estimate).abs() < ROUNDING, "{}", config.name);
    }
}

/// The validator's cases: the name in the vectors, what is changed in the first experiment, what it says.
fn validation_cases() -> Vec<(&'static str, Change, &'static [&'static str])> {
    vec![
        (
            "model name foo",
            |config| config.model.name = "foo".into(),
            &[
                "Unsupported model: foo. Supported models: ['deit_tiny_patch16_224', 'deit_small_patch16_224', 'vit_small_patch16_224', 'vit_base_patch16_224']",
            ],
        ),
        (
            "image 225 patch16 dataset 225",
            |config| config.dataset.image_size = 225,
            &["Image size (225) must be divisible by patch size (16)"],
        ),
        ("model image 100, dataset 224 -> model overwritten", |config| config.model.image_size = 100, &[]),
        (
            "batch 129",
            |config| config.dataset.batch_size = 129,
            &["Batch size (129) may be too large for M2 hardware"],
        ),
        ("batch 128", |config| config.dataset.batch_size = 128, &[]),
        (
            "rank 65 alpha 65",
            |config| config.lora = lora(65, 65.0),
            &["LoRA rank (65) is very high and may not be efficient"],
        ),
        ("rank 4 alpha 16 (ratio 4 ok)", |config| config.lora = lora(4, 16.0), &[]),
        ("rank 4 alpha 17", |config| config.lora = lora(4, 17.0), &["LoRA alpha/rank ratio (4.2) is high"]),
        (
            "lr 0.011",
            |config| config.training.learning_rate = 0.011,
            &["Learning rate (0.011) may be too high"],
        ),
        ("lr 0.01", |config| config.training.learning_rate = 0.01, &[]),
        (
            "epochs 101",
            |config| config.training.num_epochs = 101,
            &["Number of epochs (101) may be excessive"],
        ),
        (
            "both adaptive",
            |config| {
                config.use_adalora = true;
                config.use_qa_lora = true;
                config.quantization = quantization("float16", "nf4", 8);
            },
            &["AdaLoRA and QA-LoRA cannot be used simultaneously"],
        ),
        (
            "vit_base max 10",
            |config| {
                config.model.name = "vit_base_patch16_224".into();
                config.max_memory_gb = Some(10.0);
            },
            &["Estimated memory usage (24.3GB) exceeds limit (10.0GB)"],
        ),
        (
            "max_memory 0 treated as 32",
            |config| {
                config.model.name = "vit_base_patch16_224".into();
                config.max_memory_gb = Some(0.0);
            },
            &[],
        ),
        (
            "rank 0 (dummy LoRAConfig path)",
            |config| config.lora = lora(0, 8.0),
            &["Validation error: float division by zero"],
        ),
    ]
}

fn lora(rank: i64, alpha: f64) -> Option<Lora> {
    Some(Lora { rank, alpha, dropout: 0.1, adapter: None })
}

fn quantization(compute_dtype: &str, quant_type: &str, bits: i64) -> Option<Quantization> {
    let (compute_dtype, quant_type) = (compute_dtype.into(), quant_type.into());
    Some(Quantization { bits, compute_dtype, quant_type, double_quant: true })
}

#[test]
fn the_validator_says_what_is_wrong() {
    for (case, change, messages) in validation_cases() {
        let mut config = matrix().swap_remove(0);
        change(&mut config);
        construct(&mut config).unwrap();
        assert_eq!(validate(&config), messages, "{case}");
    }
}

#[test]
#[ignore = "needs the published files"]
fn the_validator_says_what_the_published_one_says() {
    let vectors = published("behaviour_vectors.json");
    let published =
        items(&vectors["validation_vectors"]).iter().filter(|vector| vector.get("errors").is_some());
    let published: Vec<_> = published.map(|vector| (&vector["case"], &vector["errors"])).collect();
    let cases = validation_cases();
    assert_eq!(published.len(), cases.len());
    for (case, errors) in published {
        let (.., messages) = cases.iter().find(|(name, ..)| case == name).unwrap();
        assert_eq!(errors, &json!(messages), "{case}");
    }
}

/// What construction says of configurations that the published classes refuse, by their names in the vectors.
fn refusals() -> Vec<(&'static str, Result<(), ConstructionError>)> {
    let dataset = |name: &str, image_size, batch_size| {
        construct_dataset(&Dataset { name: name.into(), image_size, batch_size, ..Dataset::default() })
    };
    let model = |source: &str, image_size, patch_size| {
        construct_model(&Model { source: source.into(), image_size, patch_size, ..Model::default() })
    };
    let stored =
        |compute, levels, bits| construct_quantization(&quantization(compute, levels, bits).unwrap());
    let changed = |change: Change| {
        let mut config = matrix().swap_remove(0);
        change(&mut config);
        construct(&mut config)
    };
    vec![
        ("qa without quant", changed(|config| config.use_qa_lora = true)),
        (
            "ada without lora",
            changed(|config| {
                config.lora = None;
                config.use_adalora = true;
            }),
        ),
        ("{'bits': 2}", stored("float16", "nf4", 2)),
        ("{'compute_dtype': 'int8'}", stored("int8", "nf4", 4)),
        ("{'quant_type': 'int4'}", stored("float16", "int4", 4)),
        ("{'name': 'svhn'}", dataset("svhn", 224, 32)),
        ("{'name': 'cifar10', 'image_size': 0}", dataset("cifar10", 0, 32)),
        ("{'name': 'cifar10', 'batch_size': 0}", dataset("cifar10", 224, 0)),
        ("{'name': 'deit_tiny_patch16_224', 'source': 'x'}", model("x", 224, 16)),
        ("{'name': 'deit_tiny_patch16_224', 'image_size': 0}", model("timm", 0, 16)),
        ("{'name': 'deit_tiny_patch16_224', 'patch_size': 0}", model("timm", 224, 0)),
    ]
}

#[test]
fn construction_refuses_what_the_published_classes_refuse() {
    for (case, outcome) in refusals() {
        assert!(outcome.is_err(), "{case}");
    }
}

#[test]
#[ignore = "needs the published files"]
fn construction_says_what_the_published_classes_say() {
    let vectors = published("behaviour_vectors.json");
    for (case, outcome) in refusals() {
        let message = outcome.unwrap_err().to_string();
        let vector =
            items(&vectors["validation_vectors"]).iter().find(|vector| vector["case"] == case).unwrap();
        assert_eq!(vector["message"], message, "{case}");
    }
}

#[test]
fn only_the_longer_schemas_refuse_an_adapter() {
    let adapter = Adapter {
        target_modules: None,
        bias: "none".into(),
        task_type: "FEATURE_EXTRACTION".into(),
        inference_mode: false,
        modules_to_save: None,
        variants: None,
    };
    let mut config = matrix().swap_remove(0);
    config.lora = lora(0, 8.0);
    assert_eq!(construct(&mut config), Ok(()));
    config.lora.as_mut().unwrap().adapter = Some(adapter);
    assert_eq!(config.schema(), Schema::Standalone);
    assert!(matches!(construct(&mut config), Err(ConstructionError::Adapter(_))));
}

#[test]
fn construction_takes_size_and_classes_from_the_data() {
    let mut config = matrix().swap_remove(0);
    config.dataset =
        Dataset { name: "tiny_imagenet".into(), image_size: 64, batch_size: 7, ..Dataset::default() };
    construct(&mut config).unwrap();
    assert_eq!((config.model.image_size, config.model.num_classes, config.training.batch_size), (64, 200, 7));
}

#[test]
fn a_configuration_of_the_full_schema_comes_back_unchanged() {
    let full = json!({
        "name": "n", "description": "", "tags": [],
        "model": Model::default(), "dataset": Dataset::default(),
        "lora": {
            "rank": 8, "alpha": 16.0, "dropout": 0.1, "target_modules": null, "bias": "none",
            "task_type": "FEATURE_EXTRACTION", "inference_mode": false, "modules_to_save": ["head"],
            "use_rslora": true, "use_dora": false, "lora_alpha_pattern": null, "lora_dropout_pattern": {"qkv": 0.2}
        },
        "quantization": null,
        "training": {
            "learning_rate": 0.001, "batch_size": 32, "num_epochs": 3, "warmup_steps": 100, "weight_decay": 0.01,
            "optimizer": "adamw", "scheduler": "cosine", "gradient_clip_norm": null, "use_mixed_precision": true,
            "gradient_accumulation_steps": 1, "save_steps": 500, "eval_steps": 100, "logging_steps": 50,
            "early_stopping_patience": null, "dataloader_num_workers": 4, "pin_memory": true,
            "save_total_limit": 3, "early_stopping_threshold": 0.001, "output_dir": "outputs",
            "logging_dir": "outputs/logs", "seed": 42
        },
        "seed": 1, "output_dir": "experiments/outputs", "use_adalora": false, "use_qa_lora": false,
        "max_memory_gb": null, "max_training_time_hours": 1.5
    });
    let config: ExperimentConfig = serde_json::from_value(full.clone()).unwrap();
    assert_eq!(config.schema(), Schema::Full);
    assert_eq!(serde_json::to_value(&config).unwrap(), full);
}

#[test]
#[ignore = "needs the published files"]
fn published_configurations_come_back_unchanged() {
    for (path, schema) in [
        (
            "published/test_outputs/deit_tiny_patch16_224_cifar10_seed42_lora_r8_a8.0/config.json",
            Schema::Standalone,
        ),
        (
            "published/quantization/deit_tiny_patch16_224_cifar10_seed456_lora_r4_a8.0_q8bit/config.json",
            Schema::Fallback,
        ),
    ] {
        let value = published(path);
        let config: ExperimentConfig = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(config.schema(), schema);
        assert_eq!(serde_json::to_value(&config).unwrap(), value);
    }
}
