//! The scene: one list of drawing commands in physical units, from which the canvas, SVG and PNG are all
//! painted, so that what is on screen is what is in the paper.
//!
//! Unit: the point (1 pt = 1/72 inch), x to the right, y downward, origin at the top left corner.

use std::sync::Arc;

/// A colour with straight (not premultiplied) alpha; channels 0–255, `alpha` 0–1.
#[derive(Debug, Clone, Copy, PartialEq)]
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

/// A position in the scene, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Distance from the left edge.
    pub x: f64,
    /// Distance from the top edge.
    pub y: f64,
}

/// How a line is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// Colour of the line.
    pub color: Color,
    /// Width in points.
    pub width: f64,
    /// Lengths of dashes and gaps in points, alternating; empty for a solid line.
    pub dash: Vec<f64>,
}

/// Where a text's reference point lies along its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The text begins at the point.
    Start,
    /// The text is centred on the point.
    Middle,
    /// The text ends at the point.
    End,
}

/// The two weights of the bundled face (Inter).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Inter Regular.
    Regular,
    /// Inter SemiBold.
    Bold,
}

/// One line of text. The reference point lies on the **baseline**.
#[derive(Debug, Clone, PartialEq)]
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

/// A picture stretched over a rectangle, rows from top to bottom.
#[derive(Debug, Clone, PartialEq)]
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
    /// `columns · rows` pixels of four bytes, RGBA.
    pub pixels: Arc<[u8]>,
}

/// One drawing command.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// What the figure shows, in one paragraph made from the data: the text alternative of the picture.
    pub summary: String,
    /// Drawing commands, back to front.
    pub commands: Vec<Command>,
}
