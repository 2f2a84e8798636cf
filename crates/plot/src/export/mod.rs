//! Files: a [`Scene`] in the formats that journals accept, a [`Table`] for the paper and the spreadsheet, and the
//! reverse, from a file to the run that it shows.
//!
//! Every format is written from the same list of drawing commands, so the screen and the paper show the same figure.
//! Every file carries a manifest, the JSON that reproduces the run; [`manifest_of`] finds it.

mod archive;
mod comments;
mod eps;
mod face;
pub mod page;
mod pdf;
pub mod png;
#[cfg(feature = "cli")]
pub mod raster;
pub mod restore;
pub mod svg;
pub mod table;
mod xml;

pub use archive::{ArchiveError, zip};

pub use page::{Page, PageError};
pub use restore::{manifest_of, restore};
pub use table::Table;

use crate::Scene;
use serde::{Deserialize, Serialize};

/// The name of the manifest in a file.
const MANIFEST: &str = "bk-lab-manifest";

/// The program's name and version, for files that state what wrote them.
const APPLICATION: &str = concat!("BK Lab ", env!("CARGO_PKG_VERSION"));

/// A file format for figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A picture with a stated resolution.
    Png,
    /// A drawing for the web and for further editing, with real text in an embedded font.
    Svg,
    /// A drawing for pdfLaTeX and for journals, with real text in an embedded font.
    Pdf,
    /// A drawing for journals that ask for PostScript: no transparency, text as outlines.
    Eps,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 4] = [Format::Png, Format::Svg, Format::Pdf, Format::Eps];

    /// Returns the extension of the file name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Png => "png",
            Format::Svg => "svg",
            Format::Pdf => "pdf",
            Format::Eps => "eps",
        }
    }

    /// Returns the media type (MIME).
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Png => "image/png",
            Format::Svg => "image/svg+xml",
            Format::Pdf => "application/pdf",
            Format::Eps => "application/postscript",
        }
    }
}

/// The metadata of a file: text besides its drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata<'a> {
    /// The title, one sentence.
    pub title: &'a str,
    /// A description of what the figure shows.
    pub description: &'a str,
    /// The JSON that reproduces the run; `None` for a file that restores nothing.
    pub manifest: Option<&'a str>,
}

impl<'a> Metadata<'a> {
    /// Creates metadata from a scene's summary, whose first sentence becomes the title, and a manifest.
    pub fn new(scene: &'a Scene, manifest: Option<&'a str>) -> Self {
        let description = scene.summary.as_str();
        let title = description.split_once(". ").map_or(description, |(sentence, _)| sentence);
        Metadata { title, description, manifest }
    }
}

/// The error for a file that could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The bundled font lacks characters that the scene has, and the format cannot use another font.
    #[error(
        "The figures' face has no letters for “{0}”. Rename what holds them, or save the figure as SVG, \
         for which every reader has faces of their own."
    )]
    Characters(String),
    /// More pixels than the memory limit allows, or none at all.
    #[error("A picture of {width} × {height} pixels cannot be painted. Choose another resolution.")]
    Pixels {
        /// Pixels per row.
        width: f64,
        /// Number of rows.
        height: f64,
    },
    /// A resolution that is not a finite number above zero.
    #[error(
        "A resolution of {0} dots per inch does not exist. Choose another one: journals ask for 300 or 600."
    )]
    Resolution(f64),
    /// A figure whose size is not finite and above zero.
    #[error("A figure of {width} × {height} points cannot be printed. Choose another size.")]
    Size {
        /// Width in points.
        width: f64,
        /// Height in points.
        height: f64,
    },
    /// The number of a picture's pixels differs from its columns times its rows, or there are none.
    #[error(
        "A picture in the figure has {bytes} bytes for {columns} × {rows} pixels. \
         This is a mistake of the lab; please report it."
    )]
    Picture {
        /// Pixels per row.
        columns: usize,
        /// Number of rows.
        rows: usize,
        /// Bytes of pixels; each pixel needs four.
        bytes: usize,
    },
    /// This build cannot paint pixels.
    #[error("The page paints pictures itself: paint the figure on a canvas and stamp the file it makes.")]
    NoPainter,
    /// The bytes to be stamped are not a PNG file.
    #[error("The browser made no PNG file of the figure. Save it as PDF or SVG.")]
    NotPng,
    /// The pixels could not be written.
    #[error("The picture could not be written as PNG: {0}.")]
    Png(#[from] ::png::EncodingError),
    /// The bundled font file could not be read.
    #[error("The figures' face could not be read: {0}. Please report it.")]
    Face(#[from] ttf_parser::FaceParsingError),
    /// The scene's SVG could not be parsed.
    #[cfg(feature = "cli")]
    #[error("The figure could not be painted: {0}.")]
    Svg(#[from] resvg::usvg::Error),
    /// The PDF could not be written.
    #[error("The figure could not be written as PDF: {0}. Save it as EPS or SVG.")]
    Pdf(String),
}

/// Writes a scene as a file. `dpi` is the resolution of a [`Format::Png`] in dots per inch, which the file states: a
/// higher one gives more pixels, not a larger figure. The other formats ignore it.
///
/// The same scene and metadata give the same bytes on every machine and in the browser. In the browser, however,
/// [`Format::Png`] is an error: the page paints the scene on a canvas and completes the file with [`png::stamp`].
pub fn export(scene: &Scene, metadata: &Metadata, format: Format, dpi: f64) -> Result<Vec<u8>, ExportError> {
    let Scene { width, height, .. } = *scene;
    if ![width, height].iter().all(|size| size.is_finite() && *size > 0.0) {
        return Err(ExportError::Size { width, height });
    }
    match format {
        Format::Svg => svg::write(scene, metadata).map(String::into_bytes),
        Format::Png => png(scene, metadata, dpi),
        Format::Pdf => face::check(scene).and_then(|()| pdf::write(scene, metadata)),
        Format::Eps => face::check(scene).and_then(|()| eps::write(scene, metadata)),
    }
}

#[cfg(feature = "cli")]
fn png(scene: &Scene, metadata: &Metadata, dpi: f64) -> Result<Vec<u8>, ExportError> {
    face::check(scene)?;
    png::stamp(&raster::paint(scene, dpi)?, dpi, metadata)
}

#[cfg(not(feature = "cli"))]
fn png(_: &Scene, _: &Metadata, _: f64) -> Result<Vec<u8>, ExportError> {
    Err(ExportError::NoPainter)
}

/// Formats a length to a thousandth of a point, finer than eye or printer can resolve.
fn number(value: f64) -> String {
    let written = format!("{value:.3}");
    let short = written.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".into() } else { short.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!([1.0, 0.5, -0.0001, 12.34567].map(number), ["1", "0.5", "0", "12.346"]);
    }
}
