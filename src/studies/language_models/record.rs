//! The record of a language model: its architecture, its training, and its losses on held-out text.

use crate::kit::record::table::Grid;
use crate::kit::record::{Manifest, Provenance};
use bk_models::corpus::{Baselines, Text};
use bk_models::{Architecture, Evaluation, Recipe, ResNetBk, Trajectory};
use bk_quantize::Width;
use serde::{Deserialize, Serialize};

/// The config of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The model. Its vocabulary size is that of the text.
    pub architecture: Architecture,
    /// The training recipe.
    pub recipe: Recipe,
    /// The text.
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

/// The measurements of a language model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LanguageModel {
    /// Provenance of the numbers: always measured here.
    pub provenance: Provenance,
    /// The manifest: how the record was made.
    pub manifest: Manifest,
    /// The config: model, recipe, and text.
    pub config: Config,
    /// Number of training steps so far.
    pub steps: usize,
    /// Number of parameters.
    pub parameters: usize,
    /// Bytes of the parameters as stored.
    pub bytes: usize,
    /// Number of parameters of each bit width, the widest first.
    pub widths: Vec<(Width, usize)>,
    /// FLOPs per token of a complete forward pass.
    pub flops_a_token: u64,
    /// FLOPs of a complete training step.
    pub flops_a_step: u64,
    /// The training history.
    pub trajectory: Trajectory,
    /// Losses on held-out text.
    pub held_out: Evaluation,
    /// Bytes per held-out token; `None` where tokens are numbers.
    pub bytes_a_token: Option<f64>,
    /// Losses of the baselines on the same text.
    pub baselines: Baselines,
    /// The entropy of the source in nats per token, if known.
    pub entropy: Option<f64>,
    /// Loss of the source itself on the same text, in nats per token.
    pub source_loss: Option<f64>,
    /// The largest change of a logit at a position before a changed token.
    pub largest_leak: f64,
    /// Training time in this run, in seconds.
    pub wall_seconds: f64,
}

impl LanguageModel {
    /// Returns the title of the record.
    pub fn title(&self) -> String {
        let model = self.config.architecture.label();
        format!("{model}, {} parameters, after {} steps", self.parameters, self.steps)
    }

    /// Describes the storage of its parameters: “1200 bytes: 400 numbers at INT8, 400 at FP16”.
    pub fn storage(&self) -> String {
        let widths = self.widths.iter().enumerate().map(|(place, (width, count))| {
            format!("{count}{} at {}", if place == 0 { " numbers" } else { "" }, width.label())
        });
        format!("{} bytes: {}", self.bytes, widths.collect::<Vec<_>>().join(", "))
    }

    /// Returns the loss in bits per byte of held-out text, which compares models with different tokens.
    pub fn bits_a_byte(&self) -> Option<f64> {
        Some(self.held_out.loss() / std::f64::consts::LN_2 / self.bytes_a_token?)
    }

    /// Returns the warnings that a reader needs before the perplexity.
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

    /// Returns the perplexities on held-out text: that of the model, and those it must be compared with.
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
