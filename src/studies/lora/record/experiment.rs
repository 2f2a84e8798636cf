//! The results of one experiment as its `results.json` holds them (vit-lora.md §7.2). The order of the fields
//! is that of the file; accuracies are fractions, `*_percent` are percent.

use super::config::{ExperimentConfig, Quantization};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What one experiment came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// The identifier, which names its folder. The published ones are not unique.
    pub experiment_id: String,
    /// What it was run with.
    pub config: ExperimentConfig,
    /// `completed`, for results.
    pub status: String,
    /// When it began, local time without a zone. A simulation that runs no clock has no times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// How long it took, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training_time: Option<f64>,
    /// What training came to.
    pub training_results: TrainingResults,
    /// What the test images came to.
    pub test_metrics: TestMetrics,
    /// How large the model is.
    pub model_metrics: ModelMetrics,
    /// What quantization did, gradients and convergence included.
    pub quantization_analysis: QuantizationAnalysis,
    /// Memory and speed.
    pub resource_metrics: ResourceMetrics,
    /// The comparison with expectations that the program calls literature.
    pub literature_comparison: LiteratureComparison,
}

/// What training came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingResults {
    /// Loss on the trained images at the end.
    pub final_train_loss: f64,
    /// Loss on the validation images at the end.
    pub final_eval_loss: Option<f64>,
    /// Share of trained images labelled rightly at the end.
    pub final_train_accuracy: f64,
    /// Share of validation images labelled rightly at the end.
    pub final_eval_accuracy: Option<f64>,
    /// The best such share of any epoch.
    pub best_eval_accuracy: Option<f64>,
    /// Passes over the images.
    pub total_epochs: i64,
    /// Steps of the optimizer.
    pub total_steps: i64,
    /// Whether it says that training converged.
    pub converged: bool,
    /// Whether it says that training stopped early.
    pub early_stopped: bool,
    /// Training loss of each epoch.
    pub training_curve: Vec<f64>,
    /// Validation loss of each epoch.
    pub validation_curve: Vec<f64>,
}

/// What the test images came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestMetrics {
    /// Share of images whose label was given first.
    pub top1_accuracy: f64,
    /// Share of images whose label was among the first five.
    pub top5_accuracy: f64,
    /// Mean loss.
    pub average_loss: f64,
    /// Harmonic mean of precision and recall.
    pub f1_score: Option<f64>,
    /// Share of given labels that are right, averaged.
    pub precision: Option<f64>,
    /// Share of labels found, averaged.
    pub recall: Option<f64>,
    /// Number of images.
    pub num_samples: i64,
    /// Seconds.
    pub evaluation_time: f64,
}

/// How large the model is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelMetrics {
    /// All parameters.
    pub total_parameters: i64,
    /// Those that are trained.
    pub trainable_parameters: i64,
    /// Their share.
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

/// What quantization did. Also a file of its own, `quantization_analysis.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuantizationAnalysis {
    /// Whether there was any.
    pub quantization_applied: bool,
    /// How.
    pub quantization_config: Option<Quantization>,
    /// Size before, in MB.
    pub base_model_memory_mb: f64,
    /// Size after, in MB.
    pub quantized_model_memory_mb: f64,
    /// The difference, in MB.
    pub memory_reduction_mb: f64,
    /// The difference, in percent of the size before.
    pub memory_reduction_percent: f64,
    /// What a look at the layers found.
    pub quantization_verification: Option<Verification>,
    /// Gradients.
    pub gradient_flow_analysis: GradientFlow,
    /// Convergence.
    pub convergence_analysis: Convergence,
}

/// What a look at the layers found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// Whether any layer is quantized.
    pub quantization_applied: bool,
    /// How many are.
    pub quantized_layers: i64,
    /// Of how many.
    pub total_layers: i64,
    /// MB saved; not in simulated files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_reduction_mb: Option<f64>,
    /// Percent saved.
    pub memory_reduction_percent: f64,
    /// Complaints.
    pub errors: Vec<String>,
}

/// What the monitor of gradients says (§4.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum GradientFlow {
    /// Norms were recorded.
    Recorded(GradientNorms),
    /// None were: `no_data`.
    Missing {
        /// Why there is nothing.
        status: String,
    },
}

/// Statistics of the norms of the gradients of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradientNorms {
    /// Their mean.
    pub mean_gradient_norm: f64,
    /// Their standard deviation, of all there are.
    pub std_gradient_norm: f64,
    /// The largest.
    pub max_gradient_norm: f64,
    /// The smallest.
    pub min_gradient_norm: f64,
    /// Whether any is above 10.
    pub gradient_explosion_detected: bool,
    /// Whether any is below 10⁻⁶.
    pub gradient_vanishing_detected: bool,
    /// 1 / (1 + deviation / mean), or 0 for a mean of 0.
    pub stability_score: f64,
}

/// What is said of convergence (§4.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Whether it says that training converged.
    pub converged: bool,
    /// Whether it says that training stopped early.
    pub early_stopped: bool,
    /// Passes over the images.
    pub total_epochs: i64,
    /// `stable`, `moderate` or `unstable`.
    pub convergence_stability: String,
    /// `none`, `minimal`, `moderate`, `slower_convergence` or `destabilizing`.
    pub quantization_impact: String,
}

/// Memory and speed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceMetrics {
    /// Most memory, in MB.
    pub peak_memory_mb: f64,
    /// Mean memory, in MB.
    pub average_memory_mb: f64,
    /// How long it took, in seconds; none where no clock ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training_time: Option<f64>,
    /// Images a second.
    pub samples_per_second: f64,
    /// What computed.
    pub device_type: String,
}

/// The comparison with expectations that the program calls literature. None of them is cited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiteratureComparison {
    /// Whether there is one.
    pub comparison_available: bool,
    /// Always empty where it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub literature_benchmarks: Option<Value>,
    /// Accuracy.
    pub performance_comparison: PerformanceComparison,
    /// Memory.
    pub efficiency_comparison: EfficiencyComparison,
}

/// Accuracy against the expectation; an empty object where there is none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PerformanceComparison {
    /// The numbers.
    #[serde(flatten)]
    pub drop: Option<AccuracyDrop>,
}

/// A drop in accuracy against the expected one, both as fractions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccuracyDrop {
    /// What was expected.
    pub expected_accuracy_drop: f64,
    /// What came.
    pub actual_accuracy_drop: f64,
    /// Actual over expected; 1 where nothing was expected.
    pub accuracy_drop_ratio: f64,
}

/// Memory against the expectation; an empty object where there is none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct EfficiencyComparison {
    /// The numbers.
    #[serde(flatten)]
    pub reduction: Option<MemoryReduction>,
}

/// A reduction of memory against the expected one, both as fractions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemoryReduction {
    /// What was expected.
    pub expected_memory_reduction: f64,
    /// What came.
    pub actual_memory_reduction: f64,
    /// Actual over expected; 1 where nothing was expected.
    pub memory_efficiency_ratio: f64,
}

/// How the weights of an experiment are stored: the third axis of the matrix (§1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Storage {
    /// As they are.
    Baseline,
    /// In 8 bits.
    EightBit,
    /// In 4 bits.
    FourBit,
    /// In 4 bits with quantized scales.
    FourBitDouble,
}

impl Storage {
    /// All, in the order of the matrix.
    pub const ALL: [Storage; 4] =
        [Storage::Baseline, Storage::EightBit, Storage::FourBit, Storage::FourBitDouble];

    /// The storage of a configuration. Anything but 8 bits is counted among the 4 bits, as the program does.
    pub fn of(quantization: Option<&Quantization>) -> Self {
        match quantization {
            None => Storage::Baseline,
            Some(quantization) if quantization.bits == 8 => Storage::EightBit,
            Some(quantization) if quantization.double_quant => Storage::FourBitDouble,
            Some(_) => Storage::FourBit,
        }
    }

    /// The name a reader knows.
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
    /// How the weights are stored.
    pub fn storage(&self) -> Storage {
        Storage::of(self.quantization.as_ref())
    }
}
