//! The figures of quantized LoRA: accuracy against stored size, with each experiment once at its stated size and once
//! at its true size; and the loss curves of an experiment.

use super::record::{Experiment, Storage};
use crate::kit::figure::origin;
use crate::kit::record::Provenance;
use bk_plot::axis::{Axis, Scale, Span};
use bk_plot::chart::Chart;
use bk_plot::inset;
use bk_plot::inset::{Arrangement, Content, Inset};
use bk_plot::legend::{Entry, Legend};
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::marks::{Mark, Shape};
use bk_plot::number;
use bk_plot::placement::Room;
use bk_plot::plot::{Reading, Series, Trace};
use bk_plot::scene::{Anchor, Color, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;

/// Lowest height of the plot in points; below it there would be no room for the marks.
const LOWEST_PLOT: f64 = 150.0;

/// Distance between the legend and the marks, in points.
const CLEARANCE: f64 = 3.0;

/// Margin around the data: a fraction of its range, and of its ratio on a logarithmic axis.
const MARGIN: f64 = 0.08;

/// Bytes per megabyte: 2²⁰.
const MEGABYTE: f64 = 1_048_576.0;

/// Bytes per adapter parameter.
const SINGLE: f64 = 4.0;

/// The size of an experiment that a mark shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    /// Counted byte by byte.
    True,
    /// As stated in the results.
    Stated,
}

impl Size {
    const ALL: [Size; 2] = [Size::True, Size::Stated];

    /// Returns the key that hides the marks of this size.
    fn key(self) -> &'static str {
        match self {
            Size::True => "true-size",
            Size::Stated => "stated-size",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Size::True => "true size",
            Size::Stated => "size as stated",
        }
    }
}

/// Returns the key that hides the experiments of a storage format, their color, and their shape.
fn look(sheet: &Sheet, storage: Storage) -> (&'static str, Color, Shape) {
    let palette = &sheet.palette;
    match storage {
        Storage::Baseline => ("baseline", palette.first.line, Shape::Circle),
        Storage::EightBit => ("eight-bit", palette.second.line, Shape::Square),
        Storage::FourBit => ("four-bit", palette.threshold.line, Shape::Triangle),
        Storage::FourBitDouble => ("four-bit-double", palette.good.line, Shape::Diamond),
    }
}

/// A mark: one experiment at one of its sizes.
struct Value<'run> {
    storage: Storage,
    size: Size,
    megabytes: f64,
    /// Accuracy in percent.
    accuracy: f64,
    name: &'run str,
}

/// Returns the marks that a view shows.
fn values<'run>(
    sheet: &Sheet,
    experiments: &[(&'run Experiment, Option<u64>)],
    view: &View,
) -> Vec<Value<'run>> {
    let shown = |key: &str| !view.hidden.contains(key);
    let experiments = experiments.iter().filter(|(run, _)| shown(look(sheet, run.config.storage()).0));
    let values = experiments.flat_map(|(run, stored)| {
        let metrics = &run.model_metrics;
        let adapter = metrics.lora_parameters as f64 * SINGLE / MEGABYTE;
        let stated = run.quantization_analysis.quantized_model_memory_mb + adapter;
        let sizes = [(Size::True, stored.map(|bytes| bytes as f64 / MEGABYTE)), (Size::Stated, Some(stated))];
        sizes.into_iter().filter_map(|(size, megabytes)| {
            let megabytes = megabytes.filter(|megabytes| megabytes.is_finite() && *megabytes > 0.0)?;
            Some(Value {
                storage: run.config.storage(),
                size,
                megabytes,
                accuracy: 100.0 * run.test_metrics.top1_accuracy,
                name: &run.experiment_id,
            })
        })
    });
    values.filter(|value| shown(value.size.key()) && value.accuracy.is_finite()).collect()
}

/// Draws experiments, each with its true stored bytes where they are known.
pub fn accuracy(
    experiments: &[(&Experiment, Option<u64>)],
    provenance: Provenance,
    view: &View,
    layout: &Layout,
) -> Scene {
    let sheet = Sheet::new(layout);
    let values = values(&sheet, experiments, view);
    let series = series(&sheet, experiments, view);
    let title = "Accuracy against what is stored";
    let notes = [format!("Data: {}. {}", provenance.label(), provenance.meaning())];
    let below = sheet.heading(title, "Weights, scales and adapters, as stated and in truth", &notes);
    let summary = summary(title, &values, provenance);
    let Some((across, upward)) = spans(&values) else {
        sheet.text(
            below.center(),
            Anchor::Middle,
            origin::emptiness(&series),
            sheet.plain(sheet.palette.muted),
        );
        return Scene { series, ..sheet.finish(summary) };
    };
    let insets = [Inset { content: Content::Legend(legend(&sheet, &values)), places: inset::along_edges }];
    let fit = |outer: Rectangle| {
        let ticks = |length: f64, ems: f64| (length / (ems * sheet.sizes.base)) as usize;
        let x = view.x_axis("Stored, MB", across, Scale::Logarithmic, ticks(outer.width(), 6.0));
        let y = view.y_axis("Accuracy, %", upward, Scale::Linear, ticks(outer.height(), 4.0));
        Chart::new(&sheet, outer, x, y)
    };
    let room = |chart: &Chart| {
        let mut room = Room::new(chart.plot);
        for value in &values {
            let at = chart.at(value.megabytes, value.accuracy);
            if chart.shows(at) {
                room.add_mark(mark(&sheet, value.storage, value.size).bounds(at));
            }
        }
        room
    };
    let mut arrangement = Arrangement::new(&sheet, below, &insets, CLEARANCE, view, fit, room);
    let missing = LOWEST_PLOT - arrangement.chart.plot.height();
    if missing > 0.5 {
        let layout = Layout { height: layout.height + missing, ..*layout };
        return accuracy(experiments, provenance, view, &layout);
    }
    let chart = &mut arrangement.chart;
    chart.draw_full_grid();
    chart.draw_axes();
    for value in &values {
        let at = chart.at(value.megabytes, value.accuracy);
        if chart.shows(at) {
            mark(&sheet, value.storage, value.size).draw(&sheet, at);
        }
    }
    let plot = chart.plot_of(traces(&sheet, &values));
    let mut taken = room(&arrangement.chart);
    arrangement.draw_framed(&sheet, &mut taken);
    let sentences = [vec![summary], origin::left_out(&series, view, &plot)].concat();
    Scene { plots: vec![plot], series, ..sheet.finish(sentences.join(" ")) }
}

/// Returns the spans of both axes; `None` without data.
fn spans(values: &[Value]) -> Option<(Span, Span)> {
    let ends = |of: fn(&Value) -> f64| {
        let least = values.iter().map(of).reduce(f64::min)?;
        Some((least, values.iter().map(of).reduce(f64::max)?))
    };
    let (least, most) = ends(|value| value.megabytes)?;
    let ratio = libm::pow(most / least, MARGIN).max(1.0 + MARGIN);
    let margin = MARGIN * (most - least).max(0.1 * most);
    let across = Span {
        linear: ((least - margin).max(0.0), most + margin),
        logarithmic: Some((least / ratio, most * ratio)),
    };
    let (low, high) = ends(|value| value.accuracy)?;
    let margin = (MARGIN * (high - low)).max(0.5);
    Some((across, Span { linear: (low - margin, high + margin), logarithmic: None }))
}

/// Returns the mark of a storage format: filled for the true size, hollow for the stated one.
fn mark(sheet: &Sheet, storage: Storage, size: Size) -> Mark {
    let (_, color, shape) = look(sheet, storage);
    sized(sheet, color, shape, size)
}

fn sized(sheet: &Sheet, color: Color, shape: Shape, size: Size) -> Mark {
    let (diameter, background) = (0.75 * sheet.sizes.marker, sheet.palette.background);
    match size {
        Size::True => Mark { shape, diameter, fill: color, outline: background },
        Size::Stated => Mark { shape, diameter, fill: background, outline: color },
    }
}

fn legend(sheet: &Sheet, values: &[Value]) -> Legend {
    let entry = |mark: Mark, label: &str| Entry { line: None, mark: Some(mark), label: label.into() };
    let stored =
        Storage::ALL.into_iter().filter(|storage| values.iter().any(|value| value.storage == *storage));
    let stored = stored.map(|storage| entry(mark(sheet, storage, Size::True), storage.label()));
    let sizes = Size::ALL.into_iter().filter(|size| values.iter().any(|value| value.size == *size));
    let sizes = sizes.map(|size| entry(sized(sheet, sheet.palette.muted, Shape::Circle, size), size.label()));
    Legend { title: "Weights", entries: stored.chain(sizes).collect() }
}

/// Returns the series that can be shown and hidden: the storage formats present, and both sizes.
fn series(sheet: &Sheet, experiments: &[(&Experiment, Option<u64>)], view: &View) -> Vec<Series> {
    let there = |storage: &Storage| experiments.iter().any(|(run, _)| run.config.storage() == *storage);
    let one = |key: &str, name: &str, color: Option<Color>| Series {
        key: key.into(),
        name: name.into(),
        color,
        shown: !view.hidden.contains(key),
    };
    let stored = Storage::ALL.into_iter().filter(there).map(|storage| {
        let (key, color, _) = look(sheet, storage);
        one(key, storage.label(), Some(color))
    });
    let sizes = Size::ALL.map(|size| one(size.key(), size.label(), None));
    let sizes = if experiments.is_empty() { vec![] } else { sizes.to_vec() };
    stored.chain(sizes).collect()
}

/// Returns the values for reading off the figure, from left to right.
fn traces(sheet: &Sheet, values: &[Value]) -> Vec<Trace> {
    let each = Storage::ALL.into_iter().flat_map(|storage| Size::ALL.map(|size| (storage, size)));
    let traces = each.map(|(storage, size)| {
        let of = values.iter().filter(|value| value.storage == storage && value.size == size);
        let mut readings: Vec<Reading> = of
            .map(|value| Reading { x: value.megabytes, y: value.accuracy, note: value.name.to_owned() })
            .collect();
        readings.sort_by(|one, other| one.x.total_cmp(&other.x));
        let name = format!("{}, {}", storage.label(), size.label());
        Trace { name, color: look(sheet, storage).1, readings }
    });
    traces.filter(|trace| !trace.readings.is_empty()).collect()
}

fn summary(title: &str, values: &[Value], provenance: Provenance) -> String {
    let of = |size: Size| {
        let ends = values.iter().filter(|value| value.size == size).map(|value| value.megabytes);
        let (least, most) = (ends.clone().reduce(f64::min)?, ends.reduce(f64::max)?);
        let count = values.iter().filter(|value| value.size == size).count();
        let (least, most) = (number::significant(least, 3), number::significant(most, 3));
        Some(format!(" {}, {}: {least} to {most} MB.", number::count(count, "experiment"), size.label()))
    };
    let found: String = Size::ALL.into_iter().filter_map(of).collect();
    let found = if found.is_empty() { " No experiment is shown.".into() } else { found };
    format!("{title}, {}.{found} {}", provenance.label(), provenance.meaning())
}

/// Draws the loss of an experiment on the training and the validation images by epoch.
pub fn curves(run: &Experiment, provenance: Provenance, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let title = "Loss by epoch";
    let outer = sheet.heading(title, &run.config.name, &[format!("Data: {}.", provenance.label())]);
    let training = &run.training_results;
    let line = |label: &str, values: &[f64], color: Color, mark: Shape, dash: &'static [f64]| {
        let points = values.iter().enumerate().map(|(epoch, loss)| ((epoch + 1) as f64, *loss)).collect();
        Line { label: label.into(), points, color, dash, width: 0.6, mark: Some(mark) }
    };
    let lines = [
        line("training", &training.training_curve, sheet.palette.first.line, Shape::Circle, &[]),
        line("validation", &training.validation_curve, sheet.palette.second.line, Shape::Square, &[3.0, 2.0]),
    ];
    let losses = || lines.iter().flat_map(|line| &line.points).map(|point| point.1);
    let (Some(low), Some(high)) = (losses().reduce(f64::min), losses().reduce(f64::max)) else {
        sheet.text(outer.center(), Anchor::Middle, "No curves", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title} of {}: the results hold no curves.", run.config.name));
    };
    let epochs = training.training_curve.len().max(training.validation_curve.len()) as f64;
    let margin = (MARGIN * (high - low)).max(0.01);
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = |length: f64, ems: f64| (length / (ems * base)) as usize;
        [
            Axis::linear("Epoch", 0.5, epochs + 0.5, ticks(outer.width(), 4.0)),
            Axis::linear("Loss", low - margin, high + margin, ticks(outer.height(), 4.0)),
        ]
    };
    lines::draw(&sheet, outer, "Images", axes, &lines);
    let ends = |values: &[f64]| {
        let of = values.first().zip(values.last());
        of.map_or_else(
            || "none".into(),
            |(first, last)| format!("{} to {}", number::fixed(*first, 3), number::fixed(*last, 3)),
        )
    };
    sheet.finish(format!(
        "{title} of {}, {}. Training loss from {}, validation loss from {} over {} epochs.",
        run.config.name,
        provenance.label(),
        ends(&training.training_curve),
        ends(&training.validation_curve),
        epochs
    ))
}
