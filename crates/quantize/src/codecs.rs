//! The codecs of the format table: floats, evenly spaced grids, tables of 16 levels, and LLM.int8.

use crate::block::FourBit;
use crate::formats::Codec;
use crate::grid::Grid;
use crate::rows;
use crate::rule::ScaleRule;
use crate::scheme::Width;
use crate::tensor::to_half;
use half::f16;

/// IEEE single precision: a code is the bit pattern.
pub(crate) struct Single;

impl Codec for Single {
    fn scale(&self, _: &[f32], _: ScaleRule) -> f32 {
        1.0
    }

    fn encode(&self, weight: f32, _: f32) -> u32 {
        weight.to_bits()
    }

    fn decode(&self, code: u32, _: f32) -> f32 {
        f32::from_bits(code)
    }
}

/// IEEE half precision: a code is the bit pattern. Weights beyond the largest finite value are clipped to it.
pub(crate) struct Half;

impl Codec for Half {
    fn scale(&self, _: &[f32], _: ScaleRule) -> f32 {
        1.0
    }

    fn encode(&self, weight: f32, _: f32) -> u32 {
        to_half(weight).to_bits().into()
    }

    fn decode(&self, code: u32, _: f32) -> f32 {
        f16::from_bits(code as u16).to_f32()
    }
}

/// A symmetric grid of evenly spaced levels; the scale rule finds its step.
pub(crate) struct Integer(pub(crate) Width);

impl Codec for Integer {
    fn scale(&self, weights: &[f32], rule: ScaleRule) -> f32 {
        rule.grid(weights, self.0, false).scale
    }

    fn encode(&self, weight: f32, scale: f32) -> u32 {
        let code = Grid { scale, zero_point: 0 }.encode(weight, self.0) as u8;
        u32::from(code) & ((1 << self.0.bits()) - 1)
    }

    fn decode(&self, code: u32, scale: f32) -> f32 {
        let unused = 8 - self.0.bits();
        Grid { scale, zero_point: 0 }.decode(((code << unused) as u8 as i8) >> unused)
    }
}

/// 16 levels within [−1, 1] times the absolute maximum.
pub(crate) struct Table(pub(crate) FourBit);

impl Codec for Table {
    fn scale(&self, weights: &[f32], _: ScaleRule) -> f32 {
        rows::largest(weights)
    }

    fn encode(&self, weight: f32, scale: f32) -> u32 {
        self.0.code(FourBit::scaled(weight, scale)).into()
    }

    fn decode(&self, code: u32, scale: f32) -> f32 {
        self.0.level(code as u8) * scale
    }
}

/// LLM.int8: codes −127 to 127 times the absolute maximum, over 127.
pub(crate) struct RowInteger;

impl Codec for RowInteger {
    fn scale(&self, weights: &[f32], _: ScaleRule) -> f32 {
        rows::largest(weights)
    }

    fn encode(&self, weight: f32, scale: f32) -> u32 {
        u32::from(rows::code(weight, scale) as u8)
    }

    fn decode(&self, code: u32, scale: f32) -> f32 {
        rows::level(code as u8 as i8, scale)
    }
}
