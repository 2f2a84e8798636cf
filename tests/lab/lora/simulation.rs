//! The simulation and its files, draw by draw and byte by byte.

use super::{files_below, items, published, published_simulation, timeless};
use bk_lab::kit::record::Provenance;
use bk_lab::studies::lora::published::summary::{detailed_analysis, summary};
use bk_lab::studies::lora::published::tree;
use bk_lab::studies::lora::published::tree::TreeFile;
use bk_lab::studies::lora::record::{Config, Experiment};
use bk_lab::studies::lora::study::run;
use bk_python::random::PythonRandom;
use serde_json::Value;
use std::collections::BTreeMap;

fn simulate(seed: u64, experiments: u32) -> Vec<Experiment> {
    let study = run(&Config { seed, experiments, unique_ids: false }).unwrap();
    assert_eq!(study.provenance, Provenance::PublishedSimulation);
    study.experiments
}

#[test]
#[ignore = "needs the published files"]
fn every_draw_is_the_published_one() {
    let draws = published("simulated_runs/seed42_6_draws.json");
    let mut random = PythonRandom::new(42);
    assert_eq!(items(&draws).len(), 324);
    for draw in items(&draws) {
        let draw = items(draw);
        let found = match draw[0].as_str().unwrap() {
            "uniform" => Value::from(random.uniform(draw[1].as_f64().unwrap(), draw[2].as_f64().unwrap())),
            "randint" => {
                let bound = |place: usize| draw[place].as_u64().unwrap() as u32;
                Value::from(random.between(bound(1), bound(2)))
            }
            "choice" => {
                let options = items(&draw[1]);
                options[random.below(options.len() as u32) as usize].clone()
            }
            other => panic!("a draw of the kind {other}"),
        };
        assert_eq!(&found, &draw[draw.len() - 1]);
    }
}

#[test]
#[ignore = "needs the published files"]
fn the_files_of_seeds_42_and_0_are_the_published_ones_apart_from_times() {
    for seed in [42, 0] {
        let expected = files_below(&published_simulation(seed), "");
        let experiments = simulate(seed, 6);
        let times = tree::Times { start: "then".into(), end: "now".into(), seconds: 1e-5 };
        let mut files: Vec<TreeFile> = Vec::new();
        for mut experiment in experiments.clone() {
            tree::stamp(&mut experiment, &times);
            files.extend(tree::experiment_files(&experiment).unwrap());
        }
        files.extend(tree::summary_files(&experiments, &[], "now").unwrap());
        let found: BTreeMap<String, String> = files.into_iter().map(|file| (file.path, file.text)).collect();
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (path, text) in &found {
            let expected = &expected[path];
            assert_eq!(timeless(text), timeless(expected), "{path}");
            assert_eq!(text.lines().count(), expected.lines().count(), "{path}");
        }
    }
}

/// vit-lora.md §5.1, as far as printed there.
#[test]
fn aggregates_of_other_seeds_are_the_published_ones() {
    let round = |value: &Value, digits: usize| format!("{:.digits$}", value.as_f64().unwrap());
    for (seed, reduction, drop, stable) in [
        (42, "49.629", "0.014451", "0.333"),
        (0, "47.892", "0.010863", "0.333"),
        (123, "48.672", "0.005016", "0.167"),
        (456, "52.728", "0.016562", "0.500"),
    ] {
        let summary = summary(&simulate(seed, 6), &[], "");
        assert_eq!(round(&summary["memory_analysis"]["average_memory_reduction_8bit"], 3), reduction);
        assert_eq!(round(&summary["accuracy_analysis"]["8bit_accuracy_drop"], 6), drop);
        assert_eq!(round(&summary["convergence_analysis"]["stable_convergence_rate"], 3), stable);
    }
    let all = simulate(42, 144);
    let whole = summary(&all, &[], "");
    let (memory, accuracy) = (&whole["memory_analysis"], &whole["accuracy_analysis"]);
    assert_eq!(round(&memory["average_memory_reduction_8bit"], 3), "50.288");
    assert_eq!(round(&memory["average_memory_reduction_4bit"], 3), "75.262");
    assert_eq!(round(&memory["max_memory_reduction"], 3), "84.823");
    assert_eq!(round(&accuracy["baseline_accuracy"], 6), "0.751417");
    assert_eq!(round(&accuracy["8bit_accuracy_drop"], 6), "0.011508");
    assert_eq!(round(&accuracy["4bit_accuracy_drop"], 6), "0.029075");
    let convergence = &whole["convergence_analysis"];
    assert_eq!(round(&convergence["stable_convergence_rate"], 3), "0.243");
    let impacts = convergence["quantization_impact_on_convergence"].as_object().unwrap();
    assert_eq!(impacts.values().filter_map(Value::as_u64).sum::<u64>(), 72);
    assert_eq!(detailed_analysis(&all)["recommendations"].as_array().unwrap().len(), 2);
}

#[test]
#[ignore = "needs the published files"]
fn the_published_aggregates_come_back_from_the_published_results() {
    let mut experiments = Vec::new();
    for suffix in ["", "_q8bit"] {
        for seed in [42, 123, 456] {
            let folder = format!("deit_tiny_patch16_224_cifar10_seed{seed}_lora_r4_a8.0{suffix}");
            let value = published(&format!("published/quantization/{folder}/results.json"));
            let experiment: Experiment = serde_json::from_value(value.clone()).unwrap();
            assert_eq!(serde_json::to_value(&experiment).unwrap(), value, "{folder}");
            experiments.push(experiment);
        }
    }
    let expected = published("published/quantization/quantization_experiments_summary.json");
    let found = summary(&experiments, &[], expected["timestamp"].as_str().unwrap());
    assert_eq!(found, expected);
    assert_eq!(found["memory_analysis"]["average_memory_reduction_8bit"], 52.71296339175412);
    assert_eq!(found["accuracy_analysis"]["8bit_accuracy_drop"], 0.00820919888471483);
    let expected = published("published/quantization/quantization_detailed_analysis.json");
    assert_eq!(detailed_analysis(&experiments), expected);
}

#[test]
fn an_empty_study_and_too_large_a_one() {
    assert!(simulate(1, 0).is_empty());
    let empty = summary(&[], &[], "");
    assert_eq!((&empty["success_rate"], &empty["total_experiments"]), (&Value::from(0), &Value::from(0)));
    let error = run(&Config { experiments: 145, ..Config::default() }).unwrap_err();
    assert!(error.to_string().contains("145"));
}

#[test]
fn unique_identifiers_keep_all_experiments_apart() {
    let study = run(&Config { unique_ids: true, ..Config::default() }).unwrap();
    let ids: std::collections::HashSet<_> =
        study.experiments.iter().map(|result| &result.experiment_id).collect();
    assert_eq!(ids.len(), 144);
}
