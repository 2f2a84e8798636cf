//! The numbers that the published program and its documents call literature (vit-lora.md §6.3). None of them is
//! cited anywhere, and two of them are results of nothing.

use crate::studies::lora::record::ExperimentConfig;
use crate::studies::lora::record::experiment::{
    AccuracyDrop, EfficiencyComparison, LiteratureComparison, MemoryReduction, PerformanceComparison, Storage,
};
use serde_json::json;

/// What an expectation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Accuracy lost, as a fraction of 1.
    AccuracyDrop,
    /// Memory saved, as a fraction of the size before.
    MemoryReduction,
}

/// An expectation: from and to, both the same where one number stands there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expectation {
    /// What it is about.
    pub quantity: Quantity,
    /// Where it stands.
    pub place: &'static str,
    /// For 8 bits.
    pub eight: (f64, f64),
    /// For 4 bits.
    pub four: (f64, f64),
    /// Whether a source is named for it.
    pub cited: bool,
}

/// An expectation nobody names a source for.
const fn uncited(
    quantity: Quantity,
    place: &'static str,
    eight: (f64, f64),
    four: (f64, f64),
) -> Expectation {
    Expectation { quantity, place, eight, four, cited: false }
}

/// All expectations with a number for 8 and for 4 bits.
pub const EXPECTATIONS: [Expectation; 6] = [
    uncited(Quantity::AccuracyDrop, "training path, constants named QLoRA", (0.005, 0.005), (0.02, 0.02)),
    uncited(Quantity::AccuracyDrop, "simulation", (0.01, 0.01), (0.03, 0.03)),
    uncited(Quantity::AccuracyDrop, "documents", (0.0, 0.02), (0.02, 0.05)),
    uncited(Quantity::MemoryReduction, "training path, constants named QLoRA", (0.5, 0.5), (0.75, 0.75)),
    uncited(Quantity::MemoryReduction, "simulation", (0.5, 0.5), (0.75, 0.75)),
    uncited(Quantity::MemoryReduction, "documents", (0.4, 0.6), (0.6, 0.8)),
];

/// What the training path compares: its own constants with the placeholders 0.01 and 0.5, whatever an experiment
/// came to. Nothing without quantization.
pub fn placeholder(config: &ExperimentConfig) -> LiteratureComparison {
    /// What stands in place of the experiment's drop and reduction.
    const ACTUAL: (f64, f64) = (0.01, 0.5);
    let expected = match config.storage() {
        Storage::Baseline => None,
        Storage::EightBit => Some((0.005, 0.5)),
        Storage::FourBit | Storage::FourBitDouble => Some((0.02, 0.75)),
    };
    LiteratureComparison {
        comparison_available: expected.is_some(),
        literature_benchmarks: Some(json!({})),
        performance_comparison: PerformanceComparison {
            drop: expected.map(|(drop, _)| AccuracyDrop {
                expected_accuracy_drop: drop,
                actual_accuracy_drop: ACTUAL.0,
                accuracy_drop_ratio: ACTUAL.0 / drop,
            }),
        },
        efficiency_comparison: EfficiencyComparison {
            reduction: expected.map(|(_, reduction)| MemoryReduction {
                expected_memory_reduction: reduction,
                actual_memory_reduction: ACTUAL.1,
                memory_efficiency_ratio: ACTUAL.1 / reduction,
            }),
        },
    }
}
