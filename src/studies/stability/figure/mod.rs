//! The long-context stability figure: training loss against step for each model and sequence length. It shows
//! everything that the published figure shows, with two corrections: the stable region lies within the axes, and points
//! of divergence are also marked where the loss is NaN.

mod curves;
mod labels;
mod looks;
mod trace;
mod words;

pub(crate) use looks::DASHES;

use super::record::{Stability, length_label};
use crate::kit::figure::looks::BAND;
use crate::kit::figure::origin;
use crate::kit::figure::origin::Origin;
use crate::kit::record::Model;
use bk_plot::chart::Chart;
use bk_plot::clip;
use bk_plot::inset;
use bk_plot::inset::{Arrangement, Content, Inset};
use bk_plot::legend::{Entry, Legend};
use bk_plot::placement::Room;
use bk_plot::scene::{Anchor, Point, Rectangle, Scene, Stroke};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;
use curves::{Curve, Curves};

/// Lowest height of the plot in points; below it there would be no room for the labels.
const LOWEST_PLOT: f64 = 170.0;

/// Width of the plot, in points, per mean of a strong line.
const MEAN_WIDTH: f64 = 4.0;

/// The same for the lines that labels avoid.
const COARSE_WIDTH: f64 = 6.0;

/// Columns of pixels per point, to which lines through single losses are decimated.
const COLUMNS_PER_POINT: f64 = 2.0;

/// Distance between an inset and data, in points.
const CLEARANCE: f64 = 4.0;

/// Draws one record, or several overlaid: the first in full strength, the others thinner and lighter. If there are more
/// losses than room, a strong line shows their means and a thin one the least and the greatest. Several runs are one
/// line, their mean, with its 95 % confidence interval as a band. The scene becomes higher than the layout if text and
/// legends would leave too little room for the plot.
pub fn draw(records: &[&Stability], view: &View, layout: &Layout) -> Scene {
    let sheet = crate::kit::figure::looks::sheet(layout, records);
    let curves = Curves::new(records, view);
    let origins = Origin::all(records, |config| config.seed);
    let labels = origin::labels(&origins, view);
    let models = origin::series(&sheet, records, &labels, view);
    let series = [models, curves.length_series(view)].concat();
    let subtitle = "Training loss against step, for each sequence length";
    let notes = words::notes(records, &origins, view);
    let below = sheet.heading("Long-context stability", subtitle, &notes);
    let summary = words::summary(records, &labels, &notes, view);
    if curves.curves.is_empty() {
        let message = if curves.lengths.is_empty() && !series.is_empty() {
            "No curves, only statistics"
        } else {
            origin::emptiness(&series)
        };
        sheet.text(below.center(), Anchor::Middle, message, sheet.plain(sheet.palette.muted));
        return Scene { series, ..sheet.finish(summary) };
    }

    let end_labels = labels::end_labels(&sheet, &curves, view);
    let beside = labels::end_label_width(&sheet, &end_labels);
    let status = Content::Legend(status_legend(&sheet, &curves, &labels));
    let lengths = length_legend(&sheet, &curves);
    let insets: Vec<Inset> = lengths
        .into_iter()
        .map(|lengths| Inset { content: Content::Legend(lengths), places: inset::upper_corners })
        .chain([Inset { content: status, places: inset::along_edges }])
        .collect();
    let mut arrangement = Arrangement::new(
        &sheet,
        below,
        &insets,
        CLEARANCE,
        view,
        |outer| {
            let ticks = |length: f64, ems: f64| (length / (ems * sheet.sizes.base)) as usize;
            let x = curves.step_axis(view, ticks(outer.width(), 7.0));
            let y = curves.loss_axis(view, ticks(outer.height(), 4.0));
            Chart::new(&sheet, Rectangle { right: outer.right - beside, ..outer }, x, y)
        },
        |chart| room(&sheet, chart, &curves),
    );
    let missing = LOWEST_PLOT - arrangement.chart.plot.height();
    if missing > 0.5 {
        return draw(records, view, &Layout { height: layout.height + missing, ..*layout });
    }

    let chart = &mut arrangement.chart;
    draw_stable_region(&sheet, chart, &curves);
    chart.draw_grid();
    draw_curves(&sheet, chart, &curves);
    draw_gaps(&sheet, chart, &curves);
    chart.draw_axes();
    for point in divergences(chart, &curves) {
        looks::divergence_mark(&sheet).draw(&sheet, point);
    }
    labels::draw_end_labels(&sheet, chart, &end_labels);

    let color = |curve: &Curve| looks::color(&sheet, curve, curve.divergence.is_some());
    let plot = chart.plot_of(curves.traces(color, &labels));
    if !view.moving {
        let mut room = room(&sheet, &arrangement.chart, &curves);
        arrangement.draw_framed(&sheet, &mut room);
        let chart = &arrangement.chart;
        labels::draw_exit_labels(&sheet, chart, &mut room, &curves);
        labels::draw_stable_caption(&sheet, chart, &mut room, &curves);
        labels::draw_callouts(&sheet, chart, &mut room, &curves);
    }
    let sentences = [vec![summary], origin::left_out(&series, view, &plot)].concat();
    Scene { plots: vec![plot], series, ..sheet.finish(sentences.join(" ")) }
}

/// Fills the range of ResNet-BK's losses over all sequence lengths of the first record that did not diverge.
fn draw_stable_region(sheet: &Sheet, chart: &Chart, curves: &Curves) {
    let columns = (chart.plot.width() / MEAN_WIDTH) as usize;
    let mut ranges: Vec<Option<(f64, f64)>> = vec![None; columns + 1];
    for curve in curves.curves.iter().filter(|curve| is_stable(curve)) {
        for (step, loss) in curve.steps.iter().zip(&curve.losses).filter(|(_, loss)| loss.is_finite()) {
            let column = (chart.x().fraction(*step) * columns as f64).round();
            if column >= 0.0
                && let Some(range) = ranges.get_mut(column as usize)
            {
                let (least, greatest) = range.unwrap_or((*loss, *loss));
                *range = Some((least.min(*loss), greatest.max(*loss)));
            }
        }
    }
    let (low, high) = (chart.y().low(), chart.y().high());
    let at = |column: usize, loss: f64| {
        let x = chart.plot.left + column as f64 / columns as f64 * chart.plot.width();
        Point { x, y: chart.at(chart.x().low(), loss.clamp(low, high)).y }
    };
    let ranges = || ranges.iter().enumerate().filter_map(|(column, range)| Some((column, (*range)?)));
    let above = ranges().map(|(column, (_, greatest))| at(column, greatest));
    let mut corners: Vec<Point> = ranges().map(|(column, (least, _))| at(column, least)).collect();
    corners.reverse();
    let corners: Vec<Point> = above.chain(corners).collect();
    if corners.len() > 3 {
        chart.fill(&corners, sheet.palette.good.line.with_alpha(0.2));
    }
}

/// Returns whether a curve is part of the stable region.
fn is_stable(curve: &Curve) -> bool {
    curve.record == 0 && curve.model == Model::ResNetBk && !curve.diverged
}

/// Draws bands, thin and strong lines; overlaid records go behind the first one.
fn draw_curves(sheet: &Sheet, chart: &Chart, curves: &Curves) {
    let width = chart.plot.width();
    let first = curves.curves.iter().filter(|curve| curve.record == 0);
    for curve in first.filter(|curve| group(chart, curve, MEAN_WIDTH) > 1) {
        let whole = trace::shown(curve, chart.x()).len() as f64;
        for (part, diverged) in trace::parts(curve, chart.x()) {
            let columns = (width * COLUMNS_PER_POINT * part.len() as f64 / whole).ceil();
            let line = trace::outline(curve, part, columns as usize);
            chart.draw_line(line, &looks::outline_stroke(sheet, curve, diverged));
        }
    }
    for curve in curves.curves.iter().rev() {
        draw_band(sheet, chart, curve);
        for (part, diverged) in trace::parts(curve, chart.x()) {
            let stroke = looks::stroke(sheet, curves, curve, diverged);
            for line in trace::means(&curve.steps, &curve.losses, part, group(chart, curve, MEAN_WIDTH)) {
                chart.draw_line(line, &stroke);
            }
        }
    }
}

/// Fills the confidence interval of a mean of several runs.
fn draw_band(sheet: &Sheet, chart: &Chart, curve: &Curve) {
    if curve.confidence.is_empty() {
        return;
    }
    let edge = |side: f64| {
        let (part, group) = (trace::shown(curve, chart.x()), group(chart, curve, MEAN_WIDTH));
        trace::means(&curve.steps, &curve.edge(side), part, group)
    };
    let color = looks::color(sheet, curve, false).with_alpha(BAND);
    for (upper, lower) in edge(1.0).into_iter().zip(edge(-1.0)) {
        let corners = upper.into_iter().chain(lower.into_iter().rev());
        let corners: Vec<Point> = corners.map(|(step, loss)| chart.at(step, loss)).collect();
        chart.fill(&corners, color);
    }
}

/// Returns how many losses of a curve one mean covers, if each mean has a given width in the plot.
fn group(chart: &Chart, curve: &Curve, mean_width: f64) -> usize {
    let shown = trace::shown(curve, chart.x()).len() as f64;
    ((shown * mean_width / chart.plot.width()).ceil() as usize).max(1)
}

/// Draws a tick at the upper edge for each loss of the first record that is NaN.
fn draw_gaps(sheet: &Sheet, chart: &Chart, curves: &Curves) {
    let tick = looks::gap_stroke(sheet);
    let (top, bottom) = (chart.plot.top, chart.plot.top + tick.width);
    for step in gaps(curves).filter(|step| (chart.x().low()..=chart.x().high()).contains(step)) {
        let x = chart.at(step, chart.y().low()).x;
        let ends = [top, bottom].map(|y| Point { x, y });
        sheet.line(ends.to_vec(), Stroke { color: tick.color, width: 1.0, dash: Vec::new() });
    }
}

/// Returns the steps at which a loss of the first record is NaN.
fn gaps(curves: &Curves) -> impl Iterator<Item = f64> {
    let first = curves.curves.iter().filter(|curve| curve.record == 0);
    let points = first.flat_map(|curve| curve.steps.iter().zip(&curve.losses));
    points.filter(|(_, loss)| !loss.is_finite()).map(|(step, _)| *step)
}

/// Returns the points within the axes where curves of the first record start to diverge.
fn divergences(chart: &Chart, curves: &Curves) -> Vec<Point> {
    let first = curves.curves.iter().filter(|curve| curve.record == 0);
    let points = first.filter_map(|curve| curve.divergence).map(|from| chart.at(from.step, from.loss));
    points.filter(|point| chart.shows(*point)).collect()
}

/// Returns the space for labels in the plot, with the data they should not cover.
fn room(sheet: &Sheet, chart: &Chart, curves: &Curves) -> Room {
    let mut room = Room::new(chart.plot);
    for curve in &curves.curves {
        for (part, _) in trace::parts(curve, chart.x()) {
            for line in trace::means(&curve.steps, &curve.losses, part, group(chart, curve, COARSE_WIDTH)) {
                let points: Vec<Point> = line.into_iter().map(|(step, loss)| chart.at(step, loss)).collect();
                clip::line(&points, &chart.plot).iter().for_each(|piece| room.add_line(piece));
            }
        }
    }
    for point in divergences(chart, curves) {
        room.add_mark(looks::divergence_mark(sheet).bounds(point));
    }
    if gaps(curves).next().is_some() {
        let bottom = chart.plot.top + looks::gap_stroke(sheet).width;
        room.take(Rectangle { bottom, ..chart.plot });
    }
    room
}

/// Returns the legend of models: one entry per model and record, then the marks of the figure.
fn status_legend(sheet: &Sheet, curves: &Curves, records: &[String]) -> Legend {
    let mut entries: Vec<Entry> = Vec::new();
    let mut add = |line: Option<Stroke>, mark, label: String| {
        if entries.iter().all(|entry| entry.label != label) {
            entries.push(Entry { line, mark, label });
        }
    };
    let solid = |curve: &Curve, diverged| {
        let longest = Curve { order: curves.lengths.len().saturating_sub(1), ..curve.clone() };
        Stroke { dash: Vec::new(), ..looks::stroke(sheet, curves, &longest, diverged) }
    };
    for curve in &curves.curves {
        let runs = Some(curve.runs).filter(|runs| *runs > 1).map(|runs| format!("n = {runs}"));
        let label = origin::curve_label(&curve.model, records, curve.record, runs);
        add(Some(solid(curve, false)), None, label);
    }
    let diverged = |curve: &&Curve| curve.divergence.is_some();
    if let Some(curve) = curves.curves.iter().find(diverged) {
        let is_only = curves.curves.iter().filter(diverged).all(|other| other.model == curve.model);
        let label = if is_only { format!("{}, diverged", curve.model.label()) } else { "Diverged".into() };
        add(Some(solid(curve, true)), None, label);
    }
    if curves.curves.iter().filter(diverged).any(|curve| curve.record == 0) {
        add(None, Some(looks::divergence_mark(sheet)), "Start of divergence".into());
    }
    if gaps(curves).next().is_some() {
        add(Some(looks::gap_stroke(sheet)), None, "Loss not a number".into());
    }
    if curves.curves.iter().any(is_stable) {
        let color = sheet.palette.good.line.with_alpha(0.2).over(sheet.palette.background);
        let stroke = Stroke { color, width: 2.0 * sheet.sizes.gap, dash: Vec::new() };
        add(Some(stroke), None, "ResNet-BK stable region".into());
    }
    Legend { title: "Model status", entries }
}

/// Returns the legend of sequence lengths, if dashes can distinguish them.
fn length_legend(sheet: &Sheet, curves: &Curves) -> Option<Legend> {
    let shown = |order: &usize| curves.curves.iter().any(|curve| curve.order == *order);
    let entry = |(order, length): (usize, &u32)| {
        let stroke = looks::length_stroke(order, 0.6 * sheet.sizes.line);
        let line = Some(Stroke { color: sheet.palette.ink, ..stroke });
        Entry { line, mark: None, label: length_label(*length) }
    };
    let lengths = curves.lengths.iter().enumerate().filter(|(order, _)| shown(order));
    let entries = lengths.map(entry).collect();
    (curves.lengths.len() <= looks::MOST_LENGTHS).then_some(Legend { title: "Sequence length", entries })
}
