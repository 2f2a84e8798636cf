//! The record of a scaling sweep: models of several kinds, sizes, and contexts, trained on the same number of tokens of
//! the same text, with their costs, their perplexities, and the course of their losses. The published figures of
//! efficiency and stability are compared with it.

mod config;
mod group;
mod tables;

pub use config::{Config, ConfigError, Kind, Place, Size, SizeError};
pub use group::{Cost, Group, Variant};

use crate::kit::record::{Manifest, Provenance};
use bk_models::early_exit::{Exit, Exits};
use bk_models::sparsity::Sight;
use bk_models::{Architecture, Evaluation, causality};
use serde::{Deserialize, Serialize};

/// A loss at least this many times the previous one is a spike (resnet-bk.md §10.5).
const SPIKE: f32 = 2.0;

/// A trained model with early exit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exited {
    /// The rule of early exit.
    pub exit: Exit,
    /// Number of tokens processed in every layer.
    pub exits: Exits,
    /// Losses on held-out text.
    pub held_out: Evaluation,
    /// FLOPs per token of a complete forward pass.
    pub flops: f64,
}

/// A trained model with sites of its diagonal left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sparse {
    /// The sites that its networks see.
    pub sight: Sight,
    /// The fraction of the sites that was left out, on held-out text.
    pub sparsity: f64,
    /// Losses on held-out text.
    pub held_out: Evaluation,
    /// FLOPs per token of a complete forward pass.
    pub flops: u64,
    /// The largest change of a logit at a position before a changed token.
    pub largest_leak: f64,
}

/// One trained model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rung {
    /// Its place in the sweep.
    pub place: Place,
    /// The architecture, with the text's vocabulary size.
    pub architecture: Architecture,
    /// Number of parameters.
    pub parameters: usize,
    /// Checksum of its weights, sizes, and text, which identifies the model.
    pub fingerprint: u32,
    /// FLOPs per token of a complete forward pass.
    pub flops: u64,
    /// FLOPs per token by the published counters, which omit some parts.
    pub published_flops: u64,
    /// The loss of every step on its batch, in nats per token; `None` where it is not finite.
    pub losses: Vec<Option<f32>>,
    /// The norm of the gradient before clipping, at every step; `None` where it is not finite.
    pub norms: Vec<Option<f32>>,
    /// Losses on held-out text; `None` if the model no longer computes finite values.
    pub held_out: Option<Evaluation>,
    /// Bytes per held-out token; `None` where tokens are numbers.
    pub bytes_a_token: Option<f64>,
    /// Loss of the source itself on the held-out text, in nats per token, if known.
    pub source_loss: Option<f64>,
    /// The largest change of a logit at a position before a changed token; `None` without finite values.
    pub largest_leak: Option<f64>,
    /// Measurements with early exit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exits: Vec<Exited>,
    /// Measurements with learned sparsity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sparsity: Vec<Sparse>,
}

impl Rung {
    /// Returns the number of steps that were skipped because their loss or gradient was not finite.
    pub fn not_finite(&self) -> usize {
        let is_left_out = |(loss, norm): &(&Option<f32>, &Option<f32>)| loss.is_none() || norm.is_none();
        self.losses.iter().zip(&self.norms).filter(is_left_out).count()
    }

    /// Returns the first of these steps.
    pub fn first_not_finite(&self) -> Option<usize> {
        self.losses.iter().zip(&self.norms).position(|(loss, norm)| loss.is_none() || norm.is_none())
    }

    /// Returns the number of steps whose loss was at least twice the previous one.
    pub fn spikes(&self) -> usize {
        let is_spike =
            |pair: &&[Option<f32>]| matches!(pair, [Some(before), Some(loss)] if *loss >= SPIKE * before);
        self.losses.windows(2).filter(is_spike).count()
    }

    /// Returns the mean loss of the last tenth of the steps, over the finite losses.
    pub fn final_loss(&self) -> Option<f64> {
        let last = &self.losses[self.losses.len() - self.losses.len().div_ceil(10)..];
        let finite: Vec<f64> = last.iter().flatten().map(|&loss| f64::from(loss)).collect();
        (!finite.is_empty()).then(|| crate::kit::record::statistics::mean(&finite))
    }

    /// Returns the median and the largest norm of the gradient before clipping, over the finite norms.
    pub fn norm(&self) -> Option<(f32, f32)> {
        let mut norms: Vec<f32> = self.norms.iter().flatten().copied().collect();
        norms.sort_unstable_by(f32::total_cmp);
        Some((norms[norms.len().checked_sub(1)? / 2], *norms.last()?))
    }

    /// Returns the loss in bits per byte of held-out text.
    pub fn bits_a_byte(&self) -> Option<f64> {
        Some(self.held_out?.loss() / std::f64::consts::LN_2 / self.bytes_a_token?)
    }
}

/// The results of a scaling sweep: the models trained so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// Provenance of the numbers: always measured here.
    pub provenance: Provenance,
    /// The manifest: how the record was made.
    pub manifest: Manifest,
    /// The config of the sweep.
    pub config: Config,
    /// The models, in the order of the config.
    pub rungs: Vec<Rung>,
}

impl Ladder {
    /// The title of the record.
    pub const TITLE: &str = "Measured efficiency and stability";

    /// Creates a record of a config, with the results already known from an earlier record.
    pub fn begin(config: Config, earlier: Option<&Self>) -> Self {
        let earlier = earlier.filter(|earlier| earlier.config.measures_alike(&config));
        let known = |place: &Place| earlier?.rungs.iter().find(|rung| rung.place == *place).cloned();
        let rungs = config.places().iter().filter_map(known).collect();
        let origin = "Trained and measured by this lab: every model on as many tokens of the same text, every perplexity of text that training has not seen.";
        let manifest = Manifest::new(vec![], origin);
        Self { provenance: Provenance::Measured, manifest, config, rungs }
    }

    /// Returns the models that remain to be trained.
    pub fn left(&self) -> Vec<Place> {
        let is_known = |place: &Place| self.rungs.iter().any(|rung| rung.place == *place);
        self.config.places().into_iter().filter(|place| !is_known(place)).collect()
    }

    /// Inserts a model in the order of the config.
    pub fn put(&mut self, rung: Rung) {
        self.rungs.push(rung);
        let places = self.config.places();
        self.rungs.sort_by_key(|rung| places.iter().position(|place| *place == rung.place));
    }

    /// Returns the warnings that a reader needs before the numbers.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = vec![];
        for rung in &self.rungs {
            let name = group::label(&rung.place);
            let seed = rung.place.seed;
            if rung.largest_leak.is_some_and(|leak| leak > causality::TOLERANCE) {
                warnings.push(format!(
                    "{name}, seed {seed}, sees the future: its perplexity is no measure of prediction."
                ));
            }
            if rung
                .held_out
                .is_some_and(|held_out| held_out.loss() < rung.source_loss.unwrap_or(f64::NEG_INFINITY))
            {
                warnings.push(format!("{name}, seed {seed}: a loss is below that of the source itself, which no model of the past can be."));
            }
        }
        if self
            .rungs
            .iter()
            .flat_map(|rung| &rung.sparsity)
            .any(|sparse| sparse.largest_leak > causality::TOLERANCE)
        {
            warnings.push("With sparsity as described, a model sees the future: its networks look to both sides, and its sites are chosen from a whole sequence. Its perplexity is no measure of prediction.".into());
        }
        warnings
    }
}
