//! Text in the plot: sequence lengths at the ends of curves, callouts where curves diverge, and the name of the stable
//! region.

use super::curves::{Curve, Curves};
use super::{is_stable, looks, trace};
use crate::kit::figure::looks::{hue, mark};
use crate::kit::record::Model;
use crate::studies::stability::record::length_label;
use bk_plot::callout::{Callout, PIECES};
use bk_plot::chart::Chart;
use bk_plot::marks::Mark;
use bk_plot::placement::{Room, positions};
use bk_plot::scene::{Anchor, Color, Point, Rectangle, Stroke, Weight};
use bk_plot::sheet::{Sheet, TextStyle};
use bk_plot::view::View;
use bk_plot::{font, number};

/// Offset of the published callouts from their points, in steps and in loss.
const AWAY: (f64, f64) = (100.0, 1.5);

/// Length of the line from the end of a curve to its label, in points.
const LEADER: f64 = 12.0;

/// Distance between labels beside the plot, in points.
const APART: f64 = 0.5;

/// Distance between labels and data, in points, and between the positions tried for labels.
const CLEARANCE: f64 = 3.0;
const STEP: f64 = 8.0;

/// Smallest width of the sheet, in points, at which labels at the ends of curves also state the last loss.
const ROOMY: f64 = 380.0;

/// A label at the end of a curve.
#[derive(Debug, Clone)]
pub struct EndLabel<'curves> {
    curve: &'curves Curve,
    loss: f64,
    content: String,
}

/// Returns the labels of the first record's curves that reach the right edge of the plot, longest sequences first.
/// Returns none for a zoomed figure, so that the plot keeps its width while it moves.
pub fn end_labels<'curves>(sheet: &Sheet, curves: &'curves Curves, view: &View) -> Vec<EndLabel<'curves>> {
    if view.is_zoomed() {
        return Vec::new();
    }
    let (x, y) = (curves.step_axis(view, 1), curves.loss_axis(view, 1));
    let label = |curve: &'curves Curve| {
        let (step, loss) = curve.end().filter(|_| curve.record == 0)?;
        let length = length_label(curves.lengths[curve.order]);
        let roomy = sheet.size().width() >= ROOMY;
        let content = if roomy { format!("{length} {}", number::fixed(loss, 2)) } else { length };
        (x.fraction(step) > 0.97 && loss <= y.high()).then_some(EndLabel { curve, loss, content })
    };
    curves.curves.iter().rev().filter_map(label).collect()
}

/// Returns the width that labels at the ends of curves take beside the plot.
pub fn end_label_width(sheet: &Sheet, labels: &[EndLabel]) -> f64 {
    let widths = labels.iter().map(|label| font::text_width(&label.content, sheet.sizes.label, Weight::Bold));
    widths.reduce(f64::max).map_or(0.0, |width| LEADER + sheet.sizes.marker + 2.0 + width)
}

/// Draws the labels beside the plot without overlaps, each with a line to the end of its curve. Labels that do not fit
/// into the height of the plot are left out.
pub fn draw_end_labels(sheet: &Sheet, chart: &Chart, labels: &[EndLabel]) {
    let size = sheet.sizes.label;
    let height = (font::ASCENT + font::DESCENT) * size + APART;
    let most = (chart.plot.height() / height) as usize;
    let mut stack: Vec<(&EndLabel, f64, f64)> = labels
        .iter()
        .take(most)
        .map(|label| {
            let y = chart.at(chart.x().low(), label.loss).y;
            (label, y, y)
        })
        .collect();
    stack.sort_by(|(_, one, _), (_, other, _)| one.total_cmp(other));
    let mut above = chart.plot.top - height / 2.0;
    for (_, _, y) in &mut stack {
        *y = y.max(above + height);
        above = *y;
    }
    let mut below = chart.plot.bottom + height / 2.0;
    for (_, _, y) in stack.iter_mut().rev() {
        *y = y.min(below - height);
        below = *y;
    }
    for (label, end, y) in stack {
        let (left, right) = (chart.plot.right, chart.plot.right + LEADER);
        let curve = label.curve;
        let color = looks::color(sheet, curve, curve.divergence.is_some());
        let ends = [Point { x: left, y: end }, Point { x: right, y }];
        sheet.line(ends.to_vec(), Stroke { color, width: 0.75, dash: Vec::new() });
        let model = mark(sheet, &curve.model, 0);
        let diameter = 0.7 * model.diameter;
        let center = Point { x: right + diameter / 2.0, y };
        Mark { diameter, fill: color, ..model }.draw(sheet, center);
        let at = Point { x: right + sheet.sizes.marker + 2.0, y: y + font::CAPITAL_HEIGHT * size / 2.0 };
        sheet.text(at, Anchor::Start, &label.content, bold(sheet, text_color(sheet, curve)));
    }
}

/// Writes the sequence length beside each curve of the first record that leaves the plot, at the exit.
pub fn draw_exit_labels(sheet: &Sheet, chart: &Chart, room: &mut Room, curves: &Curves) {
    let size = sheet.sizes.label;
    let high = chart.y().high();
    let leaving = |curve: &&Curve| curve.record == 0 && curve.end().is_some_and(|(_, loss)| loss > high);
    for curve in curves.curves.iter().filter(leaving) {
        let points = curve.steps.iter().copied().zip(curve.losses.iter().copied());
        let line: trace::Line = points.filter(|(_, loss)| loss.is_finite()).collect();
        let piece = trace::clipped(&line, chart.y()).into_iter().next().unwrap_or_default();
        let piece: Vec<Point> = piece.into_iter().map(|(step, loss)| chart.at(step, loss)).collect();
        let content = length_label(curves.lengths[curve.order]);
        let (width, height) =
            (font::text_width(&content, size, Weight::Bold), (font::ASCENT + font::DESCENT) * size);
        let places = (0..6).flat_map(|row| {
            let top = chart.plot.top + sheet.sizes.gap + f64::from(row) * height;
            beside(&piece, top, width, height).into_iter().flatten()
        });
        let place = places.into_iter().find(|(place, near)| {
            let center = place.center();
            room.is_bare(&place.grown(1.0)) && !room.crosses_data(*near, Point { x: center.x, ..*near })
        });
        if let Some((place, _)) = place {
            room.take(place);
            let baseline = Point { x: place.left, y: place.top + font::ASCENT * size };
            sheet.text(baseline, Anchor::Start, &content, bold(sheet, text_color(sheet, curve)));
        }
    }
}

/// Returns the positions of a label on both sides of the end of a line, each with a point between it and the line.
fn beside(line: &[Point], top: f64, width: f64, height: f64) -> Option<[(Rectangle, Point); 2]> {
    let bottom = top + height;
    // The pieces at the end of the line that pass the label's height, and their x positions.
    let passing = line.windows(2).rev().take_while(|ends| ends[0].y.min(ends[1].y) <= bottom);
    let reach = passing.filter(|ends| ends[0].y.max(ends[1].y) >= top).flat_map(|ends| {
        let (from, to) = (ends[0], ends[1]);
        let at = |y: f64| {
            let y = y.clamp(from.y.min(to.y), from.y.max(to.y));
            if from.y == to.y { from.x } else { from.x + (y - from.y) / (to.y - from.y) * (to.x - from.x) }
        };
        [at(top), at(bottom)]
    });
    let (least, greatest) =
        reach.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    let side = |edge: f64, aside: f64| {
        let y = (top + bottom) / 2.0;
        let center = Point { x: edge + aside * (CLEARANCE + width / 2.0), y };
        (Rectangle::around(center, width, height), Point { x: edge + aside * CLEARANCE / 2.0, y })
    };
    least.is_finite().then(|| [side(greatest, 1.0), side(least, -1.0)])
}

/// Draws callouts to the points of divergence of the first record, as far as there is room.
pub fn draw_callouts(sheet: &Sheet, chart: &Chart, room: &mut Room, curves: &Curves) {
    for curve in curves.curves.iter().filter(|curve| curve.record == 0) {
        let Some(divergence) = curve.divergence else { continue };
        let target = chart.at(divergence.step, divergence.loss.min(chart.y().high()));
        if !chart.shows(target) {
            continue;
        }
        let length = length_label(curves.lengths[curve.order]);
        let (model, step) = (curve.model.label(), number::grouped(divergence.step, 0));
        let there = if divergence.is_number {
            format!("at step {step}, loss {}", number::fixed(divergence.loss, 1))
        } else {
            format!("at step {step}, loss NaN")
        };
        let callout = Callout {
            versions: vec![
                vec![format!("{model} {length} diverges"), there],
                vec![format!("{length}: step {step}")],
                vec![format!("step {step}")],
            ],
            target,
            radius: looks::divergence_mark(sheet).diameter / 2.0 + 1.0,
            ideal: chart.at(divergence.step + AWAY.0, divergence.loss + AWAY.1),
            color: sheet.palette.threshold.line,
            bend: -1.0,
            crossings: PIECES / 3,
        };
        callout.draw(sheet, room, chart.plot.grown(-sheet.sizes.gap));
    }
}

/// Writes the name of ResNet-BK's stable region near its losses and within the axes, if any of its curves is stable.
pub fn draw_stable_caption(sheet: &Sheet, chart: &Chart, room: &mut Room, curves: &Curves) {
    let all = curves.curves.iter().filter(|curve| curve.record == 0 && curve.model == Model::ResNetBk);
    let stable: Vec<&Curve> = curves.curves.iter().filter(|curve| is_stable(curve)).collect();
    let losses = || stable.iter().flat_map(|curve| &curve.losses).copied().filter(|loss| loss.is_finite());
    let Some(middle) = losses().nth(losses().count() / 2) else { return };
    let (stable, count, greatest) = (stable.len(), all.count(), losses().fold(f64::MIN, f64::max));
    let versions = [
        vec![
            "ResNet-BK stable region".to_owned(),
            format!("{stable} of {count} curves, losses up to {}", number::fixed(greatest, 1)),
        ],
        vec!["ResNet-BK stable region".to_owned()],
        vec!["Stable region".to_owned()],
    ];
    let ideal = Point { x: chart.plot.center().x, y: chart.at(chart.x().low(), middle).y };
    for lines in &versions {
        let (width, height) = sheet.box_size(lines);
        let area = chart.plot.grown(-sheet.sizes.gap);
        let away = |frame: &Rectangle| frame.center().distance(ideal);
        let place = room.find_bare(positions(area, width, height, STEP), CLEARANCE, away, |_| true);
        if let Some(frame) = place {
            room.take(frame);
            return sheet.boxed(frame, lines, sheet.palette.good.line);
        }
    }
}

fn text_color(sheet: &Sheet, curve: &Curve) -> Color {
    if curve.divergence.is_some() { sheet.palette.threshold.text } else { hue(sheet, &curve.model).text }
}

fn bold(sheet: &Sheet, color: Color) -> TextStyle {
    TextStyle { size: sheet.sizes.label, weight: Weight::Bold, color }
}
