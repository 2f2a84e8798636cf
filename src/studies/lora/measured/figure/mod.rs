//! The figures of quantized LoRA as trained by this lab: accuracy against stored bytes, and training curves.

mod accuracy;
mod curves;

pub use accuracy::accuracy;
pub use curves::{losses, norms};

use crate::kit::record::Provenance;
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::scene::{Anchor, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::view::View;

/// Margin around the data, as a fraction of its range.
const MARGIN: f64 = 0.08;

/// Returns the note on the provenance of the numbers.
fn note(provenance: Provenance) -> [String; 1] {
    [format!("Data: {}.", provenance.label())]
}

/// Draws lines between axes that contain all of their points and the given values.
fn draw(
    sheet: Sheet,
    outer: Rectangle,
    [legend, across, upward]: [&'static str; 3],
    view: &View,
    lines: &[Line],
    summary: String,
) -> Scene {
    let points = || lines.iter().flat_map(|line| line.points.iter().copied());
    let ends = |value: fn((f64, f64)) -> f64| {
        let values = points().map(value).filter(|value| value.is_finite());
        let (low, high) = values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let margin = MARGIN * (high - low).max(0.02 * high.abs()).max(1e-6);
        ((low - margin).max(0.0), high + margin)
    };
    if points().next().is_none() {
        sheet.text(outer.center(), Anchor::Middle, "Nothing yet", sheet.plain(sheet.palette.muted));
        return sheet.finish(summary);
    }
    let ((left, right), (low, high)) = (ends(|point| point.0), ends(|point| point.1));
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = |length: f64, ems: f64| (length / (ems * base)) as usize;
        [
            Axis::linear(across, left, right, ticks(outer.width(), 6.0)),
            Axis::linear(upward, low, high, ticks(outer.height(), 4.0)),
        ]
    };
    let (plots, series) = lines::explore(&sheet, outer, legend, view, axes, lines);
    Scene { plots, series, ..sheet.finish(summary) }
}
