//! Frontiers as staircases. Nothing is known between two configurations, so a frontier runs horizontally from each to
//! the FLOPs of the next, and then down.

use super::curves::{Curve, Curves};
use crate::kit::figure::looks::hue;
use crate::kit::record::Model;
use crate::kit::record::pareto::Cost;
use bk_plot::chart::Chart;
use bk_plot::scene::{Point, Rectangle, Stroke};
use bk_plot::sheet::Sheet;

/// Dashes and gaps of ResNet-BK's frontier, as multiples of the width of a data line.
const DASH: [f64; 2] = [2.2, 1.4];

/// Dashes and gaps of the frontiers of other models, as multiples of the width of a data line.
const OTHER_DASH: [f64; 4] = [2.2, 1.2, 0.7, 1.2];

/// Width of the frontier of all models, which lies under the others, as multiples of the width of a data line.
const UNION_WIDTH: f64 = 2.6;

/// The model whose frontier the published figure draws and shades.
pub const SHADED: Model = Model::ResNetBk;

/// Returns the staircase of a frontier in a plot: from the upper edge to the right one.
pub fn staircase(chart: &Chart, frontier: &[Cost]) -> Vec<Point> {
    // In a zoomed figure, the staircase may begin and end beyond the edges.
    let first = frontier.first().map_or(chart.plot.top, |cost| super::position(chart, *cost).y);
    let mut level = chart.plot.top.min(first);
    let mut points = Vec::with_capacity(2 * frontier.len() + 1);
    for cost in frontier {
        let at = super::position(chart, *cost);
        points.push(Point { x: at.x, y: level });
        // Equal points, and those that only the published rule keeps, already lie on the staircase.
        level = at.y.max(level);
        points.push(Point { x: at.x, y: level });
    }
    let end = points.last().map_or(chart.plot.right, |last| last.x.max(chart.plot.right));
    points.push(Point { x: end, y: level });
    points
}

/// Fills the area that ResNet-BK's frontier dominates, up to the corner of the plot.
pub fn draw_shade(sheet: &Sheet, chart: &Chart, curves: &Curves) {
    if let Some(curve) = curves.of(&SHADED) {
        let mut corners = staircase(chart, &curve.frontier());
        if let (Some(first), Some(last)) = (corners.first().copied(), corners.last().copied()) {
            corners.push(Point { x: last.x, y: first.y });
        }
        chart.fill(&corners, sheet.palette.good.line.with_alpha(0.1));
    }
}

/// Returns whether a rectangle lies entirely in the area that a frontier dominates.
pub fn dominates(chart: &Chart, frontier: &[Cost], rectangle: &Rectangle) -> bool {
    frontier.iter().any(|cost| {
        let at = super::position(chart, *cost);
        at.x <= rectangle.left && at.y >= rectangle.bottom
    })
}

/// Draws the frontiers of the first record: that of all models broad and pale, and each model's on top.
pub fn draw_frontiers(sheet: &Sheet, chart: &Chart, curves: &Curves) {
    if let Some(union) = &curves.union {
        chart.draw_path(&staircase(chart, union), &union_stroke(sheet));
    }
    for curve in curves.with_frontier() {
        chart.draw_path(&staircase(chart, &curve.frontier()), &stroke(sheet, curve));
    }
}

/// Returns the line style of a model's frontier: the published green for ResNet-BK, otherwise the model's color.
pub fn stroke(sheet: &Sheet, curve: &Curve) -> Stroke {
    let width = 0.6 * sheet.sizes.line;
    let (color, dash): (_, &[f64]) = if curve.model == SHADED {
        (sheet.palette.good.line, &DASH)
    } else {
        (hue(sheet, &curve.model).line, &OTHER_DASH)
    };
    let dash = dash.iter().map(|length| length * sheet.sizes.line).collect();
    Stroke { color, width, dash }
}

/// Returns the line style of the frontier of all models.
pub fn union_stroke(sheet: &Sheet) -> Stroke {
    let color = sheet.palette.threshold.line.with_alpha(0.3).over(sheet.palette.background);
    Stroke { color, width: UNION_WIDTH * sheet.sizes.line, dash: Vec::new() }
}
