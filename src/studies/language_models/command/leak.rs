//! `bklab leak`: the same model twice on symbols of which nothing can be known.

use super::eval::print;
use super::train::watched;
use crate::kit::command::Failure;
use crate::studies::language_models::leak::Config;
use crate::studies::language_models::report;
use crate::studies::language_models::study as language_model;
use clap::Args;

/// Arguments of `bklab leak`.
#[derive(Args)]
pub struct Arguments {
    /// Symbols that are drawn from, evenly and independently.
    #[arg(long, default_value_t = Config::default().symbols)]
    symbols: usize,
    /// Symbols in all parts of the text.
    #[arg(long, default_value_t = Config::default().tokens)]
    tokens: usize,
    /// Steps of training.
    #[arg(long, default_value_t = Config::default().steps)]
    steps: usize,
    /// Seed of the first parameters and of the order of the text.
    #[arg(long, default_value_t = Config::default().seed)]
    seed: u32,
    /// Print what was found as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let config =
            Config { symbols: self.symbols, tokens: self.tokens, steps: self.steps, seed: self.seed };
        config.training(true).recipe.check().map_err(Failure::usage)?;
        let found = pollster::block_on(language_model::leak(&config, &watched()));
        print(&found.map_err(Failure::failed)?, self.json, report::leak)
    }
}
