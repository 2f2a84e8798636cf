//! `bklab figure …`: from a config or result files to a summary, a picture, a record.

use crate::{Failure, report};
use bk_lab::figure::{Layout, Theme, png, robustness as draw, svg};
use bk_lab::import::{ImportError, LARGEST_FILE, Problem, SourceFile, read_files};
use bk_lab::published::PublishedFigure;
use bk_lab::record::robustness::{Config, Robustness};
use bk_lab::record::{Record, document};
use bk_lab::study::robustness;
use clap::{Args, Subcommand, ValueEnum};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Resolution of the PNG files, as the published script's default.
const DOTS_PER_INCH: f64 = 300.0;

/// The published figures.
#[derive(Subcommand)]
pub(crate) enum Figure {
    /// Perplexity against bit width: quantization robustness.
    Robustness(RobustnessArguments),
}

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

/// What a figure can be written as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A picture of 300 dots an inch.
    Png,
    /// A vector drawing with real text.
    Svg,
    /// The record behind the figure.
    Json,
}

/// Arguments of `bklab figure robustness`.
#[derive(Args)]
pub(crate) struct RobustnessArguments {
    /// Result files; without any, the published simulation is run.
    files: Vec<PathBuf>,
    /// Seed of the published simulation.
    #[arg(long, default_value_t = Config::default().seed)]
    seed: u32,
    /// Bit widths of the published simulation, in the order in which they draw their noise.
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=64), default_values_t = Config::default().bit_widths)]
    bit_widths: Vec<u32>,
    /// Which data the figure shows [default: imported if files are given, else published].
    #[arg(long)]
    source: Option<Source>,
    /// Write the summary in the published JSON form to PATH, or to standard output for “-”.
    #[arg(long, value_name = "PATH")]
    summary: Option<PathBuf>,
    /// Write the figure to STEM.png, STEM.svg, STEM.json.
    #[arg(long, value_name = "STEM")]
    out: Option<PathBuf>,
    /// What --out writes.
    #[arg(long, value_delimiter = ',', default_value = "png", requires = "out")]
    format: Vec<Format>,
}

impl Figure {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Figure::Robustness(arguments) = self;
        arguments.run()
    }
}

impl RobustnessArguments {
    fn run(self) -> Result<(), Failure> {
        let source =
            self.source.unwrap_or(if self.files.is_empty() { Source::Published } else { Source::Imported });
        match source {
            Source::Published if !self.files.is_empty() => {
                return Err(Failure::usage(
                    "--source published takes no files. Leave the files out, or use --source both.",
                ));
            }
            Source::Imported | Source::Both if self.files.is_empty() => {
                return Err(Failure::usage("There are no files. Name the result files after the options."));
            }
            _ => {}
        }
        let (mut records, failures) = imported(&self.files);
        if source != Source::Imported {
            let config = Config { seed: self.seed, bit_widths: self.bit_widths.clone() };
            records.push(robustness::run(&config).map_err(Failure::usage)?);
        }
        for failure in &failures {
            eprintln!("bklab: {failure}");
        }
        if records.is_empty() {
            return Err(Failure::failed("No file held data for the robustness figure."));
        }
        self.write(&records)?;
        if failures.is_empty() {
            Ok(())
        } else {
            Err(Failure::Failed(format!(
                "{} of {} files could not be used; the others were.",
                failures.len(),
                self.files.len()
            )))
        }
    }

    /// Writes what was asked for; a report to standard output unless that carries the summary.
    fn write(&self, records: &[Robustness]) -> Result<(), Failure> {
        if let Some(path) = &self.summary {
            // With the simulation overlaid, the files are what is examined.
            let [record, others @ ..] = records else { return Ok(()) };
            if others.iter().any(|record| record.config.is_none()) {
                return Err(Failure::failed(
                    "The files hold several data sets, and a summary describes one. Give the files of one data set.",
                ));
            }
            let json = record.summary_json().map_err(Failure::failed)?;
            if path == Path::new("-") { print(&json)? } else { save(path, json.as_bytes())? }
        }
        if let Some(stem) = &self.out {
            let layout = Layout { width: 864.0, height: 576.0, theme: Theme::Paper };
            let scene = draw(&records.iter().collect::<Vec<_>>(), &layout);
            for format in &self.format {
                let (extension, bytes) = match format {
                    Format::Png => ("png", png::write(&scene, DOTS_PER_INCH).map_err(Failure::failed)?),
                    Format::Svg => ("svg", svg::write(&scene, None).map_err(Failure::failed)?.into_bytes()),
                    Format::Json => {
                        let records: Vec<Record> = records.iter().cloned().map(Record::Robustness).collect();
                        ("json", document::to_json(&records).map_err(Failure::failed)?.into_bytes())
                    }
                };
                let mut name = stem.clone().into_os_string();
                name.push(".");
                name.push(extension);
                save(Path::new(&name), &bytes)?;
            }
        }
        if self.summary.as_deref() == Some(Path::new("-")) {
            return Ok(());
        }
        print(&records.iter().map(report::robustness).collect::<Vec<_>>().join("\n"))
    }
}

/// The robustness records of the files, and what was wrong with the others.
fn imported(paths: &[PathBuf]) -> (Vec<Robustness>, Vec<ImportError>) {
    let mut failures = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        match read(path) {
            Ok(bytes) => files.push(SourceFile { name, bytes }),
            Err(problem) => failures.push(ImportError { file: name, problem }),
        }
    }
    let imported = read_files(&files);
    failures.extend(imported.errors);
    let records = imported.records.into_iter().filter_map(|record| record.try_into().ok());
    (records.collect(), failures)
}

/// A file's content, unless it is too large to be worth reading.
fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| Problem::Unreadable(error.to_string());
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > LARGEST_FILE { Err(Problem::TooLarge(size)) } else { fs::read(path).map_err(unreadable) }
}

/// Writes a file and says so; makes its folder if there is none.
fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed =
        |error: std::io::Error| Failure::Failed(format!("{} could not be written: {error}.", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, bytes).map_err(failed)?;
    eprintln!("bklab: wrote {} ({} bytes)", path.display(), bytes.len());
    Ok(())
}

/// Prints a result as it is, without a line end of its own.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::Failed(format!("The result could not be printed: {error}.")))
}
