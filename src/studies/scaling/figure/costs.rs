//! Measured perplexity against FLOPs per token: every model of a scaling sweep, with early exit and sparsity as
//! separate marks.

use crate::kit::figure::origin;
use crate::kit::record::estimate::Estimate;
use crate::studies::scaling::record::{Cost, Group, Kind, Ladder, Variant};
use bk_models::early_exit::PhaseSource;
use bk_models::sparsity::Sight;
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::{Line, Spread};
use bk_plot::marks::Shape;
use bk_plot::number::significant;
use bk_plot::plot::Plot;
use bk_plot::scene::{Anchor, Point, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::{Hue, Layout};
use bk_plot::view::View;

/// Margin on either side, as a factor.
const ROOM: f64 = 1.25;

/// Dashes and gaps of the entropy floor.
const FLOOR: &[f64] = &[3.0, 2.0];

/// Returns color and mark of a kind.
pub(super) fn look(sheet: &Sheet, kind: Kind) -> (Hue, Shape) {
    match kind {
        Kind::Published => (sheet.palette.first, Shape::Circle),
        Kind::Mamba => (sheet.palette.second, Shape::Square),
        Kind::Potentials => (sheet.palette.others[0], Shape::OTHERS[0]),
    }
}

/// Returns the kinds of a record, in their order.
pub(super) fn kinds(groups: &[Group<'_>]) -> Vec<Kind> {
    Kind::ALL.into_iter().filter(|kind| groups.iter().any(|group| group.place.kind == *kind)).collect()
}

/// A point: a mean over seeds.
struct Mean<'group> {
    group: &'group Group<'group>,
    flops: f64,
    perplexity: Estimate,
}

fn mean<'group>(group: &'group Group<'group>, variant: Variant) -> Option<Mean<'group>> {
    let costs = group.costs(variant);
    let of = |read: fn(&Cost) -> f64| Estimate::of(&costs.iter().map(read).collect::<Vec<_>>());
    let perplexity = of(|cost| cost.perplexity).filter(|found| found.mean.is_finite())?;
    Some(Mean { group, flops: of(|cost| cost.flops)?.mean, perplexity })
}

/// Draws a record: one curve per kind through its models, as means over seeds with their 95 % intervals.
pub fn draw(record: &Ladder, view: &View, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let title = "Measured efficiency";
    let groups = record.groups();
    let kinds = kinds(&groups);
    let curves: Vec<(Kind, Vec<Mean<'_>>)> = kinds
        .iter()
        .map(|&kind| {
            let of_kind = groups.iter().filter(|group| group.place.kind == kind);
            let mut means: Vec<Mean<'_>> = of_kind.filter_map(|group| mean(group, Variant::Whole)).collect();
            means.sort_by(|one, other| one.flops.total_cmp(&other.flops));
            (kind, means)
        })
        .filter(|(_, means)| !means.is_empty())
        .collect();
    if curves.is_empty() {
        let outer = sheet.heading(title, "Held-out perplexity", &[]);
        sheet.text(outer.center(), Anchor::Middle, "Nothing measured yet", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: nothing measured yet."));
    }
    let outer = sheet.heading(title, "Held-out perplexity against operations a token", &notes(record));
    let mut lines: Vec<Line> = vec![];
    let mut spreads: Vec<Vec<Spread>> = vec![];
    for (kind, means) in &curves {
        let (hue, shape) = look(&sheet, *kind);
        lines.push(Line {
            label: kind.label().into(),
            points: means.iter().map(|mean| (mean.flops, mean.perplexity.mean)).collect(),
            color: hue.line,
            dash: &[],
            width: 0.6,
            mark: Some(shape),
        });
        spreads.push(means.iter().filter_map(spread).collect());
    }
    for (kind, _) in &curves {
        lines.extend(variants(&sheet, *kind, &groups));
    }
    let values = || lines.iter().flat_map(|line| &line.points);
    let ends = spreads.iter().flatten().flat_map(|spread| [spread.low, spread.high]);
    let x = range(values().map(|&(flops, _)| flops));
    lines.extend(floor(&sheet, record, x));
    let y = range(lines.iter().flat_map(|line| &line.points).map(|&(_, value)| value).chain(ends));
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = |length: f64, ems: f64| (length / (ems * base)) as usize;
        [
            Axis::logarithmic("Operations a token, forward (log scale)", x.0, x.1, ticks(outer.width(), 6.0)),
            Axis::logarithmic("Perplexity (log scale)", y.0, y.1, ticks(outer.height(), 3.0)),
        ]
    };
    let (mut plots, series) = lines::explore_with(&sheet, outer, "Model", view, axes, &lines, &spreads);
    if let Some(plot) = plots.first_mut() {
        name_sizes(&sheet, plot, &curves, view);
    }
    Scene { plots, series, ..sheet.finish(summary(record, &curves)) }
}

/// Returns the range of the values, with a margin on either side.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values = values.filter(|value| value.is_finite() && *value > 0.0);
    let (low, high) =
        values.fold((f64::INFINITY, 0f64), |(low, high), value| (low.min(value), high.max(value)));
    // A file may contain any numbers.
    if low <= high { (low / ROOM, high * ROOM) } else { (1.0, 10.0) }
}

fn notes(record: &Ladder) -> Vec<String> {
    let seeds = match record.config.seeds.len() {
        1 => "one seed each, so without intervals".to_owned(),
        seeds => format!("{seeds} seeds, bars are 95 % intervals by Student’s t"),
    };
    vec![format!("Data: {}; {seeds}. {}.", record.provenance.label(), record.config.scale())]
}

fn spread(mean: &Mean<'_>) -> Option<Spread> {
    let (low, high) = mean.perplexity.interval?;
    let note = origin::interval_note((high - low) / 2.0, 3, mean.perplexity.count);
    // The interval of a mean of few seeds may reach below zero, where the logarithm is undefined.
    Some(Spread { place: mean.flops, low: low.max(f64::MIN_POSITIVE), high, note })
}

/// Returns early exit and sparsity of a kind's models as marks: one series per variant.
fn variants(sheet: &Sheet, kind: Kind, groups: &[Group<'_>]) -> Vec<Line> {
    let (hue, _) = look(sheet, kind);
    let of_kind: Vec<&Group<'_>> = groups.iter().filter(|group| group.place.kind == kind).collect();
    let line = |way: Way| {
        let points = of_kind.iter().flat_map(|group| {
            let variants = group.variants().into_iter().filter(move |&variant| Way::of(variant) == Some(way));
            variants
                .filter_map(move |variant| mean(group, variant))
                .map(|mean| (mean.flops, mean.perplexity.mean))
        });
        let mut points: Vec<(f64, f64)> = points.collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (words, shape) = way.look();
        let label = format!("{}, {words}", kind.label());
        Line { label, points, color: hue.line, dash: &[], width: 0.0, mark: Some(shape) }
    };
    Way::ALL.into_iter().map(line).filter(|line| !line.points.is_empty()).collect()
}

/// A variant of a trained model, shown as a series of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Exit(PhaseSource),
    Sparse(Sight),
}

impl Way {
    const ALL: [Self; 4] = [
        Way::Exit(PhaseSource::BlockOutput),
        Way::Exit(PhaseSource::Resolvent),
        Way::Sparse(Sight::Both),
        Way::Sparse(Sight::Past),
    ];

    fn of(variant: Variant) -> Option<Self> {
        match variant {
            Variant::Whole => None,
            Variant::Exit(exit) => Some(Way::Exit(exit.source)),
            Variant::Sparse(sight) => Some(Way::Sparse(sight)),
        }
    }

    fn look(self) -> (&'static str, Shape) {
        match self {
            Way::Exit(PhaseSource::BlockOutput) => ("exit by the block’s output", Shape::Plus),
            Way::Exit(PhaseSource::Resolvent) => ("exit by the resolvent’s phase (ours)", Shape::Cross),
            Way::Sparse(Sight::Both) => ("sparse G, sees the future", Shape::Star),
            Way::Sparse(Sight::Past) => ("sparse G, causal (ours)", Shape::Diamond),
        }
    }
}

/// Returns the line of the source's own perplexity.
fn floor(sheet: &Sheet, record: &Ladder, (low, high): (f64, f64)) -> Option<Line> {
    let source = pxfm::f_exp(record.rungs.iter().find_map(|rung| rung.source_loss)?);
    Some(Line {
        label: "the source itself".into(),
        points: vec![(low, source), (high, source)],
        color: sheet.palette.threshold.line,
        dash: FLOOR,
        width: 0.4,
        mark: None,
    })
}

/// Writes width × layers beside every model, and adds it to the note of its point.
fn name_sizes(sheet: &Sheet, plot: &mut Plot, curves: &[(Kind, Vec<Mean<'_>>)], view: &View) {
    for (kind, means) in curves {
        let label = kind.label();
        if view.hidden.contains(label) {
            continue;
        }
        let (hue, _) = look(sheet, *kind);
        let readings = plot.traces.iter_mut().filter(|trace| trace.name == label);
        for reading in readings.flat_map(|trace| &mut trace.readings) {
            let mean = means.iter().find(|mean| mean.flops == reading.x);
            if let Some(size) = mean.map(|mean| mean.group.place.size.to_string().replace('x', "×")) {
                let rest =
                    if reading.note.is_empty() { String::new() } else { format!(", {}", reading.note) };
                reading.note = format!("{size}{rest}");
                let at = [plot.x.fraction(reading.x), plot.y.fraction(reading.y)];
                if view.moving || at.iter().any(|part| !(0.0..=1.0).contains(part)) {
                    continue;
                }
                let above = Point {
                    x: plot.area.left + at[0] * plot.area.width(),
                    y: plot.area.bottom - at[1] * plot.area.height() - 0.8 * sheet.sizes.base,
                };
                sheet.text(above, Anchor::Middle, &size, sheet.plain(hue.text));
            }
        }
    }
}

fn summary(record: &Ladder, curves: &[(Kind, Vec<Mean<'_>>)]) -> String {
    let kind = |(kind, means): &(Kind, Vec<Mean<'_>>)| {
        let values: Vec<String> = means
            .iter()
            .map(|mean| {
                let (flops, value) = (significant(mean.flops, 3), significant(mean.perplexity.mean, 4));
                format!("{} takes {flops} and has {value}", mean.group.place.size)
            })
            .collect();
        format!("{}: {}", kind.label(), values.join(", "))
    };
    let parts: Vec<String> = curves.iter().map(kind).collect();
    format!(
        "Held-out perplexity against operations a token, {}. {}.",
        record.provenance.label(),
        parts.join("; ")
    )
}
