//! The record of measured perplexity against bit width: trained models, quantized and run on text they have not seen
//! (measured-feasibility.md).

mod agreement;
mod config;
mod group;
mod lengths;
mod repetition;
mod tables;
mod tuned;

pub use agreement::Agreement;
pub use config::{Config, ConfigError, Core, Part, Way};
pub use group::Group;
pub use lengths::{Course, Lengths, LengthsError, Next};
pub use repetition::Repetition;
pub use tuned::{Arm, Look, Tuned, Tuning};

use crate::kit::record::{Manifest, Provenance};
use bk_models::corpus::{Baselines, Text};
use bk_models::{Architecture, Evaluation, Format, Gating, Recipe, Router, causality};
use serde::{Deserialize, Serialize};

/// INT8 may change a perplexity by this part before a reason has to be shown.
const INT8_TOLERANCE: f64 = 0.01;
/// FP16 may change a perplexity by this part.
const FP16_TOLERANCE: f64 = 0.001;

/// One way to store a model, measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Which way.
    pub way: Way,
    /// Bytes of all parameters as they are stored: what the evaluation read.
    pub bytes: usize,
    /// Losses on held-out text.
    pub held_out: Evaluation,
}

/// One trained model, measured in several ways.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// What it is.
    pub architecture: Architecture,
    /// How it was trained; its seed tells it from others of its group.
    pub recipe: Recipe,
    /// For how many steps.
    pub steps: usize,
    /// On what text, whose held-out part it is measured on.
    pub text: Text,
    /// Numbers that it is.
    pub parameters: usize,
    /// What tells its weights, sizes and text from others: a checksum of them.
    pub fingerprint: u32,
    /// What its checkpoint holds its parameters in.
    pub stored: Format,
    /// Held-out tokens that it was measured on.
    pub tokens: usize,
    /// Bytes a token of these stands for; none where tokens are numbers.
    pub bytes_a_token: Option<f64>,
    /// What counting alone achieves on the same tokens.
    pub baselines: Baselines,
    /// What the source itself loses on them, in nats a token, where it is known.
    pub source_loss: Option<f64>,
    /// The largest change of a logit before a token that was changed.
    pub largest_leak: f64,
    /// What was measured.
    pub points: Vec<Point>,
    /// What further training came to, with quantization and without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tuned: Vec<Tuned>,
}

impl Measured {
    /// Tokens that training has read.
    pub fn training_tokens(&self) -> usize {
        // A file may hold any numbers.
        self.steps.saturating_mul(self.tokens_a_step())
    }

    /// Tokens of a step of training.
    pub fn tokens_a_step(&self) -> usize {
        self.recipe.batch.saturating_mul(self.architecture.context())
    }

    /// The point of a way, if it was measured.
    pub fn at(&self, way: Way) -> Option<&Point> {
        self.points.iter().find(|point| point.way == way)
    }

    /// The model as it came.
    pub fn base(&self) -> Option<&Point> {
        self.at(Way::of(self.stored))
    }

    /// By how much a way's perplexity is larger than the model's as it came, as a part of that.
    pub fn change(&self, way: Way) -> Option<f64> {
        Some(self.at(way)?.held_out.perplexity() / self.base()?.held_out.perplexity() - 1.0)
    }

    /// Bits a byte of held-out text.
    pub fn bits_a_byte(&self, point: &Point) -> Option<f64> {
        Some(point.held_out.loss() / std::f64::consts::LN_2 / self.bytes_a_token?)
    }

    /// Whether it sees the past alone.
    pub fn is_causal(&self) -> bool {
        self.largest_leak <= causality::TOLERANCE
    }

    /// What has to be said before its numbers are read.
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

/// What a study found: one model, or several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Widths {
    /// Where the numbers come from: always measured here.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was asked for.
    pub config: Config,
    /// The models in their order.
    pub models: Vec<Measured>,
}

impl Widths {
    /// What it is called.
    pub const TITLE: &str = "Measured perplexity against bit width";

    /// A record of these models.
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

    /// The model of a fingerprint, if its points mean what those of a config would.
    pub fn known(&self, config: &Config, fingerprint: u32) -> Option<&Measured> {
        let alike = self.config.measures_alike(config);
        self.models.iter().find(|model| alike && model.fingerprint == fingerprint)
    }

    /// Puts a model in its place, or behind the others.
    pub fn put(&mut self, model: Measured) {
        match self.models.iter_mut().find(|other| other.fingerprint == model.fingerprint) {
            Some(place) => *place = model,
            None => self.models.push(model),
        }
    }

    /// What has to be said before the numbers are read, each with the model that it is said of.
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
