//! Measured perplexity against bit width, with what counting achieves, and the published simulation laid over it.

use crate::figure::axis::Axis;
use crate::figure::lines::{self, Line, Spread};
use crate::figure::marks::Shape;
use crate::figure::number::{count, significant};
use crate::figure::origin;
use crate::figure::scene::{Anchor, Color, Rectangle, Scene};
use crate::figure::sheet::Sheet;
use crate::figure::style::{Hue, Layout, OTHERS};
use crate::figure::view::View;
use crate::model::{Architecture, Format};
use crate::record::widths::{Arm, Estimate, Group, Look, Way, Widths};
use crate::record::{Model, Robustness};

/// Room above and below, as a factor.
const ROOM: f64 = 1.25;

/// Dashes and gaps of what counting achieves, the more tokens it looks at the shorter.
const COUNTED: [&[f64]; 3] = [&[3.0, 2.0], &[1.5, 1.5], &[0.7, 1.4]];

/// Dashes and gaps of the published simulation.
const SIMULATED: &[f64] = &[4.0, 1.5, 1.0, 1.5];

/// Draws the groups of a record: means over seeds with their 95 % intervals. Where the published simulation is given, it
/// lies behind them, and says what it is.
pub fn widths(record: &Widths, published: Option<&Robustness>, view: &View, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let title = Widths::TITLE;
    let groups = record.groups();
    let formats = formats(&groups);
    if formats.is_empty() {
        let outer = sheet.heading(title, "Held-out perplexity", &[]);
        sheet.text(outer.center(), Anchor::Middle, "Nothing measured yet", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: nothing measured yet."));
    }
    let notes = notes(record, &groups, published.is_some());
    let outer = sheet.heading(title, "Held-out perplexity, means over seeds", &notes);
    let measured = (0..groups.len()).map(|place| of_group(&sheet, &groups, place, &formats));
    let (mut lines, spreads): (Vec<Line>, Vec<Vec<Spread>>) = measured.unzip();
    lines.extend(tuned(&sheet, &groups, &formats));
    lines.extend(counted(&sheet, &groups, formats.len()));
    lines.extend(published.into_iter().flat_map(|published| simulated(&sheet, published, &formats)));
    let ends = spreads.iter().flatten().map(|spread| spread.high);
    let values = lines.iter().flat_map(|line| &line.points).map(|&(_, value)| value).chain(ends);
    let values = values.filter(|value| value.is_finite() && *value > 0.0);
    let (low, high) =
        values.fold((f64::INFINITY, 0f64), |(low, high), value| (low.min(value), high.max(value)));
    let (low, high) = (low / ROOM, high * ROOM);
    let names: Vec<String> = formats.iter().map(|format| format.label().to_owned()).collect();
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let every = (formats.len() as f64 * 5.0 * base / outer.width()).ceil().max(1.0) as usize;
        let ticks = (outer.height() / (3.0 * base)) as usize;
        [
            Axis::categories("Weights stored as", &names, every),
            Axis::logarithmic("Perplexity (log scale)", low, high, ticks),
        ]
    };
    let (plots, series) = lines::explore_with(&sheet, outer, "Model", view, axes, &lines, &spreads);
    Scene { plots, series, ..sheet.finish(summary(record, &groups, &formats)) }
}

/// The formats that any group was measured in, the widest first.
fn formats(groups: &[Group<'_>]) -> Vec<Format> {
    let is_measured =
        |format: &Format| groups.iter().any(|group| !group.perplexities(Way::of(*format)).is_empty());
    Format::ALL.into_iter().filter(is_measured).collect()
}

/// Where the numbers come from, and how many seeds a point stands for.
fn notes(record: &Widths, groups: &[Group<'_>], simulated: bool) -> Vec<String> {
    let seeds = origin::run_count(groups.iter().map(|group| group.models.len()));
    let seeds = seeds.map_or("one seed each, so without intervals".to_owned(), |seeds| {
        format!("{seeds} seeds, bars are 95 % intervals by Student’s t")
    });
    let mut notes = vec![format!("Data: {}; {seeds}.", record.provenance.label())];
    if simulated {
        notes.push(
            "Thin dashed curves: the published simulation, a formula plus noise; no model stands behind it."
                .into(),
        );
    }
    notes
}

/// Colour and mark of a group: those of its kind for the first of it, others after that.
fn look(sheet: &Sheet, groups: &[Group<'_>], place: usize) -> (Hue, Shape) {
    let is_mamba = |group: &Group<'_>| matches!(group.first().architecture, Architecture::Mamba(_));
    let kind = is_mamba(&groups[place]);
    let palette = &sheet.palette;
    let earlier = groups[..place].iter().filter(|group| is_mamba(group) == kind).count();
    match (earlier, kind) {
        (0, false) => (palette.first, Shape::Circle),
        (0, true) => (palette.second, Shape::Square),
        _ => (palette.others[place % OTHERS], Shape::OTHERS[place % Shape::OTHERS.len()]),
    }
}

fn of_group(sheet: &Sheet, groups: &[Group<'_>], place: usize, formats: &[Format]) -> (Line, Vec<Spread>) {
    let group = &groups[place];
    let estimate = |(column, &format): (usize, &Format)| {
        let estimate = Estimate::of(&group.perplexities(Way::of(format)))?;
        estimate.mean.is_finite().then_some((column as f64, estimate))
    };
    let estimates: Vec<(f64, Estimate)> = formats.iter().enumerate().filter_map(estimate).collect();
    let (hue, shape) = look(sheet, groups, place);
    let leaks = if group.is_causal() { "" } else { ", sees the future" };
    let line = Line {
        label: format!("{}{leaks}", group.label),
        points: estimates.iter().map(|(place, estimate)| (*place, estimate.mean)).collect(),
        color: hue.line,
        dash: if leaks.is_empty() { &[] } else { &[2.0, 1.0] },
        width: 0.8,
        mark: Some(shape),
    };
    let spread = |(place, estimate): &(f64, Estimate)| {
        let (low, high) = estimate.interval?;
        let note = origin::interval_note((high - low) / 2.0, 2, estimate.count);
        Some(Spread { place: *place, low, high, note })
    };
    (line, estimates.iter().filter_map(spread).collect())
}

/// Where further trainings are, as means over seeds: stored in their format, and the control beside them, unquantized.
fn tuned(sheet: &Sheet, groups: &[Group<'_>], formats: &[Format]) -> Vec<Line> {
    let mut lines = vec![];
    for (place, group) in groups.iter().enumerate() {
        let (hue, _) = look(sheet, groups, place);
        for (column, &format) in formats.iter().enumerate() {
            let of_format = |arm: Arm, loss: fn(&Look) -> f64| -> Vec<f64> {
                let tuned = group.models.iter().flat_map(|model| &model.tuned);
                let tuned = tuned.filter(|tuned| tuned.tuning.format == format);
                tuned.filter_map(|tuned| Some(loss(tuned.looks(arm).last()?))).collect()
            };
            let arms = [
                ("trained with", Shape::Star, of_format(Arm::Quantized, |look| look.stored.perplexity())),
                ("control of", Shape::Plus, of_format(Arm::Control, |look| look.whole.perplexity())),
            ];
            for (words, shape, values) in arms {
                let Some(estimate) = Estimate::of(&values).filter(|estimate| estimate.mean.is_finite())
                else {
                    continue;
                };
                lines.push(Line {
                    label: format!("{}, {words} {}", group.label, format.label()),
                    points: vec![(column as f64, estimate.mean)],
                    color: hue.line,
                    dash: &[],
                    width: 0.0,
                    mark: Some(shape),
                });
            }
        }
    }
    lines
}

/// What counting achieves on the tokens of the first group, and of every group that was measured on others.
fn counted(sheet: &Sheet, groups: &[Group<'_>], columns: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![];
    let mut texts = vec![];
    for group in groups {
        let model = group.first();
        let text = (&model.text, model.tokens);
        if texts.contains(&text) {
            continue;
        }
        texts.push(text);
        let number = if texts.len() > 1 { format!(", text {}", texts.len()) } else { String::new() };
        let losses = [
            ("unigram", model.baselines.unigram),
            ("bigram", model.baselines.bigram),
            ("trigram", model.baselines.trigram),
        ];
        lines.extend(losses.into_iter().zip(COUNTED).map(|((name, loss), dash)| Line {
            label: format!("{name}{number}"),
            points: vec![(-0.5, pxfm::f_exp(loss)), (columns as f64 - 0.5, pxfm::f_exp(loss))],
            color: sheet.palette.threshold.line,
            dash,
            width: 0.4,
            mark: None,
        }));
    }
    lines
}

/// The curves of the published simulation, at the formats of its bit widths.
fn simulated(sheet: &Sheet, published: &Robustness, formats: &[Format]) -> Vec<Line> {
    let line = |model: &Model, color: Color| {
        let column = |bits: u32| {
            formats.iter().position(|&format| format != Format::Nf4 && format.width().bits() == bits)
        };
        let points = published.points(model).iter();
        let points = points.filter_map(|point| Some((column(point.bits)? as f64, point.perplexity())));
        let mut points: Vec<(f64, f64)> = points.collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        Line {
            label: format!("{}, {}", model.label(), published.provenance.label()),
            points,
            color: color.with_alpha(0.65).over(sheet.palette.background),
            dash: SIMULATED,
            width: 0.45,
            mark: None,
        }
    };
    let colors = [sheet.palette.first.line, sheet.palette.second.line];
    Model::PUBLISHED.iter().zip(colors).map(|(model, color)| line(model, color)).collect()
}

fn summary(record: &Widths, groups: &[Group<'_>], formats: &[Format]) -> String {
    let group = |group: &Group<'_>| {
        let values = formats.iter().filter_map(|&format| {
            let estimate = Estimate::of(&group.perplexities(Way::of(format)))?;
            let margin =
                estimate.margin().map_or(String::new(), |margin| format!(" ± {}", significant(margin, 2)));
            Some(format!("{} {}{margin}", format.label(), significant(estimate.mean, 4)))
        });
        let values: Vec<String> = values.collect();
        let leaks = if group.is_causal() { "" } else { ", which sees the future" };
        format!("{}{leaks} ({}): {}", group.label, count(group.models.len(), "seed"), values.join(", "))
    };
    let parts: Vec<String> = groups.iter().map(group).collect();
    format!("Held-out perplexity against bit width, {}. {}.", record.provenance.label(), parts.join("; "))
}
