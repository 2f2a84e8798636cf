//! What a model expects after each token of a prompt.

use crate::kit::record::table::Grid;
use crate::kit::record::{Manifest, Provenance};
use bk_models::Architecture;
use serde::{Deserialize, Serialize};

/// The expectations of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Always measured: of a model that was trained.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// The model.
    pub architecture: Architecture,
    /// Steps of training that it has had.
    pub steps: usize,
    /// The tokens of the prompt.
    pub tokens: Vec<u32>,
    /// What each token of the vocabulary stands for; bytes that are no text are �.
    pub vocabulary: Vec<String>,
    /// For each token of the prompt, the logits of the one after it.
    pub logits: Vec<Vec<f32>>,
}

/// The tokens that a table shows.
const SHOWN: usize = 3;

impl Prediction {
    /// What the record is about.
    pub fn title(&self) -> String {
        format!("What {} expects, after {} steps", self.architecture.label(), self.steps)
    }

    /// The probabilities of all tokens after a position; none beyond the prompt.
    pub fn probabilities(&self, position: usize) -> Vec<f64> {
        let logits = self.logits.get(position).map(Vec::as_slice).unwrap_or_default();
        let most = logits.iter().fold(f64::NEG_INFINITY, |most, &logit| most.max(f64::from(logit)));
        let powers: Vec<f64> = logits.iter().map(|&logit| pxfm::f_exp(f64::from(logit) - most)).collect();
        let total: f64 = powers.iter().sum();
        powers.into_iter().map(|power| power / total).collect()
    }

    /// The likeliest tokens after a position, the likeliest first.
    pub fn likeliest(&self, position: usize, count: usize) -> Vec<(u32, f64)> {
        let mut all: Vec<(u32, f64)> = (0..).zip(self.probabilities(position)).collect();
        all.sort_by(|one, other| other.1.total_cmp(&one.1));
        all.truncate(count);
        all
    }

    /// −ln of the probability that the token at a position had before it was seen; none at the first, which nothing is
    /// before.
    pub fn surprise(&self, position: usize) -> Option<f64> {
        let token = *self.tokens.get(position)?;
        let before = self.probabilities(position.checked_sub(1)?);
        before.get(token as usize).map(|&probability| -pxfm::f_log(probability))
    }

    /// What a token stands for, in quotation marks.
    fn word(&self, token: u32) -> String {
        let word = self.vocabulary.get(token as usize).map(String::as_str).unwrap_or_default();
        format!("“{}”", word.escape_debug())
    }

    /// The prompt, token by token.
    pub fn table(&self) -> Grid {
        let rows = self.tokens.iter().enumerate().map(|(position, &token)| {
            let next = self.likeliest(position, SHOWN).into_iter();
            let next = next.map(|(token, part)| format!("{} {:.1} %", self.word(token), 100.0 * part));
            let surprise =
                crate::kit::record::table::cell(self.surprise(position), |surprise| format!("{surprise:.3}"));
            vec![self.word(token), surprise, next.collect::<Vec<_>>().join(", ")]
        });
        Grid {
            heading: "Each token, its surprisal, and the most likely next tokens".into(),
            columns: ["Token", "Nats", "Next"].map(String::from).into(),
            rows: rows.collect(),
            omitted: 0,
        }
    }
}
