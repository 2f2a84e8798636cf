//! The sweep: end-to-end error against bits, with one line per combination of granularity and scale rule.

use super::nothing;
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::marks::Shape;
use bk_plot::number::significant;
use bk_plot::scene::{Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;

/// Draws the points of the sweep so far: name, bits, and error in percent.
pub fn quantize_sweep(points: &[(String, u32, f64)], layout: &Layout) -> Scene {
    let title = "Error against bits";
    let shown: Vec<&(String, u32, f64)> = points.iter().filter(|(_, _, error)| *error > 0.0).collect();
    if shown.is_empty() {
        return nothing(title, layout);
    }
    let sheet = Sheet::new(layout);
    let outer = sheet.heading(title, "G end to end, not trained; v and G in the same width", &[]);
    let palette = &sheet.palette;
    let colors = [
        palette.first.line,
        palette.second.line,
        palette.threshold.line,
        palette.good.line,
        palette.bad.line,
    ];
    let shapes = [Shape::Circle, Shape::Square, Shape::Star, Shape::Cross];
    let mut lines: Vec<Line> = Vec::new();
    for (name, bits, error) in &shown {
        let point = (f64::from(*bits), *error);
        match lines.iter_mut().find(|line| line.label == *name) {
            Some(line) => line.points.push(point),
            None => lines.push(Line {
                label: name.clone(),
                points: vec![point],
                color: colors[lines.len() % colors.len()],
                dash: [&[] as &[f64], &[3.0, 1.5], &[1.0, 1.5]][lines.len() / 2 % 3],
                width: 0.6,
                mark: Some(shapes[lines.len() % shapes.len()]),
            }),
        }
    }
    let errors = || shown.iter().map(|(_, _, error)| *error);
    let (low, high) = (errors().fold(f64::INFINITY, f64::min), errors().fold(0.0, f64::max));
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        [
            Axis::linear("Bits", 1.5, 8.5, 8),
            Axis::logarithmic(
                "Error end to end, %",
                low / 1.5,
                1.5 * high,
                (outer.height() / (4.0 * base)) as usize,
            ),
        ]
    };
    lines::draw(&sheet, outer, "Scales", axes, &lines);
    sheet.finish(format!(
        "Error end to end against bits for {} ways of choosing scales, from {} % to {} %.",
        lines.len(),
        significant(high, 3),
        significant(low, 3)
    ))
}
