//! Contradictions and impossible values in the results of one experiment (vit-lora.md §8).

use super::monitor::{Tail, stability, stability_score};
use super::size::{HIGHEST_RANK, LINEAR_LAYERS, Sizes, VisionTransformer};
use crate::studies::lora::record::Experiment;
use crate::studies::lora::record::experiment::{GradientFlow, Storage};

/// Tolerance between two numbers of which one was computed from the other: above any rounding error, below any printed
/// digit.
const SAME: f64 = 1e-9;

/// Largest relative difference between a stated and the true size that counts as the same size; data beside the weights
/// takes less than this.
const SIZE: f64 = 0.1;

/// Training images of the published split of CIFAR.
const TRAINED: i64 = 45_000;

/// Shortest believable training time in seconds: no computer trains a model on tens of thousands of images in less.
const NO_TIME: f64 = 1.0;

/// A contradiction or an impossible value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// Its kind, in a few words: the same for every experiment.
    pub kind: &'static str,
    /// The contradiction in this experiment, as a sentence.
    pub sentence: String,
}

/// The contradictions found so far.
#[derive(Default)]
struct Found(Vec<Contradiction>);

impl Found {
    fn push(&mut self, kind: &'static str, sentence: String) {
        self.0.push(Contradiction { kind, sentence });
    }
}

/// Returns all contradictions in the results of an experiment.
pub fn contradictions(experiment: &Experiment, counted: &mut Sizes) -> Vec<Contradiction> {
    let mut found = Found::default();
    training(experiment, &mut found);
    convergence(experiment, &mut found);
    layers(experiment, &mut found);
    sizes(experiment, counted, &mut found);
    found.0
}

fn training(experiment: &Experiment, found: &mut Found) {
    let results = &experiment.training_results;
    if let (Some(last), Some(best)) = (results.final_eval_accuracy, results.best_eval_accuracy)
        && last > best
    {
        found.push(
            "final accuracy above the best one",
            format!("The final validation accuracy, {last:.4}, is above the best one, {best:.4}."),
        );
    }
    let accuracies = [
        ("final training", Some(results.final_train_accuracy)),
        ("final validation", results.final_eval_accuracy),
        ("best validation", results.best_eval_accuracy),
        ("test", Some(experiment.test_metrics.top1_accuracy)),
    ];
    for (name, accuracy) in accuracies {
        if let Some(accuracy) = accuracy.filter(|accuracy| !(0.0..=1.0).contains(accuracy)) {
            found.push(
                "accuracy that is no share",
                format!("The {name} accuracy is {accuracy:.4}; a share lies between 0 and 1."),
            );
        }
    }
    let curve = &results.training_curve;
    if let Some(end) = curve.last().filter(|end| (*end - results.final_train_loss).abs() > SAME) {
        let last = results.final_train_loss;
        found.push(
            "final loss not the last of its curve",
            format!("The final training loss is {last:.4}, but its curve ends at {end:.4}."),
        );
    }
    if results.early_stopped && results.total_epochs == experiment.config.training.num_epochs {
        let epochs = results.total_epochs;
        found.push(
            "stopped early after all epochs",
            format!("Training is said to have stopped early, after all {epochs} of {epochs} epochs."),
        );
    }
    let batch = experiment.config.training.batch_size;
    if experiment.config.dataset.name.starts_with("cifar") && batch > 0 {
        let steps = results.total_epochs.saturating_mul(TRAINED / batch);
        if results.total_steps != steps {
            found.push(
                "steps that do not fit epochs and images",
                format!(
                    "{} steps are counted; {} epochs of {TRAINED} images in batches of {batch} are {steps}.",
                    results.total_steps, results.total_epochs
                ),
            );
        }
    }
    if let Some(seconds) = experiment.training_time.filter(|seconds| *seconds < NO_TIME) {
        found.push(
            "epochs in no time",
            format!("{} epochs are said to have taken {seconds:.2} s.", results.total_epochs),
        );
    }
}

fn convergence(experiment: &Experiment, found: &mut Found) {
    let (training, analysis) = (&experiment.training_results, &experiment.quantization_analysis);
    let convergence = &analysis.convergence_analysis;
    for (name, one, other) in [
        ("converged", training.converged, convergence.converged),
        ("stopped early", training.early_stopped, convergence.early_stopped),
    ] {
        if one != other {
            let (yes, no) = if one { ("training", "convergence") } else { ("convergence", "training") };
            found.push(
                "training and convergence disagree",
                format!("It {name} by its {yes} results, and did not by its {no} results."),
            );
        }
    }
    let (label, formula) = (convergence.convergence_stability.as_str(), stability(&training.training_curve));
    if label != formula {
        let tail = Tail::of(&training.training_curve).map_or(0.0, |tail| tail.deviation);
        found.push("label not that of the study's own formula", format!(
            "It is labelled {label}; by the study's own formula its loss curve is {formula} (deviation {tail:.4})."
        ));
    }
    if let GradientFlow::Recorded(norms) = &analysis.gradient_flow_analysis {
        let score = stability_score(norms.mean_gradient_norm, norms.std_gradient_norm);
        if (score - norms.stability_score).abs() > SAME {
            found.push("stability score not that of mean and deviation", format!(
                "The stability score of the gradients is {:.4}; from their mean and deviation it is {score:.4}.",
                norms.stability_score
            ));
        }
    }
}

fn layers(experiment: &Experiment, found: &mut Found) {
    let Some(verification) = &experiment.quantization_analysis.quantization_verification else { return };
    if VisionTransformer::named(&experiment.config.model.name, 0).is_none() {
        return;
    }
    if verification.total_layers != LINEAR_LAYERS {
        found.push(
            "layers the model does not have",
            format!(
                "{} linear layers are counted; the model has {LINEAR_LAYERS}.",
                verification.total_layers
            ),
        );
    }
    if verification.quantized_layers > LINEAR_LAYERS {
        found.push(
            "more layers quantized than there are",
            format!("{} layers are said to be quantized, of {LINEAR_LAYERS}.", verification.quantized_layers),
        );
    }
}

fn sizes(experiment: &Experiment, counted: &mut Sizes, found: &mut Found) {
    let (config, metrics) = (&experiment.config, &experiment.model_metrics);
    let classes = u64::try_from(config.model.num_classes).ok();
    let Some(model) = classes.and_then(|classes| VisionTransformer::named(&config.model.name, classes))
    else {
        return;
    };
    let parameters = model.parameters();
    if metrics.total_parameters != parameters as i64 {
        let stated = metrics.total_parameters;
        found.push(
            "parameters the model does not have",
            format!("{stated} parameters are counted; the model has {parameters}."),
        );
    }
    let analysis = &experiment.quantization_analysis;
    let storage = config.storage();
    let sizes =
        [(Storage::Baseline, analysis.base_model_memory_mb), (storage, analysis.quantized_model_memory_mb)];
    // Without quantization both sizes are the same.
    for (storage, stated) in sizes.into_iter().take(if storage == Storage::Baseline { 1 } else { 2 }) {
        if let Some(truth) = counted.megabytes(model, storage)
            && (stated - truth).abs() > SIZE * truth
        {
            let how = storage.label();
            found.push(
                "memory the model does not take",
                format!("The model is said to take {stated:.1} MB, {how}; it takes {truth:.2} MB."),
            );
        }
    }
    let rank = config.lora.as_ref().and_then(|lora| u64::try_from(lora.rank).ok());
    if let Some(rank) = rank.filter(|rank| (1..=HIGHEST_RANK).contains(rank)) {
        // Every linear layer of a block adds a multiple of rank times width.
        let (unit, most) = (rank * model.width, model.adapter(rank));
        let stated = u64::try_from(metrics.lora_parameters).ok();
        if !stated.is_some_and(|stated| stated.is_multiple_of(unit) && stated <= most) {
            found.push("adapters of an impossible size", format!(
                "The adapters are said to have {} parameters; of rank {rank} they have a multiple of {unit}, and {most} on all layers.",
                metrics.lora_parameters
            ));
        }
    }
}
