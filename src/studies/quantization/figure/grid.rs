//! The levels of a group: under the values it quantizes, as a staircase, and beside those of other groups.

use crate::studies::quantization::record::{Quantize, Tensor};
use crate::studies::resolvent::figure::site_axis;
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::marks::Shape;
use bk_plot::number::significant;
use bk_plot::scene::{Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_quantize::{Codebook, Format, Sharing};

/// Points of a staircase: enough for 256 vertical steps.
const POINTS: usize = 2400;

/// Margin beyond the ends of range and data, as a fraction of both.
const BEYOND: f64 = 0.06;

/// Up to this number of levels, each has a mark.
const MARKED: usize = 64;

/// Returns the tensor, its levels, and the range that contains them and the values.
fn shown(record: &Quantize, tensor: usize, group: usize) -> Option<(&Tensor, Codebook, [f64; 2])> {
    let tensor = record.tensors.get(tensor)?;
    let book = tensor.codebook(group)?;
    let (low, high) = book.range();
    let (low, high) = (tensor.histogram.from.min(low.into()), tensor.histogram.to.max(high.into()));
    let beyond = BEYOND * (high - low);
    (high > low).then_some((tensor, book, [low - beyond, high + beyond]))
}

fn subtitle(tensor: &Tensor, book: &Codebook) -> String {
    let where_levels_stand = match book {
        Codebook::Uniform(grid, _) => {
            format!("step {}, zero point {}", significant(grid.scale.into(), 4), grid.zero_point)
        }
        Codebook::Table(format, scale) => {
            format!("{} {}", scale_name(*format).to_lowercase(), significant((*scale).into(), 4))
        }
    };
    format!("{} in {}: {where_levels_stand}", tensor.name, tensor.label())
}

/// Returns the name of the scale of a format: its largest level is 1, except for FP8 in groups.
fn scale_name(format: Format) -> &'static str {
    if format.sharing() == Sharing::Group { "Scale" } else { "Largest magnitude" }
}

fn ticks(length: f64, base: f64, ems: f64) -> usize {
    (length / (ems * base)) as usize
}

/// Draws the number line: the distribution of the values and the positions of the levels.
pub(super) fn levels(record: &Quantize, tensor: usize, group: usize, layout: &Layout) -> Option<Scene> {
    let (tensor, book, [low, high]) = shown(record, tensor, group)?;
    let sheet = Sheet::new(layout);
    let outer = sheet.heading("Values and levels", &subtitle(tensor, &book), &[]);
    let histogram = &tensor.histogram;
    let total = histogram.counts.iter().map(|&count| f64::from(count)).sum::<f64>().max(1.0);
    let bin = (histogram.to - histogram.from) / histogram.counts.len().max(1) as f64;
    let bars = histogram.counts.iter().enumerate().flat_map(|(index, &count)| {
        let share = 100.0 * f64::from(count) / total;
        [index, index + 1].map(|edge| (histogram.from + bin * edge as f64, share))
    });
    let levels: Vec<(f64, f64)> =
        book.levels().into_iter().map(|(_, level)| (f64::from(level), 0.0)).collect();
    let count = levels.len();
    let lines = [
        Line {
            label: format!("{count} levels"),
            points: levels,
            color: sheet.palette.second.line,
            dash: &[],
            width: if count > MARKED { 1.6 } else { 0.0 },
            mark: (count <= MARKED).then_some(Shape::Square),
        },
        Line {
            label: "values".into(),
            points: bars.collect(),
            color: sheet.palette.first.line,
            dash: &[],
            width: 0.6,
            mark: None,
        },
    ];
    let most = lines[1].points.iter().fold(0.0f64, |most, point| most.max(point.1)).max(1.0);
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        [
            Axis::linear(&tensor.name, low, high, ticks(outer.width(), base, 6.0)),
            Axis::linear("Values per bin (%)", -0.06 * most, 1.1 * most, ticks(outer.height(), base, 4.0)),
        ]
    };
    lines::draw(&sheet, outer, "On the number line", axes, &lines);
    let (first, last) = book.range();
    Some(sheet.finish(format!(
        "Number line of {}. Its values lie between {} and {}; {count} levels stand at most {} apart from {} to {}.",
        subtitle(tensor, &book),
        significant(histogram.from, 3),
        significant(histogram.to, 3),
        significant(book.widest().into(), 4),
        significant(first.into(), 3),
        significant(last.into(), 3)
    )))
}

/// Samples the levels for the staircase figures: pairs of value and level.
fn sampled(book: &Codebook, [low, high]: [f64; 2]) -> Vec<(f64, f64)> {
    let place = |index: usize| low + (high - low) * index as f64 / (POINTS - 1) as f64;
    (0..POINTS).map(place).map(|value| (value, book.store(value as f32).1.into())).collect()
}

/// Draws level against value, with the line of zero error.
pub(super) fn staircase(record: &Quantize, tensor: usize, group: usize, layout: &Layout) -> Option<Scene> {
    let (tensor, book, range) = shown(record, tensor, group)?;
    let [low, high] = range;
    let sheet = Sheet::new(layout);
    let outer = sheet.heading("The staircase", &subtitle(tensor, &book), &[]);
    let line = |label: &str, points, color, dash| Line {
        label: label.into(),
        points,
        color,
        dash,
        width: 0.6,
        mark: None,
    };
    let lines = [
        line("level", sampled(&book, range), sheet.palette.first.line, &[] as &[f64]),
        line("value", vec![(low, low), (high, high)], sheet.palette.muted, &[3.0, 2.0]),
    ];
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        [
            Axis::linear(&tensor.name, low, high, ticks(outer.width(), base, 6.0)),
            Axis::linear("Level", low, high, ticks(outer.height(), base, 4.0)),
        ]
    };
    lines::draw(&sheet, outer, "Stored as", axes, &lines);
    Some(sheet.finish(format!(
        "Staircase of {}: every value is stored as its nearest level.",
        subtitle(tensor, &book)
    )))
}

/// Draws level minus value: a sawtooth between plus and minus half a step, and a slope where values are clipped.
pub(super) fn staircase_error(
    record: &Quantize,
    tensor: usize,
    group: usize,
    layout: &Layout,
) -> Option<Scene> {
    let (tensor, book, range) = shown(record, tensor, group)?;
    let [low, high] = range;
    let sheet = Sheet::new(layout);
    let outer = sheet.heading("Error of the staircase", &subtitle(tensor, &book), &[]);
    let points: Vec<(f64, f64)> =
        sampled(&book, range).into_iter().map(|(value, level)| (value, level - value)).collect();
    let most = points.iter().fold(f64::from(book.widest()), |most, point| most.max(point.1.abs())) * 1.1;
    let lines = [Line {
        label: "level − value".into(),
        points,
        color: sheet.palette.second.line,
        dash: &[],
        width: 0.5,
        mark: None,
    }];
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        [
            Axis::linear(&tensor.name, low, high, ticks(outer.width(), base, 6.0)),
            Axis::linear("Error", -most, most, ticks(outer.height(), base, 4.0)),
        ]
    };
    lines::draw(&sheet, outer, "Error", axes, &lines);
    Some(sheet.finish(format!(
        "Error of the staircase of {}: at most {} between the outermost levels, and growing beyond them.",
        subtitle(tensor, &book),
        significant(f64::from(book.widest()) / 2.0, 3)
    )))
}

/// Draws the scale of every group along the chain: the step of a grid, the largest magnitude of a block.
pub(super) fn groups(record: &Quantize, tensor: usize, layout: &Layout) -> Option<Scene> {
    let tensor = record.tensors.get(tensor)?;
    let sites = record.config.sites;
    let scales: Vec<f64> = tensor.scales().into_iter().map(f64::from).collect();
    let least = scales.iter().copied().reduce(f64::min)?;
    let most = scales.iter().copied().fold(0.0f64, f64::max);
    let name = tensor.blocks.as_ref().map_or("Step", |blocks| scale_name(blocks.kind));
    let sheet = Sheet::new(layout);
    let subtitle = format!(
        "{} in {}: {} of {} sites",
        tensor.name,
        tensor.label(),
        bk_plot::number::count(scales.len(), "group"),
        tensor.group_size
    );
    let outer = sheet.heading("Scale of every group", &subtitle, &[]);
    let points = scales.into_iter().enumerate().flat_map(|(group, scale)| {
        let ends = [group * tensor.group_size, ((group + 1) * tensor.group_size).min(sites)];
        ends.map(|site| (site as f64 - 0.5, scale))
    });
    let lines = [Line {
        label: name.to_lowercase(),
        points: points.collect(),
        color: sheet.palette.first.line,
        dash: &[],
        width: 0.7,
        mark: None,
    }];
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        [
            site_axis(sites, outer.width(), base),
            Axis::linear(name, 0.0, 1.2 * most, ticks(outer.height(), base, 4.0)),
        ]
    };
    lines::draw(&sheet, outer, "Grid", axes, &lines);
    Some(sheet.finish(format!(
        "Scales of {subtitle}, from {} to {}.",
        significant(least, 4),
        significant(most, 4)
    )))
}
