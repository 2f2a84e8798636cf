//! Marks on data points: told apart by shape as well as by colour.

use super::scene::{Color, Command, Point, Rectangle, Stroke};
use super::sheet::Sheet;
use std::f64::consts::{PI, TAU};

/// The shape of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A disc.
    Circle,
    /// A square of about the same area.
    Square,
    /// A five-pointed star.
    Star,
    /// An upright X.
    Cross,
}

/// How a mark looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Its shape.
    pub shape: Shape,
    /// Its extent in points.
    pub diameter: f64,
    /// Its colour.
    pub fill: Color,
    /// Colour of its thin outline.
    pub outline: Color,
}

impl Mark {
    /// The square a mark covers.
    pub fn bounds(&self, center: Point) -> Rectangle {
        Rectangle::around(center, self.diameter, self.diameter)
    }

    /// Draws the mark.
    pub fn draw(&self, sheet: &Sheet, center: Point) {
        let (radius, fill) = (self.diameter / 2.0, Some(self.fill));
        let outline = Some(Stroke { color: self.outline, width: 1.0, dash: Vec::new() });
        let around = |angle: f64, radius: f64| Point {
            x: center.x + radius * angle.sin(),
            y: center.y - radius * angle.cos(),
        };
        let points = match self.shape {
            Shape::Circle => return sheet.push(Command::Circle { center, radius, fill, outline }),
            Shape::Square => Rectangle::around(center, 1.8 * radius, 1.8 * radius).corners(),
            Shape::Star => {
                let arm = |corner: u32| if corner.is_multiple_of(2) { radius } else { 0.45 * radius };
                (0..10).map(|corner| around(f64::from(corner) * TAU / 10.0, arm(corner))).collect()
            }
            // Twelve corners: four arms, each with two at its end, and one between neighbouring arms.
            Shape::Cross => (0..4)
                .flat_map(|arm| {
                    let direction = PI / 4.0 + f64::from(arm) * PI / 2.0;
                    let (end, half_width) = (1.05 * radius, 0.27f64);
                    [
                        around(direction - half_width, end),
                        around(direction + half_width, end),
                        around(direction + PI / 4.0, 0.4 * radius),
                    ]
                })
                .collect(),
        };
        sheet.area(points, fill, outline);
    }
}

/// Draws an error bar between its ends, level or upright, with caps as long as a mark is wide.
pub fn draw_error_bar(sheet: &Sheet, [from, to]: [Point; 2], color: Color) {
    let stroke = Stroke { color, width: 1.25, dash: Vec::new() };
    let half = sheet.sizes.marker / 2.0;
    let (dx, dy) = if from.x == to.x { (half, 0.0) } else { (0.0, half) };
    sheet.line(vec![from, to], stroke.clone());
    for end in [from, to] {
        let ends = [-1.0, 1.0].map(|side| Point { x: end.x + side * dx, y: end.y + side * dy });
        sheet.line(ends.to_vec(), stroke.clone());
    }
}
