//! Loss, or the norm of its gradient, against step for every context of a scaling sweep.

use super::costs::{kinds, look};
use crate::studies::scaling::record::{Group, Ladder, Rung};
use crate::studies::stability::figure::DASHES;
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::marks::Shape;
use bk_plot::number::{count, significant};
use bk_plot::scene::{Anchor, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;
use serde::{Deserialize, Serialize};

/// Margin above and below, as a factor.
const ROOM: f64 = 1.1;

/// Divisor of the number of steps that gives the window of the running means.
const SMOOTH: usize = 30;

/// The quantity drawn for a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trace {
    /// The loss.
    #[default]
    Loss,
    /// The norm of the gradient before clipping.
    Norm,
}

impl Trace {
    /// Returns the label of the axis.
    pub fn label(self) -> &'static str {
        match self {
            Trace::Loss => "Nats a token (log scale)",
            Trace::Norm => "Norm of the derivatives (log scale)",
        }
    }

    fn of(self, rung: &Rung) -> &[Option<f32>] {
        match self {
            Trace::Loss => &rung.losses,
            Trace::Norm => &rung.norms,
        }
    }
}

/// Draws a record: one curve per kind and context, as the mean over seeds, with a cross at each step that was not
/// finite.
pub fn draw(record: &Ladder, trace: Trace, view: &View, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let title = "Measured stability";
    let groups = record.groups();
    if groups.is_empty() {
        let outer = sheet.heading(title, "Loss against step", &[]);
        sheet.text(outer.center(), Anchor::Middle, "Nothing measured yet", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: nothing measured yet."));
    }
    let window = (record.config.steps / SMOOTH).max(1);
    let note = format!(
        "Data: {}; running means over {}. {}.",
        record.provenance.label(),
        count(window, "step"),
        record.config.scale()
    );
    let outer = sheet.heading(title, "By kind and context, as many tokens a step for all", &[note]);
    let mut lines: Vec<Line> = vec![];
    let order = kinds(&groups);
    for kind in order {
        let (hue, _) = look(&sheet, kind);
        for group in groups.iter().filter(|group| group.place.kind == kind) {
            let dash = record.config.contexts.iter().position(|&context| context == group.place.context);
            let label = name(record, group);
            let points = smooth(group, trace, window);
            lines.push(Line {
                label: label.clone(),
                points: points.clone(),
                color: hue.line,
                dash: DASHES[dash.unwrap_or(0) % DASHES.len()],
                width: 0.45,
                mark: None,
            });
            let crosses = crosses(group, &points);
            if !crosses.is_empty() {
                lines.push(Line {
                    label: format!("{label}, not finite"),
                    points: crosses,
                    color: sheet.palette.bad.line,
                    dash: &[],
                    width: 0.0,
                    mark: Some(Shape::Cross),
                });
            }
        }
    }
    let values = lines.iter().flat_map(|line| &line.points).map(|&(_, value)| value);
    let values = values.filter(|value| value.is_finite() && *value > 0.0);
    let (low, high) =
        values.fold((f64::INFINITY, 0f64), |(low, high), value| (low.min(value), high.max(value)));
    let (low, high) = if low <= high { (low / ROOM, high * ROOM) } else { (1.0, 10.0) };
    let last = record.rungs.iter().map(|rung| rung.losses.len()).max().unwrap_or(1).max(1) as f64;
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = |length: f64, ems: f64| (length / (ems * base)) as usize;
        [
            Axis::linear("Steps taken", 0.0, last, ticks(outer.width(), 6.0)),
            Axis::logarithmic(trace.label(), low, high, ticks(outer.height(), 3.0)),
        ]
    };
    let (plots, series) = lines::explore(&sheet, outer, "Model and context", view, axes, &lines);
    Scene { plots, series, ..sheet.finish(summary(record, &groups)) }
}

/// Returns a name as in “Mamba, context 128”, with the size if there are several.
fn name(record: &Ladder, group: &Group<'_>) -> String {
    let model = if record.config.sizes.len() > 1 { group.label() } else { group.place.kind.label().into() };
    format!("{model}, context {}", group.place.context)
}

/// Returns means over seeds and then over a window of steps, of the finite values.
fn smooth(group: &Group<'_>, trace: Trace, window: usize) -> Vec<(f64, f64)> {
    let steps = group.rungs.iter().map(|rung| rung.losses.len()).max().unwrap_or(0);
    let point = |step: usize| {
        let from = (step + 1).saturating_sub(window);
        let near = group.rungs.iter().flat_map(|rung| trace.of(rung).iter().take(step + 1).skip(from));
        let near: Vec<f64> = near.flatten().map(|&value| f64::from(value)).collect();
        let mean = near.iter().sum::<f64>() / near.len() as f64;
        (!near.is_empty()).then_some(((step + 1) as f64, mean))
    };
    (0..steps).filter_map(point).collect()
}

/// Returns the steps that were not finite, on the curve or at its previous height.
fn crosses(group: &Group<'_>, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let steps = group.rungs.iter().map(|rung| rung.losses.len()).max().unwrap_or(0);
    let is_left_out = |step: &usize| {
        group.rungs.iter().any(|rung| {
            let at = |values: &[Option<f32>]| values.get(*step).is_some_and(Option::is_none);
            at(&rung.losses) || at(&rung.norms)
        })
    };
    let height = |step: usize| {
        let before = points.iter().rev().find(|&&(place, _)| place <= (step + 1) as f64);
        before.or(points.first()).map(|&(_, value)| ((step + 1) as f64, value))
    };
    (0..steps).filter(is_left_out).filter_map(height).collect()
}

fn summary(record: &Ladder, groups: &[Group<'_>]) -> String {
    let one = |group: &Group<'_>| {
        let losses: Vec<f64> = group.rungs.iter().filter_map(|rung| rung.final_loss()).collect();
        let left_out: usize = group.rungs.iter().map(|rung| rung.not_finite()).sum();
        let ends = match losses.is_empty() {
            true => "ends with nothing finite".to_owned(),
            false => {
                format!("ends at {} nats", significant(losses.iter().sum::<f64>() / losses.len() as f64, 4))
            }
        };
        format!("{} {ends}, {} not finite", name(record, group), count(left_out, "step"))
    };
    let parts: Vec<String> = groups.iter().map(one).collect();
    format!("Training by context, {}. {}.", record.provenance.label(), parts.join("; "))
}
