//! `bklab bench …`: how fast this machine computes.

use super::record::Config;
use super::study as speed;
use crate::kit::command::Failure;
use crate::kit::command::files;
use crate::kit::context::{Context, StudyError};
use crate::kit::record::document;
use crate::studies::record::Record;
use crate::studies::resolvent::report;
use bk_resolvent::{BackendChoice, Engine};
use clap::{Args, Subcommand};

/// What can be timed.
#[derive(Subcommand)]
pub enum Bench {
    /// Times the kernels of the resolvent beside a plain loop of the same run.
    Resolvent(Arguments),
}

/// Arguments of `bklab bench resolvent`.
#[derive(Args)]
pub struct Arguments {
    /// Repetitions of which the median is taken, 7 to 1001.
    #[arg(long, default_value_t = Config::default().repetitions)]
    repetitions: usize,
    /// Print the record as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

impl Bench {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let Self::Resolvent(Arguments { repetitions, json }) = self;
        let config = Config { repetitions, ..Config::default() };
        config.check().map_err(Failure::usage)?;
        let record = pollster::block_on(async {
            let engine = Engine::open(BackendChoice::Auto).await?;
            speed::run(&config, machine(), &super::plain::PlainRust, &engine, &Context::unwatched()).await
        });
        let record = record.map_err(|error: StudyError| Failure::failed(error))?;
        if json {
            files::print(&document::to_json(&[Record::Speed(Box::new(record))]).map_err(Failure::failed)?)
        } else {
            files::print(&report::speed(&record))
        }
    }
}

/// The processor, as far as the system names it, and the instructions used of it.
fn machine() -> String {
    let described = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = described.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let name = name.map_or(std::env::consts::ARCH, |(_, name)| name.trim());
    format!("{name} with {}", speed::INSTRUCTIONS)
}
