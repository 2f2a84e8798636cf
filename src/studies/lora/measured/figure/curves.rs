//! Training curves of a run: its loss, and the norm of its gradients before clipping.

use super::{draw, note};
use crate::kit::record::Provenance;
use bk_models::vision::Trajectory;
use bk_plot::lines::Line;
use bk_plot::marks::Shape;
use bk_plot::number::{count, significant};
use bk_plot::scene::{Color, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;

/// Draws the loss of every step on its batch, and the loss on the validation images.
pub fn losses(
    name: &str,
    trajectory: &Trajectory,
    provenance: Provenance,
    view: &View,
    layout: &Layout,
) -> Scene {
    let sheet = Sheet::new(layout);
    let title = "Loss by step";
    let outer = sheet.heading(title, name, &note(provenance));
    let looks = trajectory.validation.iter();
    let lines = [
        Line {
            label: "validation images".into(),
            points: looks.map(|look| (look.step as f64, look.loss)).collect(),
            color: sheet.palette.ink,
            dash: &[],
            width: 0.5,
            mark: Some(Shape::Circle),
        },
        each_step("batch of each step", &trajectory.losses, outer.width(), sheet.palette.first.line, view),
    ];
    let ends = ends(&trajectory.losses);
    let last = trajectory.validation.last().map_or(String::new(), |look| {
        format!(" On validation images it was {} at the last look.", significant(look.loss, 3))
    });
    let summary = format!("{title} of {name}, {}. Of the batch: {ends}.{last}", provenance.label());
    draw(sheet, outer, ["Images", "Steps taken", "Nats an image"], view, &lines, summary)
}

/// Draws the norm of the full gradient before clipping at every step, and the clipping limit.
pub fn norms(
    name: &str,
    trajectory: &Trajectory,
    clip: f64,
    provenance: Provenance,
    view: &View,
    layout: &Layout,
) -> Scene {
    let sheet = Sheet::new(layout);
    let title = "Gradient norm by step, before clipping";
    let outer = sheet.heading(title, name, &note(provenance));
    let last = trajectory.norms.len().max(1) as f64;
    let lines = [
        each_step("norm", &trajectory.norms, outer.width(), sheet.palette.second.line, view),
        Line {
            label: "clipped to".into(),
            points: vec![(0.0, clip), (last, clip)],
            color: sheet.palette.threshold.line,
            dash: &[3.0, 2.0],
            width: 0.4,
            mark: None,
        },
    ];
    let above = trajectory.norms.iter().filter(|&&norm| f64::from(norm) > clip).count();
    let (steps, ends) = (count(trajectory.norms.len(), "step"), ends(&trajectory.norms));
    let summary = format!(
        "{title}, of {name}, {}: {ends} over {steps}, of which {above} were clipped to {}.",
        provenance.label(),
        significant(clip, 3)
    );
    draw(sheet, outer, ["Norm", "Steps taken", "Norm"], view, &lines, summary)
}

fn each_step(label: &str, values: &[f32], width: f64, color: Color, view: &View) -> Line {
    let values: Vec<f64> = values.iter().map(|&value| f64::from(value)).collect();
    Line { width: 0.4, ..Line::over_visible(label, &values, width, color, view) }
}

/// Describes the first and the last of some values.
fn ends(values: &[f32]) -> String {
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else { return "none yet".into() };
    format!("from {} to {}", significant(f64::from(first), 3), significant(f64::from(last), 3))
}
