//! Lines over the same axes with a legend: what the resolvent's figures of lines share.

use super::axis::Axis;
use super::chart::Chart;
use super::decimation::extremes;
use super::inset::{self, Arrangement, Content, Inset};
use super::legend::{Entry, Legend};
use super::marks::{Mark, Shape};
use super::placement::Room;
use super::scene::{Color, Point, Rectangle, Stroke};
use super::sheet::Sheet;
use super::view::View;

/// Columns of pixels in a point, to which lines of many sites are decimated.
pub const COLUMNS_PER_POINT: f64 = 2.0;

/// Distance the legend keeps from data, in points.
const CLEARANCE: f64 = 3.0;

/// One line.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it stands for in the legend.
    pub label: String,
    /// Places and values, places rising. What is not finite is left out.
    pub points: Vec<(f64, f64)>,
    /// Its colour.
    pub color: Color,
    /// Dashes and gaps, in widths of the line; empty for a solid one.
    pub dash: &'static [f64],
    /// Its width, as a part of that of a data line.
    pub width: f64,
    /// Marks on the points.
    pub mark: Option<Shape>,
}

impl Line {
    /// A line over sites, of which no more points are kept than `width` points can show: the least and the
    /// greatest of each column of pixels.
    pub fn over_sites(label: &str, values: &[f64], width: f64, color: Color) -> Self {
        let points = extremes(values, (width * COLUMNS_PER_POINT) as usize);
        let points = points.into_iter().map(|(site, value)| (site as f64, value)).collect();
        Line { label: label.into(), points, color, dash: &[], width: 0.6, mark: None }
    }

    fn stroke(&self, sheet: &Sheet) -> Stroke {
        let width = self.width * sheet.sizes.line;
        Stroke { color: self.color, width, dash: self.dash.iter().map(|length| length * width).collect() }
    }

    fn mark(&self, sheet: &Sheet) -> Option<Mark> {
        let diameter = 0.6 * sheet.sizes.marker;
        self.mark.map(|shape| Mark { shape, diameter, fill: self.color, outline: sheet.palette.background })
    }

    /// The points that lie within the axes.
    fn shown(&self, chart: &Chart) -> impl Iterator<Item = (f64, f64)> {
        let (x, y) = (chart.x().low()..=chart.x().high(), chart.y().low()..=chart.y().high());
        self.points.iter().copied().filter(move |(place, value)| x.contains(place) && y.contains(value))
    }
}

/// Draws lines, the first on top, with axes, and the legend where it hides none of them.
pub fn draw(
    sheet: &Sheet,
    outer: Rectangle,
    title: &'static str,
    axes: impl Fn(Rectangle) -> [Axis; 2],
    lines: &[Line],
) {
    let entries = lines.iter().map(|line| Entry {
        line: Some(line.stroke(sheet)),
        mark: line.mark(sheet),
        label: line.label.clone(),
    });
    let legend = Content::Legend(Legend { title, entries: entries.collect() });
    let insets = [Inset { content: legend, places: inset::along_edges }];
    let room = |chart: &Chart| {
        let mut room = Room::new(chart.plot);
        for line in lines {
            let points: Vec<Point> = line.shown(chart).map(|(place, value)| chart.at(place, value)).collect();
            room.add_line(&points);
        }
        room
    };
    let fit = |outer: Rectangle| {
        let [x, y] = axes(outer);
        Chart::new(sheet, outer, x, y)
    };
    let mut arrangement = Arrangement::new(sheet, outer, &insets, CLEARANCE, &View::default(), fit, room);
    let chart = &mut arrangement.chart;
    chart.draw_grid();
    for line in lines.iter().rev() {
        let points: Vec<(f64, f64)> = line.shown(chart).collect();
        if let Some(mark) = line.mark(sheet) {
            points.iter().for_each(|&(place, value)| mark.draw(sheet, chart.at(place, value)));
        }
        chart.draw_line(points, &line.stroke(sheet));
    }
    chart.draw_axes();
    let mut room = room(chart);
    arrangement.draw_framed(sheet, &mut room);
}
