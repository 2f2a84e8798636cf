//! The study as tables, for page, terminal, and file: results, statistics, and checks.

mod comparisons;
mod literature;
mod sums;

use super::analysis::{Group, Grouping, groups};
use super::contradiction::{Contradiction, contradictions};
use super::monitor::stability;
use super::size::{Sizes, VisionTransformer};
use crate::kit::record::table::{Grid, cell};
use crate::studies::lora::record::{Experiment, ExperimentConfig, Storage, Study};
use comparisons::{anova, follow_ups, pooled_tests, power_table, tests};
use literature::{expectations, stated_ratios};
use serde::{Deserialize, Serialize};
use sums::aggregates;
pub use sums::{configuration, results};

/// Maximum number of contradictions that are listed one by one; the others are counted.
const MOST_CONTRADICTIONS: usize = 150;

/// A table with an explanation in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// The table.
    pub grid: Grid,
    /// The explanation, one or two sentences.
    pub explanation: String,
}

fn grid(heading: &str, columns: &[&str], rows: Vec<Vec<String>>) -> Grid {
    let columns = columns.iter().map(|&column| column.into()).collect();
    Grid { heading: heading.into(), columns, rows, omitted: 0 }
}

/// Formats a number with four decimals: accuracies, p values.
fn four(value: f64) -> String {
    format!("{value:.4}")
}

/// Returns all tables of a study that have rows, each with its explanation.
pub fn explained(study: &Study) -> Vec<Explained> {
    let completed = &study.experiments;
    let mut sizes = Sizes::default();
    let [kinds, listed] = contradiction_tables(completed, &mut sizes);
    let tables = [
        (
            experiments(study),
            "One row an experiment. “Labelled” is the word that the results state; “by its loss curve” is the word that the study's own formula gives for the curve beside it.",
        ),
        (
            aggregates(study),
            "The numbers of both summing files, computed again from the results by the published rules: means over all models, data sets and ranks at once, and both kinds of 4 bits together. Empty sections of the files are left out, since they hold nothing to recompute.",
        ),
        (
            means(study),
            "Runs that differ in their seed only, taken together. The interval holds the true mean in 95 of 100 such studies, if accuracies are normal; from three runs it is wide.",
        ),
        (
            pooled_tests(completed),
            "The comparison behind the published drop, with the tests that were never applied to it. Models and data sets differ far more than storage does, so that a pooled test finds little; p below 0.05 would be called significant.",
        ),
        (
            tests(completed),
            "The comparison that the design allows: the same model, data, rank and seed, with and without quantization. Of many tests some look significant by chance; Holm's correction raises each p by their number. Power is the chance that so few pairs find an effect of this size at all.",
        ),
        (
            anova(completed),
            "Whether the ways of storing weights differ at all, for each model and data set by itself: variance between them against variance within each.",
        ),
        (
            follow_ups(completed),
            "Where the analysis of variance finds a difference: between which pairs it lies. The published program compares all pairs without a correction, though its report says that it corrects; both readings stand here.",
        ),
        (
            power_table(&[3, 5, 10, 20]),
            "What a number of seeds is worth. With three pairs even a large effect (d = 0.8) is missed most of the time.",
        ),
        (
            expectations(completed),
            "The program divides its results by constants that it calls literature. None of them names a source, and the training path compares placeholders.",
        ),
        (
            stated_ratios(completed),
            "The ratios as the result files hold them. The drop in them is taken from the constant around which accuracies are drawn, not from the runs without quantization.",
        ),
        (
            true_sizes(completed, &mut sizes),
            "Counted parameter by parameter and byte by byte, the scales of quantized weights included, against what the results state: the stated models are about 24 times too large.",
        ),
        (
            kinds,
            "How many experiments hold each kind of statement that cannot be true together with another one of the same file, or at all.",
        ),
        (listed, "The same, sentence by sentence."),
    ];
    let filled = tables.into_iter().filter(|(grid, _)| !grid.rows.is_empty());
    filled.map(|(grid, explanation)| Explained { grid, explanation: explanation.into() }).collect()
}

/// Returns the experiments, one per row.
fn experiments(study: &Study) -> Grid {
    let columns =
        ["Experiment", "Weights", "Seed", "Accuracy", "Memory reduction, %", "Labelled", "By its loss curve"];
    let completed = study.experiments.iter().map(|run| {
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
    let failed = study.stated.failed.iter().map(|(config, failed)| {
        let mut row = vec![failed.experiment_id.clone(), config.storage().label().into()];
        row.extend([config.seed.to_string(), "failed".into(), String::new(), String::new(), String::new()]);
        row
    });
    grid("Experiments", &columns, completed.chain(failed).collect())
}

/// Returns the means over seeds.
fn means(study: &Study) -> Grid {
    let failed: Vec<ExperimentConfig> =
        study.stated.failed.iter().map(|(config, _)| config.clone()).collect();
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
    let groups = groups(&study.experiments, &failed, Grouping::Exact);
    let columns =
        ["Model, data, adapter, weights", "Runs", "Mean accuracy", "Deviation", "95 % interval of the mean"];
    grid("Accuracy over seeds", &columns, groups.into_iter().map(row).collect())
}

/// Returns the stated sizes beside the true ones.
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

/// Returns the contradictions: by kind, and one by one.
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
