//! Double quantization: the scales of blocks, in 8 bits each (vit-lora.md §2.3).

use serde::{Deserialize, Serialize};

/// Scales a second-level block.
const BLOCK: usize = 256;

/// Entries of the dynamic map.
const ENTRIES: usize = 256;

/// Scales quantized to 8 bits with a dynamic map: offset by their mean, so that the map's two signs are used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DoubleQuantized {
    /// The mean of the scales.
    pub offset: f32,
    /// The absolute maximum of every 256 offset scales.
    pub second_maxima: Vec<f32>,
    /// One index into the map a scale.
    pub codes: Vec<u8>,
}

impl DoubleQuantized {
    /// Quantizes scales, which must be finite.
    pub(crate) fn new(scales: &[f32]) -> Self {
        let map = dynamic_map();
        // Summed in double precision: the mean must not depend on how a machine orders a sum.
        let total: f64 = scales.iter().map(|&scale| f64::from(scale)).sum();
        let offset = if scales.is_empty() { 0.0 } else { (total / scales.len() as f64) as f32 };
        let centred: Vec<f32> = scales.iter().map(|scale| scale - offset).collect();
        let mut second_maxima = Vec::with_capacity(centred.len().div_ceil(BLOCK));
        let mut codes = Vec::with_capacity(centred.len());
        for block in centred.chunks(BLOCK) {
            let most = block.iter().fold(0f32, |most, value| most.max(value.abs()));
            second_maxima.push(most);
            codes.extend(block.iter().map(|&value| match most {
                0.0 => nearest(&map, 0.0),
                _ => nearest(&map, value / most),
            }));
        }
        Self { offset, second_maxima, codes }
    }

    /// The scales as they will be used.
    pub fn restore(&self) -> Vec<f32> {
        let map = dynamic_map();
        let scale = |(index, &code): (usize, &u8)| {
            let scale = map[usize::from(code)] * self.second_maxima[index / BLOCK] + self.offset;
            scale.clamp(f32::MIN, f32::MAX)
        };
        self.codes.iter().enumerate().map(scale).collect()
    }

    /// Bytes taken: a code a scale, the second-level maxima and the offset.
    pub fn bytes(&self) -> usize {
        self.codes.len() + size_of_val(self.second_maxima.as_slice()) + size_of_val(&self.offset)
    }
}

/// The signed dynamic map: for i in 0..7 the 2^i midpoints of equal parts of [0.1, 1], times 10^(i−6), with both
/// signs; 0 and 1. Rising.
pub fn dynamic_map() -> [f32; ENTRIES] {
    let mut map = [0f32; ENTRIES];
    let mut place = 0;
    for exponent in 0..7 {
        let parts = 1u32 << exponent;
        let scale = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0][exponent];
        for part in 0..parts {
            let bound = |index: u32| 0.1 + 0.9 * f64::from(index) / f64::from(parts);
            let middle = ((bound(part) + bound(part + 1)) / 2.0 * scale) as f32;
            map[place] = middle;
            map[place + 1] = -middle;
            place += 2;
        }
    }
    // What remains is one 0, which the array began with, and the 1.
    map[ENTRIES - 1] = 1.0;
    map.sort_unstable_by(f32::total_cmp);
    map
}

/// The index of the entry nearest to a value, the lower of two equally near.
fn nearest(map: &[f32; ENTRIES], value: f32) -> u8 {
    let above = map.partition_point(|&entry| entry < value);
    let Some(below) = above.checked_sub(1) else { return 0 };
    match map.get(above) {
        Some(upper) if upper - value < value - map[below] => above as u8,
        _ => below as u8,
    }
}
