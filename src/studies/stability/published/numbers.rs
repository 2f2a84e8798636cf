//! The numbers of a stability record as a table.

use crate::kit::record::table::{Grid, cell, exact};
use crate::studies::stability::record::Stability;
use crate::studies::stability::record::{Losses, length_label};

/// Returns one row per model and sequence length, in the order of the source.
pub(super) fn numbers(record: &Stability) -> Grid {
    let columns = [
        "Model",
        "Length",
        "Final loss",
        "Least",
        "Mean",
        "Deviation",
        "NaN",
        "Diverged",
        "From step",
        "Runs",
    ];
    let row = record.all_points().map(|(series, point)| {
        let statistics = point.statistics();
        let loss = |value: Option<f64>| cell(value, |value| format!("{value:.4}"));
        vec![
            series.model.label().into(),
            length_label(point.sequence_length),
            loss(statistics.map(|statistics| statistics.final_loss)),
            loss(statistics.and_then(|statistics| statistics.min_loss)),
            loss(statistics.and_then(|statistics| statistics.mean_loss)),
            loss(statistics.and_then(|statistics| statistics.std_loss)),
            cell(statistics.and_then(|statistics| statistics.num_nan), |count| count.to_string()),
            if point.diverged() { "yes" } else { "no" }.into(),
            cell(point.divergence_step(), |step| step.to_string()),
            point.runs.len().to_string(),
        ]
    });
    let rows = row.collect();
    let heading = "Loss by sequence length".into();
    Grid { heading, columns: columns.map(String::from).into(), rows, omitted: 0 }
}

/// Returns one row per step of every run, in the order of the source. A run without a curve has a single row without a
/// step, with its last loss.
pub(super) fn values(record: &Stability) -> Grid {
    let columns = ["Model", "Sequence length", "Run", "Seed", "Diverged", "Divergence step", "Step", "Loss"];
    let mut rows = Vec::new();
    for (series, point) in record.all_points() {
        for (number, run) in (1..).zip(&point.runs) {
            let row = |step: Option<u64>, loss: Option<f64>| {
                vec![
                    series.model.label().into(),
                    point.sequence_length.to_string(),
                    format!("{number}"),
                    exact(run.seed),
                    if run.diverged { "yes" } else { "no" }.into(),
                    exact(run.divergence_step),
                    exact(step),
                    exact(loss),
                ]
            };
            match &run.losses {
                Losses::Curve(curve) => rows.extend(curve.points().map(|(step, loss)| row(Some(step), loss))),
                Losses::Statistics(statistics) => rows.push(row(None, Some(statistics.final_loss))),
            }
        }
    }
    Grid { heading: "Loss by step".into(), columns: columns.map(String::from).into(), rows, omitted: 0 }
}
