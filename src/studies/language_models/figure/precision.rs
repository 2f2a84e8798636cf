//! Perplexity against size, for every measured storage of a model.

use crate::studies::language_models::mixed_precision::record::{Mixed, Point};
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::marks::Shape;
use bk_plot::number::{count, significant};
use bk_plot::scene::{Anchor, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;

/// Bytes per unit of the axis.
const KIBI: f64 = 1024.0;

/// Margin around the points, as a fraction of their range.
const ROOM: f64 = 0.08;

/// Draws the storages that a record measured; those with a uniform bit width are joined by a line.
pub fn draw(record: &Mixed, view: &View, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let title = "Perplexity against size";
    let subtitle = format!("{}, held-out text, every byte counted", record.architecture.label());
    let outer = sheet.heading(title, &subtitle, &[]);
    if record.points.is_empty() {
        sheet.text(outer.center(), Anchor::Middle, "Nothing measured yet", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: nothing measured yet."));
    }
    let palette = &sheet.palette;
    let place = |point: &Point| (point.bytes as f64 / KIBI, point.perplexity);
    let looks = [
        (palette.second.line, Shape::Star),
        (palette.good.line, Shape::Diamond),
        (palette.threshold.line, Shape::Triangle),
    ];
    let mixed = record.points.iter().filter(|point| !point.uniform).enumerate();
    let mut lines: Vec<Line> = mixed
        .map(|(index, point)| {
            let (color, shape) = looks[index % looks.len()];
            let label = point.name.clone();
            Line { label, points: vec![place(point)], color, dash: &[], width: 0.0, mark: Some(shape) }
        })
        .collect();
    let mut uniform: Vec<(f64, f64)> =
        record.points.iter().filter(|point| point.uniform).map(place).collect();
    uniform.sort_by(|one, other| one.0.total_cmp(&other.0));
    lines.push(Line {
        label: "one width throughout".into(),
        points: uniform,
        color: palette.first.line,
        dash: &[],
        width: 0.5,
        mark: Some(Shape::Circle),
    });
    let values = || lines.iter().flat_map(|line| line.points.iter().copied());
    let extent = |of: &dyn Fn((f64, f64)) -> f64| {
        let ends = values()
            .map(of)
            .fold((f64::INFINITY, 0f64), |(low, high), value| (low.min(value), high.max(value)));
        // A single point also gets a margin on both sides.
        let room = (ROOM * (ends.1 - ends.0)).max(1e-3 * ends.1);
        (ends.0 - room, ends.1 + room)
    };
    let (across, upward) = (extent(&|point| point.0), extent(&|point| point.1));
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = |length: f64, ems: f64| (length / (ems * base)) as usize;
        [
            Axis::linear("Size, KiB", across.0.max(0.0), across.1, ticks(outer.width(), 6.0)),
            Axis::linear("Held-out perplexity", upward.0, upward.1, ticks(outer.height(), 4.0)),
        ]
    };
    let (plots, series) = lines::explore(&sheet, outer, "Stored as", view, axes, &lines);
    Scene { plots, series, ..sheet.finish(summary(record)) }
}

fn summary(record: &Mixed) -> String {
    let points = record.points.iter().map(|point| {
        let size = significant(point.bytes as f64 / KIBI, 4);
        format!("{}: perplexity {} in {size} KiB", point.name, significant(point.perplexity, 5))
    });
    let points: Vec<String> = points.collect();
    format!(
        "Perplexity against size of {} in {}. {}.",
        record.architecture.label(),
        count(record.points.len(), "way"),
        points.join("; ")
    )
}
