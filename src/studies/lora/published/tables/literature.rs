//! The results compared with the numbers that the program and its documents call literature.

use super::{four, grid};
use crate::kit::record::table::Grid;
use crate::studies::lora::published::literature::{EXPECTATIONS, Quantity};
use crate::studies::lora::published::summary::summary;
use crate::studies::lora::record::{Experiment, Storage};
use serde_json::Value;

/// Returns the expectations that the program and its documents call literature, compared with the results.
pub(super) fn expectations(completed: &[Experiment]) -> Grid {
    let value = |found: &Value, path: &str| found.pointer(path).and_then(Value::as_f64);
    let found = summary(completed, &[], "");
    let stored = |storages: &[Storage]| completed.iter().any(|run| storages.contains(&run.config.storage()));
    let has_baseline = stored(&[Storage::Baseline]);
    let (eight, four_bits) =
        (stored(&[Storage::EightBit]), stored(&[Storage::FourBit, Storage::FourBitDouble]));
    let mut rows = Vec::new();
    for expectation in EXPECTATIONS {
        let (name, paths, scale, measurable) = match expectation.quantity {
            Quantity::AccuracyDrop => (
                "accuracy drop",
                ["/accuracy_analysis/8bit_accuracy_drop", "/accuracy_analysis/4bit_accuracy_drop"],
                1.0,
                has_baseline,
            ),
            Quantity::MemoryReduction => (
                "memory reduction",
                [
                    "/memory_analysis/average_memory_reduction_8bit",
                    "/memory_analysis/average_memory_reduction_4bit",
                ],
                100.0,
                true,
            ),
        };
        let bits = [("8-bit", expectation.eight, eight), ("4-bit", expectation.four, four_bits)];
        for ((weights, (from, to), there), path) in bits.into_iter().zip(paths) {
            let Some(actual) = value(&found, path).filter(|_| there && measurable) else { continue };
            let actual = actual / scale;
            let (expected, ratio) = if from == to {
                // The published rule: 1 if nothing was expected.
                (from.to_string(), four(if from == 0.0 { 1.0 } else { actual / from }))
            } else {
                (
                    format!("{from} to {to}"),
                    String::from(if (from..=to).contains(&actual) { "within" } else { "outside" }),
                )
            };
            let cited = if expectation.cited { "yes" } else { "no" };
            rows.push(vec![
                format!("{weights}, {name}"),
                expectation.place.into(),
                expected,
                format!("{actual:.5}"),
                ratio,
                cited.into(),
            ]);
        }
    }
    let columns = ["Quantity", "Expected by", "Expected", "Here", "Here / expected", "Source cited"];
    grid("Against what the program calls literature", &columns, rows)
}

/// Returns the comparison with constants that the files themselves state, for quantized weights.
pub(super) fn stated_ratios(completed: &[Experiment]) -> Grid {
    let rows = completed.iter().filter(|run| run.config.storage() != Storage::Baseline).filter_map(|run| {
        let literature = &run.literature_comparison;
        let drop = literature.performance_comparison.drop.as_ref()?;
        let reduction = literature.efficiency_comparison.reduction.as_ref()?;
        Some(vec![
            run.experiment_id.clone(),
            drop.expected_accuracy_drop.to_string(),
            format!("{:.5}", drop.actual_accuracy_drop),
            four(drop.accuracy_drop_ratio),
            reduction.expected_memory_reduction.to_string(),
            format!("{:.5}", reduction.actual_memory_reduction),
            four(reduction.memory_efficiency_ratio),
        ])
    });
    let columns = [
        "Experiment",
        "Drop expected",
        "Drop stated",
        "Ratio",
        "Reduction expected",
        "Reduction stated",
        "Ratio",
    ];
    grid("The same as the files state it", &columns, rows.collect())
}
