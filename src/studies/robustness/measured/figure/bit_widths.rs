//! Measured perplexity against bit width, with the baselines, and with the published simulation overlaid.

use super::means;
use super::means::Look;
use crate::kit::record::Model;
use crate::kit::record::estimate::Estimate;
use crate::studies::robustness::measured::record::{Arm, Group, Look as Looked, Way, Widths};
use crate::studies::robustness::record::Robustness;
use bk_models::Format;
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::{Line, Spread};
use bk_plot::marks::Shape;
use bk_plot::number::count;
use bk_plot::scene::{Color, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;
use bk_quantize::Width;

/// Dashes and gaps of the baselines: the longer their context, the shorter the dashes.
const COUNTED: [&[f64]; 3] = [&[3.0, 2.0], &[1.5, 1.5], &[0.7, 1.4]];

/// Dashes and gaps of the published simulation.
const SIMULATED: &[f64] = &[4.0, 1.5, 1.0, 1.5];

/// Draws the groups of a record: means over seeds with their 95 % intervals. If the published simulation is given, it
/// is drawn behind them with its own label.
pub fn draw(record: &Widths, published: Option<&Robustness>, view: &View, layout: &Layout) -> Scene {
    let title = Widths::TITLE;
    let groups = record.groups();
    let sheet = Sheet::new(&means::roomy(
        layout,
        groups.len() + 3 * texts(&groups).len() + 2 * usize::from(published.is_some()),
    ));
    let formats = formats(&groups);
    if formats.is_empty() {
        let outer = sheet.heading(title, "Held-out perplexity", &[]);
        return means::nothing(sheet, outer, title);
    }
    let mut notes = vec![means::note(record.provenance, groups.iter().map(|group| group.models.len()))];
    if published.is_some() {
        notes.push(
            "Thin dashed curves: the published simulation, a formula plus noise; no model stands behind it."
                .into(),
        );
    }
    let outer = sheet.heading(title, "Held-out perplexity, means over seeds", &notes);
    let measured = (0..groups.len()).map(|place| of_group(&sheet, &groups, place, &formats));
    let (mut lines, spreads): (Vec<Line>, Vec<Vec<Spread>>) = measured.unzip();
    lines.extend(tuned(&sheet, &groups, &formats));
    lines.extend(counted(&sheet, &groups, formats.len()));
    lines.extend(published.into_iter().flat_map(|published| simulated(&sheet, published, &formats)));
    // The baselines are always present.
    let (low, high) = means::extent(&lines, &spreads).unwrap_or((1.0, 10.0));
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

/// Returns the formats that any group was measured in, the widest first.
fn formats(groups: &[Group<'_>]) -> Vec<Format> {
    let is_measured =
        |format: &Format| groups.iter().any(|group| !group.perplexities(Way::of(*format)).is_empty());
    let mut formats: Vec<Format> = Format::ALL.into_iter().filter(is_measured).collect();
    formats.sort_by_key(|format| std::cmp::Reverse(format.bits()));
    formats
}

fn of_group(sheet: &Sheet, groups: &[Group<'_>], place: usize, formats: &[Format]) -> (Line, Vec<Spread>) {
    let group = &groups[place];
    let estimate = |(column, &format): (usize, &Format)| {
        Some((column as f64, Estimate::of(&group.perplexities(Way::of(format)))?))
    };
    let points: Vec<(f64, Estimate)> = formats.iter().enumerate().filter_map(estimate).collect();
    let (hue, shape) = means::look_of(sheet, groups, place);
    let leaks = if group.is_causal() { "" } else { ", sees the future" };
    let look = Look {
        label: format!("{}{leaks}", group.label),
        color: hue.line,
        dash: if leaks.is_empty() { &[] } else { &[2.0, 1.0] },
        width: 0.8,
        shape,
    };
    means::line(look, &points, 2)
}

/// Returns the results of fine-tuning a model, as means over seeds: the quantized model stored in its format, and the
/// unquantized control. Results of several models would crowd this figure, so they have a figure of their own.
fn tuned(sheet: &Sheet, groups: &[Group<'_>], formats: &[Format]) -> Vec<Line> {
    let mut lines = vec![];
    let is_tuned = |group: &&Group<'_>| group.models.iter().any(|model| !model.tuned.is_empty());
    if groups.iter().filter(is_tuned).count() > 1 {
        return lines;
    }
    for (place, group) in groups.iter().enumerate() {
        let (hue, _) = means::look_of(sheet, groups, place);
        for (column, &format) in formats.iter().enumerate() {
            let of_format = |arm: Arm, loss: fn(&Looked) -> f64| -> Vec<f64> {
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

/// Returns one group for each text and token count: the first one measured on it.
fn texts<'a>(groups: &'a [Group<'a>]) -> Vec<&'a Group<'a>> {
    let mut found: Vec<&Group<'_>> = vec![];
    for group in groups {
        let text = |group: &Group<'_>| (group.first().text.clone(), group.first().tokens);
        if !found.iter().any(|other| text(other) == text(group)) {
            found.push(group);
        }
    }
    found
}

/// Returns the baselines on the tokens of the first group, and on those of every group measured on other tokens.
fn counted(sheet: &Sheet, groups: &[Group<'_>], columns: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![];
    for (place, group) in texts(groups).into_iter().enumerate() {
        let model = group.first();
        let number = if place > 0 { format!(", text {}", place + 1) } else { String::new() };
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

/// Returns the curves of the published simulation, at the formats of its bit widths.
fn simulated(sheet: &Sheet, published: &Robustness, formats: &[Format]) -> Vec<Line> {
    let line = |model: &Model, color: Color| {
        // The simulation knows a bit width, which stands for a uniform grid.
        let column = |bits: u32| {
            let format = Format::from(Width::try_from(bits).ok()?);
            formats.iter().position(|&shown| shown == format)
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
            Some(format!("{} {}", format.label(), means::in_words(&estimate)))
        });
        let values: Vec<String> = values.collect();
        let leaks = if group.is_causal() { "" } else { ", which sees the future" };
        format!("{}{leaks} ({}): {}", group.label, count(group.models.len(), "seed"), values.join(", "))
    };
    let parts: Vec<String> = groups.iter().map(group).collect();
    format!("Held-out perplexity against bit width, {}. {}.", record.provenance.label(), parts.join("; "))
}
