//! The commands on models as a person uses them.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

fn bklab(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bklab")).args(arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn path(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("models");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name).to_str().unwrap().to_owned()
}

const SMALL: [&str; 16] = [
    "--size",
    "published",
    "--tokens",
    "20000",
    "--width",
    "16",
    "--layers",
    "1",
    "--context",
    "16",
    "--steps",
    "30",
    "--batch",
    "8",
    "--warm-up",
    "5",
];

#[test]
fn a_model_is_trained_kept_measured_and_quantized() {
    let file = path("whole.safetensors");
    let train = [&["train", "--json", "--experts", "2", "--out", &file] as &[&str], &SMALL].concat();
    let trained = json(&bklab(&train));
    assert_eq!(trained["study"], "language-model");
    assert_eq!(trained["provenance"], "measured");
    assert_eq!(trained["trajectory"]["losses"].as_array().unwrap().len(), 30);
    assert_eq!(trained["trajectory"]["untaught"][0], "blocks.0.bk_layer.moe_ffn.gating_network.weight");
    let measured = json(&bklab(&["eval", &file, "--json"]));
    assert_eq!(measured["held_out"], trained["held_out"]);
    assert!(measured["largest_leak"].as_f64().unwrap() < 1e-6);
    let mixed = json(&bklab(&["mixed", "--checkpoint", &file, "--policy", "dynamic", "--json"]));
    assert_eq!(mixed["study"], "mixed");
    let points = mixed["points"].as_array().unwrap();
    assert_eq!(points.len(), 6);
    assert_eq!(points[0]["bytes"], trained["bytes"]);
    let perplexity = (trained["held_out"]["nats"].as_f64().unwrap()
        / trained["held_out"]["tokens"].as_f64().unwrap())
    .exp();
    assert!((points[0]["perplexity"].as_f64().unwrap() / perplexity - 1.0).abs() < 1e-9);
    // What it expects, of a prompt of its language.
    let expected = json(&bklab(&["eval", &file, "--prompt", "the old ", "--json"]));
    assert_eq!(expected["tokens"].as_array().unwrap().len(), 8);
    let logits = expected["logits"].as_array().unwrap();
    assert_eq!((logits.len(), logits[7].as_array().unwrap().len()), (8, 28));
    let map = json(&bklab(&["eval", &file, "--causality", "--json"]));
    assert_eq!(map["changed"].as_array().unwrap().len(), 16);
    // Stored by a plan of one's own, and measured from the codes.
    let kept = path("quantized.safetensors");
    let set = "token_embedding.weight=4";
    let mixed = json(&bklab(&["mixed", "--checkpoint", &file, "--set", set, "--save", &kept, "--json"]));
    let own = &mixed["points"][6];
    assert_eq!(own["name"], "your own");
    let found = json(&bklab(&["eval", &kept, "--json"]));
    assert_eq!(found["bytes"], own["bytes"]);
    assert_eq!(found["steps"], 30);
    let loss = found["held_out"]["nats"].as_f64().unwrap() / found["held_out"]["tokens"].as_f64().unwrap();
    assert!((loss.exp() / own["perplexity"].as_f64().unwrap() - 1.0).abs() < 1e-9);
    for pair in points[..4].windows(2) {
        assert!(pair[0]["bytes"].as_u64() > pair[1]["bytes"].as_u64());
    }
}

#[test]
fn a_training_is_stopped_and_gone_on_with() {
    let (whole, half, rest) = (path("a.safetensors"), path("b.safetensors"), path("c.safetensors"));
    let start = [&["train", "--model", "mamba"] as &[&str], &SMALL].concat();
    let run = |more: &[&str]| {
        let output = bklab(&[start.as_slice(), more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["--out", &whole]);
    run(&["--out", &half, "--until", "12"]);
    let output = bklab(&["train", "--resume", &half, "--out", &rest]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read(&whole).unwrap(), std::fs::read(&rest).unwrap());
}

/// resnet-bk.md §4.6.
#[test]
fn the_published_sizes_come_back() {
    let found = |policy: &str| {
        let record = json(&bklab(&["mixed", "--reading", "published", "--policy", policy, "--json"]));
        let size = &record["published"]["size"];
        let kilobytes = |key: &str| format!("{:.2}", size[key].as_f64().unwrap() / 1024.0);
        assert_eq!(record["published"]["analysed"], 151);
        assert_eq!(kilobytes("fp32_bytes"), "4639.98");
        assert_eq!(record["published"]["recipe"]["zeros"], record["published"]["recipe"]["quantized"]);
        (kilobytes("mixed_precision_bytes"), format!("{:.2}", size["compression_ratio"].as_f64().unwrap()))
    };
    assert_eq!(found("static"), ("772.91".into(), "6.00".into()));
    assert_eq!(found("dynamic"), ("1099.12".into(), "4.22".into()));
    let wider = ["--vocab", "30000", "--width", "256", "--layers", "8"];
    let report = bklab(&[&["mixed", "--reading", "published"] as &[&str], &wider].concat());
    assert!(String::from_utf8_lossy(&report.stdout).contains("3.29×"));
}

#[test]
fn what_is_wrong_is_said_in_a_sentence() {
    let failed = |arguments: &[&str], status, words: &str| {
        let output = bklab(arguments);
        assert_eq!(output.status.code(), Some(status));
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains(words), "{message}");
        assert!(output.stdout.is_empty());
    };
    failed(&["mixed"], 2, "--checkpoint");
    failed(&["mixed", "--high", "0.9", "--low", "0.4"], 2, "sum to at most 1");
    failed(&["mixed", "--set", "lm_head.weight=5"], 2, "5 bits");
    failed(&["leak", "--steps", "0"], 2, "number of steps");
    failed(&["leak", "--symbols", "1", "--steps", "1"], 1, "1 symbols");
    failed(&["eval", "nowhere.safetensors"], 1, "nowhere.safetensors");
    failed(&["eval", "Cargo.toml"], 1, "no safetensors file");
    failed(&["train", "--top-k", "9"], 2, "from 1 to 4");
    failed(&["train", "--steps", "0"], 2, "number of steps");
    failed(&["train", "--text", "rustfmt.toml"], 1, "bytes");
    failed(&["train", "--learning-rate", "NaN"], 2, "learning rate");
}

#[test]
fn every_model_of_a_recipe_file_is_trained_once() {
    let folder = path("recipes");
    let _ = std::fs::remove_dir_all(&folder);
    let recipe = r#"{"steps": 3, "batch": 2, "warm_up": 1}"#;
    let config = |architecture: &str| {
        format!(
            r#"{{"architecture": {architecture}, "recipe": {recipe}, "text": {{"text": "language", "tokens": 20000}}}}"#
        )
    };
    let sizes = r#""width": 8, "layers": 1, "context": 16"#;
    let recipes = format!(
        r#"[{{"name": "applied", "seeds": [1, 2], "config": {}}}, {{"name": "mamba", "seeds": [1], "config": {}}}]"#,
        config(&format!(r#"{{"model": "resnet-bk", "resolvent": "applied", "potentials": 4, {sizes}}}"#)),
        config(&format!(r#"{{"model": "mamba", {sizes}}}"#)),
    );
    let file = path("recipes.json");
    std::fs::write(&file, recipes).unwrap();
    let train = |only: &str| bklab(&["train-all", &file, "--out-dir", &folder, "--only", only]);
    assert!(train("applied").status.success());
    let names = || {
        let mut names: Vec<_> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["applied-1.safetensors", "applied-2.safetensors"]);
    let first = PathBuf::from(&folder).join("applied-1.safetensors");
    let bytes = std::fs::read(&first).unwrap();
    let measured = json(&bklab(&["eval", first.to_str().unwrap(), "--json"]));
    assert_eq!(measured["steps"], 3);
    assert_eq!(measured["widths"][0][0], 16);
    assert!(measured["largest_leak"].as_f64().unwrap() < 1e-6);
    // What is there is left alone; what is gone comes back as it was.
    std::fs::write(PathBuf::from(&folder).join("applied-2.safetensors"), b"mine").unwrap();
    std::fs::remove_file(&first).unwrap();
    assert!(train("applied,mamba").status.success());
    assert_eq!(names().len(), 3);
    assert_eq!(std::fs::read(&first).unwrap(), bytes);
    assert_eq!(std::fs::read(PathBuf::from(&folder).join("applied-2.safetensors")).unwrap(), b"mine");
    let wrong = train("mistral");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("Choose from applied, mamba"));
}

/// A model of a recipe is measured along its training, and one that was stopped there is gone on with.
#[test]
fn a_recipe_is_measured_along_its_training() {
    let folder = path("lengths");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str| PathBuf::from(&folder).join(name).to_str().unwrap().to_owned();
    let recipes = r#"[{"name": "small", "seeds": [1, 2], "config": {
        "architecture": {"model": "mamba", "width": 8, "layers": 1, "context": 16, "states": 4},
        "recipe": {"steps": 12, "batch": 2, "warm_up": 2, "validate_every": 12},
        "text": {"text": "language", "tokens": 20000}}}]"#;
    std::fs::write(file("recipes.json"), recipes).unwrap();
    let (recipes, kept, stem) = (file("recipes.json"), file("kept.json"), file("figure"));
    let lengths = |lengths: &str, more: &[&str]| {
        let base = ["lengths", "small", "--recipes", &recipes, "--tokens", "200", "--lengths", lengths];
        bklab(&[&base[..], more].concat())
    };
    let whole = json(&lengths("4,12", &["--json", "--out", &stem, "--format", "svg"]));
    let steps = |record: &serde_json::Value| {
        let models = record["models"].as_array().unwrap().iter();
        models.map(|model| (model["recipe"]["seed"].as_u64(), model["steps"].as_u64())).collect::<Vec<_>>()
    };
    let expected = [(1, 4), (1, 12), (2, 4), (2, 12)].map(|(seed, steps)| (Some(seed), Some(steps)));
    assert_eq!(steps(&whole), expected);
    for end in ["perplexity", "loss"] {
        assert!(std::fs::read_to_string(format!("{stem}-{end}.svg")).unwrap().contains("INT2"), "{end}");
    }
    // First the short lengths, then the long: the same record, and nothing is left beside it.
    assert!(lengths("4", &["--resume", &kept]).status.success());
    let resumed = json(&lengths("4,12", &["--resume", &kept, "--json"]));
    let sorted = |record: &serde_json::Value| {
        let mut models: Vec<String> =
            record["models"].as_array().unwrap().iter().map(ToString::to_string).collect();
        models.sort();
        models
    };
    assert_eq!(sorted(&resumed), sorted(&whole));
    let beside = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(beside.into_iter().all(|name| !name.to_string_lossy().ends_with(".part")));
    let beyond = lengths("4,13", &[]);
    assert_eq!(beyond.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&beyond.stderr).contains("ends after 12 steps"));
}
