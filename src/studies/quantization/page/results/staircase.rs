//! From values to levels.

use super::{headings, listed, table};
use crate::kit::page::table::Rows;
use crate::studies::quantization::page::QuantizeRoom;
use crate::studies::quantization::record::Quantize;
use leptos::prelude::*;

/// Values a staircase's table samples between the outermost levels.
const SAMPLES: usize = 33;

/// What stands beside the staircase.
pub(crate) fn numbers(room: QuantizeRoom) -> AnyView {
    table(room, "Values and levels", staircase_rows)
}

fn staircase_rows(record: &Quantize, tensor: usize, group: usize) -> Option<Rows> {
    let book = record.tensors.get(tensor)?.codebook(group)?;
    let (low, high) = book.range();
    let rows = (0..SAMPLES).map(|index| {
        let value = low + (high - low) * index as f32 / (SAMPLES - 1) as f32;
        let (code, level) = book.store(value);
        vec![format!("{value:.5}"), code.to_string(), format!("{level:.5}"), format!("{:+.5}", level - value)]
    });
    Some(listed(headings(["Value", "Code", "Level", "Error"]), rows.collect()))
}
