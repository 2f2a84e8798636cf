//! Tests whether quantization changes accuracy; the published study applies none.

use super::{four, grid};
use crate::kit::record::hypothesis::{Anova, Interval, MeansTest, effect_word, holm, power};
use crate::kit::record::statistics::mean;
use crate::kit::record::table::{Grid, cell};
use crate::studies::lora::published::analysis::{LEVEL, comparisons};
use crate::studies::lora::published::statistics::power as published_power;
use crate::studies::lora::record::{Experiment, Storage};

/// Returns the pooled comparison that the published numbers make, with the tests that the study omits.
pub(super) fn pooled_tests(completed: &[Experiment]) -> Grid {
    let pool = |storages: &[Storage]| -> Vec<f64> {
        let runs = completed.iter().filter(|run| storages.contains(&run.config.storage()));
        runs.map(|run| run.test_metrics.top1_accuracy).collect()
    };
    let baseline = pool(&[Storage::Baseline]);
    let mut rows = Vec::new();
    for (name, storages) in
        [("8-bit", &[Storage::EightBit][..]), ("4-bit", &[Storage::FourBit, Storage::FourBitDouble])]
    {
        let quantized = pool(storages);
        let counts = format!("{} and {}", baseline.len(), quantized.len());
        for (test, found) in [
            ("Student's t", MeansTest::student(&baseline, &quantized)),
            ("Welch's t", MeansTest::welch(&baseline, &quantized)),
        ] {
            let Some(found) = found else { continue };
            rows.push(vec![
                name.into(),
                test.into(),
                counts.clone(),
                format!("t = {:.5}, {:.3} degrees of freedom", found.statistic, found.freedom),
                format!("{:.5}", found.p),
                format!("{:.4} ({})", found.effect, effect_word(found.effect)),
            ]);
        }
        let Some(found) = Anova::of(&[&baseline, &quantized]) else { continue };
        let statistic = format!("F = {:.5}, {} and {}", found.statistic, found.freedom.0, found.freedom.1);
        let p = format!("{:.5}", found.p);
        rows.push(vec![name.into(), "Analysis of variance".into(), counts, statistic, p, String::new()]);
    }
    let heading = "Pooled as published, over all models and data: does quantization change accuracy?";
    grid(heading, &["Weights", "Test", "n", "Statistic", "p", "Cohen's d"], rows)
}

/// Returns the paired comparisons that the design of the study allows.
pub(super) fn tests(completed: &[Experiment]) -> Grid {
    let rows = comparisons(completed).into_iter().map(|comparison| {
        let test = comparison.test;
        let interval = Interval::of(&comparison.drops, LEVEL);
        let pairs = comparison.drops.len();
        vec![
            format!("{}, {}", comparison.name, comparison.storage.label()),
            pairs.to_string(),
            four(mean(&comparison.drops)),
            cell(interval, |interval| format!("{:.4} to {:.4}", interval.lower(), interval.upper())),
            cell(test, |test| format!("{:.5}", test.statistic)),
            cell(test, |test| format!("{:.5}", test.p)),
            cell(comparison.corrected, |p| format!("{p:.5}")),
            cell(test, |test| format!("{:.4} ({})", test.effect, effect_word(test.effect))),
            cell(comparison.power, |power| format!("{:.0} %", 100.0 * power)),
            cell(test.and_then(|test| published_power(test.effect.abs(), pairs, LEVEL)), |power| {
                format!("{:.0} %", 100.0 * power)
            }),
            cell(comparison.corrected, |p| String::from(if p < 1.0 - LEVEL { "yes" } else { "no" })),
        ]
    });
    let columns = [
        "Against the same without quantization",
        "Pairs of seeds",
        "Mean drop",
        "95 % interval",
        "Paired t",
        "p",
        "p after Holm",
        "Cohen's d",
        "Power",
        "Power by the published formula",
        "Significant",
    ];
    grid("Pair by pair: does quantization cost accuracy?", &columns, rows.collect())
}

/// The accuracies of a model on a data set, by storage format.
struct Arms {
    name: String,
    arms: Vec<(Storage, Vec<f64>)>,
}

impl Arms {
    /// Collects the arms of every model and data set, in the order of the runs.
    fn all(completed: &[Experiment]) -> Vec<Arms> {
        let mut found: Vec<Arms> = Vec::new();
        for run in completed {
            let name = format!("{}, {}", run.config.model.name, run.config.dataset.name);
            let place = found.iter().position(|arms| arms.name == name).unwrap_or_else(|| {
                found.push(Arms { name, arms: vec![] });
                found.len() - 1
            });
            let (arms, storage) = (&mut found[place].arms, run.config.storage());
            let accuracy = run.test_metrics.top1_accuracy;
            match arms.iter_mut().find(|(other, _)| *other == storage) {
                Some((_, accuracies)) => accuracies.push(accuracy),
                None => arms.push((storage, vec![accuracy])),
            }
        }
        found
    }

    fn variance(&self) -> Option<Anova> {
        Anova::of(&self.arms.iter().map(|(_, accuracies)| accuracies.as_slice()).collect::<Vec<_>>())
    }

    /// Returns Student's test for every pair of storage formats.
    fn pairs(&self) -> Vec<(String, MeansTest)> {
        let mut pairs = Vec::new();
        for (place, (one, first)) in self.arms.iter().enumerate() {
            for (other, second) in &self.arms[place + 1..] {
                let name = format!("{}: {} and {}", self.name, one.label(), other.label());
                pairs.extend(MeansTest::student(first, second).map(|test| (name, test)));
            }
        }
        pairs
    }
}

/// Returns the one-way analysis of variance over the storage formats, for every model and data set.
pub(super) fn anova(completed: &[Experiment]) -> Grid {
    let rows = Arms::all(completed).into_iter().filter_map(|arms| {
        let found = arms.variance()?;
        let counts: Vec<String> = arms.arms.iter().map(|(_, values)| values.len().to_string()).collect();
        Some(vec![
            arms.name,
            counts.join(", "),
            format!("{:.5}", found.statistic),
            format!("{} and {}", found.freedom.0, found.freedom.1),
            p_value(found.p),
            if found.p < 1.0 - LEVEL { "yes".into() } else { "no".into() },
        ])
    });
    let columns = ["Model and data", "Runs by storage", "F", "Degrees of freedom", "p", "Significant"];
    grid("Analysis of variance: do the ways of storing weights differ?", &columns, rows.collect())
}

/// Returns the follow-up tests of all pairs, for every model and data set where the analysis of variance finds a
/// difference.
pub(super) fn follow_ups(completed: &[Experiment]) -> Grid {
    let differing = Arms::all(completed);
    let differing =
        differing.iter().filter(|arms| arms.variance().is_some_and(|found| found.p < 1.0 - LEVEL));
    let rows = differing.flat_map(|arms| {
        let pairs = arms.pairs();
        let corrected = holm(&pairs.iter().map(|(_, test)| test.p).collect::<Vec<_>>());
        pairs.into_iter().zip(corrected).map(|((name, test), corrected)| {
            vec![
                name,
                format!("{} and {}", test.counts.0, test.counts.1),
                four(test.difference),
                format!("{:.5}", test.statistic),
                p_value(test.p),
                p_value(corrected),
                format!("{:.4} ({})", test.effect, effect_word(test.effect)),
            ]
        })
    });
    let columns = ["Pair", "n", "Difference", "Student's t", "p, as published", "p after Holm", "Cohen's d"];
    grid("After the analysis of variance: which pairs differ?", &columns, rows.collect())
}

/// Formats a probability with five decimals, or with a power of ten where those would all be zeros.
fn p_value(p: f64) -> String {
    if p >= 1e-5 || p == 0.0 { format!("{p:.5}") } else { format!("{p:.2e}") }
}

/// Returns the power of a test of n pairs for effects of the usual sizes: how much three seeds can show.
pub(super) fn power_table(pairs: &[usize]) -> Grid {
    let row = |&count: &usize| {
        let at = |effect: f64| {
            let freedom = count.saturating_sub(1) as f64;
            cell(power(effect * (count as f64).sqrt(), freedom, LEVEL), |power| {
                format!("{:.0} %", 100.0 * power)
            })
        };
        [vec![count.to_string()], [0.2, 0.5, 0.8, 1.2].map(at).into()].concat()
    };
    let columns = ["Pairs of seeds", "d = 0.2", "d = 0.5", "d = 0.8", "d = 1.2"];
    grid("The probability that a paired test finds an effect", &columns, pairs.iter().map(row).collect())
}
