//! The dynamic efficiency figure: perplexity against floating-point operations a token for each model, with all
//! that the published figure shows, but frontiers and shading as staircases, and no pair of points called equal
//! that is not.

mod comparison;
mod curves;
mod frontier;
mod labels;
mod words;

use super::axis::Axis;
use super::chart::Chart;
use super::decimation::extremes;
use super::inset::{self, Arrangement, Content, Inset};
use super::legend::{Entry, Legend};
use super::looks;
use super::marks::{self, Mark};
use super::origin::{self, Origin};
use super::placement::Room;
use super::scene::{Anchor, Point, Scene, Stroke};
use super::sheet::Sheet;
use super::style::Layout;
use crate::record::efficiency::Efficiency;
use crate::record::pareto::{Cost, Dominance};
use comparison::Marked;
use curves::{Curve, Curves, GIGA, Value};

/// The plot is never lower than this, in points: there would be no room for its labels.
const LOWEST_PLOT: f64 = 150.0;

/// Room around the data, as a part of its extent.
const MARGIN: f64 = 0.1;

/// Distance an inset keeps from data, in points.
const CLEARANCE: f64 = 3.0;

/// The least diameter of a mark, in points, where there are too many for the ordinary one.
const SMALLEST_MARK: f64 = 2.5;

/// Draws one record, or several overlaid: the first in full strength and with its frontiers by a rule, the others
/// dashed and lighter. A point with several runs is their mean, with their sample standard deviations as
/// error bars. The scene is higher than the layout where words and legend would leave too little room for the
/// plot.
pub fn efficiency(records: &[&Efficiency], rule: Dominance, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let curves = Curves::new(records, rule);
    let origins = Origin::all(records, |config| config.seed);
    let notes = [origin::notes(&origins), comparison::misses(&curves)].concat();
    let below = sheet.heading("Dynamic efficiency", "Perplexity against operations per token", &notes);
    let summary = words::summary(records, &origins, &curves);
    let Some(axes) = axes(&curves) else {
        sheet.text(below.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish(summary);
    };

    let marked = Marked::of(&curves);
    let table = records.first().and_then(|record| comparison::table(&sheet, record));
    let table = table.map(|table| Inset { content: Content::Table(table), places: inset::near_lower_right });
    let legend = Content::Legend(legend(&sheet, &curves, marked.as_ref(), &origin::labels(&origins)));
    let legend = Inset { content: legend, places: inset::along_edges };
    let insets: Vec<Inset> = [legend].into_iter().chain(table).collect();
    let mut arrangement = Arrangement::new(
        &sheet,
        below,
        &insets,
        CLEARANCE,
        |outer| {
            let [x, y] = axes.map(|(low, high)| [low, high]);
            let ticks = |length: f64, ems: f64| (length / (ems * sheet.sizes.base)) as usize;
            let x = Axis::linear("GFLOPs per token", x[0], x[1], ticks(outer.width(), 6.0));
            let y = Axis::linear("Perplexity", y[0], y[1], ticks(outer.height(), 4.0));
            Chart::new(&sheet, outer, x, y)
        },
        |chart| room(&sheet, chart, &curves, marked.as_ref()),
    );
    let missing = LOWEST_PLOT - arrangement.chart.plot.height();
    if missing > 0.5 {
        return efficiency(records, rule, &Layout { height: layout.height + missing, ..*layout });
    }

    let chart = &mut arrangement.chart;
    frontier::draw_shade(&sheet, chart, &curves);
    chart.draw_full_grid();
    chart.draw_axes();
    frontier::draw_frontiers(&sheet, chart, &curves);
    draw_curves(&sheet, chart, &curves);
    if let Some(Marked { star, cross }) = marked {
        comparison::star(&sheet).draw(&sheet, position(chart, star.cost));
        if let Some((cross, _)) = cross {
            comparison::cross(&sheet).draw(&sheet, position(chart, cross.cost));
        }
    }

    let mut room = room(&sheet, chart, &curves, marked.as_ref());
    arrangement.draw_framed(&sheet, &mut room);
    let chart = &arrangement.chart;
    if let Some(marked) = &marked {
        labels::draw_callouts(&sheet, chart, &mut room, &curves, marked);
    }
    labels::draw_dominance_caption(&sheet, chart, &mut room, &curves);
    sheet.finish(summary)
}

/// The limits of both axes: the data with error bars and a tenth of its extent around it, and nothing below
/// zero. `None` without data.
fn axes(curves: &Curves) -> Option<[(f64, f64); 2]> {
    let values = || curves.curves.iter().flat_map(|curve| &curve.values);
    values().next()?;
    let limits = |of: fn(&Cost) -> f64, unit: f64| {
        let reach = |value: &Value| value.deviation.as_ref().map_or(0.0, of);
        let low = values().map(|value| of(&value.cost) - reach(value)).fold(f64::INFINITY, f64::min);
        let high = values().map(|value| of(&value.cost) + reach(value)).fold(0.0, f64::max);
        let margin = if high > low { MARGIN * (high - low) } else { MARGIN * high };
        ((low - margin).max(0.0) / unit, (high + margin) / unit)
    };
    Some([limits(|cost| cost.flops, GIGA), limits(|cost| cost.perplexity, 1.0)])
}

/// Position of a cost in the plot.
fn position(chart: &Chart, cost: Cost) -> Point {
    chart.at(cost.flops / GIGA, cost.perplexity)
}

/// Draws lines, error bars and marks; the marks of what is dominated within its curve are hollow.
fn draw_curves(sheet: &Sheet, chart: &mut Chart, curves: &Curves) {
    // What is laid over goes behind the first record.
    for curve in curves.curves.iter().rev() {
        let stroke = curve_stroke(sheet, curve);
        let line = line(chart, curve).iter().map(|cost| (cost.flops / GIGA, cost.perplexity)).collect();
        chart.draw_line(line, stroke.color, stroke.width, &stroke.dash);
    }
    for curve in curves.curves.iter().rev() {
        for value in &curve.values {
            let mark = mark(sheet, chart, curve, value);
            for ends in error_bars(chart, value) {
                marks::draw_error_bar(sheet, ends, looks::stroke(sheet, &curve.model, curve.record).color);
            }
            mark.draw(sheet, position(chart, value.cost));
        }
    }
}

/// The line of a curve: thinner than the published one, for the frontiers are drawn as lines too.
fn curve_stroke(sheet: &Sheet, curve: &Curve) -> Stroke {
    let stroke = looks::stroke(sheet, &curve.model, curve.record);
    Stroke { width: 0.6 * stroke.width, ..stroke }
}

/// The costs a curve's line is drawn through.
fn line(chart: &Chart, curve: &Curve) -> Vec<Cost> {
    let perplexities: Vec<f64> = curve.values.iter().map(|value| value.cost.perplexity).collect();
    let points = extremes(&perplexities, chart.plot.width() as usize);
    points.into_iter().map(|(place, _)| curve.values[place].cost).collect()
}

fn mark(sheet: &Sheet, chart: &Chart, curve: &Curve, value: &Value) -> Mark {
    let mark = looks::mark(sheet, &curve.model, curve.record);
    let spacing = chart.plot.width() / curve.values.len() as f64;
    let diameter = mark.diameter.min(spacing.max(SMALLEST_MARK));
    let mark = Mark { diameter, ..mark };
    if value.on_frontier { mark } else { hollow(mark) }
}

/// The mark of what is dominated.
fn hollow(mark: Mark) -> Mark {
    Mark { diameter: 0.85 * mark.diameter, fill: mark.outline, outline: mark.fill, ..mark }
}

/// The ends of a value's error bars: across and upright, cut at zero.
fn error_bars(chart: &Chart, value: &Value) -> Vec<[Point; 2]> {
    let Some(deviation) = value.deviation else { return Vec::new() };
    let at = |flops: f64, perplexity: f64| {
        position(
            chart,
            Cost {
                flops: (value.cost.flops + flops).max(0.0),
                perplexity: (value.cost.perplexity + perplexity).max(0.0),
            },
        )
    };
    vec![
        [at(-deviation.flops, 0.0), at(deviation.flops, 0.0)],
        [at(0.0, -deviation.perplexity), at(0.0, deviation.perplexity)],
    ]
}

/// The room for labels in the plot, with the data they should not cover.
fn room(sheet: &Sheet, chart: &Chart, curves: &Curves, marked: Option<&Marked>) -> Room {
    let mut room = Room::new(chart.plot);
    for curve in &curves.curves {
        let points: Vec<Point> = line(chart, curve).iter().map(|cost| position(chart, *cost)).collect();
        room.add_line(&points);
        for value in &curve.values {
            let center = position(chart, value.cost);
            room.add_mark(mark(sheet, chart, curve, value).bounds(center));
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

/// The legend: one entry a curve, then the frontiers, and the marks that stand in the figure.
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
