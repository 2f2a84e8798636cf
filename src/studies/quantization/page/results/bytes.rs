//! What is stored, byte by byte.

use super::{bytes_of, codes_of, headings, listed, spaced, table};
use crate::kit::page::table::Rows;
use crate::studies::quantization::page::QuantizeRoom;
use crate::studies::quantization::record::Tensor;
use leptos::prelude::*;

/// Bytes a row of the dump.
const BYTES_A_ROW: usize = 8;

/// The counts, the codes, and what they are to be read by.
pub(crate) fn numbers(room: QuantizeRoom) -> AnyView {
    view! {
        {table(room, "Bytes of one row", |record, _, _| Some(super::grid_rows(record.byte_table())))}
        {table(room, "Packed codes of the first row", |record, tensor, _| Some(byte_rows(&record.tensors[tensor])))}
        {table(room, "Scales and zero points as bytes", |record, tensor, _| Some(scale_rows(&record.tensors[tensor])))}
    }
    .into_any()
}

fn byte_rows(tensor: &Tensor) -> Rows {
    let bytes = bytes_of(&tensor.packed);
    let rows = bytes.chunks(BYTES_A_ROW).enumerate().map(|(row, chunk)| {
        // Eight bytes hold a whole number of codes, whatever their width.
        let codes = codes_of(tensor, chunk, chunk.len() * 8 / tensor.width.bits() as usize);
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        vec![format!("{}", row * BYTES_A_ROW), spaced(chunk), codes.join(" ")]
    });
    listed(headings(["Byte", "Bytes, hexadecimal", "Codes"]), rows.collect())
}

/// The bytes of every scale; where scales are quantized, too, the byte of each, and then what these are read by.
fn scale_rows(tensor: &Tensor) -> Rows {
    let double = tensor.blocks.as_ref().and_then(|blocks| blocks.double.as_ref());
    let mut rows: Vec<Vec<String>> = (0..)
        .zip(tensor.scales())
        .map(|(group, scale): (usize, f32)| {
            let bytes = double.and_then(|double| double.codes.get(group)).map(|code| spaced(&[*code]));
            vec![
                group.to_string(),
                bytes.unwrap_or_else(|| spaced(&scale.to_le_bytes())),
                format!("{scale:.6}"),
                tensor.grids.get(group).map_or("–".into(), |grid| grid.zero_point.to_string()),
            ]
        })
        .collect();
    if let Some(double) = double {
        let named = double.second_maxima.iter().map(|most| ("largest offset scale", *most));
        rows.extend(named.chain([("mean of the scales", double.offset)]).map(|(name, value)| {
            vec![name.into(), spaced(&value.to_le_bytes()), format!("{value:.6}"), "–".into()]
        }));
    }
    listed(headings(["Group", "Scale, bytes", "Scale", "Zero point"]), rows)
}
