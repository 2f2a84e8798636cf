//! Quantizers with their grids, and the tensors they make: packed codes, scales and zero points, counted in bytes.

use crate::error::{QuantizeError, check_finite};
use crate::grid::Grid;
use crate::packing::{pack, packed_length, unpack};
use crate::scheme::{Scheme, Width};
use half::f16;
use serde::{Deserialize, Serialize};

/// A scheme with its grids: everything that turns values into codes. Rows have a fixed number of channels.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantizer {
    scheme: Scheme,
    channels: usize,
    grids: Vec<Grid>,
}

impl Quantizer {
    /// A quantizer for rows of so many channels; `grids` holds one grid a group of the scheme.
    ///
    /// # Errors
    /// [`QuantizeError::Grids`] for another number of grids, and what [`Scheme::check`] finds.
    pub fn new(scheme: Scheme, channels: usize, grids: Vec<Grid>) -> Result<Self, QuantizeError> {
        scheme.check()?;
        let expected = scheme.groups(channels);
        if grids.len() != expected {
            return Err(QuantizeError::Grids { found: grids.len(), expected });
        }
        Ok(Self { scheme, channels, grids })
    }

    /// The scheme.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Values a row.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The grids, one a group; none for floats.
    pub fn grids(&self) -> &[Grid] {
        &self.grids
    }

    /// The grid of a channel; `None` for floats.
    pub fn grid_of(&self, channel: usize) -> Option<&Grid> {
        self.grids.get(channel / self.scheme.group_size(self.channels))
    }

    /// Quantizes rows.
    ///
    /// # Errors
    /// [`QuantizeError::Rows`] for an incomplete row, [`QuantizeError::NotFinite`] for NaN and infinities.
    pub fn quantize(&self, values: &[f32]) -> Result<Quantized, QuantizeError> {
        check_rows(values, self.channels)?;
        check_finite(values)?;
        let packed = match self.scheme.width {
            Width::Single => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Width::Half => values.iter().flat_map(|&value| to_half(value).to_le_bytes()).collect(),
            width => {
                let codes: Vec<u8> = self.codes(values).into_iter().map(|code| code as u8).collect();
                pack(&codes, width.bits(), 0)
            }
        };
        Ok(Quantized { quantizer: self.clone(), count: values.len(), packed })
    }

    /// Each value at the level it is stored as.
    ///
    /// # Errors
    /// As [`Quantizer::quantize`].
    pub fn round(&self, values: &[f32]) -> Result<Vec<f32>, QuantizeError> {
        Ok(self.quantize(values)?.dequantize())
    }

    /// The code of every value; nothing for floats.
    fn codes(&self, values: &[f32]) -> Vec<i8> {
        let grids = values
            .iter()
            .enumerate()
            .filter_map(|(index, value)| Some((value, self.grid_of(index % self.channels.max(1))?)));
        grids.map(|(&value, grid)| grid.encode(value, self.scheme.width)).collect()
    }
}

/// Half precision, at its largest finite value where the value is beyond: no infinity is made.
pub(crate) fn to_half(value: f32) -> f16 {
    f16::from_f32(value.clamp(f16::MIN.to_f32(), f16::MAX.to_f32()))
}

/// Refuses values that do not fill rows. No rows of no channels are rows too.
pub(super) fn check_rows(values: &[f32], channels: usize) -> Result<(), QuantizeError> {
    if values.len().checked_rem(channels).unwrap_or(values.len()) == 0 {
        return Ok(());
    }
    Err(QuantizeError::Rows { values: values.len(), channels })
}

/// A quantized tensor: what would be written to memory or file, and nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantized {
    quantizer: Quantizer,
    count: usize,
    packed: Vec<u8>,
}

/// Bytes a tensor takes, by what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ByteCount {
    /// The packed codes, or the floats.
    pub codes: usize,
    /// The scales: 4 bytes a group.
    pub scales: usize,
    /// The zero points: as packed codes; none where the scheme is symmetric.
    pub zero_points: usize,
}

impl ByteCount {
    /// All of them.
    pub fn total(&self) -> usize {
        // A file may hold any numbers.
        self.codes.saturating_add(self.scales).saturating_add(self.zero_points)
    }
}

impl std::ops::Add for ByteCount {
    type Output = ByteCount;

    fn add(self, other: Self) -> Self {
        ByteCount {
            codes: self.codes.saturating_add(other.codes),
            scales: self.scales.saturating_add(other.scales),
            zero_points: self.zero_points.saturating_add(other.zero_points),
        }
    }
}

impl Quantized {
    /// What was kept of a tensor of so many values: its quantizer and its packed codes, or the bytes of its floats.
    ///
    /// # Errors
    /// [`QuantizeError::Rows`] for an incomplete row, [`QuantizeError::Packed`] for another number of bytes than the
    /// values take.
    pub fn restore(quantizer: Quantizer, count: usize, packed: Vec<u8>) -> Result<Self, QuantizeError> {
        if count.checked_rem(quantizer.channels).unwrap_or(count) != 0 {
            return Err(QuantizeError::Rows { values: count, channels: quantizer.channels });
        }
        let expected = packed_length(count, quantizer.scheme.width.bits());
        match packed.len() == expected {
            true => Ok(Self { quantizer, count, packed }),
            false => Err(QuantizeError::Packed { found: packed.len(), expected }),
        }
    }

    /// The quantizer it was made by.
    pub fn quantizer(&self) -> &Quantizer {
        &self.quantizer
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The packed codes; for floats their bytes, the lowest first.
    pub fn packed(&self) -> &[u8] {
        &self.packed
    }

    /// The scales as bytes, the lowest first.
    pub fn scale_bytes(&self) -> Vec<u8> {
        self.quantizer.grids.iter().flat_map(|grid| grid.scale.to_le_bytes()).collect()
    }

    /// The zero points, packed like codes; none where the scheme is symmetric.
    pub fn zero_point_bytes(&self) -> Vec<u8> {
        if !self.quantizer.scheme.zero_point {
            return vec![];
        }
        let codes: Vec<u8> = self.quantizer.grids.iter().map(|grid| grid.zero_point as u8).collect();
        pack(&codes, self.quantizer.scheme.width.bits(), 0)
    }

    /// Bytes taken, counted from what is stored.
    pub fn bytes(&self) -> ByteCount {
        ByteCount {
            codes: self.packed.len(),
            scales: self.scale_bytes().len(),
            zero_points: self.zero_point_bytes().len(),
        }
    }

    /// The codes, unpacked and with their sign; none for floats.
    pub fn codes(&self) -> Vec<i8> {
        let width = self.quantizer.scheme.width;
        if !width.is_integer() {
            return vec![];
        }
        let unused = 8 - width.bits();
        let signed = |code: u8| ((code << unused) as i8) >> unused;
        unpack(&self.packed, width.bits(), self.count).into_iter().map(signed).collect()
    }

    /// The values that the stored bytes stand for.
    pub fn dequantize(&self) -> Vec<f32> {
        match self.quantizer.scheme.width {
            Width::Single => {
                let (fours, _) = self.packed.as_chunks();
                fours.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
            }
            Width::Half => {
                let (twos, _) = self.packed.as_chunks();
                twos.iter().map(|&bytes| f16::from_le_bytes(bytes).to_f32()).collect()
            }
            _ => {
                let channels = self.quantizer.channels.max(1);
                let level = |(index, code): (usize, i8)| {
                    self.quantizer.grid_of(index % channels).map_or(0.0, |grid| grid.decode(code))
                };
                self.codes().into_iter().enumerate().map(level).collect()
            }
        }
    }
}
