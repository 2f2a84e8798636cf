//! The study as tables, for page, terminal and file: what the results are, what they come to, what they are worth.

mod comparisons;
mod literature;
mod sums;

use super::analysis::{Group, Grouping, groups};
use super::contradiction::{Contradiction, contradictions};
use super::monitor::stability;
use super::size::{Sizes, VisionTransformer};
use super::summary::Failed;
use crate::record::lora::{Experiment, ExperimentConfig, Storage};
use crate::record::table::{Grid, cell};
use comparisons::{pooled_tests, power_table, tests};
use literature::{expectations, stated_ratios};
use serde_json::Value;
use sums::aggregates;

/// More contradictions than anyone reads one by one; the others are counted.
const MOST_CONTRADICTIONS: usize = 150;

/// A study as it was found in files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Findings {
    /// The results.
    pub completed: Vec<Experiment>,
    /// The experiments that failed, with their configurations.
    pub failed: Vec<(ExperimentConfig, Failed)>,
    /// The summary that lies beside them.
    pub summary: Option<Value>,
    /// The detailed analysis that lies beside them.
    pub detailed: Option<Value>,
}

fn grid(heading: &str, columns: &[&str], rows: Vec<Vec<String>>) -> Grid {
    let columns = columns.iter().map(|&column| column.into()).collect();
    Grid { heading: heading.into(), columns, rows, omitted: 0 }
}

/// A number with four decimals: accuracies, p values.
fn four(value: f64) -> String {
    format!("{value:.4}")
}

/// All tables of a study that have rows.
pub fn tables(findings: &Findings) -> Vec<Grid> {
    let mut sizes = Sizes::default();
    let [kinds, listed] = contradiction_tables(&findings.completed, &mut sizes);
    let tables = [
        experiments(findings),
        aggregates(findings),
        means(findings),
        pooled_tests(&findings.completed),
        tests(&findings.completed),
        power_table(&[3, 5, 10, 20]),
        expectations(&findings.completed),
        stated_ratios(&findings.completed),
        true_sizes(&findings.completed, &mut sizes),
        kinds,
        listed,
    ];
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

/// One row an experiment.
fn experiments(findings: &Findings) -> Grid {
    let columns =
        ["Experiment", "Weights", "Seed", "Accuracy", "Memory reduction, %", "Labelled", "By its loss curve"];
    let completed = findings.completed.iter().map(|run| {
        let convergence = &run.quantization_analysis.convergence_analysis;
        vec![
            run.experiment_id.clone(),
            run.config.storage().label().into(),
            run.config.seed.to_string(),
            four(run.test_metrics.top1_accuracy),
            format!("{:.2}", run.quantization_analysis.memory_reduction_percent),
            convergence.convergence_stability.clone(),
            stability(&run.training_results.training_curve).into(),
        ]
    });
    let failed = findings.failed.iter().map(|(config, failed)| {
        let mut row = vec![failed.experiment_id.clone(), config.storage().label().into()];
        row.extend([config.seed.to_string(), "failed".into(), String::new(), String::new(), String::new()]);
        row
    });
    grid("Experiments", &columns, completed.chain(failed).collect())
}

/// Means over seeds.
fn means(findings: &Findings) -> Grid {
    let failed: Vec<ExperimentConfig> = findings.failed.iter().map(|(config, _)| config.clone()).collect();
    let row = |group: Group| {
        let bounds =
            cell(group.interval(), |interval| format!("{:.4} to {:.4}", interval.lower(), interval.upper()));
        vec![
            group.name.clone(),
            format!("{} of {}", group.accuracies.len(), group.runs),
            cell(group.mean(), four),
            four(group.deviation()),
            bounds,
        ]
    };
    let groups = groups(&findings.completed, &failed, Grouping::Exact);
    let columns =
        ["Model, data, adapter, weights", "Runs", "Mean accuracy", "Deviation", "95 % interval of the mean"];
    grid("Accuracy over seeds", &columns, groups.into_iter().map(row).collect())
}

/// The sizes that are stated, and the true ones.
fn true_sizes(completed: &[Experiment], sizes: &mut Sizes) -> Grid {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut seen = Vec::new();
    for run in completed {
        let model = &run.config.model;
        let key = (model.name.clone(), model.num_classes, run.config.storage());
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let classes = u64::try_from(model.num_classes).ok();
        let Some(truth) = classes.and_then(|classes| VisionTransformer::named(&model.name, classes)) else {
            continue;
        };
        let storage = run.config.storage();
        let baseline = sizes.megabytes(truth, Storage::Baseline);
        let megabytes = sizes.megabytes(truth, storage);
        let saved = baseline.zip(megabytes).map(|(baseline, stored)| 100.0 * (baseline - stored) / baseline);
        rows.push(vec![
            format!("{}, {} labels, {}", model.name, model.num_classes, storage.label()),
            truth.parameters().to_string(),
            run.model_metrics.total_parameters.to_string(),
            cell(megabytes, |megabytes| format!("{megabytes:.4}")),
            format!("{:.1}", run.quantization_analysis.quantized_model_memory_mb),
            cell(saved, |saved| format!("{saved:.2} %")),
            format!("{:.2} %", run.quantization_analysis.memory_reduction_percent),
        ]);
    }
    let columns = [
        "Model",
        "Parameters",
        "Parameters stated",
        "MB, scales included",
        "MB stated, first run",
        "Saved against 32 bits",
        "Saving stated, first run",
    ];
    grid("How large the models are in truth", &columns, rows)
}

/// What cannot be true: by kind, and one by one.
fn contradiction_tables(completed: &[Experiment], sizes: &mut Sizes) -> [Grid; 2] {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    let mut rows = Vec::new();
    for run in completed {
        let found = contradictions(run, sizes);
        for (place, Contradiction { kind, .. }) in found.iter().enumerate() {
            if found[..place].iter().any(|earlier| earlier.kind == *kind) {
                continue;
            }
            match kinds.iter_mut().find(|(known, _)| known == kind) {
                Some((_, count)) => *count += 1,
                None => kinds.push((kind, 1)),
            }
        }
        rows.extend(found.into_iter().map(|found| vec![found.sentence, run.experiment_id.clone()]));
    }
    let all = completed.len();
    let kinds = kinds.into_iter().map(|(kind, count)| vec![kind.into(), format!("{count} of {all}")]);
    let omitted = rows.len().saturating_sub(MOST_CONTRADICTIONS) as u64;
    rows.truncate(MOST_CONTRADICTIONS);
    let listed = grid("What cannot be true, one by one", &["Contradiction", "Experiment"], rows);
    [
        grid("What cannot be true, by kind", &["Contradiction", "Experiments"], kinds.collect()),
        Grid { omitted, ..listed },
    ]
}
