//! True sizes, literature, contradictions, groups and comparisons.

use super::{items, published};
use bk_lab::studies::lora::published::analysis::{Grouping, comparisons, groups};
use bk_lab::studies::lora::published::contradiction::contradictions;
use bk_lab::studies::lora::published::literature::{EXPECTATIONS, placeholder};
use bk_lab::studies::lora::published::matrix;
use bk_lab::studies::lora::published::size::{Sizes, VisionTransformer};
use bk_lab::studies::lora::record::{Config, Experiment, Storage};
use bk_lab::studies::lora::study::run;

fn simulated() -> Vec<Experiment> {
    run(&Config::default()).unwrap().experiments
}

/// vit-lora.md §2.5 and §3.2, as printed there.
#[test]
fn models_are_as_large_as_they_are() {
    let tiny = VisionTransformer::named("deit_tiny_patch16_224", 10).unwrap();
    assert_eq!((tiny.parameters(), tiny.tokens(), tiny.quantizable()), (5_526_346, 197, 5_308_416));
    let imagenet = VisionTransformer::named("deit_small_patch16_224", 1000).unwrap();
    assert_eq!(imagenet.parameters(), 22_050_664);
    assert_eq!([4, 8, 16].map(|rank| tiny.adapter(rank)), [147_456, 294_912, 589_824]);
    let bytes = [22_105_384, 6_263_080, 3_857_704, 3_610_408];
    assert_eq!(Storage::ALL.map(|storage| tiny.bytes(storage, 4)), bytes.map(Some));
    assert_eq!(VisionTransformer::named("resnet50", 10), None);
    assert_eq!(VisionTransformer::named("deit_tiny_patch16_224", u64::MAX), None);
}

#[test]
#[ignore = "needs the published files"]
fn every_size_of_the_table_comes_back_to_the_byte() {
    let table = published("analytic_memory_table.json");
    for (name, row) in table.as_object().unwrap() {
        let (name, classes) = name.split_once("/C").unwrap();
        let model = VisionTransformer::named(name, classes.parse().unwrap()).unwrap();
        assert_eq!(row["total"], model.parameters());
        assert_eq!(row["linear_weights_blocks"], model.quantizable());
        assert_eq!(row["lora_per_rank_all4"], model.adapter(1));
        let keys = ["fp32", "int8_rest32", "nf4_rest32", "nf4dq_rest32"];
        let halves = ["fp16", "int8_rest16", "nf4_rest16", "nf4dq_rest16"];
        for ((storage, key), half) in Storage::ALL.into_iter().zip(keys).zip(halves) {
            assert_eq!(row["bytes"][key], model.bytes(storage, 4).unwrap(), "{name} {classes} {key}");
            let megabytes = model.bytes(storage, 2).unwrap() as f64 / 1_048_576.0;
            assert_eq!(
                format!("{megabytes:.4}").parse::<f64>().ok(),
                row["mb"][half].as_f64(),
                "{name} {half}"
            );
        }
    }
}

#[test]
fn what_the_program_calls_literature_cites_nothing() {
    assert!(EXPECTATIONS.iter().all(|expectation| !expectation.cited));
}

#[test]
#[ignore = "needs the published files"]
fn the_training_path_compares_placeholders() {
    let vectors = published("behaviour_vectors.json");
    for vector in items(&vectors["literature_vectors"]) {
        let config = matrix().into_iter().find(|config| config.name == vector["name"]).unwrap();
        assert_eq!(serde_json::to_value(placeholder(&config)).unwrap(), vector["result"]);
    }
}

/// vit-lora.md §8: in all six the final accuracy is above the best; five differ in whether they converged, five
/// stopped early after all epochs; one
/// quantizes 50 of 49 layers; four are not as stable as labelled.
#[test]
#[ignore = "needs the published files"]
fn the_published_results_contradict_themselves() {
    let vectors = published("behaviour_vectors.json");
    let mut all = Vec::new();
    for vector in items(&vectors["published_reanalysis"]) {
        let path = format!("published/quantization/{}/results.json", vector["id"].as_str().unwrap());
        let experiment: Experiment = serde_json::from_value(published(&path)).unwrap();
        let found = contradictions(&experiment, &mut Sizes::default());
        all.extend(found.into_iter().map(|found| found.sentence));
    }
    let count = |words: &str| all.iter().filter(|sentence| sentence.contains(words)).count();
    let expected = [
        ("above the best one", 6),
        ("It converged by its training results, and did not", 5),
        ("said to have stopped early, after all 15 of 15", 5),
        ("stability score", 6),
        ("linear layers are counted; the model has 49", 6),
        ("50 layers are said to be quantized, of 49", 1),
        ("It is labelled stable", 4),
        ("500.0 MB, not quantized; it takes 21.08 MB", 6),
        ("MB, 8-bit; it takes 5.97 MB", 3),
        ("4000 parameters; of rank 4 they have a multiple of 768, and 147456", 6),
        ("1500 steps are counted; 15 epochs of 45000 images in batches of 32 are 21090", 6),
    ];
    for (words, times) in expected {
        assert_eq!(count(words), times, "“{words}” in\n{}", all.join("\n"));
    }
}

/// What a trained model of the true size would write has nothing against it.
#[test]
fn results_that_agree_are_not_accused() {
    let mut run = simulated().swap_remove(0);
    let results = &mut run.training_results;
    results.training_curve = (0..15).map(|epoch| 1.0 / f64::from(epoch + 1)).collect();
    results.final_train_loss = 1.0 / 15.0;
    (results.converged, results.early_stopped, results.total_steps) = (true, false, 15 * 1406);
    (results.final_eval_accuracy, results.best_eval_accuracy) = (Some(0.85), Some(0.86));
    results.final_train_accuracy = 0.9;
    run.test_metrics.top1_accuracy = 0.85;
    run.training_time = Some(4000.0);
    (run.model_metrics.total_parameters, run.model_metrics.lora_parameters) = (5_526_346, 147_456);
    let analysis = &mut run.quantization_analysis;
    (analysis.base_model_memory_mb, analysis.quantized_model_memory_mb) = (21.08, 21.08);
    analysis.quantization_verification.as_mut().unwrap().total_layers = 49;
    analysis.convergence_analysis = bk_lab::studies::lora::published::monitor::convergence(
        &run.training_results.training_curve,
        None,
        true,
        false,
        15,
    );
    analysis.gradient_flow_analysis = bk_lab::studies::lora::published::monitor::gradient_flow(&[0.5, 1.5]);
    assert_eq!(contradictions(&run, &mut Sizes::default()), vec![]);
}

#[test]
fn groups_keep_double_quantization_apart_unless_published() {
    let all = simulated();
    let (published, exact) = (groups(&all, &[], Grouping::Published), groups(&all, &[], Grouping::Exact));
    assert_eq!((published.len(), exact.len()), (36, 48));
    assert!(exact.iter().all(|group| group.accuracies.len() == 3 && group.is_comparable()));
    let failed: Vec<_> = all[..2].iter().map(|run| run.config.clone()).collect();
    let rest = groups(&all[2..], &failed, Grouping::Exact);
    let first = rest.iter().find(|group| group.name == exact[0].name).unwrap();
    assert_eq!((first.runs, first.accuracies.len(), first.deviation()), (3, 1, 0.0));
    assert!(!first.is_comparable() && first.interval().is_none());
}

#[test]
fn comparisons_are_paired_by_seed_and_corrected_for_their_number() {
    let all = simulated();
    let found = comparisons(&all);
    assert_eq!(found.len(), 36);
    assert!(found.iter().all(|comparison| comparison.drops.len() == 3));
    for comparison in &found {
        assert!(comparison.corrected.unwrap() >= comparison.test.unwrap().p);
        assert!((0.0..=1.0).contains(&comparison.power.unwrap()));
    }
    // The drop of the first is the mean of its pairs, whatever order the runs come in.
    let drop =
        (0..3).map(|seed| all[seed].test_metrics.top1_accuracy - all[3 + seed].test_metrics.top1_accuracy);
    assert_eq!(found[0].drops, drop.collect::<Vec<f64>>());
    let mut turned = all.clone();
    turned.reverse();
    let turned = comparisons(&turned);
    let same = turned
        .iter()
        .find(|other| (&other.name, other.storage) == (&found[0].name, found[0].storage))
        .unwrap();
    assert!((same.test.unwrap().p - found[0].test.unwrap().p).abs() < 1e-12);
    // One pair is no test, and no pair no comparison.
    let one = comparisons(&[all[0].clone(), all[3].clone()]);
    assert_eq!((one.len(), one[0].test, one[0].corrected), (1, None, None));
    assert!(comparisons(&[all[0].clone(), all[4].clone()]).is_empty());
}
