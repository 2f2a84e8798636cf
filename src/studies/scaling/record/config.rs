//! The config of a scaling sweep.

use crate::studies::language_models::record as language_model;
use bk_models::corpus::Text;
use bk_models::{Architecture, Gating, Mamba, ModelError, Recipe, ResNetBk};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

crate::kit::context::config_errors!(ConfigError);

/// The largest number of models in a scaling sweep.
const MOST_MODELS: usize = 500;

/// A kind of model; a scaling sweep contains several sizes of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// ResNet-BK as published, but one-sided, so that it is causal, and with one table shared by embedding and head.
    Published,
    /// The same with sixteen potentials per block, each with its own η and bond, and a learned router.
    Potentials,
    /// Mamba, with 8 states per channel.
    Mamba,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Published, Self::Potentials, Self::Mamba];

    /// Returns the label.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Published => "ResNet-BK, one-sided",
            Kind::Potentials => "ResNet-BK, 16 potentials",
            Kind::Mamba => "Mamba",
        }
    }

    /// Returns the model of a size; its vocabulary size is that of the text.
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

/// Embedding width and number of layers of a model; written as “64x3”.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size {
    /// Embedding width.
    pub width: usize,
    /// Number of blocks.
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

/// The config of a scaling sweep: every kind in every size and context, once per seed, all on the same text and the
/// same number of tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The kinds.
    pub kinds: Vec<Kind>,
    /// Their sizes.
    pub sizes: Vec<Size>,
    /// Tokens per sequence.
    pub contexts: Vec<usize>,
    /// Seeds of the initial parameters and of the order of the text.
    pub seeds: Vec<u32>,
    /// Number of training steps.
    pub steps: usize,
    /// Tokens per step, the same for every context.
    pub tokens_a_step: usize,
    /// The largest learning rate, per step.
    pub learning_rate: f64,
    /// Clipping limit of the norm of the gradient.
    pub clip: f64,
    /// The text.
    pub text: Text,
    /// Largest number of held-out tokens to measure on.
    pub tokens: usize,
    /// Whether to measure early exit by the scattering phase on the ResNet-BK models.
    pub exits: bool,
    /// Training steps of the networks of learned sparsity on the ResNet-BK models; 0 omits them.
    pub sparsity_steps: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self::efficiency()
    }
}

/// The error for a string that is not a size of a model.
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
    /// A context longer than a step.
    #[error("A step of {tokens} tokens has no room for a sequence of {context}. Choose more tokens a step.")]
    Context {
        /// Tokens of the context.
        context: usize,
        /// Tokens per step.
        tokens: usize,
    },
    /// The number of held-out tokens.
    #[error("A perplexity cannot be measured on {0} tokens. Choose from 1 to 100000000.")]
    Tokens(usize),
    /// The number of training steps of the sparsity networks.
    #[error("The networks of learned sparsity cannot be trained for {0} steps. Choose from 0 to 1000000.")]
    SparsitySteps(usize),
    /// A model or recipe out of range: a [`ModelError`], boxed to keep this type small.
    #[error("{0}")]
    Model(Box<ModelError>),
}

impl From<ModelError> for ConfigError {
    fn from(error: ModelError) -> Self {
        ConfigError::Model(Box::new(error))
    }
}

/// One model to train.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Its kind.
    pub kind: Kind,
    /// Its size.
    pub size: Size,
    /// Tokens per sequence.
    pub context: usize,
    /// Its seed.
    pub seed: u32,
}

impl Config {
    /// Returns a sweep of widths and depths at one context, which a tab trains in a few minutes.
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

    /// Returns a sweep of contexts at one size, which a tab trains in a few minutes.
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

    /// Checks all values.
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

    /// Returns the number of models.
    fn count(&self) -> usize {
        let Self { kinds, sizes, contexts, seeds, .. } = self;
        let lists = [kinds.len(), sizes.len(), contexts.len(), seeds.len()];
        lists.into_iter().fold(1, usize::saturating_mul)
    }

    /// Returns all models in the order of training: one seed of every model before the next seed. Returns none if there
    /// are more than [`Config::check`] allows, because a link may list any number.
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

    /// Returns the training config of a model.
    pub fn training(&self, Place { kind, size, context, seed }: Place) -> language_model::Config {
        let recipe = Recipe {
            steps: self.steps,
            batch: (self.tokens_a_step / context.max(1)).max(1),
            learning_rate: self.learning_rate,
            clip: self.clip,
            seed,
            // Validated at the beginning and at the end only: the curve shows the losses of the batches.
            validate_every: self.steps.max(1),
            ..Recipe::default()
        };
        let architecture = kind.architecture(size, context);
        language_model::Config { architecture, recipe, text: self.text.clone() }
    }

    /// Returns the training recipe of the networks of learned sparsity on a model.
    pub fn sparsity_recipe(&self, place: Place) -> Option<Recipe> {
        let recipe = self.training(place).recipe;
        (self.sparsity_steps > 0).then_some(Recipe { steps: self.sparsity_steps, ..recipe })
    }

    /// Returns the config without its lists: everything that models at the same place must have in common.
    pub fn unlisted(&self) -> Self {
        Self { kinds: vec![], sizes: vec![], contexts: vec![], seeds: vec![], ..self.clone() }
    }

    /// Returns whether a model of another config, at the same place, is measured like one of this config.
    pub fn measures_alike(&self, other: &Self) -> bool {
        self.unlisted() == other.unlisted()
    }
}
