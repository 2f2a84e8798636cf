//! The dynamic efficiency figure: perplexity against FLOPs per token for each model. It shows everything that the
//! published figure shows, with two corrections: frontiers and shading are staircases, and only equal points are called
//! equal.

mod comparison;
mod curves;
mod frontier;
mod labels;
mod words;

use super::record::Efficiency;
use crate::kit::figure::looks;
use crate::kit::figure::origin;
use crate::kit::figure::origin::Origin;
use crate::kit::record::Model;
use crate::kit::record::pareto::{Cost, Dominance};
use bk_plot::axis::{Scale, Span};
use bk_plot::chart::Chart;
use bk_plot::decimation::{Covered, extremes};
use bk_plot::inset;
use bk_plot::inset::{Arrangement, Content, Inset};
use bk_plot::legend::{Entry, Legend};
use bk_plot::marks;
use bk_plot::marks::Mark;
use bk_plot::placement::Room;
use bk_plot::scene::{Anchor, Point, Scene, Stroke};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;
use comparison::Marked;
use curves::{Curve, Curves, GIGA, Value};
use std::ops::Range;

/// Lowest height of the plot in points; below it there would be no room for the labels.
const LOWEST_PLOT: f64 = 150.0;

/// Margin around the data, as a fraction of its range.
const MARGIN: f64 = 0.1;

/// Distance between an inset and data, in points.
const CLEARANCE: f64 = 3.0;

/// Smallest diameter of a mark, in points, for curves with too many marks for the default size.
const SMALLEST_MARK: f64 = 2.5;

/// Draws one record, or several overlaid: the first in full strength and with its frontiers by `rule`, the others
/// dashed and lighter. A point with several runs is their mean, with its 95 % confidence intervals as error bars. The
/// scene becomes higher than the layout if text and legend would leave too little room for the plot.
pub fn draw(records: &[&Efficiency], rule: Dominance, view: &View, layout: &Layout) -> Scene {
    let sheet = crate::kit::figure::looks::sheet(layout, records);
    let curves = Curves::new(records, rule, view);
    let origins = Origin::all(records, |config| config.seed);
    let labels = origin::labels(&origins, view);
    let series = origin::series(&sheet, records, &labels, view);
    let notes = [origin::notes(&origins), comparison::misses(&curves)].concat();
    let below = sheet.heading("Dynamic efficiency", "Perplexity against operations per token", &notes);
    // The published comparisons need both models.
    let both = Model::PUBLISHED.iter().all(|model| origin::shows(view, model, 0));
    let compared = records.first().copied().filter(|_| both);
    let summary = words::summary(compared, &origins, &labels, &curves);
    let Some(axes) = Axes::of(&curves) else {
        let message = origin::emptiness(&series);
        sheet.text(below.center(), Anchor::Middle, message, sheet.plain(sheet.palette.muted));
        return Scene { series, ..sheet.finish(summary) };
    };

    let marked = Marked::of(&curves);
    // A zoomed figure omits the table: below the plot it would take most of its height.
    let table = compared.filter(|_| !view.is_zoomed());
    let table = table.and_then(|record| comparison::table(&sheet, record));
    let table = table.map(|table| Inset { content: Content::Table(table), places: inset::near_lower_right });
    let legend = Content::Legend(legend(&sheet, &curves, marked.as_ref(), &labels));
    let legend = Inset { content: legend, places: inset::along_edges };
    let insets: Vec<Inset> = [legend].into_iter().chain(table).collect();
    let mut arrangement = Arrangement::new(
        &sheet,
        below,
        &insets,
        CLEARANCE,
        view,
        |outer| {
            let ticks = |length: f64, ems: f64| (length / (ems * sheet.sizes.base)) as usize;
            let x = view.x_axis("GFLOPs per token", axes.flops, Scale::Linear, ticks(outer.width(), 6.0));
            let y = view.y_axis("Perplexity", axes.perplexity, Scale::Linear, ticks(outer.height(), 4.0));
            Chart::new(&sheet, outer, x, y)
        },
        |chart| room(&sheet, chart, &curves, marked.as_ref()),
    );
    let missing = LOWEST_PLOT - arrangement.chart.plot.height();
    if missing > 0.5 {
        return draw(records, rule, view, &Layout { height: layout.height + missing, ..*layout });
    }

    let chart = &mut arrangement.chart;
    frontier::draw_shade(&sheet, chart, &curves);
    chart.draw_full_grid();
    chart.draw_axes();
    frontier::draw_frontiers(&sheet, chart, &curves);
    draw_curves(&sheet, chart, &curves, view);
    if let Some(Marked { star, cross }) = marked {
        let draw = |mark: Mark, value: &Value| {
            let at = position(chart, value.cost);
            if chart.shows(at) {
                mark.draw(&sheet, at);
            }
        };
        draw(comparison::star(&sheet), star);
        if let Some((cross, _)) = cross {
            draw(comparison::cross(&sheet), cross);
        }
    }

    let plot = chart.plot_of(curves.traces(|curve| curve_stroke(&sheet, curve).color, &labels));
    if !view.moving {
        let mut room = room(&sheet, &arrangement.chart, &curves, marked.as_ref());
        arrangement.draw_framed(&sheet, &mut room);
        let chart = &arrangement.chart;
        if let Some(marked) = &marked {
            labels::draw_callouts(&sheet, chart, &mut room, &curves, marked);
        }
        labels::draw_dominance_caption(&sheet, chart, &mut room, &curves);
    }
    let sentences = [vec![summary], origin::left_out(&series, view, &plot)].concat();
    Scene { plots: vec![plot], series, ..sheet.finish(sentences.join(" ")) }
}

/// The spans of both axes.
#[derive(Debug, Clone, Copy)]
struct Axes {
    flops: Span,
    perplexity: Span,
}

impl Axes {
    /// Returns spans that contain the data with its intervals and a margin of a tenth of its range, but nothing below
    /// zero. Returns `None` without data.
    fn of(curves: &Curves) -> Option<Axes> {
        let values = || curves.curves.iter().flat_map(|curve| &curve.values);
        values().next()?;
        let span = |of: fn(&Cost) -> f64, unit: f64| {
            let reach = |value: &Value| value.confidence.as_ref().map_or(0.0, of);
            let least = values().map(|value| of(&value.cost)).fold(f64::INFINITY, f64::min) / unit;
            let low =
                values().map(|value| of(&value.cost) - reach(value)).fold(f64::INFINITY, f64::min) / unit;
            let high = values().map(|value| of(&value.cost) + reach(value)).fold(0.0, f64::max) / unit;
            let margin = if high > low { MARGIN * (high - low) } else { MARGIN * high };
            // On a logarithmic axis the margin is a factor; an interval may reach beyond it.
            let ratio = libm::pow(high / least, MARGIN).max(1.0 + MARGIN / 2.0);
            let logarithmic = (least > 0.0).then(|| (least / ratio, high * ratio));
            Span { linear: ((low - margin).max(0.0), high + margin), logarithmic }
        };
        Some(Axes { flops: span(|cost| cost.flops, GIGA), perplexity: span(|cost| cost.perplexity, 1.0) })
    }
}

/// Returns the position of a cost in the plot.
fn position(chart: &Chart, cost: Cost) -> Point {
    chart.at(cost.flops / GIGA, cost.perplexity)
}

/// Draws lines, error bars, and marks; configurations dominated within their curve have hollow marks.
fn draw_curves(sheet: &Sheet, chart: &Chart, curves: &Curves, view: &View) {
    // Overlaid records go behind the first one.
    for curve in curves.curves.iter().rev() {
        let line = line(chart, curve);
        let line = line.iter().map(|cost| (cost.flops / GIGA, cost.perplexity));
        chart.draw_line(line, &curve_stroke(sheet, curve));
    }
    for curve in curves.curves.iter().rev() {
        let color = looks::stroke(sheet, &curve.model, curve.record).color;
        let diameter = diameter(sheet, chart, curve);
        let mut hidden = view.moving.then(|| Covered::new(chart.plot, diameter / 2.0));
        for value in &curve.values[within(chart, curve)] {
            let at = position(chart, value.cost);
            for ends in error_bars(chart, value) {
                marks::draw_error_bar(sheet, chart, ends, color);
            }
            if chart.shows(at) && hidden.as_mut().is_none_or(|hidden| hidden.take(at)) {
                mark(sheet, diameter, curve, value).draw(sheet, at);
            }
        }
    }
}

/// Returns the line style of a curve: thinner than the published one, because frontiers are drawn as lines, too.
fn curve_stroke(sheet: &Sheet, curve: &Curve) -> Stroke {
    let stroke = looks::stroke(sheet, &curve.model, curve.record);
    Stroke { width: 0.6 * stroke.width, ..stroke }
}

/// Returns the range of a curve's values between the left and the right edge of the plot.
fn within(chart: &Chart, curve: &Curve) -> Range<usize> {
    let place = |value: &Value| chart.x().fraction(value.cost.flops / GIGA);
    let first = curve.values.partition_point(|value| place(value) < 0.0);
    first..curve.values.partition_point(|value| place(value) <= 1.0).max(first)
}

/// Returns the costs that a curve's line is drawn through: those in the plot, and one on either side.
fn line(chart: &Chart, curve: &Curve) -> Vec<Cost> {
    let shown = within(chart, curve);
    let values = &curve.values[shown.start.saturating_sub(1)..(shown.end + 1).min(curve.values.len())];
    let perplexities: Vec<f64> = values.iter().map(|value| value.cost.perplexity).collect();
    let points = extremes(&perplexities, chart.plot.width() as usize);
    points.into_iter().map(|(place, _)| values[place].cost).collect()
}

/// Returns the diameter of a curve's marks: the default, or less where marks would overlap.
fn diameter(sheet: &Sheet, chart: &Chart, curve: &Curve) -> f64 {
    let spacing = chart.plot.width() / within(chart, curve).len().max(1) as f64;
    sheet.sizes.marker.min(spacing.max(SMALLEST_MARK))
}

fn mark(sheet: &Sheet, diameter: f64, curve: &Curve, value: &Value) -> Mark {
    let mark = Mark { diameter, ..looks::mark(sheet, &curve.model, curve.record) };
    if value.on_frontier { mark } else { hollow(mark) }
}

/// Returns the hollow mark of a dominated configuration.
fn hollow(mark: Mark) -> Mark {
    Mark { diameter: 0.85 * mark.diameter, fill: mark.outline, outline: mark.fill, ..mark }
}

/// Returns the ends of a value's error bars, horizontal and vertical, cut at zero.
fn error_bars(chart: &Chart, value: &Value) -> Vec<[Point; 2]> {
    let Some(half) = value.confidence else { return Vec::new() };
    let at = |flops: f64, perplexity: f64| {
        position(
            chart,
            Cost {
                flops: (value.cost.flops + flops).max(0.0),
                perplexity: (value.cost.perplexity + perplexity).max(0.0),
            },
        )
    };
    vec![[at(-half.flops, 0.0), at(half.flops, 0.0)], [at(0.0, -half.perplexity), at(0.0, half.perplexity)]]
}

/// Returns the space for labels in the plot, with the data they should not cover.
fn room(sheet: &Sheet, chart: &Chart, curves: &Curves, marked: Option<&Marked>) -> Room {
    let mut room = Room::new(chart.plot);
    for curve in &curves.curves {
        let points: Vec<Point> = line(chart, curve).iter().map(|cost| position(chart, *cost)).collect();
        room.add_line(&points);
        let diameter = diameter(sheet, chart, curve);
        for value in &curve.values[within(chart, curve)] {
            let center = position(chart, value.cost);
            room.add_mark(mark(sheet, diameter, curve, value).bounds(center));
            error_bars(chart, value).iter().for_each(|ends| room.add_line(ends));
        }
    }
    for curve in curves.with_frontier() {
        room.add_line(&frontier::staircase(chart, &curve.frontier()));
    }
    if let Some(marked) = marked {
        room.add_mark(comparison::star(sheet).bounds(position(chart, marked.star.cost)));
        if let Some((cross, _)) = marked.cross {
            room.add_mark(comparison::cross(sheet).bounds(position(chart, cross.cost)));
        }
    }
    room
}

/// Returns the legend: one entry per curve, then the frontiers and the marks used in the figure.
fn legend(sheet: &Sheet, curves: &Curves, marked: Option<&Marked>, records: &[String]) -> Legend {
    let mut entries: Vec<Entry> = curves
        .curves
        .iter()
        .map(|curve| {
            let (model, record) = (&curve.model, curve.record);
            let runs = origin::run_count(curve.values.iter().map(|value| value.runs));
            let label = origin::curve_label(model, records, record, runs);
            let (line, mark) = (curve_stroke(sheet, curve), looks::mark(sheet, model, record));
            Entry { line: Some(line), mark: Some(mark), label }
        })
        .collect();
    for curve in curves.with_frontier() {
        let label = format!("{} frontier", curve.model.label());
        entries.push(Entry { line: Some(frontier::stroke(sheet, curve)), mark: None, label });
    }
    let dominated = |curve: &&Curve| curve.values.iter().any(|value| !value.on_frontier);
    if let Some(curve) = curves.curves.iter().find(dominated) {
        let mark =
            hollow(Mark { fill: sheet.palette.muted, ..looks::mark(sheet, &curve.model, curve.record) });
        entries.push(Entry { line: None, mark: Some(mark), label: "Dominated by its own model".into() });
    }
    if curves.union.is_some() {
        let label = "Frontier of all models".into();
        entries.push(Entry { line: Some(frontier::union_stroke(sheet)), mark: None, label });
    }
    if let Some(Marked { cross, .. }) = marked {
        let entry = |mark, label: String| Entry { line: None, mark: Some(mark), label };
        entries.push(entry(
            comparison::star(sheet),
            format!("ResNet-BK nearest to perplexity {}", comparison::TARGET),
        ));
        if cross.is_some() {
            entries.push(entry(comparison::cross(sheet), "Mamba nearest to that".into()));
        }
    }
    let title = match curves.dominance {
        Dominance::Exact => "Model & Frontier",
        Dominance::Published => "Model & Frontier (published rule)",
    };
    Legend { title, entries }
}
