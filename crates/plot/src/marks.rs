//! Marks on data points, distinguished by shape as well as by color.

use crate::chart::Chart;
use crate::scene::{Color, Command, Point, Rectangle, Stroke};
use crate::sheet::Sheet;
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
    /// An X.
    Cross,
    /// A triangle that stands on a side.
    Triangle,
    /// A square that stands on a corner.
    Diamond,
    /// A triangle that stands on a corner.
    Inverted,
    /// A regular pentagon.
    Pentagon,
    /// A plus sign.
    Plus,
}

impl Shape {
    /// The shapes of models beyond the published ones, in turn. Their number has no divisor in common with the number
    /// of colors, so a pair of shape and color repeats only after thirty models.
    pub const OTHERS: [Shape; 5] =
        [Shape::Triangle, Shape::Diamond, Shape::Inverted, Shape::Pentagon, Shape::Plus];
}

/// The look of a mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Its shape.
    pub shape: Shape,
    /// Its size in points.
    pub diameter: f64,
    /// Its color.
    pub fill: Color,
    /// Color of its thin outline.
    pub outline: Color,
}

impl Mark {
    /// Returns the square that a mark covers.
    pub fn bounds(&self, center: Point) -> Rectangle {
        Rectangle::around(center, self.diameter, self.diameter)
    }

    /// Draws the mark.
    pub fn draw(&self, sheet: &Sheet, center: Point) {
        let (radius, fill) = (self.diameter / 2.0, Some(self.fill));
        let outline = Some(Stroke { color: self.outline, width: 1.0, dash: Vec::new() });
        let around = |angle: f64, radius: f64| Point {
            x: center.x + radius * libm::sin(angle),
            y: center.y - radius * libm::cos(angle),
        };
        let regular = |corners: u32, turn: f64, size: f64| {
            let corner =
                |corner: u32| around(turn + f64::from(corner) * TAU / f64::from(corners), size * radius);
            (0..corners).map(corner).collect::<Vec<Point>>()
        };
        let points = match self.shape {
            Shape::Circle => return sheet.push(Command::Circle { center, radius, fill, outline }),
            Shape::Square => Rectangle::around(center, 1.8 * radius, 1.8 * radius).corners(),
            Shape::Star => {
                let arm = |corner: u32| if corner.is_multiple_of(2) { radius } else { 0.45 * radius };
                (0..10).map(|corner| around(f64::from(corner) * TAU / 10.0, arm(corner))).collect()
            }
            Shape::Triangle => regular(3, 0.0, 1.2),
            Shape::Diamond => regular(4, 0.0, 1.15),
            Shape::Inverted => regular(3, PI, 1.2),
            Shape::Pentagon => regular(5, 0.0, 1.05),
            // Twelve corners: four arms with two corners at each end, and one corner between neighboring arms.
            Shape::Cross | Shape::Plus => (0..4)
                .flat_map(|arm| {
                    let first = if self.shape == Shape::Cross { PI / 4.0 } else { 0.0 };
                    let direction = first + f64::from(arm) * PI / 2.0;
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

/// Draws a horizontal or vertical error bar between its ends, with caps as long as a mark is wide. An end beyond the
/// plot has no cap.
pub fn draw_error_bar(sheet: &Sheet, chart: &Chart, [from, to]: [Point; 2], color: Color) {
    let stroke = Stroke { color, width: 1.25, dash: Vec::new() };
    let half = sheet.sizes.marker / 2.0;
    let (dx, dy) = if from.x == to.x { (half, 0.0) } else { (0.0, half) };
    chart.draw_path(&[from, to], &stroke);
    for end in [from, to].into_iter().filter(|end| chart.shows(*end)) {
        let ends = [-1.0, 1.0].map(|side| Point { x: end.x + side * dx, y: end.y + side * dy });
        sheet.line(ends.to_vec(), stroke.clone());
    }
}
