//! The numbers that the published program and its documents call literature (vit-lora.md §6.3). None of them has a
//! citation, and two of them are not results of any experiment.

use crate::studies::lora::record::ExperimentConfig;
use crate::studies::lora::record::experiment::{
    AccuracyDrop, EfficiencyComparison, LiteratureComparison, MemoryReduction, PerformanceComparison, Storage,
};
use serde_json::json;

/// The quantity of an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Accuracy lost, as a fraction of 1.
    AccuracyDrop,
    /// Memory saved, as a fraction of the size before quantization.
    MemoryReduction,
}

/// An expected range: lower and upper end, equal where the source states one number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expectation {
    /// The expected quantity.
    pub quantity: Quantity,
    /// The place where the expectation is stated.
    pub place: &'static str,
    /// The range for 8 bits.
    pub eight: (f64, f64),
    /// The range for 4 bits.
    pub four: (f64, f64),
    /// Whether the document names a source.
    pub cited: bool,
}

/// Creates an expectation without a named source.
const fn uncited(
    quantity: Quantity,
    place: &'static str,
    eight: (f64, f64),
    four: (f64, f64),
) -> Expectation {
    Expectation { quantity, place, eight, four, cited: false }
}

/// All expectations that state a number for 8 and for 4 bits.
pub const EXPECTATIONS: [Expectation; 6] = [
    uncited(Quantity::AccuracyDrop, "training path, constants named QLoRA", (0.005, 0.005), (0.02, 0.02)),
    uncited(Quantity::AccuracyDrop, "simulation", (0.01, 0.01), (0.03, 0.03)),
    uncited(Quantity::AccuracyDrop, "documents", (0.0, 0.02), (0.02, 0.05)),
    uncited(Quantity::MemoryReduction, "training path, constants named QLoRA", (0.5, 0.5), (0.75, 0.75)),
    uncited(Quantity::MemoryReduction, "simulation", (0.5, 0.5), (0.75, 0.75)),
    uncited(Quantity::MemoryReduction, "documents", (0.4, 0.6), (0.6, 0.8)),
];

/// Returns the comparison of the published training path: its own constants against the placeholders 0.01 and 0.5,
/// whatever the results of the experiment. Empty without quantization.
pub fn placeholder(config: &ExperimentConfig) -> LiteratureComparison {
    /// The placeholders for the experiment's accuracy drop and memory reduction.
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
