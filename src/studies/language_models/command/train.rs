//! `bklab train`: a language model from a text.

use crate::kit::command::Failure;
use crate::kit::command::files;
use crate::kit::context::{Context, Progress};
use crate::kit::record::document;
use crate::studies::language_models::record::Config;
use crate::studies::language_models::study::Session;
use crate::studies::record::Record;
use bk_models::corpus::Text;
use bk_models::{Architecture, Checkpoint, Gating, KeptModel, Mamba, Recipe, ResNetBk, Router};
use clap::{Args, ValueEnum};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Arguments of `bklab train`.
#[derive(Args)]
pub struct Arguments {
    /// Which model.
    #[arg(long, value_enum, default_value_t = Kind::ResnetBk)]
    model: Kind,
    /// The text: language (embedded, of known entropy), uniform:SYMBOLS (nothing to learn), or a file.
    #[arg(long, default_value = "language")]
    text: String,
    /// Tokens of an embedded text, all parts together.
    #[arg(long, default_value_t = 400_000)]
    tokens: usize,
    /// Byte pairs and bytes together that a file is taken apart into.
    #[arg(long, default_value_t = 1024)]
    vocabulary: usize,
    /// What is not said of model and recipe: what a browser tab trains within minutes, or what was published.
    #[arg(long, value_enum, default_value_t = Size::Browser)]
    size: Size,
    /// Embedding width.
    #[arg(long)]
    width: Option<usize>,
    /// Blocks.
    #[arg(long)]
    layers: Option<usize>,
    /// The longest sequence.
    #[arg(long)]
    context: Option<usize>,
    /// ResNet-BK: experts a block.
    #[arg(long)]
    experts: Option<usize>,
    /// ResNet-BK: experts a token is sent to.
    #[arg(long)]
    top_k: Option<usize>,
    /// ResNet-BK: router type.
    #[arg(long, value_enum)]
    router: Option<RouterKind>,
    /// ResNet-BK: how the chosen experts are weighted. With a single one, only “all” teaches the router.
    #[arg(long, value_enum)]
    gating: Option<GatingKind>,
    /// ResNet-BK: potentials a block.
    #[arg(long)]
    potentials: Option<usize>,
    /// ResNet-BK: let each potential learn its η and its bond.
    #[arg(long)]
    learned: bool,
    /// ResNet-BK: the resolvent of both sides, as published, which sees the future.
    #[arg(long)]
    two_sided: bool,
    /// ResNet-BK: the token embedding is the head too. Mamba's always is.
    #[arg(long)]
    tied: bool,
    /// Mamba: states a channel.
    #[arg(long)]
    states: Option<usize>,
    #[command(flatten)]
    recipe: RecipeArguments,
    /// Stop before this step; the checkpoint can be gone on with.
    #[arg(long, value_name = "STEP")]
    until: Option<usize>,
    /// Resume from a checkpoint; its model and recipe replace the flags.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Write the checkpoint here. While steps are left, it holds what training needs to go on.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print the record as JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// How the model is trained.
#[derive(Args)]
struct RecipeArguments {
    /// Steps in all.
    #[arg(long)]
    steps: Option<usize>,
    /// Sequences a step.
    #[arg(long)]
    batch: Option<usize>,
    /// The largest learning rate.
    #[arg(long)]
    learning_rate: Option<f64>,
    /// Warm-up steps.
    #[arg(long)]
    warm_up: Option<usize>,
    /// Decay of matrices.
    #[arg(long)]
    weight_decay: Option<f64>,
    /// The largest norm of all derivatives together.
    #[arg(long)]
    clip: Option<f64>,
    /// Steps between two looks at the validation part.
    #[arg(long)]
    validate_every: Option<usize>,
    /// Seed of the first parameters and of the order of the text.
    #[arg(long)]
    seed: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Size {
    /// What a browser tab trains on one core within minutes.
    Browser,
    /// The published defaults.
    Published,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// ResNet-BK, causal unless --two-sided is given.
    ResnetBk,
    /// Mamba.
    Mamba,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RouterKind {
    /// A learned linear map.
    Mlp,
    /// The phase of the resolvent.
    Scattering,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GatingKind {
    /// Softmax over the chosen, as published.
    Chosen,
    /// Softmax over all.
    All,
}

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let earlier = self.resume.as_deref().map(read_checkpoint).transpose()?;
        let (config, content) = match &earlier {
            Some(checkpoint) => {
                let config = Config {
                    architecture: checkpoint.architecture.clone(),
                    recipe: checkpoint.recipe.clone(),
                    text: checkpoint.text.clone(),
                };
                let path = Path::new(&self.text);
                (config, read_content(&checkpoint.text, Some(path).filter(|path| path.exists()))?)
            }
            None => {
                let text = self.text()?;
                let content = read_content(&text, Some(Path::new(&self.text)))?;
                let config = Config { architecture: self.architecture(), recipe: self.recipe(), text };
                (config, content)
            }
        };
        config.architecture.check().map_err(Failure::usage)?;
        config.recipe.check().map_err(Failure::usage)?;
        let until = self.until.unwrap_or(config.recipe.steps);
        let context = watched();
        let session = match earlier {
            Some(checkpoint) => Session::resume(checkpoint, content.as_deref()),
            None => Session::new(&config, content.as_deref()),
        };
        let mut session = session.map_err(Failure::failed)?;
        pollster::block_on(session.advance(until, &context)).map_err(Failure::failed)?;
        let record = pollster::block_on(session.measure(&context)).map_err(Failure::failed)?;
        if let Some(path) = &self.out {
            let bytes = session.checkpoint(!session.training().is_complete()).map_err(Failure::failed)?;
            files::save(path, &bytes)?;
        }
        show(Record::LanguageModel(Box::new(record)), self.json)
    }

    fn text(&self) -> Result<Text, Failure> {
        let tokens = self.tokens;
        match (self.text.as_str(), self.text.strip_prefix("uniform:")) {
            ("language", _) => Ok(Text::Language { tokens }),
            (_, Some(symbols)) => {
                let symbols = symbols.parse().map_err(|_| {
                    Failure::Usage(format!("“{symbols}” is no number of symbols. Give one, as in uniform:2."))
                })?;
                Ok(Text::Uniform { symbols, tokens })
            }
            (path, None) => {
                let name = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
                Ok(Text::File { name: name.unwrap_or_default(), vocabulary: self.vocabulary })
            }
        }
    }

    fn architecture(&self) -> Architecture {
        match self.model {
            Kind::ResnetBk => {
                let base = match self.size {
                    Size::Browser => ResNetBk::browser(),
                    Size::Published => ResNetBk::default(),
                };
                let router = self.router.map(|router| match router {
                    RouterKind::Mlp => Router::Mlp,
                    RouterKind::Scattering => Router::Scattering,
                });
                let gating = self.gating.map(|gating| match gating {
                    GatingKind::Chosen => Gating::Chosen,
                    GatingKind::All => Gating::All,
                });
                Architecture::ResNetBk(ResNetBk {
                    width: self.width.unwrap_or(base.width),
                    layers: self.layers.unwrap_or(base.layers),
                    context: self.context.unwrap_or(base.context),
                    experts: self.experts.unwrap_or(base.experts),
                    top_k: self.top_k.unwrap_or(base.top_k),
                    router: router.unwrap_or(base.router),
                    gating: gating.unwrap_or(base.gating),
                    potentials: self.potentials.unwrap_or(base.potentials),
                    learned: self.learned || base.learned,
                    two_sided: self.two_sided,
                    tied: self.tied || base.tied,
                    ..base
                })
            }
            Kind::Mamba => {
                let base = match self.size {
                    Size::Browser => Mamba::browser(),
                    Size::Published => Mamba::default(),
                };
                Architecture::Mamba(Mamba {
                    width: self.width.unwrap_or(base.width),
                    layers: self.layers.unwrap_or(base.layers),
                    context: self.context.unwrap_or(base.context),
                    states: self.states.unwrap_or(base.states),
                    ..base
                })
            }
        }
    }

    fn recipe(&self) -> Recipe {
        let base = match self.size {
            Size::Browser => Recipe::browser(),
            Size::Published => Recipe::default(),
        };
        let recipe = &self.recipe;
        Recipe {
            steps: recipe.steps.unwrap_or(base.steps),
            batch: recipe.batch.unwrap_or(base.batch),
            learning_rate: recipe.learning_rate.unwrap_or(base.learning_rate),
            warm_up: recipe.warm_up.unwrap_or(base.warm_up),
            weight_decay: recipe.weight_decay.unwrap_or(base.weight_decay),
            clip: recipe.clip.unwrap_or(base.clip),
            validate_every: recipe.validate_every.unwrap_or(base.validate_every),
            seed: recipe.seed.unwrap_or(base.seed),
            ..base
        }
    }
}

/// A checkpoint from a file.
pub(crate) fn read_checkpoint(path: &Path) -> Result<Checkpoint, Failure> {
    let bytes = read(path)?;
    Checkpoint::read(&bytes).map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))
}

/// A model from a checkpoint of either kind.
pub(crate) fn read_model(path: &Path) -> Result<KeptModel, Failure> {
    let bytes = read(path)?;
    KeptModel::read(&bytes).map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))
}

/// The bytes of a text that is a file.
pub(crate) fn read_content(text: &Text, path: Option<&Path>) -> Result<Option<Vec<u8>>, Failure> {
    match (text, path) {
        (Text::File { .. }, Some(path)) => read(path).map(Some),
        _ => Ok(None),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path)
        .map_err(|error| Failure::Failed(format!("{} could not be read: {error}.", path.display())))
}

/// A context that tells of every twentieth of the work.
pub(crate) fn watched() -> Context {
    let told = Cell::new(0);
    let tell = move |Progress { done, total }: Progress| {
        let part = 20 * done / total.max(1);
        if part != told.get() && part > 0 {
            eprintln!("bklab: {done} of {total}");
        }
        told.set(part);
    };
    Context::new(tell, || Box::pin(std::future::ready(())), Rc::default())
}

/// Prints a record.
pub(crate) fn show(record: Record, json: bool) -> Result<(), Failure> {
    match json {
        true => files::print(&document::to_json(&[record]).map_err(Failure::failed)?),
        false => files::print(&record.report()),
    }
}
