//! The scene: one list of drawing commands in physical units. The canvas, SVG, and PNG are all painted from it, so the
//! screen and the paper show the same figure.
//!
//! Unit: the point (1 pt = 1/72 inch), x to the right, y downward, origin at the top left corner.

use crate::font;
use crate::plot::{Plot, Series};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A color with straight (not premultiplied) alpha; channels 0–255, `alpha` 0–1.
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
    /// Creates an opaque color from its three channels.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Color { red, green, blue, alpha: 1.0 }
    }

    /// Returns the same color with another opacity, 0 to 1.
    pub const fn with_alpha(self, alpha: f64) -> Self {
        Color { alpha, ..self }
    }

    /// Returns the visible color when this color lies over an opaque one.
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

impl Point {
    /// Returns the distance to another point in points, from operations that every machine rounds alike.
    pub fn distance(self, other: Point) -> f64 {
        let (dx, dy) = (self.x - other.x, self.y - other.y);
        (dx * dx + dy * dy).sqrt()
    }
}

/// An axis-aligned rectangle in the scene, in points.
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
    /// Returns the rectangle between two corners, cut to this one.
    pub fn cut(&self, one: Point, other: Point) -> Self {
        Rectangle {
            left: one.x.min(other.x).max(self.left),
            top: one.y.min(other.y).max(self.top),
            right: one.x.max(other.x).min(self.right),
            bottom: one.y.max(other.y).min(self.bottom),
        }
    }

    /// Creates a rectangle of a given size around a center.
    pub fn around(center: Point, width: f64, height: f64) -> Self {
        let (left, top) = (center.x - width / 2.0, center.y - height / 2.0);
        Rectangle { left, top, right: left + width, bottom: top + height }
    }

    /// Returns the distance between the left and the right edge.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Returns the distance between the top and the bottom edge.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Returns the center.
    pub fn center(&self) -> Point {
        Point { x: (self.left + self.right) / 2.0, y: (self.top + self.bottom) / 2.0 }
    }

    /// Returns the four corners, clockwise from the top left.
    pub fn corners(&self) -> Vec<Point> {
        let corner = |x, y| Point { x, y };
        vec![
            corner(self.left, self.top),
            corner(self.right, self.top),
            corner(self.right, self.bottom),
            corner(self.left, self.bottom),
        ]
    }

    /// Returns the rectangle with each edge moved outward by a distance (inward if negative).
    pub fn grown(&self, by: f64) -> Self {
        Rectangle {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    /// Returns whether the other rectangle lies within this one.
    pub fn contains(&self, other: &Rectangle) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && self.right >= other.right
            && self.bottom >= other.bottom
    }

    /// Returns whether a point lies within the rectangle or on its edge.
    pub fn has(&self, point: Point) -> bool {
        (self.left..=self.right).contains(&point.x) && (self.top..=self.bottom).contains(&point.y)
    }

    /// Returns the area common to both rectangles, in square points.
    pub fn overlap(&self, other: &Rectangle) -> f64 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        width.max(0.0) * height.max(0.0)
    }
}

/// The style of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stroke {
    /// Color of the line.
    pub color: Color,
    /// Width in points.
    pub width: f64,
    /// Lengths of dashes and gaps in points, alternating; empty for a solid line.
    pub dash: Vec<f64>,
}

/// Position of a text's reference point along its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Anchor {
    /// The text begins at the point.
    Start,
    /// The text is centered on the point.
    Middle,
    /// The text ends at the point.
    End,
}

/// The two weights of the bundled typeface (Inter).
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
    /// The text itself.
    pub content: String,
    /// Font size in points.
    pub size: f64,
    /// Regular or bold.
    pub weight: Weight,
    /// Position of `at` along the text.
    pub anchor: Anchor,
    /// Color of the glyphs.
    pub color: Color,
    /// Counterclockwise quarter turns about `at` (1 reads upward, for a vertical axis title).
    pub quarter_turns: u8,
}

impl Text {
    /// Returns the rectangle that the glyphs may cover: from the tallest ascender to the deepest descender.
    pub fn bounds(&self) -> Rectangle {
        let width = font::text_width(&self.content, self.size, self.weight);
        let start = match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        };
        let (end, above, below) = (start + width, font::ASCENT * self.size, font::DESCENT * self.size);
        // The directions of the text's right and down after the quarter turns.
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
    /// Pixels per row.
    pub columns: usize,
    /// Number of rows.
    pub rows: usize,
    /// `columns · rows` pixels of four bytes, RGBA. Not serialized: they are transferred as bytes beside the scene.
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
        /// The style of the line.
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
        /// Its center.
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
    /// A description of the figure in one paragraph, made from the data: the text alternative of the picture.
    pub summary: String,
    /// Drawing commands, back to front.
    pub commands: Vec<Command>,
    /// The plots, for reading values and zooming on screen. Not serialized: files are not interactive.
    #[serde(skip)]
    pub plots: Vec<Plot>,
    /// The series that can be shown and hidden. Not serialized.
    #[serde(skip)]
    pub series: Vec<Series>,
}
