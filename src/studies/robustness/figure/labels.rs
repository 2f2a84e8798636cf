//! Text in the plot: values beside the marks, captions of threshold and band, callouts.

use super::curves::{Curve, Curves, THRESHOLD, Value};
use super::verdict::{Verdict, value_mark};
use crate::kit::figure::looks::hue;
use bk_plot::callout::Callout;
use bk_plot::chart::Chart;
use bk_plot::font;
use bk_plot::number;
use bk_plot::placement::{Room, positions};
use bk_plot::scene::{Anchor, Point, Rectangle, Weight};
use bk_plot::sheet::{Sheet, TextStyle};

/// Distance between a mark and its value, in points.
const NEAR: f64 = 1.5;

/// Distance between values, in points.
const APART: f64 = 0.5;

/// Most that the label of an overlaid record, or one in a crowd, may cover, as [`Room::cover`] measures it.
const MOST_COVER: f64 = 10.0;

/// Distance between captions and data, in points.
const CLEARANCE: f64 = 3.0;

/// Distance between the candidate positions of a caption, in points.
const STEP: f64 = 4.0;

/// Writes each value beside its mark. Values without room are left out; the table beside the figure lists them.
pub fn draw_values(sheet: &Sheet, chart: &Chart, room: &mut Room, curves: &Curves) {
    for column in 0..curves.precisions.len() {
        let mut stack: Vec<(&Curve, &Value)> = curves
            .curves
            .iter()
            .flat_map(|curve| curve.values.iter().map(move |value| (curve, value)))
            .filter(|(_, value)| value.column == column)
            .collect();
        stack.sort_by(|(_, one), (_, other)| other.mean.total_cmp(&one.mean));
        // The first record comes first, and in it the outermost values, which have free space above or below.
        let count = stack.len();
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|&index| (stack[index].0.record, index.min(count - 1 - index)));
        for index in order {
            let (curve, value) = stack[index];
            draw_value(sheet, chart, room, curve, value, 2 * index < count);
        }
    }
}

fn draw_value(sheet: &Sheet, chart: &Chart, room: &mut Room, curve: &Curve, value: &Value, upward: bool) {
    let size = sheet.sizes.label;
    let content = number::fixed(value.mean, 1);
    let width = font::text_width(&content, size, Weight::Bold);
    let height = (font::ASCENT + font::DESCENT) * size;
    let center = chart.at(value.column as f64, value.mean);
    if !chart.shows(center) {
        return;
    }
    let mark = value_mark(sheet, curve, value).bounds(center).grown(NEAR);
    let (high, low) = match value.interval() {
        Some((low, high)) => (
            chart.at(value.column as f64, high).y.max(chart.plot.top).min(mark.top),
            chart.at(value.column as f64, low.max(chart.y().low())).y.max(mark.bottom),
        ),
        None => (mark.top, mark.bottom),
    };

    let at = |x: f64, y: f64| Rectangle::around(Point { x, y }, width, height);
    let (above, below) = (high - height / 2.0, low + height / 2.0);
    let (first, second) = if upward { (above, below) } else { (below, above) };
    let away = if upward { -height } else { height };
    let (right, left) = (mark.right + width / 2.0, mark.left - width / 2.0);
    let candidates = [
        at(center.x, first),
        at(left, first),
        at(right, first),
        at(center.x, second),
        at(left, center.y),
        at(right, center.y),
        at(left, second),
        at(right, second),
        at(center.x, first + away),
        at(center.x, second - away),
    ];
    let crowded = chart.at(1.0, value.mean).x - chart.at(0.0, value.mean).x < width;
    let nearness = |label: &Rectangle| {
        let order = candidates.iter().position(|candidate| candidate == label)?;
        // Labels of overlaid records must not hide the first record.
        let legible = (curve.record == 0 && !crowded) || room.cover(label) < MOST_COVER;
        legible.then_some(3.0 * order as f64)
    };
    if let Some(place) = room.find(candidates, nearness) {
        room.take(place.grown(APART));
        let baseline = Point { x: place.center().x, y: place.top + font::ASCENT * size };
        let style = TextStyle { size, weight: Weight::Bold, color: hue(sheet, &curve.model).text };
        sheet.text(baseline, Anchor::Middle, &content, style);
    }
}

/// Writes a caption of the threshold in a box at its line, as far right as there is room.
pub fn draw_threshold_caption(sheet: &Sheet, chart: &Chart, room: &mut Room) {
    let gap = sheet.sizes.gap;
    let line = chart.at(0.0, THRESHOLD).y;
    if !(chart.plot.top..=chart.plot.bottom).contains(&line) {
        return;
    }
    let versions = [
        vec!["Deployment threshold".to_owned(), format!("Perplexity = {THRESHOLD}")],
        vec![format!("Threshold {THRESHOLD}")],
    ];
    for lines in &versions {
        let (width, height) = sheet.box_size(lines);
        let strip = |top: f64| {
            let (left, right) = (chart.plot.left + gap, chart.plot.right - gap);
            let strip = Rectangle { left, top, right, bottom: top + height };
            positions(strip, width, height, STEP)
        };
        let candidates = strip(line - gap - height).chain(strip(line + gap));
        let rightmost = |frame: &Rectangle| {
            let below = if frame.top > line { 4.0 * STEP } else { 0.0 };
            Some(0.1 * (chart.plot.right - frame.right) + below + room.cover(&frame.grown(CLEARANCE)))
        };
        if let Some(frame) = room.find(candidates, rightmost) {
            room.take(frame.grown(CLEARANCE));
            return sheet.boxed(frame, lines, sheet.palette.threshold.line);
        }
    }
}

/// Writes the name of the band below the threshold, if there is a place where it covers nothing.
pub fn draw_band_caption(sheet: &Sheet, chart: &Chart, room: &mut Room) {
    let (content, size) = ("Deployable region", sheet.sizes.base);
    let (width, height) =
        (font::text_width(content, size, Weight::Regular), (font::ASCENT + font::DESCENT) * size);
    let top = chart.at(0.0, THRESHOLD).y.max(chart.plot.top);
    let band = Rectangle { top, ..chart.plot }.grown(-sheet.sizes.gap);
    let ideal = Point { x: chart.at(0.5, THRESHOLD).x, y: chart.at(0.5, THRESHOLD / 2.0).y };
    let away = |place: &Rectangle| place.center().distance(ideal);
    let place = room.find_bare(positions(band, width, height, STEP), CLEARANCE, away, |_| true);
    if let Some(place) = place {
        room.take(place);
        let style = sheet.plain(sheet.palette.good.text);
        sheet.text(
            Point { x: place.left, y: place.top + font::ASCENT * size },
            Anchor::Start,
            content,
            style,
        );
    }
}

/// Draws the callout of a value that meets or fails the published requirement, on its side of the threshold.
pub fn draw_callout(
    sheet: &Sheet,
    chart: &Chart,
    room: &mut Room,
    curve: &Curve,
    value: &Value,
    verdict: Verdict,
) {
    let perplexity = number::fixed(value.mean, 1);
    let (sign, limit) = verdict.limit();
    let name = format!("{} at INT4", curve.model.label());
    let outcome = verdict.outcome().to_owned();
    let finding = format!("Perplexity {perplexity} {sign} {limit}");
    let column = value.column as f64;
    let (plot, threshold) = (chart.plot, chart.at(column, THRESHOLD).y);
    let (side, aside, further, bend) = if verdict.deployable {
        (Rectangle { top: threshold.max(plot.top), ..plot }, -0.8, -30.0, 1.0)
    } else {
        (Rectangle { bottom: threshold.min(plot.bottom), ..plot }, 0.8, 30.0, -1.0)
    };
    let callout = Callout {
        versions: vec![
            vec![name, finding, outcome.clone()],
            vec![format!("{perplexity} {sign} {limit}"), outcome],
        ],
        target: chart.at(column, value.mean),
        radius: value_mark(sheet, curve, value).diameter / 2.0 + NEAR,
        ideal: chart.at(column + aside, (value.mean + further).max(chart.y().low())),
        color: verdict.color(sheet),
        bend,
        crossings: 0,
    };
    callout.draw(sheet, room, side.grown(-sheet.sizes.gap));
}
