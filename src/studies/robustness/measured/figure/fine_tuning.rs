//! Further training with quantization, by step, beside the unquantized control.

use super::means;
use super::means::Look;
use crate::kit::record::estimate::Estimate;
use crate::studies::robustness::measured::record::{Arm, Group, Look as Looked, Tuning, Widths};
use bk_models::Evaluation;
use bk_plot::axis::Axis;
use bk_plot::lines;
use bk_plot::lines::{Line, Spread};
use bk_plot::marks::Shape;
use bk_plot::scene::{Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;

/// Margin after the last step, as a fraction of all steps.
const ROOM: f64 = 0.03;

/// A curve of a further training: one of its two arms, one of the losses, and the style.
struct Curve {
    words: &'static str,
    arm: Arm,
    loss: fn(&Looked) -> &Evaluation,
    dash: &'static [f64],
    shape: Shape,
}

const CURVES: [Curve; 3] = [
    Curve {
        words: "trained with",
        arm: Arm::Quantized,
        loss: |look| &look.stored,
        dash: &[],
        shape: Shape::Star,
    },
    Curve {
        words: "control, rounded to",
        arm: Arm::Control,
        loss: |look| &look.stored,
        dash: &[3.0, 2.0],
        shape: Shape::Plus,
    },
    Curve {
        words: "control, unquantized, of",
        arm: Arm::Control,
        loss: |look| &look.whole,
        dash: &[0.7, 1.4],
        shape: Shape::Circle,
    },
];

/// Returns the distinct further trainings of a record.
fn tunings(groups: &[Group<'_>]) -> Vec<Tuning> {
    let mut found = vec![];
    let all = groups.iter().flat_map(|group| &group.models).flat_map(|model| &model.tuned);
    for tuning in all.map(|tuned| tuned.tuning) {
        if !found.contains(&tuning) {
            found.push(tuning);
        }
    }
    found
}

/// Returns the means over the seeds of a group, by step.
fn means_of(group: &Group<'_>, tuning: Tuning, curve: &Curve) -> Vec<(f64, Estimate)> {
    let tuned = || group.models.iter().flat_map(|model| &model.tuned).filter(|tuned| tuned.tuning == tuning);
    let mut steps: Vec<usize> =
        tuned().flat_map(|tuned| tuned.looks(curve.arm)).map(|look| look.step).collect();
    steps.sort_unstable();
    steps.dedup();
    let at = |step: usize| {
        let looks = tuned().filter_map(|tuned| tuned.looks(curve.arm).iter().find(|look| look.step == step));
        let values: Vec<f64> = looks.map(|look| (curve.loss)(look).perplexity()).collect();
        Some((step as f64, Estimate::of(&values)?))
    };
    steps.into_iter().filter_map(at).collect()
}

/// Draws the further trainings of a record: means over seeds with their 95 % intervals.
pub fn draw(record: &Widths, view: &View, layout: &Layout) -> Scene {
    let title = "Further training, with quantization and without";
    let groups = record.groups();
    let tunings = tunings(&groups);
    let sheet = Sheet::new(&means::roomy(layout, groups.len() * tunings.len() * CURVES.len()));
    let (mut lines, mut spreads): (Vec<Line>, Vec<Vec<Spread>>) = (vec![], vec![]);
    let (mut said, mut seeds) = (vec![], vec![]);
    for (number, group) in groups.iter().enumerate() {
        let (hue, _) = means::look_of(&sheet, &groups, number);
        for (place, &tuning) in tunings.iter().enumerate() {
            let color = if place == 0 { hue.line } else { hue.text };
            for curve in &CURVES {
                let points = means_of(group, tuning, curve);
                let Some((steps, last)) = points.last() else { continue };
                let mut label = format!("{}, {} {}", group.label, curve.words, tuning.format.label());
                // Trainings of the same format that differ only in steps or learning rate.
                if tunings.iter().filter(|other| other.format == tuning.format).count() > 1 {
                    label += &format!(" ({} steps at {})", tuning.steps, tuning.learning_rate);
                }
                said.push(format!("{label} {} after {steps} steps", means::in_words(last)));
                seeds.push(last.count);
                let look = Look { label, color, dash: curve.dash, width: 0.7, shape: curve.shape };
                let (line, spread) = means::line(look, &points, 2);
                lines.push(line);
                spreads.push(spread);
            }
        }
    }
    let subtitle = "Held-out perplexity after so many further steps";
    let Some((low, high)) = means::extent(&lines, &spreads) else {
        let outer = sheet.heading(title, subtitle, &[]);
        return means::nothing(sheet, outer, title);
    };
    let outer = sheet.heading(title, subtitle, &[means::note(record.provenance, seeds.iter().copied())]);
    let last = lines.iter().flat_map(|line| &line.points).map(|&(steps, _)| steps).fold(1.0, f64::max);
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = |length: f64, ems: f64| (length / (ems * base)) as usize;
        [
            Axis::linear("Further steps", 0.0, (1.0 + ROOM) * last, ticks(outer.width(), 6.0)),
            Axis::logarithmic("Perplexity (log scale)", low, high, ticks(outer.height(), 3.0)),
        ]
    };
    let (plots, series) = lines::explore_with(&sheet, outer, "Trained", view, axes, &lines, &spreads);
    let summary = format!("{title}, {}. {}.", record.provenance.label(), said.join("; "));
    Scene { plots, series, ..sheet.finish(summary) }
}
