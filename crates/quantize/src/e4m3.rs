//! FP8 E4M3 of the OCP 8-bit floating point specification: 1 sign bit, 4 exponent bits with bias 7, 3 mantissa bits.
//!
//! There are no infinities; S.1111.111 is NaN, so the largest value is 1.75·2⁸ = 448. The smallest normal value is 2⁻⁶,
//! and subnormal values are multiples of 2⁻⁹.

use crate::formats::Codec;
use crate::grid::Grid;
use crate::rows::largest;
use crate::rule::ScaleRule;
use crate::scheme::Width;

/// The largest value.
const MAX: f32 = 448.0;

/// The exponent of the smallest normal value.
const SMALLEST: i32 = -6;

/// FP8 E4M3 times a scale that brings the absolute maximum of a group to 448. The scale rule does not apply.
pub(crate) struct E4m3;

impl Codec for E4m3 {
    fn scale(&self, weights: &[f32], _: ScaleRule) -> f32 {
        match largest(weights) {
            0.0 => 1.0,
            // A grid keeps its step normal, so that it can be divided by.
            most => Grid::new(f64::from(most / MAX), 0, Width::Int8).scale,
        }
    }

    fn encode(&self, weight: f32, scale: f32) -> u32 {
        code(weight / scale).into()
    }

    fn decode(&self, code: u32, scale: f32) -> f32 {
        // Only the last rounding of the largest weights can pass the largest float.
        (value(code as u8) * scale).clamp(f32::MIN, f32::MAX)
    }
}

/// Returns the code of a number that is not NaN: the nearest value, ties to even; ±448 for everything beyond.
fn code(number: f32) -> u8 {
    let magnitude = number.abs().min(MAX);
    let exponent = ((magnitude.to_bits() >> 23) as i32 - 127).max(SMALLEST);
    // Values of this exponent are multiples of 2^(exponent − 3): 8 to 15 of them, or 0 to 7 for subnormal values. If
    // rounding gives 16, the sum carries into the next exponent.
    let steps = (magnitude * power(3 - exponent)).round_ties_even() as u8;
    let sign = if number.is_sign_negative() { 0x80 } else { 0 };
    sign | (((exponent - SMALLEST) as u8) * 8 + steps)
}

/// Returns the value of a code; NaN for S.1111.111.
fn value(code: u8) -> f32 {
    let (exponent, mantissa) = (i32::from(code >> 3 & 15), code & 7);
    let magnitude = match (exponent, mantissa) {
        (15, 7) => f32::NAN,
        (0, _) => f32::from(mantissa) * power(SMALLEST - 3),
        _ => f32::from(8 + mantissa) * power(exponent - 10),
    };
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}

/// Returns 2^exponent for a normal exponent.
fn power(exponent: i32) -> f32 {
    f32::from_bits(((exponent + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use super::{code, value};

    /// The value of a code from the definition: (−1)^S · 2^(E−7) · (1 + M/8), or (−1)^S · 2^(−6) · M/8 if E is 0.
    fn defined(code: u8) -> f64 {
        let bits = format!("{code:08b}");
        let field = |range: std::ops::Range<usize>| u32::from_str_radix(&bits[range], 2).map(f64::from);
        let (Ok(sign), Ok(exponent), Ok(mantissa)) = (field(0..1), field(1..5), field(5..8)) else {
            return f64::NAN;
        };
        let magnitude = match (exponent, mantissa) {
            (15.0, 7.0) => f64::NAN,
            (0.0, _) => 2f64.powi(-6) * mantissa / 8.0,
            _ => 2f64.powi(exponent as i32 - 7) * (1.0 + mantissa / 8.0),
        };
        if sign == 1.0 { -magnitude } else { magnitude }
    }

    /// The code of the nearest value by trying all of one sign: of two equally near, the one with an even mantissa.
    fn nearest(number: f64) -> u8 {
        let sign = if number.is_sign_negative() { 0x80 } else { 0 };
        let distance = |code: u8| (defined(code) - number).abs();
        let mut best = sign;
        for code in sign..sign + 127 {
            let is_tie = distance(code) == distance(best) && code % 2 == 0;
            if distance(code) < distance(best) || is_tie {
                best = code;
            }
        }
        best
    }

    #[test]
    fn all_256_values_are_those_of_the_definition() {
        for code in 0..=255u8 {
            let (found, expected) = (f64::from(value(code)), defined(code));
            let is_same = found == expected && found.is_sign_negative() == expected.is_sign_negative();
            assert!(is_same || found.is_nan() && expected.is_nan(), "{code:#04x}: {found}, {expected}");
        }
        assert_eq!((0..=255).filter(|&code| value(code).is_nan()).collect::<Vec<u8>>(), [0x7f, 0xff]);
        assert_eq!((value(0x01), value(0x08), value(0x7e)), (0.001_953_125, 0.015_625, 448.0));
    }

    #[test]
    fn every_value_is_its_own_code() {
        for byte in (0..=255u8).filter(|byte| byte & 0x7f != 0x7f) {
            assert_eq!(code(value(byte)), byte);
        }
    }

    #[test]
    fn rounding_takes_the_nearest_value_and_ties_go_to_even() {
        let check = |number: f32| assert_eq!(code(number), nearest(number.into()), "{number:e}");
        for byte in 0..126u8 {
            let middle = ((defined(byte) + defined(byte + 1)) / 2.0) as f32;
            for number in [middle, middle.next_up(), middle.next_down()] {
                check(number);
                check(-number);
            }
        }
        // Every exponent of single precision and its neighborhood, and a fine sweep through the range.
        for bits in (0..0x7f80_0000u32).step_by(0x0001_2345) {
            check(f32::from_bits(bits));
        }
        for step in -60_000..60_000i32 {
            check(step as f32 * 0.0083);
            check(step as f32 * 1e-6);
        }
    }

    #[test]
    fn numbers_beyond_the_range_are_clipped() {
        for number in [448.0, 464.0, 464.1, 480.0, 1e30, f32::MAX] {
            assert_eq!((code(number), code(-number)), (0x7e, 0xfe));
        }
    }
}
