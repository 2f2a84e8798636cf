//! The record of a language model: what it is, how it was trained, and what it achieves on text it has not seen.

use crate::kit::record::table::Grid;
use crate::kit::record::{Manifest, Provenance};
use bk_models::corpus::{Baselines, Text};
use bk_models::{Architecture, Evaluation, Recipe, ResNetBk, Trajectory};
use bk_quantize::Width;
use serde::{Deserialize, Serialize};

/// What decides a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The model. Its vocabulary is that of the text.
    pub architecture: Architecture,
    /// How it is trained.
    pub recipe: Recipe,
    /// On what.
    pub text: Text,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            architecture: Architecture::ResNetBk(ResNetBk::browser()),
            recipe: Recipe::browser(),
            text: Text::Language { tokens: 400_000 },
        }
    }
}

/// A language model, measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LanguageModel {
    /// Where the numbers come from: always measured here.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What was trained, how, on what.
    pub config: Config,
    /// Steps of training that it has had.
    pub steps: usize,
    /// Numbers that the model is.
    pub parameters: usize,
    /// Bytes of them as they are stored.
    pub bytes: usize,
    /// How many have each width, the widest first.
    pub widths: Vec<(Width, usize)>,
    /// Operations of a forward pass a token, complete.
    pub flops_a_token: u64,
    /// Operations of a step of training, complete.
    pub flops_a_step: u64,
    /// What training came by.
    pub trajectory: Trajectory,
    /// Losses on held-out text.
    pub held_out: Evaluation,
    /// Bytes a held-out token stands for; none where tokens are numbers.
    pub bytes_a_token: Option<f64>,
    /// What counting alone achieves on the same text.
    pub baselines: Baselines,
    /// The entropy of the source in nats a token, where it is known.
    pub entropy: Option<f64>,
    /// What the source itself loses on the same text, in nats a token.
    pub source_loss: Option<f64>,
    /// The largest change of a logit before a token that was changed.
    pub largest_leak: f64,
    /// Seconds that training took in this run.
    pub wall_seconds: f64,
}

impl LanguageModel {
    /// What the record is about.
    pub fn title(&self) -> String {
        let model = self.config.architecture.label();
        format!("{model}, {} parameters, after {} steps", self.parameters, self.steps)
    }

    /// How its parameters are stored, in words: “1200 bytes: 400 numbers at INT8, 400 at FP16”.
    pub fn storage(&self) -> String {
        let widths = self.widths.iter().enumerate().map(|(place, (width, count))| {
            format!("{count}{} at {}", if place == 0 { " numbers" } else { "" }, width.label())
        });
        format!("{} bytes: {}", self.bytes, widths.collect::<Vec<_>>().join(", "))
    }

    /// Bits a byte of held-out text: what models with different tokens are compared by.
    pub fn bits_a_byte(&self) -> Option<f64> {
        Some(self.held_out.loss() / std::f64::consts::LN_2 / self.bytes_a_token?)
    }

    /// What has to be said before its perplexity may be read as one.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = vec![];
        if self.largest_leak > bk_models::causality::TOLERANCE {
            warnings.push(format!(
                "The model sees the future: a changed token moves earlier logits by up to {:.1e}. Its perplexity is no measure of prediction; where nothing can leak, at the last position of each sequence, it is {:.2}.",
                self.largest_leak,
                self.held_out.last_perplexity()
            ));
        }
        if self.source_loss.is_some_and(|source| self.held_out.loss() < source) {
            warnings.push(
                "The loss is below that of the source itself, which no model of the past can be.".into(),
            );
        }
        if !self.trajectory.untaught.is_empty() {
            warnings.push(format!(
                "No derivative reaches {} of the parameters: {}.",
                self.trajectory.untaught.len(),
                self.trajectory.untaught.join(", ")
            ));
        }
        warnings
    }

    /// Perplexities on held-out text, the model's among those that it has to be held against.
    pub fn table(&self) -> Grid {
        let columns = ["By", "Nats a token", "Perplexity", "Bits a byte"].map(String::from);
        let row = |name: &str, loss: f64| {
            let bits = self.bytes_a_token.map(|bytes| loss / std::f64::consts::LN_2 / bytes);
            vec![
                name.to_owned(),
                format!("{loss:.4}"),
                format!("{:.3}", pxfm::f_exp(loss)),
                crate::kit::record::table::cell(bits, |bits| format!("{bits:.3}")),
            ]
        };
        let mut rows = vec![
            row("Unigram", self.baselines.unigram),
            row("Bigram", self.baselines.bigram),
            row("Trigram", self.baselines.trigram),
            row(self.config.architecture.label(), self.held_out.loss()),
        ];
        let known = [("The source itself, on this text", self.source_loss), ("Entropy", self.entropy)];
        rows.extend(known.into_iter().filter_map(|(name, loss)| Some(row(name, loss?))));
        Grid {
            heading: format!(
                "Held-out text: {} tokens, sequences of {}",
                self.held_out.tokens,
                self.config.architecture.context()
            ),
            columns: columns.into(),
            rows,
            omitted: 0,
        }
    }
}
