//! Figures as files: the flags of every command that writes them, what a figure can be written as, and writing it.

use super::files::save;
use super::print::Print;
use crate::kit::command::Failure;
use crate::kit::data_files::DataFormat;
use bk_plot::export;
use bk_plot::export::{Metadata, export};
use bk_plot::{Layout, Scene};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Arguments of every command that writes figures.
#[derive(Args)]
pub(crate) struct FigureFiles {
    /// Write the figure to STEM.png, STEM.svg, STEM.pdf, STEM.eps, STEM.csv, STEM.tex, STEM.json; where there are several,
    /// to STEM-….png and so on. Each file carries what shows the figure again when it is opened.
    #[arg(long, value_name = "STEM")]
    pub(crate) out: Option<PathBuf>,
    /// What --out writes.
    #[arg(long, value_delimiter = ',', default_value = "png", requires = "out")]
    pub(crate) format: Vec<Format>,
    #[command(flatten)]
    pub(crate) print: Print,
}

impl FigureFiles {
    /// Writes a figure to `stem` in every format that was asked for, as [`Format::save`] does.
    pub(crate) fn save(
        &self,
        stem: &Path,
        draw: impl Fn(&Layout) -> Scene,
        data: impl Fn(DataFormat) -> Option<String>,
        manifest: &str,
    ) -> Result<(), Failure> {
        self.format.iter().try_for_each(|format| format.save(stem, &self.print, &draw, &data, manifest))
    }
}

/// What a figure can be written as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A picture.
    Png,
    /// A vector drawing with real text.
    Svg,
    /// A vector drawing with real text in an embedded face, for pdfLaTeX and journals.
    Pdf,
    /// A vector drawing without transparency, text as outlines.
    Eps,
    /// Every value with all its digits.
    Csv,
    /// The numbers as LaTeX tables.
    Tex,
    /// The records on the figure, and the settings that show it.
    Json,
}

/// How a format is written.
enum Kind {
    Drawing(export::Format),
    Data(DataFormat),
}

impl Format {
    fn kind(self) -> Kind {
        match self {
            Format::Png => Kind::Drawing(export::Format::Png),
            Format::Svg => Kind::Drawing(export::Format::Svg),
            Format::Pdf => Kind::Drawing(export::Format::Pdf),
            Format::Eps => Kind::Drawing(export::Format::Eps),
            Format::Csv => Kind::Data(DataFormat::Csv),
            Format::Tex => Kind::Data(DataFormat::Latex),
            Format::Json => Kind::Data(DataFormat::Json),
        }
    }

    /// Writes a figure to `stem` with the format's extension. `manifest` is the JSON that goes into its files, and
    /// `data` writes its numbers, as far as it has any.
    pub(crate) fn save(
        self,
        stem: &Path,
        print: &Print,
        draw: impl Fn(&Layout) -> Scene,
        data: impl Fn(DataFormat) -> Option<String>,
        manifest: &str,
    ) -> Result<(), Failure> {
        match self.kind() {
            Kind::Data(format) => {
                let content = data(format).ok_or_else(|| {
                    Failure::usage("This figure is written as png, svg, pdf, eps and json only.")
                });
                save(&named(stem, format.extension()), content?.as_bytes())
            }
            Kind::Drawing(format) => {
                let scene = print.page().draw(print.theme(), draw).map_err(Failure::usage)?;
                let file = export(&scene, &Metadata::new(&scene, Some(manifest)), format, print.dpi);
                save(&named(stem, format.extension()), &file.map_err(Failure::failed)?)
            }
        }
    }
}

/// A stem, which may hold dots of its own, with an extension.
fn named(stem: &Path, extension: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}
