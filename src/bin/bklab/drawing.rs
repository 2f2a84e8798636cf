//! Figures as files: what a figure can be written as, and writing it.

use crate::Failure;
use crate::files::save;
use bk_lab::export::{self, Metadata, export};
use bk_lab::figure::{Layout, Scene, Theme};
use clap::ValueEnum;
use std::path::Path;

/// Resolution of the PNG files, as the published script's default.
const DOTS_PER_INCH: f64 = 300.0;

/// The size of the published figures, 12 × 8 inches.
const LAYOUT: Layout = Layout { width: 864.0, height: 576.0, theme: Theme::Paper };

/// What a figure can be written as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A picture of 300 dots an inch.
    Png,
    /// A vector drawing with real text.
    Svg,
    /// A vector drawing with real text in an embedded face, for pdfLaTeX and journals.
    Pdf,
    /// A vector drawing without transparency, text as outlines.
    Eps,
    /// The record behind the figure.
    Json,
}

impl Format {
    /// Writes a figure to `stem` with the format's extension; `manifest` is the JSON of its records.
    pub(crate) fn save(
        self,
        stem: &Path,
        draw: impl Fn(&Layout) -> Scene,
        manifest: &str,
    ) -> Result<(), Failure> {
        let format = match self {
            Format::Png => export::Format::Png,
            Format::Svg => export::Format::Svg,
            Format::Pdf => export::Format::Pdf,
            Format::Eps => export::Format::Eps,
            Format::Json => return save(&named(stem, "json"), manifest.as_bytes()),
        };
        let scene = draw(&LAYOUT);
        let file = export(&scene, &Metadata::new(&scene, Some(manifest)), format, DOTS_PER_INCH);
        save(&named(stem, format.extension()), &file.map_err(Failure::failed)?)
    }
}

/// A stem, which may hold dots of its own, with an extension.
fn named(stem: &Path, extension: &str) -> std::path::PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}
