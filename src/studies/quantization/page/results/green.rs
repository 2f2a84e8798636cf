//! G before and after, in numbers.

use super::{headings, table};
use crate::kit::page::table::Rows;
use crate::studies::quantization::page::QuantizeRoom;
use crate::studies::quantization::record::Quantize;
use leptos::prelude::*;
use std::sync::Arc;

/// What stands beside the curves and the map.
pub(crate) fn numbers(room: QuantizeRoom) -> AnyView {
    view! {
        {table(room, "Errors by what they leave out", |record, _, _| Some(super::grid_rows(record.error_table())))}
        {table(room, "One row, site by site", |record, _, _| Some(site_rows(record)))}
    }
    .into_any()
}

fn site_rows(record: &Quantize) -> Rows {
    let sample = record.sample.clone();
    let count = sample.potential.len();
    let row = move |site: usize| {
        let values = [
            &sample.potential,
            &sample.potential_quantized,
            &sample.re,
            &sample.re_quantized,
            &sample.im,
            &sample.im_quantized,
        ];
        std::iter::once(site.to_string()).chain(values.map(|values| format!("{:.5}", values[site]))).collect()
    };
    Rows {
        headings: headings(["Site", "v", "v stored", "Re G", "Re G stored", "Im G", "Im G stored"]),
        count,
        row: Arc::new(row),
    }
}
