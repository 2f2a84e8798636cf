//! The record of a ladder: models of several kinds, sizes and contexts, trained on as many tokens of the same text, with what
//! they cost and achieve, and what became of their losses. It is what the published figures of efficiency and stability are
//! held against.

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

/// A loss at least so many times the one before it is a spike (resnet-bk.md §10.5).
const SPIKE: f32 = 2.0;

/// A trained model with its tokens exiting early.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exited {
    /// By what rule.
    pub exit: Exit,
    /// How many tokens were worked on in every layer.
    pub exits: Exits,
    /// Losses on held-out text.
    pub held_out: Evaluation,
    /// Operations of a forward pass a token, complete.
    pub flops: f64,
}

/// A trained model with sites of its diagonal left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sparse {
    /// Where its networks look.
    pub sight: Sight,
    /// The part of the sites that was left out, on held-out text.
    pub sparsity: f64,
    /// Losses on held-out text.
    pub held_out: Evaluation,
    /// Operations of a forward pass a token, complete.
    pub flops: u64,
    /// The largest change of a logit before a token that was changed.
    pub largest_leak: f64,
}

/// One trained model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rung {
    /// Which of the ladder.
    pub place: Place,
    /// What it is, with its text's vocabulary.
    pub architecture: Architecture,
    /// Numbers that it is.
    pub parameters: usize,
    /// What tells its weights, sizes and text from others: a checksum of them.
    pub fingerprint: u32,
    /// Operations of a forward pass a token, complete.
    pub flops: u64,
    /// The same by the published counters, which leave parts out.
    pub published_flops: u64,
    /// The loss of every step on its batch, in nats a token; none where it is not finite.
    pub losses: Vec<Option<f32>>,
    /// The norm of the derivatives before clipping, at every step; none where it is not finite.
    pub norms: Vec<Option<f32>>,
    /// Losses on held-out text; none where the model computes nothing finite any more.
    pub held_out: Option<Evaluation>,
    /// Bytes a held-out token stands for; none where tokens are numbers.
    pub bytes_a_token: Option<f64>,
    /// What the source itself loses on the held-out text, in nats a token, where it is known.
    pub source_loss: Option<f64>,
    /// The largest change of a logit before a token that was changed; none where nothing finite is computed.
    pub largest_leak: Option<f64>,
    /// With early exit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exits: Vec<Exited>,
    /// With learned sparsity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sparsity: Vec<Sparse>,
}

impl Rung {
    /// Steps whose loss or derivatives were not finite, and which were left out.
    pub fn not_finite(&self) -> usize {
        let is_left_out = |(loss, norm): &(&Option<f32>, &Option<f32>)| loss.is_none() || norm.is_none();
        self.losses.iter().zip(&self.norms).filter(is_left_out).count()
    }

    /// The first of them.
    pub fn first_not_finite(&self) -> Option<usize> {
        self.losses.iter().zip(&self.norms).position(|(loss, norm)| loss.is_none() || norm.is_none())
    }

    /// Steps whose loss was at least twice the one before.
    pub fn spikes(&self) -> usize {
        let is_spike =
            |pair: &&[Option<f32>]| matches!(pair, [Some(before), Some(loss)] if *loss >= SPIKE * before);
        self.losses.windows(2).filter(is_spike).count()
    }

    /// The mean loss of the last tenth of the steps, of those that are finite.
    pub fn final_loss(&self) -> Option<f64> {
        let last = &self.losses[self.losses.len() - self.losses.len().div_ceil(10)..];
        let finite: Vec<f64> = last.iter().flatten().map(|&loss| f64::from(loss)).collect();
        (!finite.is_empty()).then(|| crate::kit::record::statistics::mean(&finite))
    }

    /// The median and the largest norm of the derivatives before clipping, of those that are finite.
    pub fn norm(&self) -> Option<(f32, f32)> {
        let mut norms: Vec<f32> = self.norms.iter().flatten().copied().collect();
        norms.sort_unstable_by(f32::total_cmp);
        Some((norms[norms.len().checked_sub(1)? / 2], *norms.last()?))
    }

    /// Bits a byte of held-out text.
    pub fn bits_a_byte(&self) -> Option<f64> {
        Some(self.held_out?.loss() / std::f64::consts::LN_2 / self.bytes_a_token?)
    }
}

/// What a study found: the models that are trained so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// Where the numbers come from: always measured here.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was asked for.
    pub config: Config,
    /// The models, in the order of the config.
    pub rungs: Vec<Rung>,
}

impl Ladder {
    /// What it is called.
    pub const TITLE: &str = "Measured efficiency and stability";

    /// A record of what is known already of a config.
    pub fn begin(config: Config, earlier: Option<&Self>) -> Self {
        let earlier = earlier.filter(|earlier| earlier.config.measures_alike(&config));
        let known = |place: &Place| earlier?.rungs.iter().find(|rung| rung.place == *place).cloned();
        let rungs = config.places().iter().filter_map(known).collect();
        let origin = "Trained and measured by this lab: every model on as many tokens of the same text, every perplexity of text that training has not seen.";
        let manifest = Manifest::new(vec![], origin);
        Self { provenance: Provenance::Measured, manifest, config, rungs }
    }

    /// What is still to be trained.
    pub fn left(&self) -> Vec<Place> {
        let is_known = |place: &Place| self.rungs.iter().any(|rung| rung.place == *place);
        self.config.places().into_iter().filter(|place| !is_known(place)).collect()
    }

    /// Puts a model at its place.
    pub fn put(&mut self, rung: Rung) {
        self.rungs.push(rung);
        let places = self.config.places();
        self.rungs.sort_by_key(|rung| places.iter().position(|place| *place == rung.place));
    }

    /// What has to be said before the numbers are read.
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
