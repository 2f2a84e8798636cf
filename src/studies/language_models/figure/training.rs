//! The training loss by step, between the baselines and the entropy floor.

use bk_models::corpus::Baselines;
use bk_models::{Architecture, Trajectory};
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::marks::Shape;
use bk_plot::number::{count, significant};
use bk_plot::scene::{Color, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;

/// Margin above and below, as a fraction of the shown range.
const ROOM: f64 = 0.06;

/// The data of the figure.
#[derive(Debug, Clone, Copy)]
pub struct Curve<'a> {
    /// The model.
    pub architecture: &'a Architecture,
    /// Number of steps of the whole training.
    pub steps: usize,
    /// The training history so far.
    pub trajectory: &'a Trajectory,
    /// Losses of the baselines on the held-out text, in nats per token.
    pub baselines: &'a Baselines,
    /// The entropy floor, in nats per token, if known.
    pub entropy: Option<f64>,
}

/// Draws the loss on each batch and on the validation part.
pub fn draw(curve: &Curve, view: &View, layout: &Layout) -> Scene {
    let Curve { architecture, steps, trajectory, baselines, entropy } = *curve;
    let sheet = Sheet::new(layout);
    let palette = &sheet.palette;
    let label = architecture.label();
    let title = format!("{label} learning");
    let outer = sheet.heading(&title, "Cross entropy of the next token, in nats", &[]);
    let hue = match architecture {
        Architecture::ResNetBk(_) => palette.first,
        Architecture::Mamba(_) => palette.second,
    };
    let losses: Vec<f64> = trajectory.losses.iter().map(|&loss| f64::from(loss)).collect();
    let last = steps.max(losses.len()).max(1) as f64;
    let level = |label: &str, value: f64, color: Color, dash: &'static [f64]| Line {
        label: label.into(),
        points: vec![(0.0, value), (last, value)],
        color,
        dash,
        width: 0.4,
        mark: None,
    };
    let mut lines = vec![
        Line {
            label: "validation part".into(),
            points: trajectory.validation.iter().map(|&(step, loss)| (step as f64, loss)).collect(),
            color: palette.ink,
            dash: &[],
            width: 0.5,
            mark: Some(Shape::Circle),
        },
        Line {
            width: 0.35,
            ..Line::over_visible("batch of each step", &losses, outer.width(), hue.line, view)
        },
        level("unigram", baselines.unigram, palette.threshold.line, &[3.0, 2.0]),
        level("bigram", baselines.bigram, palette.threshold.line, &[1.5, 1.5]),
        level("trigram", baselines.trigram, palette.threshold.line, &[0.7, 1.4]),
    ];
    lines.extend(entropy.map(|entropy| level("entropy: the floor", entropy, palette.bad.line, &[])));
    let values = || lines.iter().flat_map(|line| &line.points).map(|&(_, value)| value);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let room = ROOM * (high - low).max(0.1);
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = |length: f64, ems: f64| (length / (ems * base)) as usize;
        [
            Axis::linear("Steps taken", 0.0, last, ticks(outer.width(), 6.0)),
            Axis::linear("Nats a token", (low - room).max(0.0), high + room, ticks(outer.height(), 4.0)),
        ]
    };
    let (plots, series) = lines::explore(&sheet, outer, "Loss", view, axes, &lines);
    let summary = summary(label, &losses, trajectory, baselines, entropy);
    Scene { plots, series, ..sheet.finish(summary) }
}

fn summary(
    label: &str,
    losses: &[f64],
    trajectory: &Trajectory,
    baselines: &Baselines,
    entropy: Option<f64>,
) -> String {
    let nats = |value: f64| significant(value, 4);
    let known = entropy.map_or(String::new(), |entropy| format!("; the entropy is {}", nats(entropy)));
    let Some(first) = losses.first() else {
        return format!(
            "{label} before its first step. One token alone tells {} nats{known}.",
            nats(baselines.unigram)
        );
    };
    let validation = trajectory.validation.last().map_or(String::new(), |&(step, loss)| {
        format!(" On the validation part it was {} after {}.", nats(loss), count(step, "step"))
    });
    format!(
        "{label} after {}: the loss of the batch went from {} to {} nats a token.{validation} Counting one token \
         achieves {}, two {}, three {}{known}.",
        count(losses.len(), "step"),
        nats(*first),
        nats(losses[losses.len() - 1]),
        nats(baselines.unigram),
        nats(baselines.bigram),
        nats(baselines.trigram),
    )
}
