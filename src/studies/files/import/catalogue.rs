//! The result files of the two published projects that are no figure's data: known by their keys, never by
//! their names, each with what is known of its origin (resnet-bk.md §11 and Appendix C, vit-lora.md §0).
//! No entry is better than “imported, unverified”.

use crate::kit::import::json::{excerpt, number};
use crate::kit::import::origin::{MOCK_SEEDS, is_loss_of};
use crate::kit::record::Provenance;
use serde_json::Value;

/// What is known of a file.
pub(super) struct Entry {
    pub(super) title: &'static str,
    pub(super) provenance: Provenance,
    pub(super) sentence: String,
}

/// A kind of file.
struct Kind {
    title: &'static str,
    /// Paths that all files of the kind have: keys joined by dots, `*` for any key, `0` for the first of a
    /// list.
    paths: &'static [&'static str],
    /// What else must hold, where the keys alone do not tell.
    mark: fn(&Value) -> bool,
    provenance: Provenance,
    sentence: &'static str,
}

const MEASURED: &str =
    "One of the published project's result files: it looks written by a run, which nobody has checked.";
const UNTRAINED: &str = "One of the published project's result files, about models that were never trained: their perplexity is about the size of the vocabulary.";
const MOCK: &str = "Has the marks of the published mock data: seeds labelled 42 to 46, values computed from one another to the last digit. The script that writes such files calls them mock.";
const DEMO: &str = "Written by a demonstration that generates its numbers.";
const SIMULATOR: &str = "Written by the simulator of the published study of quantized LoRA: random numbers around chosen values. No experiment of that study was ever trained.";
const SETTINGS: &str = "Settings of an experiment, not a result.";

/// All kinds; the first that fits counts.
const KINDS: &[Kind] = &[
    Kind {
        title: "FLOPs and throughput by model",
        paths: &["0.model", "0.flops", "0.throughput", "0.flops_per_token"],
        mark: is_mock_efficiency,
        provenance: Provenance::Mock,
        sentence: MOCK,
    },
    Kind {
        title: "Ablation of components",
        paths: &["0.components", "0.perplexity", "0.loss"],
        mark: is_mock_ablation,
        provenance: Provenance::Mock,
        sentence: MOCK,
    },
    Kind {
        title: "Two training steps of three models",
        paths: &["resnet_bk.losses", "resnet_bk.avg_flops", "mamba.losses"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: "One of the published project's result files, of a few training steps. No FLOPs were counted (avg_flops is 0), and adaptive computation was not part of it.",
    },
    Kind {
        title: "Throughput by sequence length, ResNet-BK and Transformer",
        paths: &["config.seq_lengths", "resnet_bk.0.tokens_per_sec", "transformer.0.tokens_per_sec"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: MEASURED,
    },
    Kind {
        title: "Throughput by sequence length",
        paths: &["*.measurements.0.tokens_per_second"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: MEASURED,
    },
    Kind {
        title: "Memory by phase",
        paths: &["*.snapshots", "*.peak_total_mb"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: MEASURED,
    },
    Kind {
        title: "Perplexity validation",
        paths: &["*.bits_per_byte", "*.passes_5_percent_threshold"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: UNTRAINED,
    },
    Kind {
        title: "Comparison of phase 3",
        paths: &["phase3_ppl", "phase3_vram_gb"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: UNTRAINED,
    },
    Kind {
        title: "Evaluation of phase 4",
        paths: &["throughput_tokens_per_sec", "perplexity_wikitext2"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: UNTRAINED,
    },
    Kind {
        title: "WikiText training run",
        paths: &["model_name", "config", "final_perplexity", "epoch_losses", "total_training_flops"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: "One of the published project's result files: it looks written by a run, which nobody has checked. Its perplexity is that of the training data.",
    },
    Kind {
        title: "Training benchmark",
        paths: &["model_name", "dataset", "bits", "final_perplexity", "epoch_losses"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: "Has the form of the published benchmark, whose 4 bits are in fact 16 and whose perplexity is that of the training data.",
    },
    Kind {
        title: "Scattering analysis",
        paths: &["correlation", "mean_phase", "mean_perplexity", "phase_difference"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: MEASURED,
    },
    Kind {
        title: "Long-context training",
        paths: &["args.seq_len", "results_by_length", "metrics_history"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: "One of the published project's result files. Where its history is empty, no training step ran.",
    },
    Kind {
        title: "FLOPs by component",
        paths: &["model_config", "total_flops.forward", "component_breakdown"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: "Output of the published project's FLOPs counter: a formula, not a measurement.",
    },
    Kind {
        title: "Demonstration of diagnostics",
        paths: &["gamma_values", "snr_stats", "resonance_info"],
        mark: always,
        provenance: Provenance::Mock,
        sentence: DEMO,
    },
    Kind {
        title: "Demonstration of a training curve",
        paths: &["loss.0", "perplexity.0"],
        mark: |value| value.as_object().is_some_and(|object| object.len() == 2),
        provenance: Provenance::Mock,
        sentence: DEMO,
    },
    Kind {
        title: "Training log",
        paths: &["steps.0.step", "steps.0.loss"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: MEASURED,
    },
    Kind {
        title: "Training log",
        paths: &["0.step", "0.epoch", "0.loss", "0.perplexity"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: MEASURED,
    },
    Kind {
        title: "Quantized LoRA: results of an experiment",
        paths: &["experiment_id", "training_results.training_curve", "model_metrics.total_parameters"],
        mark: is_simulated_experiment,
        provenance: Provenance::Mock,
        sentence: SIMULATOR,
    },
    Kind {
        title: "Quantized LoRA: results of a test run",
        paths: &["experiment_id", "metrics.final_accuracy", "start_time", "end_time"],
        mark: took_no_time,
        provenance: Provenance::Mock,
        sentence: SIMULATOR,
    },
    Kind {
        title: "Quantized LoRA: an experiment that failed",
        paths: &["experiment_id", "config.model.name", "error", "status"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: "An error, not a result.",
    },
    Kind {
        title: "Quantized LoRA: results of the general runner",
        paths: &["experiment_id", "metrics", "training_history", "metadata"],
        mark: always,
        provenance: Provenance::Mock,
        sentence: "Has the form of the general runner of the published study of quantized LoRA, which simulates whatever it is asked to run.",
    },
    Kind {
        title: "Quantized LoRA: state of an interrupted run",
        paths: &["timestamp", "queue_state.current_index", "queue_state.experiments"],
        mark: always,
        provenance: Provenance::Imported,
        sentence: "How far a run had come, not a result.",
    },
    Kind {
        title: "Quantized LoRA: memory and gradients of an experiment",
        paths: &["quantization_applied", "base_model_memory_mb", "gradient_flow_analysis"],
        mark: |value| at(value, "base_model_memory_mb").is_some_and(|size| SIMULATED_MEMORY.contains(&size)),
        provenance: Provenance::Mock,
        sentence: SIMULATOR,
    },
    Kind {
        title: "Quantized LoRA: summary of the experiments",
        paths: &["quantization_breakdown", "memory_analysis", "convergence_analysis"],
        mark: always,
        provenance: Provenance::Mock,
        sentence: SIMULATOR,
    },
    Kind {
        title: "Quantized LoRA: detailed analysis",
        paths: &["detailed_memory_analysis", "detailed_accuracy_analysis"],
        mark: has_simulated_mean,
        provenance: Provenance::Mock,
        sentence: SIMULATOR,
    },
    Kind {
        title: "Adaptive LoRA: analysis",
        paths: &["analysis_timestamp", "layer_importance_analysis", "adaptive_vs_fixed_comparison"],
        mark: always,
        provenance: Provenance::Mock,
        sentence: "Written by a script of the published study of quantized LoRA in which the results stand as constants.",
    },
    Kind {
        title: "Quantized LoRA: configuration of an experiment",
        paths: &["model.name", "dataset.name", "training.learning_rate", "use_adalora"],
        mark: always,
        provenance: Provenance::Unknown,
        sentence: SETTINGS,
    },
];

/// The megabytes that the two models of the published simulator have before quantization: 24 times the truth.
const SIMULATED_MEMORY: [f64; 2] = [500.0, 2000.0];

/// The parameters that they have.
const SIMULATED_PARAMETERS: [f64; 2] = [5_000_000.0, 22_000_000.0];

/// What is known of a file, if it is of a known kind.
pub(super) fn look_up(value: &Value) -> Option<Entry> {
    let kind = KINDS.iter().find(|kind| kind.paths.iter().all(|path| has(value, path)) && (kind.mark)(value));
    kind.map(|kind| Entry { title: kind.title, provenance: kind.provenance, sentence: kind.sentence.into() })
}

/// What is known of a file of no known kind: what it says itself, at most.
pub(super) fn stated(value: &Value) -> (Provenance, String) {
    match value.get("provenance").and_then(Value::as_str) {
        Some(stated) => {
            let stated = excerpt(stated);
            (Provenance::Imported, format!("The file says “{stated}”; the lab cannot check that."))
        }
        None => (Provenance::Unknown, "The file does not say where its numbers come from.".into()),
    }
}

/// Whether a value has a path.
fn has(value: &Value, path: &str) -> bool {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let follow = |next: &Value| rest.is_none_or(|rest| has(next, rest));
    match (first, value) {
        ("*", Value::Object(object)) => object.values().any(follow),
        ("0", Value::Array(items)) => items.first().is_some_and(follow),
        (key, value) => value.get(key).is_some_and(follow),
    }
}

/// The number at a path of keys.
fn at(value: &Value, path: &str) -> Option<f64> {
    path.split('.').try_fold(value, |value, key| value.get(key)).and_then(number)
}

fn always(_: &Value) -> bool {
    true
}

/// Whether all rows of a list have a mock seed and a mark.
fn all_rows(value: &Value, mark: impl Fn(&Value) -> Option<bool>) -> bool {
    let is_mock = |row: &Value| {
        let seed = row.get("seed").and_then(Value::as_u64);
        seed.is_some_and(|seed| MOCK_SEEDS.contains(&seed)) && mark(row) == Some(true)
    };
    value.as_array().is_some_and(|rows| rows.iter().all(is_mock))
}

/// The mock script divides the FLOPs of 8 sequences of 2048 tokens.
const MOCK_TOKENS: f64 = 16384.0;

fn is_mock_efficiency(value: &Value) -> bool {
    all_rows(value, |row| Some(at(row, "flops")? / MOCK_TOKENS == at(row, "flops_per_token")?))
}

fn is_mock_ablation(value: &Value) -> bool {
    all_rows(value, |row| Some(is_loss_of(at(row, "loss")?, at(row, "perplexity")?)))
}

/// A mean over the models of the simulator lies between them; a true one is far below.
fn has_simulated_mean(value: &Value) -> bool {
    let [least, most] = SIMULATED_MEMORY;
    at(value, "detailed_memory_analysis.baseline_memory_mb")
        .is_some_and(|mean| (least..=most).contains(&mean))
}

/// The simulator “trains” for a tenth of a second, a model of a round number of parameters.
fn is_simulated_experiment(value: &Value) -> bool {
    at(value, "training_time").is_some_and(|seconds| seconds < 1.0)
        && at(value, "model_metrics.total_parameters")
            .is_some_and(|parameters| SIMULATED_PARAMETERS.contains(&parameters))
}

/// Whether start and end stand in the same second.
fn took_no_time(value: &Value) -> bool {
    /// Characters of an ISO time up to its seconds.
    const TO_THE_SECOND: usize = 19;
    let second = |key| value.get(key).and_then(Value::as_str).and_then(|time| time.get(..TO_THE_SECOND));
    second("start_time").is_some() && second("start_time") == second("end_time")
}
