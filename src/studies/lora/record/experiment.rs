//! The results of one experiment as stored in its `results.json` (vit-lora.md §7.2). The order of the fields is that of
//! the file; accuracies are fractions, `*_percent` are percent.

use super::config::{ExperimentConfig, Quantization};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The results of one experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// The identifier, which names its folder. The published identifiers are not unique.
    pub experiment_id: String,
    /// The configuration of the experiment.
    pub config: ExperimentConfig,
    /// The status: `completed` for results.
    pub status: String,
    /// Start time, as local time without a zone. A simulation that reads no clock has no times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// End time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// Duration in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training_time: Option<f64>,
    /// The results of training.
    pub training_results: TrainingResults,
    /// The results on the test images.
    pub test_metrics: TestMetrics,
    /// The size of the model.
    pub model_metrics: ModelMetrics,
    /// The effects of quantization, including gradients and convergence.
    pub quantization_analysis: QuantizationAnalysis,
    /// Memory and speed.
    pub resource_metrics: ResourceMetrics,
    /// The comparison with the expectations that the program calls literature.
    pub literature_comparison: LiteratureComparison,
}

/// The results of training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingResults {
    /// Final loss on the training images.
    pub final_train_loss: f64,
    /// Final loss on the validation images.
    pub final_eval_loss: Option<f64>,
    /// Final fraction of training images classified correctly.
    pub final_train_accuracy: f64,
    /// Final fraction of validation images classified correctly.
    pub final_eval_accuracy: Option<f64>,
    /// The best validation accuracy of any epoch.
    pub best_eval_accuracy: Option<f64>,
    /// Number of epochs.
    pub total_epochs: i64,
    /// Number of optimizer steps.
    pub total_steps: i64,
    /// Whether the results state that training converged.
    pub converged: bool,
    /// Whether the results state that training stopped early.
    pub early_stopped: bool,
    /// Training loss of each epoch.
    pub training_curve: Vec<f64>,
    /// Validation loss of each epoch.
    pub validation_curve: Vec<f64>,
}

/// The results on the test images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestMetrics {
    /// Fraction of images whose label was the first prediction.
    pub top1_accuracy: f64,
    /// Fraction of images whose label was among the first five predictions.
    pub top5_accuracy: f64,
    /// Mean loss.
    pub average_loss: f64,
    /// Harmonic mean of precision and recall.
    pub f1_score: Option<f64>,
    /// Precision: the fraction of predictions of a label that are correct, averaged over labels.
    pub precision: Option<f64>,
    /// Recall: the fraction of images of a label that are found, averaged over labels.
    pub recall: Option<f64>,
    /// Number of images.
    pub num_samples: i64,
    /// Evaluation time in seconds.
    pub evaluation_time: f64,
}

/// The size of the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelMetrics {
    /// Number of parameters.
    pub total_parameters: i64,
    /// Number of trained parameters.
    pub trainable_parameters: i64,
    /// Fraction of trained parameters.
    pub trainable_ratio: f64,
    /// Size before quantization, in MB.
    pub model_size_mb: f64,
    /// Parameters of the adapters.
    pub lora_parameters: i64,
    /// Rank of the adapters.
    pub lora_rank: Option<i64>,
    /// α of the adapters.
    pub lora_alpha: Option<f64>,
}

/// The effects of quantization. Also stored in a separate file, `quantization_analysis.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuantizationAnalysis {
    /// Whether the weights were quantized.
    pub quantization_applied: bool,
    /// The quantization settings.
    pub quantization_config: Option<Quantization>,
    /// Size before quantization, in MB.
    pub base_model_memory_mb: f64,
    /// Size after quantization, in MB.
    pub quantized_model_memory_mb: f64,
    /// The difference of the sizes, in MB.
    pub memory_reduction_mb: f64,
    /// The difference, in percent of the size before.
    pub memory_reduction_percent: f64,
    /// The result of checking the layers.
    pub quantization_verification: Option<Verification>,
    /// The report of the gradient monitor.
    pub gradient_flow_analysis: GradientFlow,
    /// The assessment of convergence.
    pub convergence_analysis: Convergence,
}

/// The result of checking the layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// Whether any layer is quantized.
    pub quantization_applied: bool,
    /// Number of quantized layers.
    pub quantized_layers: i64,
    /// Number of all layers.
    pub total_layers: i64,
    /// MB saved; absent in simulated files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_reduction_mb: Option<f64>,
    /// Percent saved.
    pub memory_reduction_percent: f64,
    /// Error messages.
    pub errors: Vec<String>,
}

/// The report of the gradient monitor (§4.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum GradientFlow {
    /// Norms were recorded.
    Recorded(GradientNorms),
    /// No norms were recorded: `no_data`.
    Missing {
        /// The reason.
        status: String,
    },
}

/// Statistics of the gradient norms of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradientNorms {
    /// Mean.
    pub mean_gradient_norm: f64,
    /// Population standard deviation.
    pub std_gradient_norm: f64,
    /// Maximum.
    pub max_gradient_norm: f64,
    /// Minimum.
    pub min_gradient_norm: f64,
    /// Whether any norm is above 10.
    pub gradient_explosion_detected: bool,
    /// Whether any norm is below 10⁻⁶.
    pub gradient_vanishing_detected: bool,
    /// 1 / (1 + deviation / mean), or 0 for a mean of 0.
    pub stability_score: f64,
}

/// The assessment of convergence (§4.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Whether the results state that training converged.
    pub converged: bool,
    /// Whether the results state that training stopped early.
    pub early_stopped: bool,
    /// Number of epochs.
    pub total_epochs: i64,
    /// `stable`, `moderate` or `unstable`.
    pub convergence_stability: String,
    /// `none`, `minimal`, `moderate`, `slower_convergence` or `destabilizing`.
    pub quantization_impact: String,
}

/// Memory and speed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceMetrics {
    /// Peak memory, in MB.
    pub peak_memory_mb: f64,
    /// Mean memory, in MB.
    pub average_memory_mb: f64,
    /// Duration in seconds; `None` if no clock was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training_time: Option<f64>,
    /// Images per second.
    pub samples_per_second: f64,
    /// The device that computed.
    pub device_type: String,
}

/// The comparison with the expectations that the program calls literature. None of them has a citation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiteratureComparison {
    /// Whether there is a comparison.
    pub comparison_available: bool,
    /// Always empty if present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub literature_benchmarks: Option<Value>,
    /// Accuracy.
    pub performance_comparison: PerformanceComparison,
    /// Memory.
    pub efficiency_comparison: EfficiencyComparison,
}

/// Accuracy compared with the expectation; an empty object without one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PerformanceComparison {
    /// The numbers.
    #[serde(flatten)]
    pub drop: Option<AccuracyDrop>,
}

/// A drop in accuracy compared with the expected one, both as fractions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccuracyDrop {
    /// Expected drop.
    pub expected_accuracy_drop: f64,
    /// Actual drop.
    pub actual_accuracy_drop: f64,
    /// Actual divided by expected; 1 if nothing was expected.
    pub accuracy_drop_ratio: f64,
}

/// Memory compared with the expectation; an empty object without one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct EfficiencyComparison {
    /// The numbers.
    #[serde(flatten)]
    pub reduction: Option<MemoryReduction>,
}

/// A reduction of memory compared with the expected one, both as fractions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemoryReduction {
    /// Expected reduction.
    pub expected_memory_reduction: f64,
    /// Actual reduction.
    pub actual_memory_reduction: f64,
    /// Actual divided by expected; 1 if nothing was expected.
    pub memory_efficiency_ratio: f64,
}

/// Storage format of the weights of an experiment: the fourth axis of the matrix (§1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Storage {
    /// Not quantized.
    Baseline,
    /// 8 bits.
    EightBit,
    /// 4 bits.
    FourBit,
    /// 4 bits with quantized scales.
    FourBitDouble,
}

impl Storage {
    /// All storage formats, in the order of the matrix.
    pub const ALL: [Storage; 4] =
        [Storage::Baseline, Storage::EightBit, Storage::FourBit, Storage::FourBitDouble];

    /// Returns the storage format of a configuration. As in the published program, anything but 8 bits counts as 4
    /// bits.
    pub fn of(quantization: Option<&Quantization>) -> Self {
        match quantization {
            None => Storage::Baseline,
            Some(quantization) if quantization.bits == 8 => Storage::EightBit,
            Some(quantization) if quantization.double_quant => Storage::FourBitDouble,
            Some(_) => Storage::FourBit,
        }
    }

    /// Returns the label.
    pub fn label(self) -> &'static str {
        match self {
            Storage::Baseline => "not quantized",
            Storage::EightBit => "8-bit",
            Storage::FourBit => "4-bit",
            Storage::FourBitDouble => "4-bit, scales too",
        }
    }
}

impl ExperimentConfig {
    /// Returns the storage format of the weights.
    pub fn storage(&self) -> Storage {
        Storage::of(self.quantization.as_ref())
    }
}
