//! The published files themselves, and everything else in ../shared/data, where that is at hand.

use super::{only, read};
use bk_lab::import::{SourceFile, read_files};
use bk_lab::record::{Efficiency, Model, Provenance, Record, Robustness, Stability, Table};
use std::fs;
use std::path::{Path, PathBuf};

const FOLDER: &str = "../shared/data";

/// The content of a file, unless ../shared is absent, which is said.
fn content(path: &str) -> Option<String> {
    let content = fs::read_to_string(format!("{FOLDER}/{path}")).ok();
    if content.is_none() {
        eprintln!("../shared is absent: {path} was not read");
    }
    content
}

/// All JSON files below a folder.
pub(crate) fn json_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return vec![] };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths
        .flat_map(|path| match path.extension() {
            _ if path.is_dir() => json_files(&path),
            Some(extension) if extension == "json" => vec![path],
            _ => vec![],
        })
        .collect()
}

#[test]
fn every_file_at_hand_is_imported() {
    let files = json_files(Path::new(FOLDER));
    if files.is_empty() {
        return eprintln!("../shared is absent: no file was read");
    }
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let imported = read_files(&[SourceFile { name, bytes: fs::read(path).unwrap() }]);
        assert!(imported.errors.is_empty(), "{}: {}", path.display(), imported.errors[0]);
        assert_eq!(imported.records.len(), 1, "{}", path.display());
        let measured = |provenance| matches!(provenance, Provenance::Measured | Provenance::Computed);
        let provenance = match &imported.records[0] {
            Record::Robustness(record) => record.provenance,
            Record::Efficiency(record) => record.provenance,
            Record::Stability(record) => record.provenance,
            Record::Table(record) => record.provenance,
            other => panic!("{}: {other:?}", path.display()),
        };
        assert!(!measured(provenance), "{}", path.display());
    }
    eprintln!("{} files were imported", files.len());
}

#[test]
fn published_robustness_files_are_what_they_are() {
    for path in [
        "resnet-bk/original/results/visualizations/quantization_graph.json",
        "resnet-bk/original/results/visualizations/test_quantization.json",
        "resnet-bk/reference-runs/quantization_simulated_points_seed42.json",
    ] {
        let Some(content) = content(path) else { return };
        let record: Robustness = only(read("q.json", &content));
        assert_eq!(record.provenance, Provenance::PublishedSimulation, "{path}");
    }
    let Some(mock) = content("resnet-bk/original/results/paper_experiments/quantization_resnet_bk.json")
    else {
        return;
    };
    let record: Robustness = only(read("quantization_resnet_bk.json", &mock));
    assert_eq!(record.provenance, Provenance::Mock);
    let int4 = record.series(&Model::Mamba).unwrap().at(4).unwrap();
    // The deviation of the five is 11.498 (§11.1), t₀.₉₇₅ with four degrees of freedom 2.776.
    assert_eq!(format!("{:.3} {:.2}", int4.perplexity(), int4.confidence().unwrap()), "161.987 14.28");
}

#[test]
fn published_efficiency_files_are_what_they_are() {
    for path in [
        "resnet-bk/original/results/visualizations/efficiency_graph.json",
        "resnet-bk/reference-runs/efficiency_simulated_points_seed42.json",
    ] {
        let Some(content) = content(path) else { return };
        let record: Efficiency = only(read("e.json", &content));
        assert_eq!(record.provenance, Provenance::PublishedSimulation, "{path}");
        assert_eq!(record.points(&Model::Mamba).len(), 10, "{path}");
    }
    let Some(mock) = content("resnet-bk/original/results/paper_experiments/efficiency.json") else { return };
    let table: Table = only(read("efficiency.json", &mock));
    assert_eq!((table.provenance, table.grids[0].rows.len()), (Provenance::Mock, 15));
}

/// Means of the final losses are the logarithms' of resnet-bk.md §11.1's perplexities: not the means'.
#[test]
fn published_stability_files_are_what_they_are() {
    for path in [
        "resnet-bk/original/results/visualizations/stability_graph_test.json",
        "resnet-bk/reference-runs/stability_graph.json",
    ] {
        let Some(content) = content(path) else { return };
        let record: Stability = only(read("s.json", &content));
        assert_eq!(record.provenance, Provenance::PublishedSimulation, "{path}");
        assert!(record.points(&Model::Mamba)[4].runs[0].curve().is_some(), "{path}");
    }
    let Some(mock) = content("resnet-bk/original/results/paper_experiments/long_context_resnet_bk.json")
    else {
        return;
    };
    let record: Stability = only(read("long_context_resnet_bk.json", &mock));
    assert_eq!(record.provenance, Provenance::Mock);
    let lengths = Model::PUBLISHED.map(|model| record.points(&model).len());
    assert_eq!(lengths, [5, 3]);
    assert!(record.points(&Model::Mamba)[2].diverged());
}

#[test]
fn result_files_of_both_projects_are_named() {
    let expected = [
        (
            "resnet-bk/original/results/paper_experiments/ablation.json",
            "Ablation of components",
            Provenance::Mock,
        ),
        (
            "resnet-bk/original/results/benchmarks/phase1_perplexity_validation.json",
            "Perplexity validation",
            Provenance::Imported,
        ),
        (
            "resnet-bk/original/results/throughput_416/phase1_throughput_benchmark.json",
            "Throughput by sequence length",
            Provenance::Imported,
        ),
        (
            "resnet-bk/original/results/experiments/scattering_analysis/analysis_report.json",
            "Scattering analysis",
            Provenance::Imported,
        ),
        (
            "vit-lora/published/quantization/quantization_experiments_summary.json",
            "Quantized LoRA: summary of the experiments",
            Provenance::Mock,
        ),
        (
            "vit-lora/published/quantization/deit_tiny_patch16_224_cifar10_seed42_lora_r4_a8.0_q8bit/results.json",
            "Quantized LoRA: results of an experiment",
            Provenance::Mock,
        ),
        (
            "vit-lora/published/test_outputs/deit_tiny_patch16_224_cifar10_seed42_lora_r8_a8.0/results.json",
            "Quantized LoRA: results of a test run",
            Provenance::Mock,
        ),
    ];
    for (path, title, provenance) in expected {
        let Some(content) = content(path) else { return };
        let table: Table = only(read("f.json", &content));
        assert_eq!((table.title.as_str(), table.provenance), (title, provenance), "{path}");
    }
}
