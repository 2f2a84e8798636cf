//! What decides a ladder of models.

use crate::studies::language_models::record as language_model;
use bk_models::corpus::Text;
use bk_models::{Architecture, Gating, Mamba, ModelError, Recipe, ResNetBk};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

crate::kit::context::config_errors!(ConfigError);

/// So many models a ladder has at most.
const MOST_MODELS: usize = 500;

/// A kind of model, of which a ladder has several sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// ResNet-BK as published, but one-sided, so that it does not see the future, and with one table for tokens and head.
    Published,
    /// The same with sixteen potentials a block, each with an η and a bond of its own, and a router that learns.
    Potentials,
    /// Mamba, with 8 states a channel.
    Mamba,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Published, Self::Potentials, Self::Mamba];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Published => "ResNet-BK, one-sided",
            Kind::Potentials => "ResNet-BK, 16 potentials",
            Kind::Mamba => "Mamba",
        }
    }

    /// The model of a size; its vocabulary is the text's.
    pub fn architecture(self, Size { width, layers }: Size, context: usize) -> Architecture {
        let published = ResNetBk { width, layers, context, tied: true, ..ResNetBk::default() };
        match self {
            Kind::Published => Architecture::ResNetBk(published),
            Kind::Potentials => {
                let more = ResNetBk { potentials: 16, learned: true, gating: Gating::All, ..published };
                Architecture::ResNetBk(more)
            }
            Kind::Mamba => {
                Architecture::Mamba(Mamba { width, layers, context, states: 8, ..Mamba::default() })
            }
        }
    }
}

/// How wide and how deep a model is; written as “64x3”.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size {
    /// Numbers a token is.
    pub width: usize,
    /// Blocks.
    pub layers: usize,
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}x{}", self.width, self.layers)
    }
}

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let wrong = || SizeError(text.chars().take(40).collect());
        let (width, layers) = text.trim().split_once(['x', '×']).ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse().map_err(|_| wrong());
        Ok(Self { width: number(width)?, layers: number(layers)? })
    }
}

impl TryFrom<String> for Size {
    type Error = SizeError;

    fn try_from(text: String) -> Result<Self, SizeError> {
        text.parse()
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.to_string()
    }
}

/// What decides a ladder: every kind in every size and context, once a seed, all on the same text and as many tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The kinds.
    pub kinds: Vec<Kind>,
    /// Their sizes.
    pub sizes: Vec<Size>,
    /// Tokens of a sequence.
    pub contexts: Vec<usize>,
    /// Seeds of first parameters and of the order of the text.
    pub seeds: Vec<u32>,
    /// Steps of training.
    pub steps: usize,
    /// Tokens a step, the same for every context.
    pub tokens_a_step: usize,
    /// The largest learning rate.
    pub learning_rate: f64,
    /// The largest norm of all derivatives together.
    pub clip: f64,
    /// On what.
    pub text: Text,
    /// Held-out tokens that are measured on, at most.
    pub tokens: usize,
    /// Whether early exit by the scattering phase is measured on the ResNet-BKs.
    pub exits: bool,
    /// Steps that the networks of learned sparsity are trained for on the ResNet-BKs; 0 leaves them out.
    pub sparsity_steps: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self::efficiency()
    }
}

/// What is no size of a model.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("“{0}” is no size of a model. Write its width and its layers as in 64x3.")]
pub struct SizeError(String);

/// A value out of range.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An empty list.
    #[error("There is no {0}. Name at least one.")]
    Nothing(&'static str),
    /// Too many models.
    #[error(
        "{0} models would be trained. Choose fewer kinds, sizes, contexts or seeds: at most {MOST_MODELS}."
    )]
    Models(usize),
    /// A context that a step has no room for.
    #[error("A step of {tokens} tokens has no room for a sequence of {context}. Choose more tokens a step.")]
    Context {
        /// Its tokens.
        context: usize,
        /// Tokens of a step.
        tokens: usize,
    },
    /// Held-out tokens.
    #[error("A perplexity cannot be measured on {0} tokens. Choose from 1 to 100000000.")]
    Tokens(usize),
    /// Steps of the networks.
    #[error("The networks of learned sparsity cannot be trained for {0} steps. Choose from 0 to 1000000.")]
    SparsitySteps(usize),
    /// A model or recipe out of range: a [`ModelError`], boxed so that this type is small.
    #[error("{0}")]
    Model(Box<ModelError>),
}

impl From<ModelError> for ConfigError {
    fn from(error: ModelError) -> Self {
        ConfigError::Model(Box::new(error))
    }
}

/// One model to be trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Its kind.
    pub kind: Kind,
    /// How large it is.
    pub size: Size,
    /// Tokens of a sequence.
    pub context: usize,
    /// Its seed.
    pub seed: u32,
}

impl Config {
    /// Widths and depths at one context: what a tab trains in some minutes.
    pub fn efficiency() -> Self {
        Self {
            kinds: Kind::ALL.to_vec(),
            sizes: [(16, 2), (32, 3), (32, 6)].map(|(width, layers)| Size { width, layers }).to_vec(),
            contexts: vec![128],
            seeds: vec![1],
            steps: 200,
            tokens_a_step: 1024,
            learning_rate: Recipe::default().learning_rate,
            clip: Recipe::default().clip,
            text: Text::Language { tokens: 400_000 },
            tokens: 10_000,
            exits: true,
            sparsity_steps: 50,
        }
    }

    /// Contexts at one size: what a tab trains in some minutes.
    pub fn stability() -> Self {
        Self {
            kinds: vec![Kind::Published, Kind::Mamba],
            sizes: vec![Size { width: 32, layers: 3 }],
            contexts: vec![128, 256, 512, 1024, 2048],
            steps: 120,
            tokens_a_step: 2048,
            exits: false,
            sparsity_steps: 0,
            ..Self::efficiency()
        }
    }

    /// Refuses what cannot be trained.
    ///
    /// # Errors
    /// [`ConfigError`] for the first value out of range.
    pub fn check(&self) -> Result<(), ConfigError> {
        let lists = [
            ("kind of model", self.kinds.len()),
            ("size", self.sizes.len()),
            ("context", self.contexts.len()),
            ("seed", self.seeds.len()),
        ];
        if let Some((what, _)) = lists.into_iter().find(|&(_, count)| count == 0) {
            return Err(ConfigError::Nothing(what));
        }
        let models = self.count();
        if models > MOST_MODELS {
            return Err(ConfigError::Models(models));
        }
        let tokens = self.tokens_a_step;
        if let Some(&context) = self.contexts.iter().find(|&&context| context == 0 || context > tokens) {
            return Err(ConfigError::Context { context, tokens });
        }
        if !(1..=100_000_000).contains(&self.tokens) {
            return Err(ConfigError::Tokens(self.tokens));
        }
        if self.sparsity_steps > 1_000_000 {
            return Err(ConfigError::SparsitySteps(self.sparsity_steps));
        }
        for place in self.places() {
            let training = self.training(place);
            training.architecture.check()?;
            training.recipe.check()?;
        }
        Ok(())
    }

    /// How many models there would be.
    fn count(&self) -> usize {
        let Self { kinds, sizes, contexts, seeds, .. } = self;
        let lists = [kinds.len(), sizes.len(), contexts.len(), seeds.len()];
        lists.into_iter().fold(1, usize::saturating_mul)
    }

    /// All models in the order in which they are trained: one seed of every model before the next of any. None where there
    /// are more than [`Config::check`] admits: a link may list any number.
    pub fn places(&self) -> Vec<Place> {
        let mut places = vec![];
        if self.count() > MOST_MODELS {
            return places;
        }
        for &seed in &self.seeds {
            for &context in &self.contexts {
                for &size in &self.sizes {
                    places.extend(self.kinds.iter().map(|&kind| Place { kind, size, context, seed }));
                }
            }
        }
        places
    }

    /// How a model is trained.
    pub fn training(&self, Place { kind, size, context, seed }: Place) -> language_model::Config {
        let recipe = Recipe {
            steps: self.steps,
            batch: (self.tokens_a_step / context.max(1)).max(1),
            learning_rate: self.learning_rate,
            clip: self.clip,
            seed,
            // At the beginning and at the end: the curve is that of the batches.
            validate_every: self.steps.max(1),
            ..Recipe::default()
        };
        let architecture = kind.architecture(size, context);
        language_model::Config { architecture, recipe, text: self.text.clone() }
    }

    /// How the networks of learned sparsity are trained on a model.
    pub fn sparsity_recipe(&self, place: Place) -> Option<Recipe> {
        let recipe = self.training(place).recipe;
        (self.sparsity_steps > 0).then_some(Recipe { steps: self.sparsity_steps, ..recipe })
    }

    /// The config without its lists: what models of the same place have to have in common.
    pub fn unlisted(&self) -> Self {
        Self { kinds: vec![], sizes: vec![], contexts: vec![], seeds: vec![], ..self.clone() }
    }

    /// Whether a model of another config is one of this, measured alike, if it stands at the same place.
    pub fn measures_alike(&self, other: &Self) -> bool {
        self.unlisted() == other.unlisted()
    }
}
