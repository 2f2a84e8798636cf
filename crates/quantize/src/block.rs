//! The levels of NF4 and FP4, with bitsandbytes' semantics: 4-bit codes into a table of 16 levels, times the absolute
//! maximum of a block of 64 weights (vit-lora.md §2.2).

/// Weights per block.
pub const BLOCK: usize = 64;

/// A table of 16 levels within [−1, 1].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FourBit {
    /// The 16 quantiles of a normal distribution.
    Nf4,
    /// A float of one sign, two exponent and one mantissa bit.
    Fp4,
}

/// The levels of NF4 by code.
pub const NF4_LEVELS: [f32; 16] = [
    -1.0,
    -0.696_192_8,
    -0.525_073_05,
    -0.394_917_5,
    -0.284_441_38,
    -0.184_773_43,
    -0.091_050_036,
    0.0,
    0.079_580_3,
    0.160_930_2,
    0.246_112_3,
    0.337_915_24,
    0.440_709_83,
    0.562_617,
    0.722_956_84,
    1.0,
];

/// Between the levels of NF4: a code is the number of these strictly below the value.
const NF4_THRESHOLDS: [f32; 15] = [
    -0.848_096_4,
    -0.610_632_9,
    -0.459_995_27,
    -0.339_679_43,
    -0.234_607_41,
    -0.137_911_73,
    -0.045_525_018,
    0.039_790_15,
    0.120_255_25,
    0.203_521_25,
    0.292_013_77,
    0.389_312_53,
    0.501_663_4,
    0.642_786_9,
    0.861_478_4,
];

/// Magnitudes of FP4 by the three lower bits of the code, in twelfths; bit 3 is the sign.
const FP4_TWELFTHS: [f32; 8] = [0.0, 0.0625, 8.0, 12.0, 4.0, 6.0, 2.0, 3.0];

/// Between the magnitudes of FP4, with the code above each.
const FP4_THRESHOLDS: [(f32, u8); 7] = [
    (0.002_604_17, 1),
    (0.085_937_5, 6),
    (0.208_333_33, 7),
    (0.291_666_7, 4),
    (0.416_666_7, 5),
    (0.583_333, 2),
    (0.833_333_3, 3),
];

impl FourBit {
    /// The level of a code, of which the four lower bits count.
    pub fn level(self, code: u8) -> f32 {
        match self {
            FourBit::Nf4 => NF4_LEVELS[usize::from(code & 15)],
            FourBit::Fp4 => {
                let magnitude = FP4_TWELFTHS[usize::from(code & 7)] / 12.0;
                if code & 8 == 0 { magnitude } else { -magnitude }
            }
        }
    }

    /// Returns a weight relative to the absolute maximum of its block, within [−1, 1]; 0 if the maximum is 0.
    pub(crate) fn scaled(weight: f32, most: f32) -> f32 {
        if most == 0.0 {
            return 0.0;
        }
        let inverse = 1.0 / most;
        // The smallest numbers have no finite inverse; they can be divided by.
        let scaled = if inverse.is_finite() { weight * inverse } else { weight / most };
        scaled.clamp(-1.0, 1.0)
    }

    /// The code of the nearest level to a value within [−1, 1]; exactly between two, the lower index.
    pub fn code(self, value: f32) -> u8 {
        match self {
            FourBit::Nf4 => NF4_THRESHOLDS.iter().filter(|&&threshold| value > threshold).count() as u8,
            FourBit::Fp4 => {
                let passed = FP4_THRESHOLDS.iter().rev().find(|(threshold, _)| value.abs() > *threshold);
                let sign = if value < 0.0 { 8 } else { 0 };
                passed.map_or(0, |(_, code)| *code) | sign
            }
        }
    }
}
