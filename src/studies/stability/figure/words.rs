//! Description of the figure in words, with notes on its data.

use super::curves::shows_length;
use crate::kit::figure::origin;
use crate::kit::figure::origin::Origin;
use crate::kit::record::{Model, Provenance};
use crate::studies::stability::published::Improvement;
use crate::studies::stability::record::{Point, Stability, length_label};
use bk_plot::number;
use bk_plot::view::View;

/// Returns the notes above the plot: the source of the data, and what it can and cannot show.
pub fn notes(records: &[&Stability], origins: &[Origin], view: &View) -> Vec<String> {
    let mut notes = origin::notes(origins);
    let both = Model::PUBLISHED.iter().all(|model| origin::shows(view, model, 0));
    if records.iter().any(|record| record.provenance == Provenance::PublishedSimulation) {
        notes.push(
            "In the simulation ResNet-BK cannot diverge: its losses are clipped to between 0.5 and 10."
                .into(),
        );
    }
    notes.extend(
        records
            .first()
            .into_iter()
            .flat_map(|record| worse(record).filter(|_| both).into_iter().chain(unreached(record))),
    );
    notes
}

/// Describes the lengths at which neither model diverges and ResNet-BK ends with the higher loss.
fn worse(record: &Stability) -> Option<String> {
    let diverged = |model: &Model, length| {
        record.series(model).and_then(|series| series.at(length)).is_some_and(Point::diverged)
    };
    let worse = record.points(&Model::ResNetBk).iter().filter_map(|point| {
        let length = point.sequence_length;
        let improvement = Improvement::at(record, length)?;
        let comparable = !diverged(&Model::ResNetBk, length) && !diverged(&Model::Mamba, length);
        (comparable && improvement.absolute() < 0.0).then(|| {
            let [resnetbk, mamba] =
                [improvement.resnetbk, improvement.mamba].map(|loss| number::fixed(loss, 2));
            format!("{resnetbk} against {mamba} at {}", length_label(length))
        })
    });
    let worse: Vec<String> = worse.collect();
    let losses = worse.join(", ");
    (!worse.is_empty())
        .then(|| format!("Where neither model diverges, ResNet-BK ends with the higher loss: {losses}."))
}

/// Describes the curves that are stated to diverge from a step that they never reach.
fn unreached(record: &Stability) -> Option<String> {
    let names = record.series.iter().flat_map(|series| {
        let points = series.points.iter().filter(|point| {
            point.runs.iter().any(|run| {
                let last = run.curve().and_then(|curve| curve.points().last());
                run.divergence_step.zip(last).is_some_and(|(from, (last, _))| from > last)
            })
        });
        points.map(|point| format!("{} {}", series.model.label(), length_label(point.sequence_length)))
    });
    let names: Vec<String> = names.collect();
    (!names.is_empty())
        .then(|| format!("Called diverged from a step after the last one: {}.", names.join(", ")))
}

/// Describes the figure as a text alternative: what a view shows of the records, and the notes.
pub fn summary(records: &[&Stability], labels: &[String], notes: &[String], view: &View) -> String {
    if records.iter().all(|record| record.series.iter().all(|series| series.points.is_empty())) {
        return "Long-context stability: no data.".into();
    }
    let mut sentences =
        vec!["Long-context stability: training loss against step for each sequence length.".to_owned()];
    for (index, (record, label)) in records.iter().zip(labels).enumerate() {
        for series in record.series.iter().filter(|series| origin::shows(view, &series.model, index)) {
            let points = series.points.iter().filter(|point| shows_length(view, point.sequence_length));
            let points: Vec<String> = points.map(describe).collect();
            if !points.is_empty() {
                sentences.push(format!("{} ({label}): {}.", series.model.label(), points.join("; ")));
            }
        }
    }
    sentences.extend(notes.iter().cloned());
    sentences.join(" ")
}

fn describe(point: &Point) -> String {
    let length = length_label(point.sequence_length);
    let last = match point.statistics() {
        Some(statistics) => format!("{length} ends at {}", number::fixed(statistics.final_loss, 2)),
        None => format!("{length} has no loss that is a number"),
    };
    let gaps = point.statistics().and_then(|statistics| statistics.num_nan).filter(|gaps| *gaps > 0);
    let gaps = gaps.map(|gaps| format!(", {gaps} losses not numbers")).unwrap_or_default();
    let divergence = match (point.diverged(), point.divergence_step()) {
        (true, Some(step)) => format!(", diverged from step {}", number::grouped(step as f64, 0)),
        (true, None) => ", diverged".to_owned(),
        (false, _) => String::new(),
    };
    format!("{last}{divergence}{gaps}")
}
