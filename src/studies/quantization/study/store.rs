//! Storage of a tensor: on calibrated grids, or in a format that takes its scales from the values themselves.

use crate::studies::quantization::record::{Blocks, Config, Format};
use bk_quantize::{
    ByteCount, Format as StorageFormat, Grid, Packed, QuantizeError, Quantizer, Rounding, Width,
};
use std::collections::BTreeSet;

/// The largest code of LLM.int8.
const HIGHEST: f64 = 127.0;

/// The storage of a tensor.
pub(super) enum Store {
    /// On the grids of a calibration.
    Grids(Quantizer),
    /// In a format of the table.
    Packed(StorageFormat, Rounding),
}

/// A stored tensor: its values and its description for the record.
pub(super) struct Stored {
    /// The decoded values.
    pub(super) values: Vec<f32>,
    /// Bit width of one number.
    pub(super) width: Width,
    /// Group size: channels that share a scale.
    pub(super) group_size: usize,
    /// The grids of the first row.
    pub(super) grids: Vec<Grid>,
    /// The blocks of the first row.
    pub(super) blocks: Option<Blocks>,
    /// The codes of the first row, packed.
    pub(super) packed: Vec<u8>,
    /// Bytes of the first row; all rows take the same number.
    pub(super) bytes: ByteCount,
    /// Number of different codes in all rows.
    pub(super) codes_used: usize,
}

impl Store {
    /// Returns the store of a config; `None` for grids, which need calibration first.
    pub(crate) fn of(config: &Config) -> Option<Self> {
        match config.format {
            Format::Uniform => None,
            Format::Stored(format) => {
                Some(Store::Packed(format, Rounding { group: config.group, rule: config.rule }))
            }
        }
    }

    /// Stores rows of `channels` values, each row separately; there must be at least one row.
    pub(super) fn store(&self, values: &[f32], channels: usize) -> Result<Stored, QuantizeError> {
        let first_row = &values[..channels];
        match self {
            Store::Grids(quantizer) => {
                let all = quantizer.quantize(values)?;
                let first = quantizer.quantize(first_row)?;
                Ok(Stored {
                    values: all.dequantize(),
                    width: quantizer.scheme().width,
                    group_size: quantizer.scheme().group_size(channels),
                    grids: quantizer.grids().to_vec(),
                    blocks: None,
                    packed: first.packed().to_vec(),
                    bytes: first.bytes(),
                    codes_used: different(all.codes()),
                })
            }
            Store::Packed(format, rounding) => {
                let pack = |row: &[f32]| Packed::new(row, channels, *format, *rounding);
                let rows: Vec<Packed> = values.chunks_exact(channels).map(pack).collect::<Result<_, _>>()?;
                let first = pack(first_row)?;
                Ok(Stored {
                    values: rows.iter().flat_map(Packed::values).collect(),
                    width: width(*format),
                    group_size: first.group_size(),
                    grids: grids(&first),
                    blocks: blocks(&first),
                    packed: first.packed().to_vec(),
                    bytes: first.bytes(),
                    codes_used: different(rows.iter().flat_map(Packed::codes)),
                })
            }
        }
    }
}

/// Returns the bit width of the codes of a format, as records name it.
fn width(format: StorageFormat) -> Width {
    if format.bits() == 8 { Width::Int8 } else { Width::Int4 }
}

/// Returns the grids of a stored row with evenly spaced levels: those of LLM.int8.
fn grids(row: &Packed) -> Vec<Grid> {
    match levels(row.format()) {
        Some(_) => vec![],
        None => {
            let grid = |most: f32| Grid::new(f64::from(most) / HIGHEST, 0, Width::Int8);
            row.scales().into_iter().map(grid).collect()
        }
    }
}

/// Returns the blocks of a stored row whose levels come from a table.
fn blocks(row: &Packed) -> Option<Blocks> {
    let kind = levels(row.format())?;
    Some(Blocks { kind, scales: row.scales(), double: row.double().cloned() })
}

/// Returns the format whose levels a format has, with scales that are not quantized; `None` for evenly spaced levels.
fn levels(format: StorageFormat) -> Option<StorageFormat> {
    match format {
        StorageFormat::LlmInt8 => None,
        StorageFormat::Nf4Double => Some(StorageFormat::Nf4),
        StorageFormat::Fp4Double => Some(StorageFormat::Fp4),
        other => Some(other),
    }
}

fn different<Code: Ord>(codes: impl IntoIterator<Item = Code>) -> usize {
    codes.into_iter().collect::<BTreeSet<Code>>().len()
}
