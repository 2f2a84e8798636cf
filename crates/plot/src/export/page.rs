//! Figures for a printed page: laid out for a physical width and a font size, because a paper prints a figure at the
//! size it is given.

use crate::scene::{Command, Point, Stroke};
use crate::{Layout, Scene, Theme};

const POINTS_PER_MILLIMETRE: f64 = 72.0 / 25.4;

/// Height divided by width of the published figures.
const PROPORTION: f64 = 2.0 / 3.0;

/// The size of a printed figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Page {
    /// Width in millimeters.
    pub width_mm: f64,
    /// Height in millimeters; `None` for two thirds of the width, as in the published figures. Such a figure becomes
    /// higher if there is no room for its data below its text.
    pub height_mm: Option<f64>,
    /// Font size of tick labels, axis titles, and legend, in points. Titles are larger in proportion, and labels within
    /// the plot are smaller.
    pub font_size: f64,
}

/// The error for a page that cannot hold a figure.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PageError {
    /// A size is not a finite number above zero.
    #[error(
        "A figure of {0} does not exist. Its width and height, in millimetres, and its letters, in points, must be above zero."
    )]
    Size(f64),
    /// The font is too small for the page: the layout would be larger than [`Layout::LARGEST`].
    #[error(
        "Letters of {font_size} pt are too small for a figure of this size. Choose at least {least:.1} pt."
    )]
    Letters {
        /// Font size in points.
        font_size: f64,
        /// The smallest font size for this page, in points.
        least: f64,
    },
    /// The font leaves no room for the data.
    #[error(
        "Letters of {font_size} pt leave no room for the data. Choose at most {largest:.1} pt, or a larger figure."
    )]
    Room {
        /// Font size in points.
        font_size: f64,
        /// The largest font size that leaves room for the data, in points.
        largest: f64,
    },
}

impl Page {
    /// Creates a page with the default height, as the page of the lab and the command line use it.
    pub fn new(width_mm: f64, font_size: f64) -> Self {
        Page { width_mm, height_mm: None, font_size }
    }

    /// Draws a figure for this page: lays it out with the page's ratio of width to font size, then scales it to the
    /// page.
    ///
    /// Fails if a size is not a finite number above zero, or if the font is too large or too small for the page.
    pub fn draw(&self, theme: Theme, figure: impl FnOnce(&Layout) -> Scene) -> Result<Scene, PageError> {
        let Page { width_mm, height_mm, font_size } = *self;
        let sizes = [Some(width_mm), height_mm, Some(font_size)];
        if let Some(&size) = sizes.iter().flatten().find(|size| !(size.is_finite() && **size > 0.0)) {
            return Err(PageError::Size(size));
        }
        // The font size of a layout depends on its width: wider layouts have larger fonts. This loop finds the widest
        // layout with the page's ratio of font size to width.
        let layout = |letters: f64| {
            let points = POINTS_PER_MILLIMETRE * letters / font_size;
            let width = width_mm * points;
            let height =
                height_mm.map_or((width * PROPORTION).max(Layout::SMALLEST.1), |height| height * points);
            Layout { width, height, theme }
        };
        let mut letters = Layout { width: f64::INFINITY, height: f64::INFINITY, theme }.sizes().base;
        while layout(letters).sizes().base < letters {
            letters = layout(letters).sizes().base;
        }
        let layout = layout(letters);
        let room = (layout.width / Layout::SMALLEST.0).min(layout.height / Layout::SMALLEST.1);
        if room < 1.0 {
            return Err(PageError::Room { font_size, largest: font_size * room });
        }
        let extent = layout.width.max(layout.height) / Layout::LARGEST;
        if extent > 1.0 {
            return Err(PageError::Letters { font_size, least: font_size * extent });
        }
        Ok(scaled(figure(&layout), font_size / letters))
    }
}

/// A width in which a publisher prints figures, with a usual font size there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preset {
    /// A short name, for use on the command line.
    pub key: &'static str,
    /// The journal or its publisher, and the number of columns.
    pub name: &'static str,
    /// Width in millimeters.
    pub width_mm: f64,
    /// A usual font size in points.
    pub font_size: f64,
}

/// The size of the published figures, and the widths of common journals and conferences. Sources: their guides for
/// authors, or their LaTeX classes (acmart `sigconf`, `neurips`, `icml`).
pub const PRESETS: [Preset; 21] = [
    PUBLISHED,
    preset("nature-1", "Nature, one column", 89.0, 7.0),
    preset("nature-2", "Nature, two columns", 183.0, 7.0),
    preset("science-1", "Science, one column", 57.0, 5.5),
    preset("science-2", "Science, two columns", 121.0, 7.0),
    preset("science-3", "Science, three columns", 184.0, 7.0),
    preset("pnas-1", "PNAS, one column", 87.0, 7.0),
    preset("pnas-1.5", "PNAS, one and a half columns", 114.0, 7.0),
    preset("pnas-2", "PNAS, two columns", 178.0, 8.0),
    preset("physical-review-1", "Physical Review, one column", 86.0, 8.0),
    preset("ieee-1", "IEEE, one column", 88.9, 8.0),
    preset("ieee-2", "IEEE, two columns", 182.0, 8.0),
    preset("elsevier-1", "Elsevier, one column", 90.0, 7.0),
    preset("elsevier-1.5", "Elsevier, one and a half columns", 140.0, 7.0),
    preset("elsevier-2", "Elsevier, two columns", 190.0, 8.0),
    preset("springer-1", "Springer, one column", 84.0, 8.0),
    preset("springer-2", "Springer, two columns", 174.0, 8.0),
    preset("acm-1", "ACM, one column", 84.7, 8.0),
    preset("acm-2", "ACM, two columns", 177.9, 8.0),
    preset("icml-1", "ICML, one column", 82.6, 8.0),
    preset("neurips", "NeurIPS, text width", 139.7, 8.0),
];

/// The size of the published figures: 12 × 8 inches.
pub const PUBLISHED: Preset = preset("published", "As published", 304.8, 10.0);

const fn preset(key: &'static str, name: &'static str, width_mm: f64, font_size: f64) -> Preset {
    Preset { key, name, width_mm, font_size }
}

/// Scales a scene by a factor, line widths and fonts included.
fn scaled(mut scene: Scene, factor: f64) -> Scene {
    let point = |point: &mut Point| *point = Point { x: point.x * factor, y: point.y * factor };
    let stroke = |stroke: &mut Stroke| {
        stroke.width *= factor;
        stroke.dash.iter_mut().for_each(|length| *length *= factor);
    };
    scene.width *= factor;
    scene.height *= factor;
    for command in &mut scene.commands {
        match command {
            Command::Line { points, stroke: line } => {
                points.iter_mut().for_each(point);
                stroke(line);
            }
            Command::Area { points, outline, .. } => {
                points.iter_mut().for_each(point);
                outline.iter_mut().for_each(stroke);
            }
            Command::Circle { center, radius, outline, .. } => {
                point(center);
                *radius *= factor;
                outline.iter_mut().for_each(stroke);
            }
            Command::Text(text) => {
                point(&mut text.at);
                text.size *= factor;
            }
            Command::Picture(picture) => {
                point(&mut picture.at);
                picture.width *= factor;
                picture.height *= factor;
            }
        }
    }
    scene
}
