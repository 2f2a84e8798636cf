//! `bklab`: the command-line twin of the page. It travels the same road and writes the same bytes.
//!
//! Results go to standard output, everything else to standard error. Exit status: 0 on success, 1 when
//! something failed (a file that is missing or cannot be used, no GPU), 2 when the command was used wrongly.

use bk_lab::kit::command::Failure;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The command line of BK Lab: reproduces published figures and computes resolvents.
#[derive(Parser)]
#[command(name = "bklab", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Draws a published figure, from its simulation or from result files.
    #[command(subcommand)]
    Figure(bk_lab::studies::published_figure::command::Figure),
    /// Counts how often the checks of a published figure hold.
    #[command(subcommand)]
    Fragility(bk_lab::studies::published_figure::fragility::command::Fragility),
    /// The published study of quantized LoRA for vision transformers: its matrix, its validator, its simulation.
    Lora(bk_lab::studies::lora::command::Arguments),
    /// Runs the study of quantized LoRA for real: trains vision transformers on drawn images, stores them in four ways,
    /// adapts them, and measures them on images they have not seen.
    Adapt(bk_lab::studies::lora::measured::command::Arguments),
    /// Shows what result files hold: a figure's numbers, checks and claims, or tables of anything else.
    Show(bk_lab::studies::files::command::Arguments),
    /// Computes (H − z)⁻¹ for a chain whose neighbours are coupled by 1: its diagonal, density of states, causality,
    /// precision.
    Resolvent(bk_lab::studies::resolvent::command::Arguments),
    /// Quantizes the BK core, exactly or as published: what it costs in accuracy and saves in bytes.
    Quantize(bk_lab::studies::quantization::command::Arguments),
    /// Trains a language model and measures it on text it has not seen.
    Train(bk_lab::studies::language_models::command::train::Arguments),
    /// Trains every model of a recipe file, and writes them at FP16.
    TrainAll(bk_lab::studies::language_models::command::train_all::Arguments),
    /// Measures a language model that was trained.
    Eval(bk_lab::studies::language_models::command::eval::Arguments),
    /// Trains the same model twice on symbols of which nothing can be known: causal, and as published.
    Leak(bk_lab::studies::language_models::command::leak::Arguments),
    /// Stores each part of a model as it deserves: sizes as published, or what it really costs.
    Mixed(bk_lab::studies::language_models::command::mixed::Arguments),
    /// Measures perplexity against bit width: stores trained models in every width and runs them from their codes.
    Widths(bk_lab::studies::robustness::measured::command::bit_widths::Arguments),
    /// Measures perplexity against the length of a training: stops it at chosen steps, and stores it in every width.
    Lengths(bk_lab::studies::robustness::measured::command::training_lengths::Arguments),
    /// Measures efficiency and stability: trains models of several kinds, sizes and contexts on as many tokens, and holds
    /// the published statements against them.
    Ladder(bk_lab::studies::scaling::command::Arguments),
    /// Times this machine.
    #[command(subcommand)]
    Bench(bk_lab::studies::resolvent::speed::command::Bench),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Figure(figure) => figure.run(),
        Command::Fragility(fragility) => fragility.run(),
        Command::Lora(arguments) => arguments.run(),
        Command::Adapt(arguments) => arguments.run(),
        Command::Show(arguments) => arguments.run(),
        Command::Resolvent(arguments) => arguments.run(),
        Command::Quantize(arguments) => arguments.run(),
        Command::Train(arguments) => arguments.run(),
        Command::TrainAll(arguments) => arguments.run(),
        Command::Eval(arguments) => arguments.run(),
        Command::Leak(arguments) => arguments.run(),
        Command::Mixed(arguments) => arguments.run(),
        Command::Widths(arguments) => arguments.run(),
        Command::Lengths(arguments) => arguments.run(),
        Command::Ladder(arguments) => arguments.run(),
        Command::Bench(bench) => bench.run(),
    };
    let (message, status) = match outcome {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Failed(message)) => (message, 1),
        Err(Failure::Usage(message)) => (message, 2),
    };
    eprintln!("bklab: {message}");
    ExitCode::from(status)
}
