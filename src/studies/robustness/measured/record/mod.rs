//! The record of measured perplexity against bit width: trained models, quantized and run on held-out text
//! (measured-feasibility.md).

mod agreement;
mod config;
mod group;
mod lengths;
mod repetition;
mod tables;
mod tuned;

pub use agreement::Agreement;
pub use config::{Config, ConfigError, Core, FORMATS, Part, Way};
pub use group::Group;
pub use lengths::{Course, Lengths, LengthsError, Next};
pub use repetition::Repetition;
pub use tuned::{Arm, Look, Tuned, Tuning};

use crate::kit::record::{Manifest, Provenance};
use bk_models::corpus::{Baselines, Text};
use bk_models::{Architecture, Evaluation, Format, Gating, Recipe, Router, causality};
use serde::{Deserialize, Serialize};

/// Relative change of perplexity that INT8 may cause without a stated reason.
const INT8_TOLERANCE: f64 = 0.01;
/// Relative change of perplexity that FP16 may cause.
const FP16_TOLERANCE: f64 = 0.001;

/// The measurement of one storage format.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The storage format.
    pub way: Way,
    /// Bytes of all parameters as stored, from which the evaluation runs.
    pub bytes: usize,
    /// Losses on held-out text.
    pub held_out: Evaluation,
}

/// One trained model, measured in several storage formats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The architecture.
    pub architecture: Architecture,
    /// The recipe of its training; within a group, only its seed differs.
    pub recipe: Recipe,
    /// Number of training steps.
    pub steps: usize,
    /// The text: trained on its training part, measured on its held-out part.
    pub text: Text,
    /// Number of parameters.
    pub parameters: usize,
    /// Checksum of its weights, sizes, and text, which identifies the model.
    pub fingerprint: u32,
    /// The format of the parameters in its checkpoint.
    pub stored: Format,
    /// Number of held-out tokens it was measured on.
    pub tokens: usize,
    /// Bytes per held-out token; `None` where tokens are numbers.
    pub bytes_a_token: Option<f64>,
    /// Losses of the baselines on the same tokens.
    pub baselines: Baselines,
    /// Loss of the source itself on these tokens (the entropy floor), in nats per token, if known.
    pub source_loss: Option<f64>,
    /// The largest change of a logit at a position before a changed token.
    pub largest_leak: f64,
    /// The measurements.
    pub points: Vec<Point>,
    /// Results of further training, with and without quantization.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tuned: Vec<Tuned>,
}

impl Measured {
    /// Returns the number of tokens read in training.
    pub fn training_tokens(&self) -> usize {
        // Saturating, because a file may contain any numbers.
        self.steps.saturating_mul(self.tokens_a_step())
    }

    /// Returns the number of tokens per training step.
    pub fn tokens_a_step(&self) -> usize {
        self.recipe.batch.saturating_mul(self.architecture.context())
    }

    /// Returns the point of a storage format, if it was measured.
    pub fn at(&self, way: Way) -> Option<&Point> {
        self.points.iter().find(|point| point.way == way)
    }

    /// Returns the point of the unquantized model.
    pub fn base(&self) -> Option<&Point> {
        self.at(Way::of(self.stored))
    }

    /// Returns the relative increase of perplexity in a storage format over the unquantized model.
    pub fn change(&self, way: Way) -> Option<f64> {
        Some(self.at(way)?.held_out.perplexity() / self.base()?.held_out.perplexity() - 1.0)
    }

    /// Returns the loss in bits per byte of held-out text.
    pub fn bits_a_byte(&self, point: &Point) -> Option<f64> {
        Some(point.held_out.loss() / std::f64::consts::LN_2 / self.bytes_a_token?)
    }

    /// Returns whether the model is causal.
    pub fn is_causal(&self) -> bool {
        self.largest_leak <= causality::TOLERANCE
    }

    /// Returns the warnings that a reader needs before the numbers.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = vec![];
        if let (false, Some(base)) = (self.is_causal(), self.base()) {
            warnings.push(format!(
                "It sees the future: a changed token moves earlier logits by up to {:.1e}. Its perplexity of {:.2} is no measure of prediction; at the last position of each sequence, where nothing can leak, it is {:.2}.",
                self.largest_leak,
                base.held_out.perplexity(),
                base.held_out.last_perplexity()
            ));
        }
        let floor = self.source_loss.unwrap_or(f64::NEG_INFINITY);
        if self.is_causal() && self.points.iter().any(|point| point.held_out.loss() < floor) {
            warnings
                .push("A loss is below that of the source itself, which no model of the past can be.".into());
        }
        let shifts = [(Format::Fp16, FP16_TOLERANCE), (Format::Int8, INT8_TOLERANCE)];
        for (format, tolerance) in shifts {
            if let Some(change) = self.change(Way::of(format)).filter(|change| change.abs() > tolerance) {
                warnings.push(format!(
                    "{} changes its perplexity by {:+.2} %, more than {} %.",
                    format.label(),
                    100.0 * change,
                    100.0 * tolerance
                ));
            }
        }
        if let Architecture::ResNetBk(model) = &self.architecture
            && model.router == Router::Mlp
            && model.gating == Gating::Chosen
            && model.top_k == 1
            && model.experts > 1
        {
            warnings.push(
                "No derivative reaches its router, as published: the softmax over one chosen expert is 1."
                    .into(),
            );
        }
        warnings
    }
}

/// The results of a bit-width sweep over one or several models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Widths {
    /// Provenance of the numbers: always measured here.
    pub provenance: Provenance,
    /// The manifest: how the record was made.
    pub manifest: Manifest,
    /// The config of the sweep.
    pub config: Config,
    /// The models, in order.
    pub models: Vec<Measured>,
}

impl Widths {
    /// The title of the record.
    pub const TITLE: &str = "Measured perplexity against bit width";

    /// Creates a record of these models.
    pub fn new(config: Config, models: Vec<Measured>) -> Self {
        Self {
            provenance: Provenance::Measured,
            manifest: Manifest::new(
                vec![],
                "Trained, quantized and run by this lab: every perplexity is of held-out text, computed from the packed codes whose bytes are given.",
            ),
            config,
            models,
        }
    }

    /// Returns the model with a fingerprint, if its points have the same meaning as those of `config`.
    pub fn known(&self, config: &Config, fingerprint: u32) -> Option<&Measured> {
        let alike = self.config.measures_alike(config);
        self.models.iter().find(|model| alike && model.fingerprint == fingerprint)
    }

    /// Replaces the model with the same fingerprint, or appends the model.
    pub fn put(&mut self, model: Measured) {
        match self.models.iter_mut().find(|other| other.fingerprint == model.fingerprint) {
            Some(place) => *place = model,
            None => self.models.push(model),
        }
    }

    /// Returns the warnings that a reader needs before the numbers, each with the model it is about.
    pub fn warnings(&self) -> Vec<String> {
        let groups = self.groups();
        let all = groups.iter().flat_map(|group| {
            let of = group.models.iter().map(move |model| (group, model));
            of.flat_map(|(group, model)| {
                let seed = model.recipe.seed;
                model
                    .warnings()
                    .into_iter()
                    .map(move |warning| format!("{}, seed {seed}: {warning}", group.label))
            })
        });
        all.collect()
    }
}
