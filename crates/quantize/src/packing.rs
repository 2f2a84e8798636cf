//! Codes of a few bits, packed without gaps: 8 codes of b bits in b bytes, the first code in the highest bits.
//!
//! So two 4-bit codes share a byte with the first in the high half, as bitsandbytes packs them, four 2-bit codes
//! share one, and 3-bit codes run across byte borders, eight in three bytes.

/// Bytes that so many codes of so many bits fill.
pub fn packed_length(count: usize, bits: u32) -> usize {
    let (eights, rest) = (count / 8, count % 8);
    eights * bits as usize + (rest * bits as usize).div_ceil(8)
}

/// Packs the lowest `bits` bits of every code, 1 to 8. What is left of the last byte holds the code `padding`, as
/// much of it as there is room for.
pub fn pack(codes: &[u8], bits: u32, padding: u8) -> Vec<u8> {
    let bits = bits.clamp(1, 8);
    let mask = (1u32 << bits) - 1;
    let length = packed_length(codes.len(), bits);
    let mut bytes = Vec::with_capacity(length);
    let (mut held, mut waiting) = (0u32, 0u32);
    for code in codes.iter().copied().chain(std::iter::repeat(padding)) {
        if bytes.len() == length {
            break;
        }
        waiting = (waiting << bits) | (u32::from(code) & mask);
        held += bits;
        if held >= 8 {
            held -= 8;
            bytes.push((waiting >> held) as u8);
        }
    }
    bytes
}

/// The first `count` codes of packed bytes; fewer where the bytes end.
pub fn unpack(bytes: &[u8], bits: u32, count: usize) -> Vec<u8> {
    let bits = bits.clamp(1, 8);
    let mask = (1u32 << bits) - 1;
    let count = count.min(bytes.len().saturating_mul(8) / bits as usize);
    let mut codes = Vec::with_capacity(count);
    let (mut held, mut waiting) = (0u32, 0u32);
    for &byte in bytes {
        waiting = (waiting << 8) | u32::from(byte);
        held += 8;
        while held >= bits && codes.len() < count {
            held -= bits;
            codes.push((waiting >> held & mask) as u8);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_code_lies_in_the_highest_bits() {
        assert_eq!(pack(&[1, 8, 9], 4, 7), [0x18, 0x97]);
        assert_eq!(pack(&[3, 0, 1, 2, 3], 2, 0), [0b1100_0110, 0b1100_0000]);
        assert_eq!(pack(&[1, 2, 3, 4, 5, 6, 7, 0], 3, 0), [0b0010_1001, 0b1100_1011, 0b1011_1000]);
        assert_eq!(pack(&[255, 7], 8, 0), [255, 7]);
        assert!(pack(&[], 3, 0).is_empty());
    }

    #[test]
    fn every_length_comes_back() {
        for bits in 1..=8 {
            for count in 0..40usize {
                let codes: Vec<u8> =
                    (0..count).map(|place| (place * 37 % 256) as u8 & ((1u32 << bits) - 1) as u8).collect();
                let bytes = pack(&codes, bits, 0);
                assert_eq!(bytes.len(), (count * bits as usize).div_ceil(8));
                assert_eq!(bytes.len(), packed_length(count, bits));
                assert_eq!(unpack(&bytes, bits, count), codes, "{count} codes of {bits} bits");
            }
        }
    }

    #[test]
    fn bytes_that_end_early_give_fewer_codes() {
        assert_eq!(unpack(&[0x12], 4, 9), [1, 2]);
        assert!(unpack(&[], 8, 3).is_empty());
    }
}
