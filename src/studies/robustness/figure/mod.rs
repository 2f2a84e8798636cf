//! The quantization robustness figure: perplexity against precision for each model. It shows everything that the
//! published figure shows, but keeps callouts inside the plot and labels apart.

mod curves;
mod labels;
mod verdict;
mod words;

use super::record::Robustness;
use crate::kit::figure::looks;
use crate::kit::figure::origin;
use crate::kit::figure::origin::Origin;
use bk_plot::chart::Chart;
use bk_plot::font;
use bk_plot::inset;
use bk_plot::inset::{Arrangement, Content, Inset};
use bk_plot::legend::{Entry, Legend};
use bk_plot::marks;
use bk_plot::placement::Room;
use bk_plot::scene::{Anchor, Point, Rectangle, Scene, Stroke, Weight};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;
use curves::{Curve, Curves, THRESHOLD};
use verdict::{MARKED_WIDTH, Verdict, value_mark};

/// Dashes and gaps of the threshold in points.
const THRESHOLD_DASH: [f64; 2] = [7.0, 4.0];

/// Lowest height of the plot in points; below it there would be no room for the labels.
const LOWEST_PLOT: f64 = 130.0;

/// Draws one record, or several overlaid: the first in full strength, the others dashed and lighter. A point with
/// several runs is their mean, with its 95 % confidence interval as error bar and band. The scene becomes higher than
/// the layout if text and legend would leave too little room for the plot.
pub fn draw(records: &[&Robustness], view: &View, layout: &Layout) -> Scene {
    let sheet = crate::kit::figure::looks::sheet(layout, records);
    let curves = Curves::new(records, view);
    let origins = Origin::all(records, |config| config.seed);
    let labels = origin::labels(&origins, view);
    let series = origin::series(&sheet, records, &labels, view);
    let notes = origin::notes(&origins);
    let below = sheet.heading("Quantization robustness comparison", "Perplexity against bit width", &notes);
    if curves.curves.is_empty() {
        let message = origin::emptiness(&series);
        sheet.text(below.center(), Anchor::Middle, message, sheet.plain(sheet.palette.muted));
        let summary = words::summary(&origins, &labels, &curves);
        return Scene { series, ..sheet.finish(summary) };
    }

    let legend = Content::Legend(legend(&sheet, &curves, &labels));
    let insets = [Inset { content: legend, places: inset::upper_corners }];
    let clearance = (font::ASCENT + font::DESCENT) * sheet.sizes.label + sheet.sizes.gap;
    let mut arrangement = Arrangement::new(
        &sheet,
        below,
        &insets,
        clearance,
        view,
        |outer| chart(&sheet, outer, &curves, view),
        |chart| room(&sheet, chart, &curves),
    );
    let missing = LOWEST_PLOT - arrangement.chart.plot.height();
    if missing > 0.5 {
        return draw(records, view, &Layout { height: layout.height + missing, ..*layout });
    }
    draw_background(&sheet, &mut arrangement.chart);
    draw_curves(&sheet, &arrangement.chart, &curves);

    let color = |curve: &Curve| looks::stroke(&sheet, &curve.model, curve.record).color;
    let plot = arrangement.chart.plot_of(curves.traces(color, &labels));
    if !view.moving {
        let mut room = room(&sheet, &arrangement.chart, &curves);
        arrangement.draw_framed(&sheet, &mut room);
        draw_words(&sheet, &arrangement.chart, &mut room, &curves);
    }
    let mut sentences = vec![words::summary(&origins, &labels, &curves)];
    sentences.extend(origin::left_out(&series, view, &plot));
    Scene { plots: vec![plot], series, ..sheet.finish(sentences.join(" ")) }
}

/// Writes the text in the plot: values, captions, callouts.
fn draw_words(sheet: &Sheet, chart: &Chart, room: &mut Room, curves: &Curves) {
    labels::draw_values(sheet, chart, room, curves);
    labels::draw_threshold_caption(sheet, chart, room);
    for curve in &curves.curves {
        if let Some(value) = curve.at(MARKED_WIDTH)
            && let Some(verdict) = Verdict::of(curve, value)
            && chart.shows(chart.at(value.column as f64, value.mean))
        {
            labels::draw_callout(sheet, chart, room, curve, value, verdict);
        }
    }
    labels::draw_band_caption(sheet, chart, room);
}

/// Returns axes for the curves, with as many ticks as fit.
fn chart<'sheet>(sheet: &'sheet Sheet, outer: Rectangle, curves: &Curves, view: &View) -> Chart<'sheet> {
    let sizes = &sheet.sizes;
    let widths = curves.precisions.iter().map(|label| font::text_width(label, sizes.category, Weight::Bold));
    let whole = curves.precisions.len() as f64;
    let shown = view.x.ends().map_or(whole, |(low, high)| (high - low).min(whole));
    let needed = (widths.fold(0.0, f64::max) + sizes.gap) * shown;
    // Tick labels of the y axis take about a tenth of the width.
    let every = (needed / (0.9 * outer.width())).ceil().max(1.0) as usize;
    let x = curves.precision_axis(view, every);
    let y = curves.perplexity_axis(view, (outer.height() / (3.0 * sizes.base)) as usize);
    Chart::new(sheet, outer, x, y)
}

/// Draws the background of the data: deployable band, grid, axes, threshold.
fn draw_background(sheet: &Sheet, chart: &mut Chart) {
    let threshold = threshold(chart);
    let band = Rectangle { top: threshold[0].y, bottom: threshold[0].y.max(chart.plot.bottom), ..chart.plot };
    chart.fill(&band.corners(), sheet.palette.good.line.with_alpha(0.1));
    chart.draw_grid();
    chart.draw_axes();
    chart.draw_path(&threshold, &threshold_stroke(sheet));
}

/// Returns the line of the threshold; in a zoomed figure it may lie beyond the plot.
fn threshold(chart: &Chart) -> [Point; 2] {
    let y = chart.at(0.0, THRESHOLD).y;
    [chart.plot.left, chart.plot.right].map(|x| Point { x, y })
}

/// Draws bands, lines, error bars, and marks.
fn draw_curves(sheet: &Sheet, chart: &Chart, curves: &Curves) {
    for curve in &curves.curves {
        let color = looks::stroke(sheet, &curve.model, curve.record).color;
        for band in bands(chart, curve) {
            chart.fill(&band, color.with_alpha(looks::BAND));
        }
    }
    // Overlaid records go behind the first one.
    for curve in curves.curves.iter().rev() {
        let values = curve.values.iter().map(|value| (value.column as f64, value.mean));
        chart.draw_line(values, &looks::stroke(sheet, &curve.model, curve.record));
    }
    for curve in curves.curves.iter().rev() {
        for value in &curve.values {
            let center = chart.at(value.column as f64, value.mean);
            if let Some(bar) = error_bar(sheet, chart, value) {
                let color = looks::stroke(sheet, &curve.model, curve.record).color;
                let ends = [bar.top, bar.bottom].map(|y| Point { x: center.x, y });
                marks::draw_error_bar(sheet, chart, ends, color);
            }
            if chart.shows(center) {
                value_mark(sheet, curve, value).draw(sheet, center);
            }
        }
    }
}

/// Returns the confidence bands of a curve: one for each sequence of neighboring values with intervals.
fn bands(chart: &Chart, curve: &Curve) -> Vec<Vec<Point>> {
    let neighbours = curve.values.chunk_by(|one, other| {
        one.confidence.is_some() == other.confidence.is_some() && other.column == one.column + 1
    });
    let band = |values: &[curves::Value]| {
        let edge = |end: fn((f64, f64)) -> f64| {
            let points = values.iter().filter_map(|value| {
                Some(chart.at(value.column as f64, end(value.interval()?).max(chart.y().low())))
            });
            points.collect::<Vec<Point>>()
        };
        let (upper, mut lower) = (edge(|(_, high)| high), edge(|(low, _)| low));
        lower.reverse();
        [upper, lower].concat()
    };
    neighbours.map(band).filter(|band| band.len() > 2).collect()
}

/// Returns the rectangle of a value's error bar with its caps; its lower end is not below the axis.
fn error_bar(sheet: &Sheet, chart: &Chart, value: &curves::Value) -> Option<Rectangle> {
    let (low, high) = value.interval()?;
    let high = chart.at(value.column as f64, high);
    let low = chart.at(value.column as f64, low.max(chart.y().low()));
    let half = sheet.sizes.marker / 2.0;
    Some(Rectangle { left: high.x - half, top: high.y, right: high.x + half, bottom: low.y.max(high.y) })
}

/// Returns the space for labels in the plot, with the data they should not cover.
fn room(sheet: &Sheet, chart: &Chart, curves: &Curves) -> Room {
    // The label of the topmost mark may reach over the plot's open upper edge.
    let frame = Rectangle { top: chart.plot.top - sheet.sizes.base / 2.0, ..chart.plot };
    let mut room = Room::new(frame);
    room.add_line(&threshold(chart));
    for curve in &curves.curves {
        let points: Vec<Point> =
            curve.values.iter().map(|value| chart.at(value.column as f64, value.mean)).collect();
        room.add_line(&points);
        for (value, center) in curve.values.iter().zip(points) {
            room.add_mark(value_mark(sheet, curve, value).bounds(center));
            if let Some(bar) = error_bar(sheet, chart, value) {
                room.add_mark(bar);
            }
        }
    }
    room
}

fn threshold_stroke(sheet: &Sheet) -> Stroke {
    let (color, width) = (sheet.palette.threshold.line, 0.8 * sheet.sizes.line);
    Stroke { color, width, dash: THRESHOLD_DASH.to_vec() }
}

/// Returns the legend: one entry per curve, the threshold, and the verdicts used in the figure.
fn legend(sheet: &Sheet, curves: &Curves, records: &[String]) -> Legend {
    let mut entries: Vec<Entry> = curves
        .curves
        .iter()
        .map(|curve| {
            let (model, record) = (&curve.model, curve.record);
            let label = origin::curve_label(model, records, record, curve.run_count());
            let (line, mark) = (looks::stroke(sheet, model, record), looks::mark(sheet, model, record));
            Entry { line: Some(line), mark: Some(mark), label }
        })
        .collect();
    let label = format!("Threshold ({THRESHOLD})");
    entries.push(Entry { line: Some(threshold_stroke(sheet)), mark: None, label });
    for curve in &curves.curves {
        if let Some(verdict) = curve.at(MARKED_WIDTH).and_then(|value| Verdict::of(curve, value))
            && let Some(mark) = verdict.mark(sheet)
        {
            let (sign, limit) = verdict.limit();
            let label = format!("{} INT4 {sign} {limit}", curve.model.label());
            entries.push(Entry { line: None, mark: Some(mark), label });
        }
    }
    Legend { title: "Model & Thresholds", entries }
}
