//! The grids, group by group.

use super::{headings, listed, table};
use crate::lab::page::state::Lab;
use crate::lab::page::table::Rows;
use crate::record::quantize::Quantize;
use leptos::prelude::*;

/// What stands beside the steps of the groups.
pub(super) fn numbers(lab: Lab) -> AnyView {
    table(lab, "Grid of every group", |record, tensor, _| group_rows(record, tensor))
}

fn group_rows(record: &Quantize, tensor: usize) -> Option<Rows> {
    let tensor = record.tensors.get(tensor)?;
    let sites = record.config.sites;
    let rows = tensor.grids.iter().enumerate().map(|(group, grid)| {
        let (first, last) = (group * tensor.group_size, ((group + 1) * tensor.group_size).min(sites) - 1);
        let (low, high) = grid.range(tensor.width);
        vec![
            group.to_string(),
            format!("{first}–{last}"),
            format!("{:.6}", grid.scale),
            grid.zero_point.to_string(),
            format!("{low:.4}"),
            format!("{high:.4}"),
        ]
    });
    Some(listed(headings(["Group", "Sites", "Step", "Zero point", "Lowest", "Highest"]), rows.collect()))
}
