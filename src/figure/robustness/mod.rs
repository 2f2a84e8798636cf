//! The quantization robustness figure: perplexity against precision for each model, with all that the
//! published figure shows, but callouts inside the plot and no label on another.

mod curves;
mod labels;
mod verdict;
mod words;

use super::axis::Axis;
use super::chart::Chart;
use super::font;
use super::inset::{self, Arrangement, Content, Inset};
use super::legend::{Entry, Legend};
use super::looks;
use super::marks;
use super::origin::{self, Origin};
use super::placement::Room;
use super::scene::{Anchor, Point, Rectangle, Scene, Stroke, Weight};
use super::sheet::Sheet;
use super::style::Layout;
use crate::record::robustness::Robustness;
use curves::{Curves, THRESHOLD};
use verdict::{MARKED_WIDTH, Verdict, value_mark};

/// Dashes and gaps of the threshold in points.
const THRESHOLD_DASH: [f64; 2] = [7.0, 4.0];

/// The plot is never lower than this, in points: there would be no room for its labels.
const LOWEST_PLOT: f64 = 130.0;

/// Draws one record, or several overlaid: the first in full strength, the others dashed and lighter. A point
/// with several runs is their mean, with their sample standard deviation as error bar. The scene is higher than
/// the layout where words and legend would leave too little room for the plot.
pub fn robustness(records: &[&Robustness], layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let curves = Curves::new(records);
    let origins = Origin::all(records, |config| config.seed);
    let notes = origin::notes(&origins);
    let below = sheet.heading("Quantization robustness comparison", "Perplexity against bit width", &notes);
    if curves.curves.is_empty() {
        let at = below.center();
        sheet.text(at, Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish(words::summary(&origins, &curves));
    }

    let legend = Content::Legend(legend(&sheet, &curves, &origin::labels(&origins)));
    let insets = [Inset { content: legend, places: inset::upper_corners }];
    let clearance = (font::ASCENT + font::DESCENT) * sheet.sizes.label + sheet.sizes.gap;
    let mut arrangement = Arrangement::new(
        &sheet,
        below,
        &insets,
        clearance,
        |outer| chart(&sheet, outer, &curves),
        |chart| room(&sheet, chart, &curves),
    );
    let missing = LOWEST_PLOT - arrangement.chart.plot.height();
    if missing > 0.5 {
        return robustness(records, &Layout { height: layout.height + missing, ..*layout });
    }
    draw_background(&sheet, &mut arrangement.chart);
    draw_curves(&sheet, &mut arrangement.chart, &curves);

    let mut room = room(&sheet, &arrangement.chart, &curves);
    arrangement.draw_framed(&sheet, &mut room);
    let chart = arrangement.chart;
    labels::draw_values(&sheet, &chart, &mut room, &curves);
    labels::draw_threshold_caption(&sheet, &chart, &mut room);
    for curve in &curves.curves {
        if let Some(value) = curve.at(MARKED_WIDTH)
            && let Some(verdict) = Verdict::of(curve, value)
        {
            labels::draw_callout(&sheet, &chart, &mut room, curve, value, verdict);
        }
    }
    labels::draw_band_caption(&sheet, &chart, &mut room);
    sheet.finish(words::summary(&origins, &curves))
}

/// Axes for the curves, with as many ticks as have room.
fn chart<'sheet>(sheet: &'sheet Sheet, outer: Rectangle, curves: &Curves) -> Chart<'sheet> {
    let sizes = &sheet.sizes;
    let widths = curves.precisions.iter().map(|label| font::text_width(label, sizes.category, Weight::Bold));
    let needed = (widths.fold(0.0, f64::max) + sizes.gap) * curves.precisions.len() as f64;
    // Tick labels of the upright axis take about a tenth of the width.
    let every = (needed / (0.9 * outer.width())).ceil().max(1.0) as usize;
    let x = Axis::categories("Precision", &curves.precisions, every);
    let y = curves.perplexity_axis((outer.height() / (3.0 * sizes.base)) as usize);
    Chart::new(sheet, outer, x, y)
}

/// Draws what lies behind the data: deployable band, grid, axes, threshold.
fn draw_background(sheet: &Sheet, chart: &mut Chart) {
    let threshold = chart.at(0.0, THRESHOLD).y;
    let band = Rectangle { top: threshold, ..chart.plot };
    sheet.area(band.corners(), Some(sheet.palette.good.line.with_alpha(0.1)), None);
    chart.draw_grid();
    chart.draw_axes();
    let ends = [chart.plot.left, chart.plot.right].map(|x| Point { x, y: threshold });
    sheet.line(ends.to_vec(), threshold_stroke(sheet));
}

/// Draws lines, error bars and marks.
fn draw_curves(sheet: &Sheet, chart: &mut Chart, curves: &Curves) {
    // What is laid over goes behind the first record.
    for curve in curves.curves.iter().rev() {
        let stroke = looks::stroke(sheet, &curve.model, curve.record);
        let values = curve.values.iter().map(|value| (value.column as f64, value.mean)).collect();
        chart.draw_line(values, stroke.color, stroke.width, &stroke.dash);
    }
    for curve in curves.curves.iter().rev() {
        for value in &curve.values {
            let center = chart.at(value.column as f64, value.mean);
            if let Some(bar) = error_bar(sheet, chart, value) {
                let color = looks::stroke(sheet, &curve.model, curve.record).color;
                let ends = [bar.top, bar.bottom].map(|y| Point { x: center.x, y });
                marks::draw_error_bar(sheet, ends, color);
            }
            value_mark(sheet, curve, value).draw(sheet, center);
        }
    }
}

/// The extent of a value's error bar with its caps; its lower end stays on the axis.
fn error_bar(sheet: &Sheet, chart: &Chart, value: &curves::Value) -> Option<Rectangle> {
    let deviation = value.deviation?;
    let high = chart.at(value.column as f64, value.mean + deviation);
    let low = chart.at(value.column as f64, (value.mean - deviation).max(chart.y().low()));
    let half = sheet.sizes.marker / 2.0;
    Some(Rectangle { left: high.x - half, top: high.y, right: high.x + half, bottom: low.y })
}

/// The room for labels in the plot, with the data they should not cover.
fn room(sheet: &Sheet, chart: &Chart, curves: &Curves) -> Room {
    // The value of the topmost mark may reach over the plot's open upper edge.
    let frame = Rectangle { top: chart.plot.top - sheet.sizes.base / 2.0, ..chart.plot };
    let mut room = Room::new(frame);
    let threshold = chart.at(0.0, THRESHOLD).y;
    room.add_line(&[chart.plot.left, chart.plot.right].map(|x| Point { x, y: threshold }));
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

/// The legend: one entry a curve, the threshold, and the verdicts that stand in the figure.
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
    for verdict in [Verdict::Deployable, Verdict::NotDeployable] {
        let found = curves.curves.iter().find(|curve| {
            curve.at(MARKED_WIDTH).and_then(|value| Verdict::of(curve, value)) == Some(verdict)
        });
        if let Some(curve) = found {
            let (sign, limit) = verdict.limit();
            let label = format!("{} INT4 {sign} {limit}", curve.model.label());
            entries.push(Entry { line: None, mark: Some(verdict.mark(sheet)), label });
        }
    }
    Legend { title: "Model & Thresholds", entries }
}
