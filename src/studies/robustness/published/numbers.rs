//! The numbers of a robustness record as a table.

use super::summary::degradation_of;
use crate::kit::record::Model;
use crate::kit::record::comparison::distinct;
use crate::kit::record::table::{Grid, cell, exact};
use crate::studies::robustness::record::Robustness;
use crate::studies::robustness::record::precision_label;

/// Returns one row per bit width, starting with the widest: three columns per model, and the published ratio.
pub(super) fn numbers(record: &Robustness) -> Grid {
    let widths = record.series.iter().flat_map(|series| &series.points).map(|point| point.bits);
    let mut widths = distinct(widths.collect());
    widths.reverse();

    let mut columns = vec!["Precision".to_owned()];
    for series in &record.series {
        columns.extend([series.model.label().to_owned(), "Loss".into(), "Runs".into()]);
    }
    columns.push("Mamba / ResNet-BK".into());
    let row = |bits: u32| {
        let mut cells = vec![precision_label(bits)];
        for series in &record.series {
            cells.push(cell(series.at(bits), |point| format!("{:.2}", point.perplexity())));
            cells.push(cell(degradation_of(series, bits), |loss| format!("{loss:+.1} %")));
            cells.push(cell(series.at(bits), |point| point.runs.len().to_string()));
        }
        let [resnetbk, mamba] = Model::PUBLISHED.map(|model| record.perplexity(&model, bits));
        cells.push(cell(mamba.zip(resnetbk), |(mamba, resnetbk)| format!("{:.2}", mamba / resnetbk)));
        cells
    };
    let rows = widths.into_iter().map(row).collect();
    Grid { heading: "Perplexity by bit width".into(), columns, rows, omitted: 0 }
}

/// Returns one row per run, in the order of the source.
pub(super) fn values(record: &Robustness) -> Grid {
    let columns = ["Model", "Bits", "Run", "Seed", "Perplexity"];
    let mut rows = Vec::new();
    for (series, point) in record.all_points() {
        for (number, run) in (1..).zip(&point.runs) {
            rows.push(vec![
                series.model.label().into(),
                point.bits.to_string(),
                format!("{number}"),
                exact(run.seed),
                exact(Some(run.perplexity)),
            ]);
        }
    }
    Grid { heading: "Perplexity by run".into(), columns: columns.map(String::from).into(), rows, omitted: 0 }
}
