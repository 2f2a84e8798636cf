//! The look of figures: colors for each theme, sizes for each width.

use crate::scene::Color;

/// The surroundings of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// The light page.
    Light,
    /// The dark page.
    Dark,
    /// Pure white, for files that go into a paper.
    Paper,
}

/// A color in two strengths: as published, for lines and marks, and with enough contrast for small text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hue {
    /// For lines, marks and areas.
    pub line: Color,
    /// For text: at least 4.5 : 1 against the theme's background.
    pub text: Color,
}

/// The colors of a theme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Palette {
    /// The background; pages give the figure's surroundings the same color.
    pub background: Color,
    /// Titles, tick labels, outlines of marks.
    pub ink: Color,
    /// Axis titles, notes.
    pub muted: Color,
    /// Axes and frames of boxes.
    pub frame: Color,
    /// Grid lines.
    pub grid: Color,
    /// First series: ResNet-BK, or the real part.
    pub first: Hue,
    /// Second series: Mamba, or the imaginary part.
    pub second: Hue,
    /// The deployment threshold.
    pub threshold: Hue,
    /// Color of results that meet a requirement.
    pub good: Hue,
    /// Color of results that fail one.
    pub bad: Hue,
    /// Models beyond the published ones, in turn.
    pub others: [Hue; OTHERS],
}

/// Number of colors for models beyond the published ones; marks and dashes distinguish them, too.
pub const OTHERS: usize = 6;

impl Theme {
    /// Returns the colors of this theme. The light ones are those of the published figures.
    pub const fn palette(self) -> Palette {
        match self {
            Theme::Light => Palette { background: Color::rgb(0xFB, 0xFB, 0xF9), ..PAPER },
            Theme::Dark => DARK,
            Theme::Paper => PAPER,
        }
    }
}

const PAPER: Palette = Palette {
    background: Color::rgb(0xFF, 0xFF, 0xFF),
    ink: Color::rgb(0x1A, 0x20, 0x27),
    muted: Color::rgb(0x55, 0x5F, 0x6A),
    frame: Color::rgb(0x9A, 0xA3, 0xAD),
    grid: Color::rgb(0x1A, 0x20, 0x27).with_alpha(0.16),
    first: Hue { line: Color::rgb(0x2E, 0x86, 0xAB), text: Color::rgb(0x1C, 0x68, 0x88) },
    second: Hue { line: Color::rgb(0xA2, 0x3B, 0x72), text: Color::rgb(0x8F, 0x2F, 0x63) },
    threshold: Hue { line: Color::rgb(0xF1, 0x8F, 0x01), text: Color::rgb(0x8A, 0x52, 0x00) },
    good: Hue { line: Color::rgb(0x06, 0xA7, 0x7D), text: Color::rgb(0x03, 0x6B, 0x51) },
    bad: Hue { line: Color::rgb(0xC6, 0x28, 0x28), text: Color::rgb(0xB0, 0x20, 0x20) },
    others: [
        Hue { line: Color::rgb(0x4B, 0x3F, 0xA0), text: Color::rgb(0x4B, 0x3F, 0xA0) },
        Hue { line: Color::rgb(0x8A, 0x84, 0x00), text: Color::rgb(0x62, 0x5D, 0x00) },
        Hue { line: Color::rgb(0x1A, 0x20, 0x27), text: Color::rgb(0x1A, 0x20, 0x27) },
        Hue { line: Color::rgb(0xE0, 0x6C, 0x9F), text: Color::rgb(0x9C, 0x2A, 0x5F) },
        Hue { line: Color::rgb(0x8C, 0x56, 0x2B), text: Color::rgb(0x75, 0x44, 0x1E) },
        Hue { line: Color::rgb(0x6E, 0x7B, 0x8B), text: Color::rgb(0x4C, 0x58, 0x66) },
    ],
};

const DARK: Palette = Palette {
    background: Color::rgb(0x14, 0x18, 0x1D),
    ink: Color::rgb(0xE8, 0xEC, 0xF0),
    muted: Color::rgb(0xA3, 0xAE, 0xB9),
    frame: Color::rgb(0x5E, 0x69, 0x75),
    grid: Color::rgb(0xE8, 0xEC, 0xF0).with_alpha(0.16),
    first: Hue { line: Color::rgb(0x5C, 0xB8, 0xDD), text: Color::rgb(0x7C, 0xCA, 0xEA) },
    second: Hue { line: Color::rgb(0xE0, 0x7B, 0xB0), text: Color::rgb(0xEE, 0x9B, 0xC6) },
    threshold: Hue { line: Color::rgb(0xF5, 0xA5, 0x3A), text: Color::rgb(0xF9, 0xBE, 0x6E) },
    good: Hue { line: Color::rgb(0x3C, 0xCB, 0xA0), text: Color::rgb(0x6F, 0xDD, 0xBC) },
    bad: Hue { line: Color::rgb(0xFF, 0x7B, 0x72), text: Color::rgb(0xFF, 0x99, 0x92) },
    others: [
        Hue { line: Color::rgb(0xA3, 0x9A, 0xF0), text: Color::rgb(0xB8, 0xB0, 0xF7) },
        Hue { line: Color::rgb(0xC9, 0xC1, 0x3A), text: Color::rgb(0xDD, 0xD6, 0x6A) },
        Hue { line: Color::rgb(0xF2, 0xF4, 0xF6), text: Color::rgb(0xF2, 0xF4, 0xF6) },
        Hue { line: Color::rgb(0xFF, 0xA8, 0xC8), text: Color::rgb(0xFF, 0xBF, 0xD8) },
        Hue { line: Color::rgb(0xC9, 0x8F, 0x5C), text: Color::rgb(0xE0, 0xB0, 0x86) },
        Hue { line: Color::rgb(0x93, 0xA3, 0xB5), text: Color::rgb(0xB4, 0xC1, 0xCF) },
    ],
};

/// Font and line sizes in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizes {
    /// First line of the title.
    pub title: f64,
    /// Second line of the title.
    pub subtitle: f64,
    /// Labels of categories on an axis.
    pub category: f64,
    /// Everything else: tick labels, axis titles, legend, notes.
    pub base: f64,
    /// Values beside marks, callouts and captions in the plot.
    pub label: f64,
    /// Width of a data line.
    pub line: f64,
    /// Diameter of a marker.
    pub marker: f64,
    /// Distance between neighboring elements; margins are multiples of it.
    pub gap: f64,
}

/// The target of a layout: the real size, so that text stays readable on a phone, and a theme. On screen a CSS pixel is
/// 0.75 pt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// Theme, which gives the colors.
    pub theme: Theme,
}

impl Layout {
    /// The smallest width and height of a layout, in points.
    pub const SMALLEST: (f64, f64) = (240.0, 200.0);

    /// The largest width and height of a layout, in points: 200 inches, as in PDF.
    pub const LARGEST: f64 = 14_400.0;

    /// Creates a layout of the given size in points. A size outside [`Layout::SMALLEST`] to [`Layout::LARGEST`] is
    /// moved to the nearest limit.
    pub fn new(width: f64, height: f64, theme: Theme) -> Self {
        let (least_width, least_height) = Self::SMALLEST;
        Layout {
            width: width.max(least_width).min(Self::LARGEST),
            height: height.max(least_height).min(Self::LARGEST),
            theme,
        }
    }

    /// Returns the colors of the theme.
    pub fn palette(&self) -> Palette {
        self.theme.palette()
    }

    /// Returns the sizes for this width: those of the published figure (12 × 8 inches) where there is room for them,
    /// and never text below 8.25 pt (11 CSS pixels).
    pub fn sizes(&self) -> Sizes {
        if self.width >= 640.0 {
            Sizes {
                title: 16.0,
                subtitle: 12.0,
                category: 12.0,
                base: 10.0,
                label: 9.0,
                line: 3.0,
                marker: 10.0,
                gap: 6.0,
            }
        } else if self.width >= 380.0 {
            Sizes {
                title: 13.0,
                subtitle: 10.0,
                category: 10.0,
                base: 9.0,
                label: 8.5,
                line: 2.25,
                marker: 8.0,
                gap: 5.0,
            }
        } else {
            Sizes {
                title: 11.0,
                subtitle: 9.0,
                category: 9.0,
                base: 8.25,
                label: 8.25,
                line: 2.0,
                marker: 7.0,
                gap: 4.0,
            }
        }
    }
}
