//! What all figures of the command line share: where the data comes from, and what is written.

use super::Drawn;
use crate::drawing::Format;
use crate::files::{import, print, save};
use crate::{Failure, report};
use bk_lab::record::{Record, document};
use bk_lab::study::StudyError;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// The published seed.
const SEED: u32 = 42;

/// Where the data of a figure comes from.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Source {
    /// The published simulation alone.
    Published,
    /// The given files alone.
    Imported,
    /// The given files with the published simulation behind them.
    Both,
}

/// Arguments of every `bklab figure …`.
#[derive(Args)]
pub(crate) struct Options {
    /// Result files; without any, the published simulation is run.
    files: Vec<PathBuf>,
    /// Seed of the published simulation.
    #[arg(long, default_value_t = SEED)]
    seed: u32,
    /// Which data the figure shows [default: imported if files are given, else published].
    #[arg(long)]
    source: Option<Source>,
    /// Write the summary in the published JSON form to PATH, or to standard output for “-”.
    #[arg(long, value_name = "PATH")]
    summary: Option<PathBuf>,
    /// Write the figure to STEM.png, STEM.svg, STEM.pdf, STEM.eps, STEM.json.
    #[arg(long, value_name = "STEM")]
    out: Option<PathBuf>,
    /// What --out writes.
    #[arg(long, value_delimiter = ',', default_value = "png", requires = "out")]
    format: Vec<Format>,
}

/// The data of a figure.
struct Data<Kind> {
    /// From the files.
    imported: Vec<Kind>,
    /// From the published simulation.
    simulated: Option<Kind>,
}

impl Options {
    /// Runs the command for one figure, whose published simulation is run by `simulate`.
    pub(crate) fn run<Kind: Drawn>(
        self,
        simulate: impl FnOnce(u32) -> Result<Kind, StudyError>,
    ) -> Result<(), Failure> {
        let source = self.source()?;
        let (imported, failures) = self.imported::<Kind>();
        let simulated = match source {
            Source::Imported => None,
            Source::Published | Source::Both => Some(simulate(self.seed).map_err(Failure::usage)?),
        };
        let data = Data { imported, simulated };
        if !data.records().is_empty() {
            self.write(&data)?;
        }
        report::refused(&failures, self.files.len())
    }

    /// Where the data comes from, if that agrees with the files given.
    fn source(&self) -> Result<Source, Failure> {
        let usual = if self.files.is_empty() { Source::Published } else { Source::Imported };
        match self.source.unwrap_or(usual) {
            Source::Published if !self.files.is_empty() => Err(Failure::usage(
                "--source published takes no files. Leave the files out, or use --source both.",
            )),
            Source::Imported | Source::Both if self.files.is_empty() => {
                Err(Failure::usage("There are no files. Name the result files after the options."))
            }
            source => Ok(source),
        }
    }

    /// The records of this figure in the files, and a sentence for each file that holds none.
    fn imported<Kind: Drawn>(&self) -> (Vec<Kind>, Vec<String>) {
        let imported = import(&self.files);
        let mut failures: Vec<String> = imported.errors.iter().map(ToString::to_string).collect();
        let mut records = Vec::new();
        for record in imported.records {
            let source = match record.manifest().files.as_slice() {
                [] => "A record of this lab".into(),
                files => format!("“{}”", files.join("”, “")),
            };
            match Kind::try_from(record) {
                Ok(record) => records.push(record),
                Err(_) => failures.push(format!("{source} holds no data for the figure “{}”.", Kind::TITLE)),
            }
        }
        (records, failures)
    }

    /// Writes what was asked for; a report to standard output unless that carries the summary.
    fn write<Kind: Drawn>(&self, data: &Data<Kind>) -> Result<(), Failure> {
        let to_standard_output = self.summary.as_deref() == Some(Path::new("-"));
        if let Some(path) = &self.summary {
            let json = data.summarized()?.summary_json().map_err(Failure::failed)?;
            if to_standard_output { print(&json)? } else { save(path, json.as_bytes())? }
        }
        if let Some(stem) = &self.out {
            let records = data.records();
            let documents: Vec<Record> = records.iter().map(|&record| record.clone().into()).collect();
            let manifest = document::to_json(&documents).map_err(Failure::failed)?;
            for format in &self.format {
                format.save(stem, |layout| Kind::draw(&records, layout), &manifest)?;
            }
        }
        if to_standard_output {
            return Ok(());
        }
        let reports: Vec<String> = data.records().into_iter().map(report::figure).collect();
        print(&reports.join("\n"))
    }
}

impl<Kind: Drawn> Data<Kind> {
    /// All records, the imported ones first.
    fn records(&self) -> Vec<&Kind> {
        self.imported.iter().chain(&self.simulated).collect()
    }

    /// The record a summary is about: with the simulation overlaid, the files are what is examined.
    fn summarized(&self) -> Result<&Kind, Failure> {
        match (self.imported.as_slice(), &self.simulated) {
            ([only], _) | ([], Some(only)) => Ok(only),
            _ => Err(Failure::failed(
                "The files hold several data sets, and a summary describes one. Give the files of one data set.",
            )),
        }
    }
}
