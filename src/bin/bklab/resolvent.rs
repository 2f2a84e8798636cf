//! `bklab resolvent …`: the diagonal of (H − z)⁻¹ in the terminal.

use crate::files::print;
use crate::{Failure, report};
use bk_lab::record::resolvent::Config;
use bk_lab::record::{Record, document};
use bk_lab::resolvent::{BackendChoice, Engine, Potential};
use bk_lab::study::{Context, StudyError, resolvent};
use clap::Args;

/// Arguments of `bklab resolvent`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Number of sites, 1 to 1048576 [default: as many as the potential has values, else 256].
    #[arg(long, allow_negative_numbers = true)]
    sites: Option<usize>,
    /// The diagonal: constant:0, values:0.3,-0.2,…, random:strength=3,seed=7, aubry-andre:strength=2,phase=0,
    /// impurity:strength=5, steps:height=2,width=32.
    #[arg(long, default_value = "constant:0", allow_hyphen_values = true)]
    potential: Potential,
    /// E, the real part of z.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    energy: f64,
    /// η, the imaginary part of z: above 0.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    eta: f64,
    /// Which back end computes: f64 (the reference), f32, gpu, or auto.
    #[arg(long, default_value = "f64")]
    backend: BackendChoice,
    /// Print the record as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let values = match &self.potential {
            Potential::Values { values } => Some(values.len()),
            _ => None,
        };
        let config = Config {
            sites: self.sites.or(values).unwrap_or(Config::default().sites),
            potential: self.potential,
            energy: self.energy,
            eta: self.eta,
            backend: self.backend,
            map_energies: 0,
            ..Config::default()
        };
        config.problem().map_err(Failure::usage)?;
        let record = pollster::block_on(async {
            let engine = Engine::open(config.backend).await?;
            resolvent::run(&config, &engine, &Context::unwatched()).await
        });
        let record = record.map_err(|error: StudyError| Failure::failed(error))?;
        let report = &record.report;
        let adapter =
            report.adapter.as_ref().map_or(String::new(), |adapter| format!(" on {}", adapter.name));
        eprintln!(
            "bklab: computed by {}{adapter}, because {}, in {:.3} ms",
            report.backend,
            report.reason,
            record.wall_seconds * 1e3
        );
        if self.json {
            print(&document::to_json(&[Record::Resolvent(Box::new(record))]).map_err(Failure::failed)?)
        } else {
            print(&report::resolvent(&record))
        }
    }
}
