//! Storage of a tensor: on calibrated grids, or in a format that takes its scales from the values themselves.

use crate::studies::quantization::record::{Blocks, Format};
use bk_quantize::block::{BLOCK, BlockQuantized, FourBit};
use bk_quantize::rows::RowQuantized;
use bk_quantize::{ByteCount, Grid, QuantizeError, Quantizer, Width};
use std::collections::BTreeSet;

/// The largest code of LLM.int8.
const HIGHEST: f64 = 127.0;

/// The storage of a tensor.
pub(super) enum Store {
    /// On the grids of a calibration.
    Grids(Quantizer),
    /// In blocks of 64 with 16 levels each; with `double`, the scales are quantized, too.
    Blocks {
        /// The table of levels.
        kind: FourBit,
        /// Whether scales are quantized, too.
        double: bool,
    },
    /// As LLM.int8: one scale per row.
    Rows,
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
    /// Returns the store of a format; `None` for grids, which need calibration first.
    pub(crate) fn of(format: Format) -> Option<Self> {
        match format {
            Format::Uniform => None,
            Format::Nf4 => Some(Store::Blocks { kind: FourBit::Nf4, double: false }),
            Format::Nf4Double => Some(Store::Blocks { kind: FourBit::Nf4, double: true }),
            Format::Fp4 => Some(Store::Blocks { kind: FourBit::Fp4, double: false }),
            Format::Fp4Double => Some(Store::Blocks { kind: FourBit::Fp4, double: true }),
            Format::LlmInt8 => Some(Store::Rows),
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
            Store::Blocks { kind, double } => {
                let rows = values.chunks_exact(channels).map(|row| BlockQuantized::new(row, *kind, *double));
                let rows: Vec<BlockQuantized> = rows.collect::<Result<_, _>>()?;
                let first = BlockQuantized::new(first_row, *kind, *double)?;
                Ok(Stored {
                    values: rows.iter().flat_map(BlockQuantized::dequantize).collect(),
                    width: Width::Int4,
                    group_size: BLOCK,
                    grids: vec![],
                    packed: first.packed().to_vec(),
                    bytes: first.bytes(),
                    codes_used: different(rows.iter().flat_map(BlockQuantized::codes)),
                    blocks: Some(Blocks {
                        kind: *kind,
                        scales: first.scales(),
                        double: first.double().cloned(),
                    }),
                })
            }
            Store::Rows => {
                let all = RowQuantized::new(values, channels)?;
                let first = RowQuantized::new(first_row, channels)?;
                let grid = |&most: &f32| Grid::new(f64::from(most) / HIGHEST, 0, Width::Int8);
                Ok(Stored {
                    values: all.dequantize(),
                    width: Width::Int8,
                    group_size: channels,
                    grids: first.maxima().iter().map(grid).collect(),
                    blocks: None,
                    packed: first.codes().iter().map(|&code| code as u8).collect(),
                    bytes: first.bytes(),
                    codes_used: different(all.codes().iter().copied()),
                })
            }
        }
    }
}

fn different<Code: Ord>(codes: impl IntoIterator<Item = Code>) -> usize {
    codes.into_iter().collect::<BTreeSet<Code>>().len()
}
