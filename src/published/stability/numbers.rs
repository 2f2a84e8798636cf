//! The numbers of a stability record as a table.

use crate::record::Stability;
use crate::record::stability::length_label;
use crate::record::table::{Grid, cell};

/// One row a model and sequence length, in the order of the source.
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
    let points =
        record.series.iter().flat_map(|series| series.points.iter().map(move |point| (series, point)));
    let row = points.map(|(series, point)| {
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
