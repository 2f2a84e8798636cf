//! The demonstration that the published model reads its targets (resnet-bk.md §9.5).

use super::record as language_model;
use super::record::LanguageModel;
use crate::kit::record::table::Grid;
use bk_models::corpus::Text;
use bk_models::{Architecture, Recipe, ResNetBk};
use serde::{Deserialize, Serialize};

/// What decides the demonstration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// How many symbols are drawn from, evenly and independently.
    pub symbols: usize,
    /// Symbols in all parts of the text.
    pub tokens: usize,
    /// Steps of training.
    pub steps: usize,
    /// Seed of the first parameters and of the order of the text.
    pub seed: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { symbols: 2, tokens: 20_000, steps: 250, seed: 1 }
    }
}

impl Config {
    /// The training of the model that sees both sides, or of the causal one, which differ in nothing else.
    pub fn training(&self, two_sided: bool) -> language_model::Config {
        let &Self { symbols, tokens, steps, seed } = self;
        let model = ResNetBk {
            vocabulary: symbols,
            width: 16,
            layers: 2,
            context: 16,
            experts: 1,
            two_sided,
            ..ResNetBk::default()
        };
        let recipe = Recipe {
            steps,
            seed,
            batch: 8,
            learning_rate: 1e-2,
            warm_up: 10,
            clip: 10.0,
            validate_every: 50,
            ..Recipe::default()
        };
        let text = Text::Uniform { symbols, tokens };
        language_model::Config { architecture: Architecture::ResNetBk(model), recipe, text }
    }
}

/// The same model twice, on text of which nothing can be known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leak {
    /// What was asked for.
    pub config: Config,
    /// The model that sees the past alone.
    pub causal: LanguageModel,
    /// The published one, whose resolvent sees both sides.
    pub two_sided: LanguageModel,
}

impl Leak {
    /// What it is called.
    pub const TITLE: &str = "Independent symbols: does the model see the future?";

    /// ln V in nats a token: no model that sees the past alone can have a smaller expected loss.
    pub fn chance(&self) -> f64 {
        pxfm::f_log(self.config.symbols as f64)
    }

    /// Losses beside chance.
    pub fn table(&self) -> Grid {
        let row = |name: &str, loss: f64, last: f64, leak: Option<f64>| {
            let moved = crate::kit::record::table::cell(leak, |leak| format!("{leak:.1e}"));
            vec![
                name.to_owned(),
                format!("{loss:.4}"),
                format!("{:.4}", pxfm::f_exp(loss)),
                format!("{last:.4}"),
                moved,
            ]
        };
        let model = |name: &str, found: &LanguageModel| {
            let held_out = &found.held_out;
            row(name, held_out.loss(), held_out.last_perplexity(), Some(found.largest_leak))
        };
        let columns =
            ["Model", "Nats a token", "Perplexity", "At the last position", "Earlier logits move by"]
                .map(String::from);
        Grid {
            heading: format!("Held-out text of {} independent symbols", self.config.symbols),
            columns: columns.into(),
            rows: vec![
                row("Chance: ln V", self.chance(), self.config.symbols as f64, None),
                model("Causal ResNet-BK", &self.causal),
                model("Two-sided, as published", &self.two_sided),
            ],
            omitted: 0,
        }
    }
}
