//! What all figures of the command line share: where the data comes from, and what is written.

use super::command::Drawn;
use crate::kit::command::Failure;
use crate::kit::command::drawing::FigureFiles;
use crate::kit::command::files::{print, save};
use crate::kit::command::report;
use crate::kit::data_files as data;
use crate::kit::permalink;
use crate::kit::record::document;
use crate::studies::import::read_paths;
use crate::studies::record::Record;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The published seed.
const SEED: u32 = 42;

/// Where the data of a figure comes from.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
enum Source {
    /// The published simulation alone.
    #[default]
    Published,
    /// The given files alone.
    Imported,
    /// The given files with the published simulation behind them.
    Both,
}

/// What a link to the figure's room on the page sets there.
#[derive(Default, Serialize)]
struct Linked<Config, Look> {
    #[serde(flatten)]
    config: Config,
    #[serde(flatten)]
    look: Look,
    source: Source,
}

/// Arguments of every `bklab figure …`.
#[derive(Args)]
pub(crate) struct Options {
    /// Result files, or folders of them; without any, the published simulation is run.
    files: Vec<PathBuf>,
    /// Seed of the published simulation.
    #[arg(long, default_value_t = SEED)]
    pub(crate) seed: u32,
    /// Which data the figure shows [default: imported if files are given, else published].
    #[arg(long)]
    source: Option<Source>,
    /// Write the summary in the published JSON form to PATH, or to standard output for “-”.
    #[arg(long, value_name = "PATH")]
    summary: Option<PathBuf>,
    /// Write the record as the lab's own JSON to PATH, or to standard output for “-”; a list where there are
    /// several.
    #[arg(long, value_name = "PATH")]
    record: Option<PathBuf>,
    #[command(flatten)]
    figure: FigureFiles,
}

/// What a figure shows, and how.
struct Shown<Figure: Drawn> {
    /// From the files.
    imported: Vec<Figure>,
    /// From the published simulation.
    simulated: Option<Figure>,
    /// The settings, as in a link.
    view: Linked<Figure::Config, Figure::Look>,
}

impl Options {
    /// Runs the command for one figure, whose published simulation has this config.
    pub(crate) fn run<Figure: Drawn>(
        self,
        config: Figure::Config,
        look: Figure::Look,
    ) -> Result<(), Failure> {
        let source = self.source()?;
        let (imported, failures) = self.imported::<Figure>();
        let simulated = match source {
            Source::Imported => None,
            Source::Published | Source::Both => Some(Figure::simulate(&config).map_err(Failure::usage)?),
        };
        let shown = Shown { imported, simulated, view: Linked { config, look, source } };
        if !shown.records().is_empty() {
            self.write(&shown)?;
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
    fn imported<Figure: Drawn>(&self) -> (Vec<Figure>, Vec<String>) {
        let imported = read_paths(&self.files);
        let mut failures: Vec<String> = imported.errors.iter().map(ToString::to_string).collect();
        let mut records = Vec::new();
        for record in imported.records {
            let source = match record.manifest().files.as_slice() {
                [] => "A record of this lab".into(),
                files => format!("“{}”", files.join("”, “")),
            };
            match Figure::try_from(record) {
                Ok(record) => records.push(record),
                Err(_) => {
                    failures.push(format!("{source} holds no data for the figure “{}”.", Figure::TITLE))
                }
            }
        }
        (records, failures)
    }

    /// Writes what was asked for; a report to standard output unless that carries something else.
    fn write<Figure: Drawn>(&self, shown: &Shown<Figure>) -> Result<(), Failure> {
        let mut is_taken = false;
        let mut put = |path: &Path, json: String| {
            let to_standard_output = path == Path::new("-");
            is_taken |= to_standard_output;
            if to_standard_output { print(&json) } else { save(path, json.as_bytes()) }
        };
        if let Some(path) = &self.summary {
            put(path, shown.summarized()?.summary_json().map_err(Failure::failed)?)?;
        }
        if let Some(path) = &self.record {
            put(path, document::to_json(&shown.documents()).map_err(Failure::failed)?)?;
        }
        if let Some(stem) = &self.figure.out {
            shown.save(stem, &self.figure)?;
        }
        if is_taken {
            return Ok(());
        }
        let reports: Vec<String> = shown.records().into_iter().map(report::figure).collect();
        print(&reports.join("\n"))
    }
}

impl<Figure: Drawn> Shown<Figure> {
    /// All records, the imported ones first.
    fn records(&self) -> Vec<&Figure> {
        self.imported.iter().chain(&self.simulated).collect()
    }

    /// The same as records of any study.
    fn documents(&self) -> Vec<Record> {
        self.records().into_iter().map(|record| record.clone().into()).collect()
    }

    /// The record a summary is about: with the simulation overlaid, the files are what is examined.
    fn summarized(&self) -> Result<&Figure, Failure> {
        match (self.imported.as_slice(), &self.simulated) {
            ([only], _) | ([], Some(only)) => Ok(only),
            _ => Err(Failure::failed(
                "The files hold several data sets, and a summary describes one. Give the files of one data set.",
            )),
        }
    }

    /// Writes the figure's files.
    fn save(&self, stem: &Path, files: &FigureFiles) -> Result<(), Failure> {
        let records = self.records();
        let link = permalink::to_fragment(Figure::ROOM, &self.view);
        let manifest = document::view_to_json(&link, &self.documents()).map_err(Failure::failed)?;
        let draw = |layout: &_| Figure::draw(&records, &self.view.look, layout);
        let data = |format| Some(data::write(&records, format, &manifest));
        files.save(stem, draw, data, &manifest)
    }
}
