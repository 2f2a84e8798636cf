//! How a figure of the command line is printed: its size on paper, its letters, resolution and colours, with the
//! defaults of the page.

use bk_plot::Theme;
use bk_plot::export::Page;
use bk_plot::export::page::{PRESETS, PUBLISHED, Preset};
use clap::{Args, ValueEnum};

/// Arguments on how a figure is printed.
#[derive(Args)]
pub(crate) struct Print {
    /// Where the figure is printed, which sets its width and its letters: published (12 × 8 inches), nature-1,
    /// ieee-2, neurips, ….
    #[arg(long, value_name = "NAME", default_value = PUBLISHED.key, value_parser = preset)]
    width_preset: Preset,
    /// Width on paper in millimetres, instead of the preset's.
    #[arg(long, value_name = "MM")]
    width: Option<f64>,
    /// Size of the letters of axes and legend in points, instead of the preset's.
    #[arg(long, value_name = "PT")]
    font_size: Option<f64>,
    /// Resolution of PNG files in dots per inch.
    #[arg(long, default_value_t = 300.0)]
    pub(crate) dpi: f64,
    /// Colours: for a paper, or as on the page.
    #[arg(long, value_enum, default_value_t = Style::Paper)]
    style: Style,
}

/// Colours of a figure.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Style {
    /// Pure white, and colours that survive greyscale.
    Paper,
    /// As on the light page.
    Light,
    /// As on the dark page.
    Dark,
}

/// A preset by its key.
fn preset(key: &str) -> Result<Preset, String> {
    let keys = || PRESETS.map(|preset| preset.key).join(", ");
    let preset = PRESETS.into_iter().find(|preset| preset.key == key);
    preset.ok_or_else(|| format!("There are: {}.", keys()))
}

impl Print {
    /// The size on paper.
    pub(crate) fn page(&self) -> Page {
        let Preset { width_mm, font_size, .. } = self.width_preset;
        Page::new(self.width.unwrap_or(width_mm), self.font_size.unwrap_or(font_size))
    }

    /// The colours.
    pub(crate) fn theme(&self) -> Theme {
        match self.style {
            Style::Paper => Theme::Paper,
            Style::Light => Theme::Light,
            Style::Dark => Theme::Dark,
        }
    }
}
