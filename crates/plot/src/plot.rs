//! Interaction with a figure on screen: reading values off a plot, zooming and panning, hiding series.

use crate::axis::Axis;
use crate::number;
use crate::scene::{Color, Point, Rectangle};
use crate::view::{View, Window};
use std::ops::Range;

/// A pair of axes in a scene, with the values between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// The area within the axes.
    pub area: Rectangle,
    /// The x axis.
    pub x: Axis,
    /// The y axis.
    pub y: Axis,
    /// Whether zooming and panning also move the y axis; otherwise it fits itself to the shown values.
    pub moves_upright: bool,
    /// The drawn values.
    pub traces: Vec<Trace>,
}

/// The values of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The name of the series.
    pub name: String,
    /// The color of the line.
    pub color: Color,
    /// The values, from left to right.
    pub readings: Vec<Reading>,
}

/// One value of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The position on the x axis.
    pub x: f64,
    /// The position on the y axis.
    pub y: f64,
    /// Additional information, such as the confidence interval; may be empty.
    pub note: String,
}

impl Reading {
    /// Creates a value without a note.
    pub fn new(x: f64, y: f64) -> Self {
        Reading { x, y, note: String::new() }
    }
}

/// A series that can be shown and hidden.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its key in [`View::hidden`].
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its color, if it has its own.
    pub color: Option<Color>,
    /// Whether it is drawn.
    pub shown: bool,
}

/// The address of a value in a scene: a plot, a line in it, and a reading of that line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index of the plot.
    pub plot: usize,
    /// Index of the trace.
    pub trace: usize,
    /// Index of the reading.
    pub reading: usize,
}

/// Significant digits of a value on screen.
const DIGITS: usize = 5;

impl Plot {
    /// Returns the position of a value in the scene.
    pub fn at(&self, reading: &Reading) -> Point {
        Point {
            x: self.area.left + self.x.fraction(reading.x) * self.area.width(),
            y: self.area.bottom - self.y.fraction(reading.y) * self.area.height(),
        }
    }

    /// Returns the position of a point within the area, to the right and upward, as fractions of its size.
    pub fn fractions(&self, point: Point) -> (f64, f64) {
        let Rectangle { left, bottom, .. } = self.area;
        ((point.x - left) / self.area.width(), (bottom - point.y) / self.area.height())
    }

    /// Returns the same axes, without values, as another view shows them; input can be faster than drawing.
    pub fn under(&self, view: &View) -> Plot {
        let y = if self.moves_upright { self.y.clone().shown(view.y) } else { self.y.clone() };
        let (area, moves_upright) = (self.area, self.moves_upright);
        Plot { area, x: self.x.clone().shown(view.x), y, moves_upright, traces: Vec::new() }
    }

    /// Returns the view after zooming by a factor (below 1 to zoom in) about a point of the area.
    pub fn zoomed(&self, view: &View, about: Point, factor: f64) -> View {
        let (across, upward) = self.fractions(about);
        let part = |about: f64| (about - about * factor, about + (1.0 - about) * factor);
        self.windows(view, part(across), part(upward))
    }

    /// Returns the view after moving the data by fractions of the area to the right and upward.
    pub fn panned(&self, view: &View, (right, up): (f64, f64)) -> View {
        self.windows(view, (0.0 - right, 1.0 - right), (0.0 - up, 1.0 - up))
    }

    /// Returns the view of the box between two points of the area.
    pub fn boxed(&self, view: &View, one: Point, other: Point) -> View {
        let ((a, b), (c, d)) = (self.fractions(one), self.fractions(other));
        self.windows(view, (a.min(c), a.max(c)), (b.min(d), b.max(d)))
    }

    fn windows(&self, view: &View, across: (f64, f64), upward: (f64, f64)) -> View {
        // An axis that does not move keeps its window exactly.
        let window = |axis: &Axis, part, now| if part == (0.0, 1.0) { now } else { axis.window(part) };
        let y = if self.moves_upright { window(&self.y, upward, view.y) } else { Window::WHOLE };
        View { x: window(&self.x, across, view.x), y, ..view.clone() }
    }

    /// Describes a value: the name of its series, its position, and its note.
    fn describe(&self, trace: &Trace, reading: &Reading) -> String {
        let note = if reading.note.is_empty() { String::new() } else { format!(" ({})", reading.note) };
        let (x, y) = (self.x.describe(reading.x, DIGITS), self.y.describe(reading.y, DIGITS));
        format!("{}: {x}, {y}{note}", trace.name)
    }

    /// Returns the readings of a trace within a horizontal distance of a position, both in points.
    fn beside(&self, trace: &Trace, position: f64, within: f64) -> Range<usize> {
        let x = |of: f64| self.x.value_at((of - self.area.left) / self.area.width());
        let (low, high) = (x(position - within), x(position + within));
        let first = trace.readings.partition_point(|reading| reading.x < low);
        first..trace.readings.partition_point(|reading| reading.x <= high).max(first)
    }

    /// Returns the position of a value, if it lies within the axes.
    fn visible(&self, reading: &Reading) -> Option<Point> {
        let at = self.at(reading);
        // A small margin, for values on an edge.
        self.area.grown(1e-6).has(at).then_some(at)
    }

    /// Describes the shown part of the axes after zooming: "Training step from 100 to 400".
    pub fn extent(&self) -> String {
        let axis = |axis: &Axis| {
            let [low, high] = [axis.low(), axis.high()].map(|end| axis.value(end, DIGITS));
            format!("{} from {low} to {high}", axis.title())
        };
        if self.moves_upright { format!("{}, {}", axis(&self.x), axis(&self.y)) } else { axis(&self.x) }
    }
}

/// Returns the visible value nearest to a point of a scene, if one lies within a distance in points.
pub fn nearest(plots: &[Plot], point: Point, within: f64) -> Option<Place> {
    let traces = plots.iter().enumerate().flat_map(|(plot, of)| {
        of.traces.iter().enumerate().map(move |(trace, lines)| (plot, of, trace, lines))
    });
    let near = traces.flat_map(|(plot, of, trace, lines)| {
        of.beside(lines, point.x, within).filter_map(move |reading| {
            let at = of.visible(&lines.readings[reading])?;
            Some((Place { plot, trace, reading }, at.distance(point)))
        })
    });
    let nearest = near.min_by(|(_, one), (_, other)| one.total_cmp(other));
    nearest.filter(|(_, distance)| *distance <= within).map(|(place, _)| place)
}

/// Returns the position and the description of a value; `None` if it is not shown.
pub fn read(plots: &[Plot], place: Place) -> Option<(Point, String)> {
    let plot = plots.get(place.plot)?;
    let trace = plot.traces.get(place.trace)?;
    let reading = trace.readings.get(place.reading)?;
    Some((plot.visible(reading)?, plot.describe(trace, reading)))
}

/// Returns the next or the previous visible value of the current line, or the first value of all if there is no current
/// one.
pub fn step(plots: &[Plot], from: Option<Place>, forward: bool) -> Option<Place> {
    let Some(from) = from else { return first(plots) };
    let Some(trace) = plots.get(from.plot).and_then(|plot| plot.traces.get(from.trace)) else {
        return first(plots);
    };
    let place = |reading| Place { reading, ..from };
    let visible = |place: &Place| read(plots, *place).is_some();
    if forward {
        (from.reading + 1..trace.readings.len()).map(place).find(visible)
    } else {
        (0..from.reading.min(trace.readings.len())).rev().map(place).find(visible)
    }
}

/// Returns the value of the next or the previous line, in this plot or another, that is horizontally nearest to the
/// current value.
pub fn step_trace(plots: &[Plot], from: Option<Place>, forward: bool) -> Option<Place> {
    let traces: Vec<(usize, usize)> = plots
        .iter()
        .enumerate()
        .flat_map(|(plot, of)| (0..of.traces.len()).map(move |trace| (plot, trace)))
        .collect();
    let here = from.and_then(|from| {
        let index = traces.iter().position(|trace| *trace == (from.plot, from.trace))?;
        Some((index, plots[from.plot].traces[from.trace].readings.get(from.reading)?.x))
    });
    let Some((index, x)) = here else { return first(plots) };
    let count = traces.len();
    (1..count).find_map(|away| {
        let away = if forward { away } else { count - away };
        let (plot, trace) = traces[(index + away) % count];
        let of = &plots[plot];
        let readings = of.traces[trace].readings.iter().enumerate();
        let visible = readings.filter(|(_, reading)| of.visible(reading).is_some());
        let nearest =
            visible.min_by(|(_, one), (_, other)| (one.x - x).abs().total_cmp(&(other.x - x).abs()));
        nearest.map(|(reading, _)| Place { plot, trace, reading })
    })
}

/// Returns the first visible value of all.
fn first(plots: &[Plot]) -> Option<Place> {
    let traces = plots.iter().enumerate().flat_map(|(plot, of)| {
        of.traces.iter().enumerate().map(move |(trace, lines)| (plot, trace, lines.readings.len()))
    });
    let mut places =
        traces.flat_map(|(plot, trace, count)| (0..count).map(move |reading| Place { plot, trace, reading }));
    places.find(|place| read(plots, *place).is_some())
}

/// Formats a number that is read off a plot: short, but with all digits that distinguish neighboring values.
pub fn readable(value: f64, digits: usize) -> String {
    if value.fract() == 0.0 && value.abs() < 1e6 {
        return number::grouped(value, 0);
    }
    number::significant(value, digits)
}
