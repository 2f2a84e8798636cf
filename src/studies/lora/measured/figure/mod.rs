//! The figures of quantized LoRA as it is run here: accuracy against what is stored, and how a run learns.

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

/// Room around the data, as a part of its extent.
const MARGIN: f64 = 0.08;

/// What a figure says of where its numbers come from.
fn note(provenance: Provenance) -> [String; 1] {
    [format!("Data: {}.", provenance.label())]
}

/// Draws lines between axes that hold all of their points and these values.
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
