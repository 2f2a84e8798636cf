//! The numbers of an efficiency record as a table.

use crate::kit::record::pareto::Dominance;
use crate::kit::record::table::{Grid, exact};
use crate::studies::efficiency::record::Efficiency;
use std::collections::HashSet;

/// Returns one row per configuration, in the order of the source.
pub(super) fn numbers(record: &Efficiency) -> Grid {
    let columns = [
        "Model",
        "Configuration",
        "GFLOPs a token",
        "Perplexity",
        "Runs",
        "Among its model's best",
        "Among the best of all",
    ];
    let union: HashSet<(usize, usize)> = record.union_frontier(Dominance::Exact).into_iter().collect();
    let mut rows = Vec::new();
    for (place, series) in record.series.iter().enumerate() {
        let own: HashSet<usize> = series.frontier(Dominance::Exact).into_iter().collect();
        for (index, point) in series.points.iter().enumerate() {
            let cost = point.cost();
            let mark = |best: bool| if best { "yes" } else { "no" };
            rows.push(vec![
                series.model.label().into(),
                point.configuration.clone(),
                format!("{:.5}", cost.flops / 1e9),
                format!("{:.5}", cost.perplexity),
                point.runs.len().to_string(),
                mark(own.contains(&index)).into(),
                mark(union.contains(&(place, index))).into(),
            ]);
        }
    }
    let heading = "Perplexity by FLOPs a token".into();
    Grid { heading, columns: columns.map(String::from).into(), rows, omitted: 0 }
}

/// Returns one row per run, in the order of the source.
pub(super) fn values(record: &Efficiency) -> Grid {
    let columns = ["Model", "Configuration", "Compute factor", "Run", "Seed", "FLOPs a token", "Perplexity"];
    let mut rows = Vec::new();
    for (series, point) in record.all_points() {
        for (number, run) in (1..).zip(&point.runs) {
            rows.push(vec![
                series.model.label().into(),
                point.configuration.clone(),
                exact(point.compute_factor),
                format!("{number}"),
                exact(run.seed),
                exact(Some(run.flops_per_token)),
                exact(Some(run.perplexity)),
            ]);
        }
    }
    let heading = "FLOPs and perplexity by run".into();
    Grid { heading, columns: columns.map(String::from).into(), rows, omitted: 0 }
}
