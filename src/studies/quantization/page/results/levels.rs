//! The levels of a grid, with their codes.

use super::{headings, listed, table};
use crate::kit::page::table::Rows;
use crate::studies::quantization::page::QuantizeRoom;
use crate::studies::quantization::record::Quantize;
use leptos::prelude::*;

/// What stands beside the number line.
pub(crate) fn numbers(room: QuantizeRoom) -> AnyView {
    table(room, "Levels and their codes", level_rows)
}

fn level_rows(record: &Quantize, tensor: usize, group: usize) -> Option<Rows> {
    let book = record.tensors.get(tensor)?.codebook(group)?;
    let bits = book.bits() as usize;
    let mask = (1u32 << bits) - 1;
    let rows = book.levels().into_iter().map(|(code, level)| {
        vec![code.to_string(), format!("{:0bits$b}", code as u8 as u32 & mask), format!("{level:.6}")]
    });
    Some(listed(headings(["Code", "Stored bits", "Level"]), rows.collect()))
}
