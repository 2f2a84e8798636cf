//! Matrices stored in a format of the table: packed codes and scales, counted in bytes.

use crate::double::DoubleQuantized;
use crate::error::{QuantizeError, check_finite};
use crate::formats::{Format, Sharing};
use crate::packing::{pack, packed_length, unpack};
use crate::rule::ScaleRule;
use crate::tensor::ByteCount;
use serde::{Deserialize, Serialize};

/// The settings of the formats with groups along each row: how many weights share a scale, and how it is found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rounding {
    /// Weights per scale (group size).
    pub group: usize,
    /// The scale rule.
    pub rule: ScaleRule,
}

impl Default for Rounding {
    fn default() -> Self {
        Self { group: 128, rule: ScaleRule::AbsoluteMaximum }
    }
}

impl Rounding {
    /// Returns the number of scales of one row of `columns` weights; 0 for formats whose blocks continue across rows.
    pub fn groups(self, format: Format, columns: usize) -> usize {
        match format.sharing() {
            Sharing::Nothing | Sharing::Block(_) => 0,
            Sharing::Group | Sharing::Row => columns.div_ceil(format.group_size(columns, self.group)),
        }
    }
}

/// The scales of a stored matrix.
#[derive(Debug, Clone, PartialEq)]
enum Scales {
    Single(Vec<f32>),
    /// Quantized to 8 bits each.
    Double(DoubleQuantized),
}

/// The code that fills the second half of the last byte of a block format with an odd number of weights.
const PADDING: u8 = 7;

/// A matrix in a storage format: what is written to memory or to a file, and nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Packed {
    format: Format,
    rounding: Rounding,
    columns: usize,
    count: usize,
    codes: Vec<u8>,
    scales: Scales,
}

impl Packed {
    /// Stores a matrix given row by row. Formats without groups along a row ignore `rounding`.
    ///
    /// # Errors
    /// Returns [`QuantizeError::Shape`] if the weights do not fill whole rows, [`QuantizeError::NotFinite`] with the
    /// index of the first NaN or infinity, and [`QuantizeError::Percentile`] for a percentile out of range.
    pub fn new(
        weights: &[f32],
        columns: usize,
        format: Format,
        rounding: Rounding,
    ) -> Result<Self, QuantizeError> {
        check_shape(weights.len(), columns)?;
        check_finite(weights)?;
        rounding.rule.check()?;
        let (codec, group) = (format.codec(), format.group_size(columns, rounding.group));
        let (mut codes, mut scales) = (vec![], vec![]);
        for segment in weights.chunks(segment(format, columns, weights.len())) {
            let mut unpacked = Vec::with_capacity(segment.len());
            for group in segment.chunks(group) {
                let scale = codec.scale(group, rounding.rule);
                scales.push(scale);
                unpacked.extend(codec.encode_all(group, scale));
            }
            codes.extend(to_bytes(&unpacked, format));
        }
        let scales = match (format.sharing(), format.is_double()) {
            (Sharing::Nothing, _) => Scales::Single(vec![]),
            (_, false) => Scales::Single(scales),
            (_, true) => Scales::Double(DoubleQuantized::new(&scales)),
        };
        Ok(Self { format, rounding, columns, count: weights.len(), codes, scales })
    }

    /// Restores a matrix of `count` weights from its packed codes and its scales.
    ///
    /// # Errors
    /// Returns [`QuantizeError::Shape`] if the weights do not fill whole rows, [`QuantizeError::Packed`] for another
    /// number of bytes than the codes take, [`QuantizeError::Grids`] for another number of scales, and
    /// [`QuantizeError::Percentile`] for a percentile out of range. Scales that are quantized, too, are not restored:
    /// their formats want no scales here.
    pub fn restore(
        format: Format,
        rounding: Rounding,
        [count, columns]: [usize; 2],
        codes: Vec<u8>,
        scales: Vec<f32>,
    ) -> Result<Self, QuantizeError> {
        check_shape(count, columns)?;
        rounding.rule.check()?;
        let (bits, segment) = (format.bits(), segment(format, columns, count));
        let expected = count / segment * packed_length(segment, bits);
        if codes.len() != expected {
            return Err(QuantizeError::Packed { found: codes.len(), expected });
        }
        let expected = match format.sharing() {
            Sharing::Block(size) => count.div_ceil(size),
            _ => count / columns * rounding.groups(format, columns),
        };
        if format.is_double() || scales.len() != expected {
            return Err(QuantizeError::Grids { found: scales.len(), expected });
        }
        Ok(Self { format, rounding, columns, count, codes, scales: Scales::Single(scales) })
    }

    /// Returns the storage format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Returns the number of rows and columns.
    pub fn dims(&self) -> [usize; 2] {
        [self.count / self.columns, self.columns]
    }

    /// Returns the number of weights that share a scale.
    pub fn group_size(&self) -> usize {
        self.format.group_size(self.columns, self.rounding.group)
    }

    /// Returns the packed codes. Codes of at most 8 bits lie in rows (in one piece for formats with blocks), the first
    /// code in the highest bits; floats have the lowest byte first.
    pub fn packed(&self) -> &[u8] {
        &self.codes
    }

    /// Returns the codes, unpacked.
    pub fn codes(&self) -> Vec<u32> {
        let segment = segment(self.format, self.columns, self.count);
        let bytes = packed_length(segment, self.format.bits()).max(1);
        self.codes.chunks(bytes).flat_map(|bytes| from_bytes(bytes, self.format, segment)).collect()
    }

    /// Returns the scales as used in decoding, in the order of the groups; empty for formats without scales.
    pub fn scales(&self) -> Vec<f32> {
        match &self.scales {
            Scales::Single(scales) => scales.clone(),
            Scales::Double(double) => double.restore(),
        }
    }

    /// Returns the quantized scales, if the format quantizes them.
    pub fn double(&self) -> Option<&DoubleQuantized> {
        match &self.scales {
            Scales::Single(_) => None,
            Scales::Double(double) => Some(double),
        }
    }

    /// Returns the packed codes and the scales of each row, for formats that pack rows separately.
    pub fn rows(&self) -> impl Iterator<Item = (&[u8], &[f32])> {
        let bytes = packed_length(self.columns, self.format.bits()).max(1);
        let groups = self.rounding.groups(self.format, self.columns);
        let scales: &[f32] = match &self.scales {
            Scales::Single(scales) => scales,
            Scales::Double(_) => &[],
        };
        let rows = self.codes.chunks(bytes).enumerate();
        rows.map(move |(row, codes)| (codes, scales.get(row * groups..(row + 1) * groups).unwrap_or(&[])))
    }

    /// Returns the values of the codes.
    pub fn values(&self) -> Vec<f32> {
        let codec = self.format.codec();
        let scales = self.scales();
        let mut scales = scales.iter().copied();
        let codes = self.codes();
        let segments = codes.chunks(segment(self.format, self.columns, self.count));
        let groups = segments.flat_map(|segment| segment.chunks(self.group_size()));
        groups.flat_map(|codes| codec.decode_all(codes, scales.next().unwrap_or(1.0))).collect()
    }

    /// Returns the size of the stored matrix, in bytes.
    pub fn bytes(&self) -> ByteCount {
        let scales = match &self.scales {
            Scales::Single(scales) => size_of_val(scales.as_slice()),
            Scales::Double(double) => double.bytes(),
        };
        ByteCount { codes: self.codes.len(), scales, zero_points: 0 }
    }
}

/// Returns the number of weights whose codes are packed in one piece, at least 1: a row, or everything where blocks
/// continue across rows.
fn segment(format: Format, columns: usize, count: usize) -> usize {
    match format.sharing() {
        Sharing::Block(_) => count.max(1),
        _ => columns,
    }
}

/// Checks that values fill whole rows.
pub(crate) fn check_shape(values: usize, columns: usize) -> Result<(), QuantizeError> {
    match columns > 0 && values.is_multiple_of(columns) {
        true => Ok(()),
        false => Err(QuantizeError::Shape { values, width: columns }),
    }
}

/// Packs the codes of one segment.
fn to_bytes(codes: &[u32], format: Format) -> Vec<u8> {
    let bits = format.bits();
    if bits > 8 {
        return codes
            .iter()
            .flat_map(|code| code.to_le_bytes().into_iter().take(bits as usize / 8))
            .collect();
    }
    let codes: Vec<u8> = codes.iter().map(|&code| code as u8).collect();
    let padding = if matches!(format.sharing(), Sharing::Block(_)) { PADDING } else { 0 };
    pack(&codes, bits, padding)
}

/// Unpacks the codes of one segment.
fn from_bytes(bytes: &[u8], format: Format, count: usize) -> Vec<u32> {
    match format.bits() {
        bits @ 9.. => {
            let code = |bytes: &[u8]| bytes.iter().rev().fold(0, |code, &byte| code << 8 | u32::from(byte));
            bytes.chunks(bits as usize / 8).map(code).collect()
        }
        bits => unpack(bytes, bits, count).into_iter().map(u32::from).collect(),
    }
}
