//! Perplexity, and its increase by quantization, against training length.

use super::means;
use super::means::{LEAST_CHANGE, Look};
use crate::kit::record::estimate::Estimate;
use crate::studies::robustness::measured::record::{Course, Widths};
use bk_models::Format;
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::{Line, Spread};
use bk_plot::marks::Shape;
use bk_plot::scene::{Color, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::{Layout, Palette};
use bk_plot::view::View;

/// The quantity drawn against the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Held-out perplexity.
    Perplexity,
    /// The increase of perplexity by quantization, in percent.
    Change,
}

/// The formats drawn, the widest first.
const FORMATS: [Format; 5] = [Format::Fp32, Format::Int8, Format::Int4, Format::Int3, Format::Int2];

/// Dashes and gaps that distinguish trainings.
const DASHES: [&[f64]; 4] = [&[], &[3.0, 2.0], &[1.2, 1.2], &[4.0, 1.5, 1.0, 1.5]];

/// Margin after the last step, as a fraction of all steps.
const ROOM: f64 = 0.03;

impl Quantity {
    fn title(self) -> &'static str {
        match self {
            Quantity::Perplexity => "Perplexity against training length",
            Quantity::Change => "Loss from quantization against training length",
        }
    }

    fn axis(self) -> &'static str {
        match self {
            Quantity::Perplexity => "Perplexity (log scale)",
            Quantity::Change => "Perplexity above FP32, % (log scale)",
        }
    }

    fn of(self, course: &Course<'_>, format: Format) -> Vec<(f64, Estimate)> {
        match self {
            Quantity::Perplexity => course.perplexities(format),
            Quantity::Change if format == Format::Fp32 => vec![],
            Quantity::Change => course.changes(format),
        }
    }
}

fn look(palette: &Palette, format: Format) -> (Color, Shape) {
    match format {
        Format::Int8 => (palette.good.line, Shape::Diamond),
        Format::Int4 => (palette.first.line, Shape::Square),
        Format::Int3 => (palette.threshold.line, Shape::Triangle),
        Format::Int2 => (palette.bad.line, Shape::Star),
        _ => (palette.ink, Shape::Circle),
    }
}

/// Draws the trainings of a record that were measured at several lengths: means over seeds with their 95 % intervals.
pub fn draw(record: &Widths, quantity: Quantity, view: &View, layout: &Layout) -> Scene {
    let title = quantity.title();
    let courses = record.courses();
    let sheet = Sheet::new(&means::roomy(layout, courses.len() * FORMATS.len()));
    let (mut lines, mut spreads): (Vec<Line>, Vec<Vec<Spread>>) = (vec![], vec![]);
    let (mut said, mut left_out) = (vec![], 0);
    for (place, course) in courses.iter().enumerate() {
        for format in FORMATS {
            let mut points = quantity.of(course, format);
            let all = points.len();
            points.retain(|(_, found)| quantity == Quantity::Perplexity || found.mean >= LEAST_CHANGE);
            left_out += all - points.len();
            let Some((steps, last)) = points.last() else { continue };
            let name = match courses.len() {
                1 => format.label().to_owned(),
                _ => format!("{}, {}", course.label, format.label()),
            };
            said.push(format!("{name} {} after {steps} steps", means::in_words(last)));
            let (color, shape) = look(&sheet.palette, format);
            let look = Look { label: name, color, dash: DASHES[place % DASHES.len()], width: 0.8, shape };
            let (line, spread) = means::line(look, &points, 2);
            lines.push(line);
            spreads.push(spread);
        }
    }
    let Some((low, high)) = means::extent(&lines, &spreads) else {
        let outer = sheet.heading(title, "Held-out text", &[]);
        return means::nothing(sheet, outer, title);
    };
    let seeds = courses.iter().flat_map(|course| course.lengths.iter().map(|(_, models)| models.len()));
    let mut notes = vec![means::note(record.provenance, seeds)];
    if left_out > 0 {
        notes.push(means::left_out(left_out));
    }
    let labels: Vec<&str> = courses.iter().map(|course| course.label.as_str()).collect();
    let outer = sheet.heading(title, &format!("Held-out text; {}", labels.join("; ")), &notes);
    let last = lines.iter().flat_map(|line| &line.points).map(|&(steps, _)| steps).fold(1.0, f64::max);
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = |length: f64, ems: f64| (length / (ems * base)) as usize;
        [
            Axis::linear("Steps of training", 0.0, (1.0 + ROOM) * last, ticks(outer.width(), 6.0)),
            Axis::logarithmic(quantity.axis(), low, high, ticks(outer.height(), 3.0)),
        ]
    };
    let (plots, series) = lines::explore_with(&sheet, outer, "Stored as", view, axes, &lines, &spreads);
    let summary = format!("{title}, {}. {}.", record.provenance.label(), said.join("; "));
    Scene { plots, series, ..sheet.finish(summary) }
}
