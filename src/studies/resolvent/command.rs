//! `bklab resolvent …`: the panels of the resolvent room in the terminal.

use super::figure::ResolventFigure;
use super::record::{Config, Division, Panel, Resolvent};
use super::report;
use super::study as resolvent;
use crate::kit::command::Failure;
use crate::kit::command::drawing::{FigureFiles, Format};
use crate::kit::command::files;
use crate::kit::context::{Context, StudyError};
use crate::kit::data_files::DataFormat;
use crate::kit::record::document;
use crate::studies::record::Record;
use bk_plot::View;
use bk_resolvent::birman_schwinger::Weight;
use bk_resolvent::{BackendChoice, Engine, Potential};
use clap::Args;
use std::path::Path;

/// Arguments of `bklab resolvent`.
#[derive(Args)]
pub struct Arguments {
    /// Number of sites, 1 to 1048576 [default: as many as the potential has values, else 256].
    #[arg(long, allow_negative_numbers = true)]
    sites: Option<usize>,
    /// The diagonal: constant:0, values:0.3,-0.2,…, random:strength=3,seed=7, aubry-andre:strength=2,phase=0,
    /// impurity:strength=5, steps:height=2,width=32, prime-bump:scale=0.02.
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
    // clap takes the help from the table of panels.
    #[arg(long, default_value = "green", help = panels())]
    panel: Panel,
    /// Number of energies in the window.
    #[arg(long, default_value_t = Config::default().map_energies)]
    map_energies: usize,
    /// Lowest energy of the window.
    #[arg(long, default_value_t = Config::default().map_from, allow_negative_numbers = true)]
    map_from: f64,
    /// Highest energy of the window.
    #[arg(long, default_value_t = Config::default().map_to, allow_negative_numbers = true)]
    map_to: f64,
    /// The site that the panel looks at, counted from 0 [default: the middle].
    #[arg(long = "site", visible_alias = "source")]
    source: Option<usize>,
    /// How the published routines divide: scaled, or naive as in older PyTorch.
    #[arg(long, default_value = "scaled", value_parser = division)]
    division: Division,
    /// α of the published gradient, 0 to 1.
    #[arg(long, default_value_t = Config::default().alpha)]
    alpha: f64,
    /// Put the weight of the limiting absorption principle on both sides of the Birman–Schwinger kernel.
    #[arg(long)]
    weighted: bool,
    /// Lowest energy of the Mourre estimate's window.
    #[arg(long, default_value_t = Config::default().mourre_from, allow_negative_numbers = true)]
    mourre_from: f64,
    /// Highest energy of the Mourre estimate's window.
    #[arg(long, default_value_t = Config::default().mourre_to, allow_negative_numbers = true)]
    mourre_to: f64,
    /// Print the record as JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    files: FigureFiles,
}

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
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
            map_from: self.map_from,
            map_to: self.map_to,
            map_energies: self.map_energies,
            panel: self.panel,
            source: self.source,
            division: self.division,
            alpha: self.alpha,
            weight: if self.weighted { Weight::LimitingAbsorption } else { Weight::None },
            mourre_from: self.mourre_from,
            mourre_to: self.mourre_to,
        };
        config.check().map_err(Failure::usage)?;
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
        if let Some(stem) = &self.files.out {
            write(&record, stem, &self.files)?;
        }
        if self.json {
            files::print(&document::to_json(&[Record::Resolvent(Box::new(record))]).map_err(Failure::failed)?)
        } else {
            files::print(&report::panel(&record))
        }
    }
}

/// The help on the choice of a panel.
fn panels() -> String {
    let [first @ .., last] = Panel::ALL.map(Panel::key);
    format!("What is asked: {} or {last}", first.join(", "))
}

/// A way to divide, by its name.
fn division(name: &str) -> Result<Division, String> {
    match name {
        "scaled" => Ok(Division::Scaled),
        "naive" => Ok(Division::Naive),
        name => Err(format!("There is no division “{name}”. Choose scaled or naive.")),
    }
}

/// Writes the figures of a record.
fn write(record: &Resolvent, stem: &Path, files: &FigureFiles) -> Result<(), Failure> {
    let whole = document::to_json(&[Record::Resolvent(Box::new(record.clone()))]).map_err(Failure::failed)?;
    let manifest = document::to_json(&[Record::Resolvent(Box::new(record.manifest_only()))]);
    let manifest = manifest.map_err(Failure::failed)?;
    for (index, figure) in ResolventFigure::of(record.config.panel).iter().enumerate() {
        let mut name = stem.as_os_str().to_owned();
        if index > 0 {
            name.push("-");
            name.push(figure.stem());
        }
        for format in &files.format {
            // One record stands behind all figures of a panel.
            if index == 0 || *format != Format::Json {
                let draw = |layout: &_| figure.draw(record, &View::default(), layout);
                let data = |format| (format == DataFormat::Json).then(|| whole.clone());
                format.save(Path::new(&name), &files.print, draw, data, &manifest)?;
            }
        }
    }
    Ok(())
}
