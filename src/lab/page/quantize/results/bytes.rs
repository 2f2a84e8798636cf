//! What is stored, byte by byte.

use super::{bytes_of, headings, listed, spaced, table};
use crate::lab::page::state::Lab;
use crate::lab::page::table::Rows;
use crate::quantize::unpack;
use crate::record::quantize::Tensor;
use leptos::prelude::*;

/// Bytes a row of the dump.
const BYTES_A_ROW: usize = 8;

/// The counts, the codes, and what they are to be read by.
pub(super) fn numbers(lab: Lab) -> AnyView {
    view! {
        {table(lab, "Bytes of one row", |record, _, _| Some(super::grid_rows(record.byte_table())))}
        {table(lab, "Packed codes of the first row", |record, tensor, _| Some(byte_rows(&record.tensors[tensor])))}
        {table(lab, "Scales and zero points as bytes", |record, tensor, _| Some(scale_rows(&record.tensors[tensor])))}
    }
    .into_any()
}

fn byte_rows(tensor: &Tensor) -> Rows {
    let bytes = bytes_of(&tensor.packed);
    let bits = tensor.width.bits();
    let rows = bytes.chunks(BYTES_A_ROW).enumerate().map(|(row, chunk)| {
        // Eight bytes hold a whole number of codes, whatever their width.
        let codes = if bits <= 8 { unpack(chunk, bits, chunk.len() * 8 / bits as usize) } else { vec![] };
        let signed =
            codes.iter().map(|code| ((((code << (8 - bits)) as i8) >> (8 - bits)) as i32).to_string());
        vec![format!("{}", row * BYTES_A_ROW), spaced(chunk), signed.collect::<Vec<_>>().join(" ")]
    });
    listed(headings(["Byte", "Bytes, hexadecimal", "Codes"]), rows.collect())
}

fn scale_rows(tensor: &Tensor) -> Rows {
    let rows = tensor.grids.iter().enumerate().map(|(group, grid)| {
        vec![
            group.to_string(),
            spaced(&grid.scale.to_le_bytes()),
            format!("{:.6}", grid.scale),
            grid.zero_point.to_string(),
        ]
    });
    listed(headings(["Group", "Scale, bytes", "Scale", "Zero point"]), rows.collect())
}
