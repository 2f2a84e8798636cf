//! Scales and codes, group by group.

use super::{bytes_of, codes_of, headings, listed, table};
use crate::kit::page::table::Rows;
use crate::studies::quantization::page::QuantizeRoom;
use crate::studies::quantization::record::Quantize;
use bk_quantize::Codebook;
use leptos::prelude::*;

/// What stands beside the scales of the groups.
pub(crate) fn numbers(room: QuantizeRoom) -> AnyView {
    view! {
        {table(room, "Levels of every group", |record, tensor, _| group_rows(record, tensor))}
        {table(room, "Codes of the group looked at", code_rows)}
    }
    .into_any()
}

fn group_rows(record: &Quantize, tensor: usize) -> Option<Rows> {
    let tensor = record.tensors.get(tensor)?;
    let sites = record.config.sites;
    let rows = tensor.scales().into_iter().enumerate().map(|(group, scale)| {
        let (first, last) = (group * tensor.group_size, ((group + 1) * tensor.group_size).min(sites) - 1);
        let book = tensor.codebook(group);
        let (low, high) = book.map_or((0.0, 0.0), |book| book.range());
        vec![
            group.to_string(),
            format!("{first}–{last}"),
            format!("{scale:.6}"),
            match book {
                Some(Codebook::Uniform(grid, _)) => grid.zero_point.to_string(),
                _ => "–".into(),
            },
            format!("{low:.4}"),
            format!("{high:.4}"),
        ]
    });
    Some(listed(headings(["Group", "Sites", "Scale", "Zero point", "Lowest", "Highest"]), rows.collect()))
}

/// What the first row stores at every site of a group.
fn code_rows(record: &Quantize, which: usize, group: usize) -> Option<Rows> {
    let tensor = record.tensors.get(which)?;
    let sample = &record.sample;
    let stored = [&sample.potential_quantized, &sample.re_quantized, &sample.im_quantized];
    let stored = *stored.get(which)?;
    let sites = record.config.sites.min(stored.len());
    let last = tensor.scales().len().checked_sub(1)?;
    let first = group.min(last) * tensor.group_size;
    let codes = codes_of(tensor, &bytes_of(&tensor.packed), sites);
    let sites = first..(first + tensor.group_size).min(codes.len());
    let rows =
        sites.map(|site| vec![site.to_string(), codes[site].to_string(), format!("{:.6}", stored[site])]);
    Some(listed(headings(["Site", "Code", "Level"]), rows.collect()))
}
