//! Statistics of the study's results, within the limits of three runs per group: means over seeds with confidence
//! intervals, and paired tests against the runs without quantization, corrected for their number (vit-lora.md §6.2).
//!
//! The published toolbox groups both kinds of 4 bits together and corrects nothing; the study itself applied no test.

use super::matrix::experiment_id;
use crate::kit::record::hypothesis::{Interval, MeansTest, holm, power};
use crate::kit::record::statistics::{mean, sample_deviation};
use crate::studies::lora::record::{Experiment, ExperimentConfig, Storage};

/// The confidence level of all intervals and tests.
pub const LEVEL: f64 = 0.95;

/// How runs are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// As published: both kinds of 4 bits are one group.
    Published,
    /// Each storage format is a separate group.
    Exact,
}

/// Runs that differ only in their seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Model, data set, adapter, and storage format.
    pub name: String,
    /// Number of runs, including failed ones.
    pub runs: usize,
    /// Accuracies on the test images of the runs that succeeded, in the order of the runs.
    pub accuracies: Vec<f64>,
}

impl Group {
    /// Returns the fraction of runs that succeeded.
    pub fn success_rate(&self) -> f64 {
        self.accuracies.len() as f64 / self.runs.max(1) as f64
    }

    /// Returns the mean accuracy; `None` if no run succeeded.
    pub fn mean(&self) -> Option<f64> {
        (!self.accuracies.is_empty()).then(|| mean(&self.accuracies))
    }

    /// Returns the standard deviation of the accuracies with n − 1; 0 for a single run, as published.
    pub fn deviation(&self) -> f64 {
        sample_deviation(&self.accuracies).unwrap_or(0.0)
    }

    /// Returns the confidence interval of the mean; `None` for a single run.
    pub fn interval(&self) -> Option<Interval> {
        Interval::of(&self.accuracies, LEVEL)
    }

    /// Returns whether the published toolbox compares this group with others: at least three successful runs, and more
    /// than half of all runs successful.
    pub fn is_comparable(&self) -> bool {
        self.accuracies.len() >= 3 && self.success_rate() > 0.5
    }
}

/// Returns the name of a configuration's group: its identifier without the seed.
fn group_name(config: &ExperimentConfig, grouping: Grouping) -> String {
    let quantization = config.quantization.as_ref();
    let seedless = ExperimentConfig { seed: 0, ..config.clone() };
    let name = experiment_id(&seedless).replacen("_seed0", "", 1);
    let is_double = quantization.is_some_and(|quantization| quantization.double_quant);
    if grouping == Grouping::Exact && is_double { name + "_dq" } else { name }
}

/// Groups the runs, in the order of first appearance; `failed` holds the configurations of runs without results.
pub fn groups(completed: &[Experiment], failed: &[ExperimentConfig], grouping: Grouping) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let completed = completed.iter().map(|run| (&run.config, Some(run.test_metrics.top1_accuracy)));
    for (config, accuracy) in completed.chain(failed.iter().map(|config| (config, None))) {
        let name = group_name(config, grouping);
        let place = groups.iter().position(|group| group.name == name).unwrap_or_else(|| {
            groups.push(Group { name, runs: 0, accuracies: vec![] });
            groups.len() - 1
        });
        groups[place].runs += 1;
        groups[place].accuracies.extend(accuracy);
    }
    groups
}

/// Runs with quantization compared with runs without it, for the same model, data set, and adapter.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Model, data set, and adapter.
    pub name: String,
    /// The storage format of the quantized weights.
    pub storage: Storage,
    /// Accuracy lost, as fractions, for each pair of equal seeds.
    pub drops: Vec<f64>,
    /// The paired test for a loss of accuracy; `None` for fewer than two pairs.
    pub test: Option<MeansTest>,
    /// The p value after Holm's correction over all comparisons of the list.
    pub corrected: Option<f64>,
    /// The power: the probability that a test with this many pairs finds an effect of this size.
    pub power: Option<f64>,
}

/// Returns all comparisons that have at least one pair of equal seeds.
pub fn comparisons(completed: &[Experiment]) -> Vec<Comparison> {
    let mut found: Vec<Comparison> = Vec::new();
    let name = |run: &Experiment| {
        group_name(&ExperimentConfig { quantization: None, ..run.config.clone() }, Grouping::Exact)
    };
    let mut names: Vec<String> = Vec::new();
    for run in completed {
        let name = name(run);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let accuracy = |run: &Experiment| run.test_metrics.top1_accuracy;
    for group in names {
        let runs: Vec<&Experiment> = completed.iter().filter(|run| name(run) == group).collect();
        let stored = |storage| runs.iter().filter(move |run| run.config.storage() == storage);
        for storage in [Storage::EightBit, Storage::FourBit, Storage::FourBitDouble] {
            let pairs = stored(storage).filter_map(|run| {
                let twin = stored(Storage::Baseline).find(|twin| twin.config.seed == run.config.seed)?;
                Some((accuracy(twin), accuracy(run)))
            });
            let (baseline, quantized): (Vec<f64>, Vec<f64>) = pairs.unzip();
            if baseline.is_empty() {
                continue;
            }
            let test = MeansTest::paired(&baseline, &quantized);
            let power = test.and_then(|test| {
                let pairs = test.counts.0 as f64;
                power(test.effect * pairs.sqrt(), test.freedom, LEVEL)
            });
            let drops = baseline.iter().zip(&quantized).map(|(one, other)| one - other).collect();
            found.push(Comparison { name: group.clone(), storage, drops, test, corrected: None, power });
        }
    }
    let tested: Vec<f64> = found.iter().filter_map(|comparison| Some(comparison.test?.p)).collect();
    let corrected = holm(&tested);
    let with_test = found.iter_mut().filter(|comparison| comparison.test.is_some());
    with_test.zip(corrected).for_each(|(comparison, p)| comparison.corrected = Some(p));
    found
}
