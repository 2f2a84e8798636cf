//! Transparency flattening: PostScript has no transparency, so translucent paint becomes opaque paint in the mixed
//! colors.
//!
//! Whatever lies under a translucent shape is painted again in the mixed colors, clipped to the shape's outline. A line
//! under a confidence band stays visible, and two overlapping bands show both colors.

use crate::scene::{Color, Command, Picture, Point, Rectangle, Scene, Stroke, Text};

/// The color of the paper under everything.
pub(super) const PAPER: Color = Color::rgb(255, 255, 255);

/// Number of overlapping translucent shapes that are mixed separately; deeper shapes take the colors of these. Each
/// further layer could double the number of coats where all overlap, as the grid, the shade, and the frontiers of the
/// efficiency figure do.
const DEEPEST: usize = 2;

/// Limit of the coats with windows: once it is reached, further translucent shapes hide what is under them.
const MOST_SEEN: usize = 5_000;

/// How far glyphs such as accents and brackets may reach beyond the bounds of their text, in ems.
const OVERSHOOT: f64 = 0.3;

/// A shape, by the command that draws it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape<'a> {
    /// The inside of a polygon.
    Polygon(&'a [Point]),
    /// The inside of a circle.
    Disc(Point, f64),
    /// An open line.
    Line(&'a [Point], &'a Stroke),
    /// The outline of a polygon.
    Border(&'a [Point], &'a Stroke),
    /// The outline of a circle.
    Ring(Point, f64, &'a Stroke),
    /// The glyphs of a text.
    Letters(&'a Text),
    /// The rectangle of a picture.
    Frame(&'a Picture),
}

/// The paint of a shape.
#[derive(Debug, Clone)]
pub(super) enum Paint<'a> {
    /// One opaque color.
    Flat(Color),
    /// A picture's pixels, seen through translucent colors, the lowest first.
    Pixels(&'a Picture, Vec<Color>),
}

/// A shape in opaque paint, visible only within its windows.
#[derive(Debug, Clone)]
pub(super) struct Coat<'a> {
    /// The painted shape.
    pub(super) shape: Shape<'a>,
    /// The paint of the shape.
    pub(super) paint: Paint<'a>,
    /// The translucent shapes through which this coat is seen; empty for the shape's own coat.
    pub(super) windows: Vec<Shape<'a>>,
}

/// Returns the coats of a scene, back to front.
pub(crate) fn of(scene: &Scene) -> Vec<Coat<'_>> {
    let mut coats = Vec::new();
    for command in &scene.commands {
        match command {
            Command::Line { points, stroke } => add(&mut coats, Shape::Line(points, stroke), stroke.color),
            Command::Area { points, fill, outline } => {
                fill.iter().for_each(|&fill| add(&mut coats, Shape::Polygon(points), fill));
                outline
                    .iter()
                    .for_each(|stroke| add(&mut coats, Shape::Border(points, stroke), stroke.color));
            }
            Command::Circle { center, radius, fill, outline } => {
                fill.iter().for_each(|&fill| add(&mut coats, Shape::Disc(*center, *radius), fill));
                let ring = |stroke| Shape::Ring(*center, *radius, stroke);
                outline.iter().for_each(|stroke| add(&mut coats, ring(stroke), stroke.color));
            }
            Command::Text(text) => add(&mut coats, Shape::Letters(text), text.color),
            Command::Picture(picture) => {
                let (shape, paint) = (Shape::Frame(picture), Paint::Pixels(picture, Vec::new()));
                coats.push(Coat { shape, paint, windows: Vec::new() });
            }
        }
    }
    coats
}

/// Adds a shape in one color and, if that is translucent, the coats that are seen through it.
fn add<'a>(coats: &mut Vec<Coat<'a>>, shape: Shape<'a>, color: Color) {
    if color.alpha >= 1.0 {
        return coats.push(Coat { shape, paint: Paint::Flat(color), windows: Vec::new() });
    }
    let bounds = shape.bounds();
    // The last opaque rectangle that covers the whole shape hides everything before it.
    let ground =
        coats.iter().enumerate().rev().find_map(|(index, coat)| Some((index, coat.ground(&bounds)?)));
    let (first, ground) = ground.map_or((0, PAPER), |(index, ground)| (index + 1, ground));
    let mut seen = Vec::new();
    if coats.iter().filter(|coat| !coat.windows.is_empty()).count() < MOST_SEEN {
        let under = coats[first..]
            .iter()
            .filter(|coat| coat.windows.len() < DEEPEST && coat.shape.bounds().overlap(&bounds) > 0.0);
        seen.extend(under.map(|coat| coat.through(shape, color)));
    }
    coats.push(Coat { shape, paint: Paint::Flat(color.over(ground)), windows: Vec::new() });
    coats.append(&mut seen);
}

impl<'a> Coat<'a> {
    /// Returns this coat as seen through a translucent shape.
    fn through(&self, window: Shape<'a>, color: Color) -> Self {
        let mut coat = self.clone();
        coat.windows.push(window);
        match &mut coat.paint {
            Paint::Flat(below) => *below = color.over(*below),
            Paint::Pixels(_, veils) => veils.push(color),
        }
        coat
    }

    /// Returns the color that this coat gives to the whole of a rectangle, if it covers it evenly.
    fn ground(&self, bounds: &Rectangle) -> Option<Color> {
        match (self.shape, &self.paint) {
            (Shape::Polygon(points), Paint::Flat(color)) if self.windows.is_empty() => {
                let extent = extent(points);
                (points == extent.corners() && extent.contains(bounds)).then_some(*color)
            }
            _ => None,
        }
    }
}

impl Shape<'_> {
    /// Returns the stroke of a shape that is a line, a border, or a ring.
    pub(super) fn stroke(&self) -> Option<&Stroke> {
        match self {
            Shape::Line(_, stroke) | Shape::Border(_, stroke) | Shape::Ring(_, _, stroke) => Some(stroke),
            _ => None,
        }
    }

    /// Returns a rectangle that contains the shape.
    fn bounds(&self) -> Rectangle {
        match *self {
            Shape::Polygon(points) => extent(points),
            Shape::Line(points, stroke) | Shape::Border(points, stroke) => {
                extent(points).grown(stroke.width / 2.0)
            }
            Shape::Disc(center, radius) => Rectangle::around(center, 2.0 * radius, 2.0 * radius),
            Shape::Ring(center, radius, stroke) => {
                Rectangle::around(center, 2.0 * radius, 2.0 * radius).grown(stroke.width / 2.0)
            }
            Shape::Letters(text) => text.bounds().grown(OVERSHOOT * text.size),
            Shape::Frame(Picture { at, width, height, .. }) => {
                Rectangle { left: at.x, top: at.y, right: at.x + width, bottom: at.y + height }
            }
        }
    }
}

/// Returns the smallest rectangle that contains the points.
fn extent(points: &[Point]) -> Rectangle {
    let nothing = Rectangle {
        left: f64::INFINITY,
        top: f64::INFINITY,
        right: f64::NEG_INFINITY,
        bottom: f64::NEG_INFINITY,
    };
    points.iter().fold(nothing, |extent, point| Rectangle {
        left: extent.left.min(point.x),
        top: extent.top.min(point.y),
        right: extent.right.max(point.x),
        bottom: extent.bottom.max(point.y),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_window_needs_has_none() {
        let square = |side| Rectangle { left: 0.0, top: 0.0, right: side, bottom: side }.corners();
        let area = |side, fill| Command::Area { points: square(side), fill: Some(fill), outline: None };
        let (gray, black) = (Color::rgb(200, 200, 200), Color::rgb(0, 0, 0));
        let commands = vec![area(9.0, black), area(9.0, gray), area(4.0, black.with_alpha(0.5))];
        let scene = Scene { width: 9.0, height: 9.0, summary: String::new(), commands, ..Scene::default() };
        let coats = of(&scene);
        assert_eq!(coats.len(), 3);
        assert!(coats.iter().all(|coat| coat.windows.is_empty()));
        assert!(matches!(coats[2].paint, Paint::Flat(color) if color == Color::rgb(100, 100, 100)));
    }

    #[test]
    fn many_layers_stay_few_enough() {
        let center = Point { x: 5.0, y: 5.0 };
        let veil = Some(Color::rgb(9, 9, 9).with_alpha(0.1));
        let disc = Command::Circle { center, radius: 3.0, fill: veil, outline: None };
        let scene = Scene {
            width: 9.0,
            height: 9.0,
            summary: String::new(),
            commands: vec![disc; 100],
            ..Scene::default()
        };
        let coats = of(&scene).len();
        assert!(coats > MOST_SEEN && coats < 3 * MOST_SEEN, "{coats}");
    }
}
