//! Lines over common axes with a legend: the code that the resolvent's line figures share.

use crate::axis::Axis;
use crate::chart::Chart;
use crate::decimation::extremes;
use crate::inset;
use crate::inset::{Arrangement, Content, Inset};
use crate::legend::{Entry, Legend};
use crate::marks;
use crate::marks::{Mark, Shape};
use crate::placement::Room;
use crate::plot::{Plot, Reading, Series, Trace};
use crate::scene::{Color, Point, Rectangle, Stroke};
use crate::sheet::Sheet;
use crate::view::View;
use std::collections::HashMap;
use std::ops::Range;

/// Columns of pixels per point, to which lines over many sites are decimated.
pub const COLUMNS_PER_POINT: f64 = 2.0;

/// Distance between the legend and data, in points.
const CLEARANCE: f64 = 3.0;

/// One line.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its name in the legend.
    pub label: String,
    /// Pairs of x and y, ascending in x. Pairs that are not finite are left out.
    pub points: Vec<(f64, f64)>,
    /// Its color.
    pub color: Color,
    /// Dashes and gaps, in line widths; empty for a solid line.
    pub dash: &'static [f64],
    /// Its width, as a fraction of the width of a data line; 0 for marks only.
    pub width: f64,
    /// Marks on the points.
    pub mark: Option<Shape>,
}

impl Line {
    /// Creates a line over all sites.
    pub fn over_sites(label: &str, values: &[f64], width: f64, color: Color) -> Self {
        Line::over_visible(label, values, width, color, &View::default())
    }

    /// Creates a line over the sites that a view shows, decimated to the least and the greatest value of each column of
    /// pixels at a width of `width` points.
    pub fn over_visible(label: &str, values: &[f64], width: f64, color: Color, view: &View) -> Self {
        let sites = visible(values.len(), view);
        let points = extremes(&values[sites.clone()], (width * COLUMNS_PER_POINT) as usize);
        let points = points.into_iter().map(|(site, value)| ((sites.start + site) as f64, value)).collect();
        Line { label: label.into(), points, color, dash: &[], width: 0.6, mark: None }
    }

    fn is_drawn(&self) -> bool {
        self.width > 0.0
    }

    fn stroke(&self, sheet: &Sheet) -> Stroke {
        let width = self.width * sheet.sizes.line;
        Stroke { color: self.color, width, dash: self.dash.iter().map(|length| length * width).collect() }
    }

    fn mark(&self, sheet: &Sheet) -> Option<Mark> {
        let diameter = 0.6 * sheet.sizes.marker;
        self.mark.map(|shape| Mark { shape, diameter, fill: self.color, outline: sheet.palette.background })
    }

    /// Returns the points that lie within the axes.
    fn shown(&self, chart: &Chart) -> impl Iterator<Item = (f64, f64)> {
        let (x, y) = (chart.x().low()..=chart.x().high(), chart.y().low()..=chart.y().high());
        self.points.iter().copied().filter(move |(place, value)| x.contains(place) && y.contains(value))
    }
}

/// The interval of a point of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// The point's x.
    pub place: f64,
    /// The interval's lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// The note shown when the point is read.
    pub note: String,
}

impl Spread {
    /// Returns the ends of the error bar; a lower end below the plot is moved to its bottom. Returns `None` if the
    /// point lies beyond the x axis.
    fn ends(&self, chart: &Chart) -> Option<[Point; 2]> {
        let is_shown = (chart.x().low()..=chart.x().high()).contains(&self.place);
        let ends = [self.low.max(chart.y().low()), self.high].map(|end| chart.at(self.place, end));
        is_shown.then_some(ends)
    }
}

/// Draws lines as [`explore`] does, in a figure that always shows all of them.
pub fn draw(
    sheet: &Sheet,
    outer: Rectangle,
    title: &'static str,
    axes: impl Fn(Rectangle) -> [Axis; 2],
    lines: &[Line],
) {
    explore(sheet, outer, title, &View::default(), axes, lines);
}

/// Draws lines, the first on top, with axes, and with the legend where it hides none of them.
pub fn explore(
    sheet: &Sheet,
    outer: Rectangle,
    title: &'static str,
    view: &View,
    axes: impl Fn(Rectangle) -> [Axis; 2],
    lines: &[Line],
) -> (Vec<Plot>, Vec<Series>) {
    explore_with(sheet, outer, title, view, axes, lines, &[])
}

/// Draws lines as [`explore`] does, with intervals: the n-th list of `spreads` holds those of the n-th line.
pub fn explore_with(
    sheet: &Sheet,
    outer: Rectangle,
    title: &'static str,
    view: &View,
    axes: impl Fn(Rectangle) -> [Axis; 2],
    lines: &[Line],
    spreads: &[Vec<Spread>],
) -> (Vec<Plot>, Vec<Series>) {
    let spreads: HashMap<&str, &Vec<Spread>> =
        lines.iter().map(|line| line.label.as_str()).zip(spreads).collect();
    let of = |line: &Line| spreads.get(line.label.as_str()).map_or(&[][..], |spreads| spreads);
    let series = lines.iter().map(|line| Series {
        key: line.label.clone(),
        name: line.label.clone(),
        color: Some(line.color),
        shown: !view.hidden.contains(&line.label),
    });
    let series = series.collect();
    let lines: Vec<&Line> = lines.iter().filter(|line| !view.hidden.contains(&line.label)).collect();
    let entries = lines.iter().map(|line| Entry {
        line: line.is_drawn().then(|| line.stroke(sheet)),
        mark: line.mark(sheet),
        label: line.label.clone(),
    });
    let legend = Content::Legend(Legend { title, entries: entries.collect() });
    let insets = [Inset { content: legend, places: inset::along_edges }];
    let room = |chart: &Chart| {
        let mut room = Room::new(chart.plot);
        for line in &lines {
            let points: Vec<Point> = line.shown(chart).map(|(place, value)| chart.at(place, value)).collect();
            room.add_line(&points);
            let bars = of(line).iter().filter_map(|spread| spread.ends(chart));
            bars.for_each(|bar| room.add_line(&bar));
        }
        room
    };
    let fit = |outer: Rectangle| {
        let [x, y] = axes(outer);
        Chart::new(sheet, outer, x.part(view.x), y.part(view.y))
    };
    let mut arrangement = Arrangement::new(sheet, outer, &insets, CLEARANCE, view, fit, room);
    let chart = &mut arrangement.chart;
    chart.draw_grid();
    for line in lines.iter().rev() {
        for ends in of(line).iter().filter_map(|spread| spread.ends(chart)) {
            marks::draw_error_bar(sheet, chart, ends, line.color);
        }
        if let Some(mark) = line.mark(sheet) {
            line.shown(chart).for_each(|(place, value)| mark.draw(sheet, chart.at(place, value)));
        }
        if line.is_drawn() {
            chart.draw_line(line.points.iter().copied(), &line.stroke(sheet));
        }
    }
    chart.draw_axes();
    let reading = |line: &Line, (x, y): (f64, f64)| {
        let spread = of(line).iter().find(|spread| spread.place == x);
        Reading { x, y, note: spread.map_or(String::new(), |spread| spread.note.clone()) }
    };
    let traces = lines.iter().map(|line| Trace {
        name: line.label.clone(),
        color: line.color,
        readings: line.points.iter().map(|&point| reading(line, point)).collect(),
    });
    let plot = chart.plot_of(traces.collect());
    if !view.moving {
        let mut room = room(chart);
        arrangement.draw_framed(sheet, &mut room);
    }
    (vec![plot], series)
}

/// Returns the sites that a view shows, and one more at each end.
pub fn visible(sites: usize, view: &View) -> Range<usize> {
    let Some((low, high)) = view.x.ends() else { return 0..sites };
    let from = (low.floor().max(0.0) as usize).min(sites.saturating_sub(1));
    from..(high.ceil().max(0.0) as usize + 1).clamp(from + 1, sites.max(from + 1)).min(sites)
}
