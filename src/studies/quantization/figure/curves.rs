//! G before and after quantization along the chain, and the training loss.

use crate::studies::quantization::record::{Quantize, Reading};
use crate::studies::resolvent::figure::site_axis;
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::number::significant;
use bk_plot::scene::{Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;

/// Margin above the greatest and below the least value, as a fraction of their difference.
const ROOM: f64 = 0.08;

/// Draws Re G and Im G of the first test row, exact and end to end.
pub(super) fn green(record: &Quantize, layout: &Layout) -> Option<Scene> {
    let sample = &record.sample;
    if sample.re.is_empty() {
        return None;
    }
    let sheet = Sheet::new(layout);
    let config = &record.config;
    let widths = format!(
        "v in {}, G in {}",
        config.stored_as(config.potential_bits),
        config.stored_as(config.green_bits)
    );
    let outer = sheet.heading(
        "G before and after quantization",
        &format!("{widths}, one row of {} sites", config.sites),
        &[],
    );
    let line = |label: &str, values: &[f32], color, dash| {
        let values: Vec<f64> = values.iter().map(|&value| f64::from(value)).collect();
        Line { dash, width: 0.45, ..Line::over_sites(label, &values, outer.width(), color) }
    };
    let (first, second) = (sheet.palette.first.line, sheet.palette.second.line);
    let lines = [
        line("Re G, quantized", &sample.re_quantized, sheet.palette.ink, &[2.0, 2.0] as &[f64]),
        line("Im G, quantized", &sample.im_quantized, sheet.palette.ink, &[2.0, 2.0]),
        line("Re G", &sample.re, first, &[]),
        line("Im G", &sample.im, second, &[]),
    ];
    let values = || lines.iter().flat_map(|line| &line.points).map(|point| point.1);
    let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
    let room = if high > low { ROOM * (high - low) } else { 1.0 };
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = (outer.height() / (4.0 * base)) as usize;
        [site_axis(config.sites, outer.width(), base), Axis::linear("G(i,i)", low - room, high + room, ticks)]
    };
    lines::draw(&sheet, outer, "Diagonal", axes, &lines);
    let error = record
        .end_to_end_percent()
        .map_or("not defined, because G is zero".into(), |percent| format!("{} %", significant(percent, 3)));
    Some(
        sheet.finish(format!(
            "G before and after, {widths}. The error end to end over all test rows is {error}."
        )),
    )
}

/// Draws the loss of every step so far.
pub(super) fn training(record: &Quantize, layout: &Layout) -> Option<Scene> {
    let training = record.training.as_ref().filter(|training| !training.loss.is_empty())?;
    let sheet = Sheet::new(layout);
    let published = record.config.reading == Reading::Published;
    let what =
        if published { "as published: no gradient" } else { "straight-through gradient, exact adjoint" };
    let outer = sheet.heading(
        "Loss while training",
        &format!("Error end to end on the batch of each step; {what}"),
        &[],
    );
    let points = training.loss.iter().enumerate().map(|(step, &loss)| (step as f64 + 1.0, loss)).collect();
    let lines = [Line {
        label: "error of the batch".into(),
        points,
        color: sheet.palette.first.line,
        dash: &[],
        width: 0.6,
        mark: None,
    }];
    let most = training.loss.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let base = sheet.sizes.base;
    let last = record.config.steps.max(training.loss.len()) as f64;
    let axes = |outer: Rectangle| {
        [
            Axis::linear("Step", 0.0, last + 1.0, (outer.width() / (6.0 * base)) as usize),
            Axis::linear("Loss, %", 0.0, 1.2 * most, (outer.height() / (4.0 * base)) as usize),
        ]
    };
    lines::draw(&sheet, outer, "Loss", axes, &lines);
    let ends = [training.loss.first(), training.loss.last()].map(|loss| loss.copied().unwrap_or_default());
    Some(sheet.finish(format!(
        "Loss of {} training steps, from {} % to {} %.",
        training.loss.len(),
        significant(ends[0], 3),
        significant(ends[1], 3)
    )))
}
