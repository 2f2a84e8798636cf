//! The published demonstration: the parts of the six published experiments that its numbers are computed from
//! (vit-lora.md §5.1, §4.2), and the statistics of them.

use super::monitor::Tail;
use crate::kit::record::hypothesis::{Interval, MeansTest};
use crate::kit::record::statistics::{mean, population_deviation};
use crate::kit::record::table::{Grid, cell};
use crate::studies::lora::record::Storage::{Baseline, EightBit};
use crate::studies::lora::record::{Experiment, Storage};

/// The confidence level of its intervals.
const LEVEL: f64 = 0.95;

/// The results of one experiment that enter the statistics of a study.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome<'run> {
    /// The storage format of the weights.
    pub storage: Storage,
    /// Fraction of test images classified correctly.
    pub accuracy: f64,
    /// Memory saved, in percent.
    pub reduction: f64,
    /// The stated stability label of the training.
    pub labelled: &'run str,
    /// The stability label by the study's own formula.
    pub by_formula: &'run str,
}

impl<'run> Outcome<'run> {
    /// Returns the outcome of an experiment.
    pub fn of(run: &'run Experiment) -> Self {
        let curve = &run.training_results.training_curve;
        Outcome {
            storage: run.config.storage(),
            accuracy: run.test_metrics.top1_accuracy,
            reduction: run.quantization_analysis.memory_reduction_percent,
            labelled: &run.quantization_analysis.convergence_analysis.convergence_stability,
            by_formula: super::monitor::stability(curve),
        }
    }
}

/// Returns the six published outcomes: the seeds 42, 123, and 456 without quantization, then in 8 bits. The deviations
/// at the ends of their loss curves, which decide the label by the formula, were printed to four decimals.
pub fn published() -> [Outcome<'static>; 6] {
    const WINDOW: usize = 3;
    [
        (Baseline, 0.8355452318148249, 0.0, 0.0226),
        (Baseline, 0.8634219789401468, 0.0, 0.0880),
        (Baseline, 0.8410118410009367, 0.0, 0.0625),
        (EightBit, 0.8410905062052698, 52.742321608190146, 0.0492),
        (EightBit, 0.8386912485618316, 53.316175289760814, 0.0638),
        (EightBit, 0.8355697003346625, 52.08039327731141, 0.0507),
    ]
    .map(|(storage, accuracy, reduction, deviation)| Outcome {
        storage,
        accuracy,
        reduction,
        labelled: "stable",
        by_formula: Tail { window: WINDOW, deviation }.label(),
    })
}

/// Statistics of the outcomes without quantization and in 8 bits: by the published rules, and by tests that were not
/// published. Values that the outcomes do not suffice for are `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sums {
    /// Number of experiments.
    pub count: usize,
    /// Mean memory saved in 8 bits, in percent.
    pub reduction: Option<f64>,
    /// Population standard deviation of the memory saved in 8 bits, in percent.
    pub reduction_deviation: Option<f64>,
    /// The largest memory saving, in percent.
    pub most: Option<f64>,
    /// Mean accuracy without quantization.
    pub baseline: Option<f64>,
    /// Mean accuracy in 8 bits.
    pub quantized: Option<f64>,
    /// Accuracy lost: the difference of the two means.
    pub drop: Option<f64>,
    /// Experiments labeled stable.
    pub labelled: usize,
    /// Experiments that are stable by the formula.
    pub stable: usize,
    /// Student's test for a difference of the two means.
    pub test: Option<MeansTest>,
    /// The confidence interval of the memory saved in 8 bits.
    pub interval: Option<Interval>,
}

impl Sums {
    /// Computes the statistics of some outcomes.
    pub fn of(outcomes: &[Outcome]) -> Self {
        let values = |storage: Storage, value: fn(&Outcome) -> f64| -> Vec<f64> {
            outcomes.iter().filter(|outcome| outcome.storage == storage).map(value).collect()
        };
        let (baseline, eight) =
            (values(Baseline, |outcome| outcome.accuracy), values(EightBit, |outcome| outcome.accuracy));
        let saved = values(EightBit, |outcome| outcome.reduction);
        let mean_of = |values: &[f64]| (!values.is_empty()).then(|| mean(values));
        let count = |holds: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| holds(outcome)).count();
        Sums {
            count: outcomes.len(),
            reduction: mean_of(&saved),
            reduction_deviation: (!saved.is_empty()).then(|| population_deviation(&saved)),
            most: saved.iter().copied().reduce(f64::max),
            baseline: mean_of(&baseline),
            quantized: mean_of(&eight),
            drop: mean_of(&baseline).zip(mean_of(&eight)).map(|(baseline, eight)| baseline - eight),
            labelled: count(|outcome| outcome.labelled == "stable"),
            stable: count(|outcome| outcome.by_formula == "stable"),
            test: MeansTest::student(&baseline, &eight),
            interval: Interval::of(&saved, LEVEL),
        }
    }
}

/// Returns a table of the published statistics, those of the six published outcomes, those of the first six runs of a
/// study, which the published demonstration took, and those of all its runs.
pub fn beside(runs: &[Experiment]) -> Grid {
    let outcomes: Vec<Outcome> = runs.iter().map(Outcome::of).collect();
    let sums = [
        Some(Sums::of(&published())),
        outcomes.get(..6).map(Sums::of),
        (!outcomes.is_empty()).then(|| Sums::of(&outcomes)),
    ];
    let row = |name: &str, published: &str, value: &dyn Fn(&Sums) -> String| {
        let cells = sums.iter().map(|sums| cell(sums.as_ref(), value));
        [name.to_owned(), published.to_owned()].into_iter().chain(cells).collect()
    };
    let number = |value: Option<f64>| cell(value, |value| value.to_string());
    let rows = vec![
        row("Mean memory reduction in 8 bits, %", "52.71296339175412", &|sums| number(sums.reduction)),
        row("Its 95 % interval, %", "not published", &|sums| {
            cell(sums.interval, |interval| format!("{:.3} to {:.3}", interval.lower(), interval.upper()))
        }),
        row("Its standard deviation, %", "0.5049328168034528", &|sums| number(sums.reduction_deviation)),
        row("Largest memory reduction in 8 bits, %", "53.316175289760814", &|sums| number(sums.most)),
        row("Accuracy without quantization", "0.8466596839186362", &|sums| number(sums.baseline)),
        row("Accuracy in 8 bits", "0.8384504850339214", &|sums| number(sums.quantized)),
        row("Accuracy lost in 8 bits", "0.00820919888471483", &|sums| number(sums.drop)),
        row("Student's t of that, p", "not published", &|sums| {
            cell(sums.test, |test| format!("t = {:.5}, p = {:.5}", test.statistic, test.p))
        }),
        row("Labelled stable", "6 of 6", &|sums| format!("{} of {}", sums.labelled, sums.count)),
        row("Stable by the study's own formula", "not published", &|sums| {
            format!("{} of {}", sums.stable, sums.count)
        }),
    ];
    let columns = ["Quantity", "Published", "From the six published results", "Here, first six", "Here, all"];
    Grid {
        heading: "The published numbers, recomputed".into(),
        columns: columns.map(String::from).into(),
        rows,
        omitted: 0,
    }
}
