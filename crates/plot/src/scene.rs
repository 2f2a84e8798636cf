//! The scene: one list of drawing commands in physical units, from which the canvas, SVG and PNG are all
//! painted, so that what is on screen is what is in the paper.
//!
//! Unit: the point (1 pt = 1/72 inch), x to the right, y downward, origin at the top left corner.

use crate::font;
use crate::plot::{Plot, Series};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A colour with straight (not premultiplied) alpha; channels 0–255, `alpha` 0–1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Color {
    /// Red, 0–255.
    pub red: u8,
    /// Green, 0–255.
    pub green: u8,
    /// Blue, 0–255.
    pub blue: u8,
    /// Opacity, 0 (invisible) to 1 (opaque).
    pub alpha: f64,
}

impl Color {
    /// An opaque colour from its three channels.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Color { red, green, blue, alpha: 1.0 }
    }

    /// The same colour with another opacity, 0 to 1.
    pub const fn with_alpha(self, alpha: f64) -> Self {
        Color { alpha, ..self }
    }

    /// What is seen when this colour lies over an opaque one.
    pub fn over(self, below: Color) -> Color {
        let mix = |above: u8, below: u8| {
            (f64::from(above) * self.alpha + f64::from(below) * (1.0 - self.alpha)).round() as u8
        };
        Color::rgb(mix(self.red, below.red), mix(self.green, below.green), mix(self.blue, below.blue))
    }
}

/// A position in the scene, in points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Distance from the left edge.
    pub x: f64,
    /// Distance from the top edge.
    pub y: f64,
}

/// An upright rectangle in the scene, in points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rectangle {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Right edge, not left of `left`.
    pub right: f64,
    /// Bottom edge, not above `top`.
    pub bottom: f64,
}

impl Rectangle {
    /// The rectangle of a size around a centre.
    pub fn around(center: Point, width: f64, height: f64) -> Self {
        let (left, top) = (center.x - width / 2.0, center.y - height / 2.0);
        Rectangle { left, top, right: left + width, bottom: top + height }
    }

    /// Distance between the left and the right edge.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Distance between the top and the bottom edge.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The middle.
    pub fn center(&self) -> Point {
        Point { x: (self.left + self.right) / 2.0, y: (self.top + self.bottom) / 2.0 }
    }

    /// The four corners, clockwise from the top left.
    pub fn corners(&self) -> Vec<Point> {
        let corner = |x, y| Point { x, y };
        vec![
            corner(self.left, self.top),
            corner(self.right, self.top),
            corner(self.right, self.bottom),
            corner(self.left, self.bottom),
        ]
    }

    /// The rectangle with each edge moved outward (inward where negative).
    pub fn grown(&self, by: f64) -> Self {
        Rectangle {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    /// Whether the other rectangle lies within this one.
    pub fn contains(&self, other: &Rectangle) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && self.right >= other.right
            && self.bottom >= other.bottom
    }

    /// Whether a point lies within the rectangle or on its edge.
    pub fn has(&self, point: Point) -> bool {
        (self.left..=self.right).contains(&point.x) && (self.top..=self.bottom).contains(&point.y)
    }

    /// Area common to both rectangles, in square points.
    pub fn overlap(&self, other: &Rectangle) -> f64 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        width.max(0.0) * height.max(0.0)
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stroke {
    /// Colour of the line.
    pub color: Color,
    /// Width in points.
    pub width: f64,
    /// Lengths of dashes and gaps in points, alternating; empty for a solid line.
    pub dash: Vec<f64>,
}

/// Where a text's reference point lies along its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Anchor {
    /// The text begins at the point.
    Start,
    /// The text is centred on the point.
    Middle,
    /// The text ends at the point.
    End,
}

/// The two weights of the bundled face (Inter).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Weight {
    /// Inter Regular.
    Regular,
    /// Inter SemiBold.
    Bold,
}

/// One line of text. The reference point lies on the **baseline**.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// Reference point on the baseline.
    pub at: Point,
    /// What it says.
    pub content: String,
    /// Font size in points.
    pub size: f64,
    /// Regular or bold.
    pub weight: Weight,
    /// Where `at` lies along the text.
    pub anchor: Anchor,
    /// Colour of the glyphs.
    pub color: Color,
    /// Counter-clockwise quarter turns about `at` (1 reads upward, for a vertical axis title).
    pub quarter_turns: u8,
}

impl Text {
    /// The rectangle the letters may cover: from the tallest ascender to the deepest descender.
    pub fn bounds(&self) -> Rectangle {
        let width = font::text_width(&self.content, self.size, self.weight);
        let start = match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        };
        let (end, above, below) = (start + width, font::ASCENT * self.size, font::DESCENT * self.size);
        // Where the text's own right and down directions point after the quarter turns.
        let (left, top, right, bottom) = match self.quarter_turns % 4 {
            0 => (start, -above, end, below),
            1 => (-above, -end, below, -start),
            2 => (-end, -below, -start, above),
            _ => (-below, start, above, end),
        };
        Rectangle {
            left: self.at.x + left,
            top: self.at.y + top,
            right: self.at.x + right,
            bottom: self.at.y + bottom,
        }
    }
}

/// A picture stretched over a rectangle, rows from top to bottom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Top left corner.
    pub at: Point,
    /// Width on the scene in points.
    pub width: f64,
    /// Height on the scene in points.
    pub height: f64,
    /// Pixels in a row.
    pub columns: usize,
    /// Number of rows.
    pub rows: usize,
    /// `columns · rows` pixels of four bytes, RGBA. Not serialized: they travel as bytes beside the scene.
    #[serde(skip)]
    pub pixels: Arc<[u8]>,
}

/// One drawing command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// An open line through the points.
    Line {
        /// At least two points.
        points: Vec<Point>,
        /// How it is drawn.
        stroke: Stroke,
    },
    /// A closed area.
    Area {
        /// The corners in order.
        points: Vec<Point>,
        /// Fill, if any.
        fill: Option<Color>,
        /// Outline, if any.
        outline: Option<Stroke>,
    },
    /// A circle.
    Circle {
        /// Its centre.
        center: Point,
        /// Its radius in points.
        radius: f64,
        /// Fill, if any.
        fill: Option<Color>,
        /// Outline, if any.
        outline: Option<Stroke>,
    },
    /// A line of text.
    Text(Text),
    /// A picture.
    Picture(Picture),
}

/// A finished figure: its size and the commands that draw it, back to front.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Scene {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// What the figure shows, in one paragraph made from the data: the text alternative of the picture.
    pub summary: String,
    /// Drawing commands, back to front.
    pub commands: Vec<Command>,
    /// The plots, for reading values off the screen and for zooming. Not serialized: a file is not explored.
    #[serde(skip)]
    pub plots: Vec<Plot>,
    /// The series that can be shown and hidden. Not serialized either.
    #[serde(skip)]
    pub series: Vec<Series>,
}
