//! The quantized core as published: its schemes, its size formula and its four demonstrations (resnet-bk.md §3).
//!
//! The published “quantization-aware training” rounds through a cast to whole numbers, which cuts the graph: every
//! gradient is zero, and no parameter ever changes (§3.3). So it is post-training quantization with other words.

pub mod claims;

pub use claims::claims;

use super::record::{Config, Mode, Reading, SizeEstimate};
use bk_quantize::{Granularity, ScaleRule, Scheme, Width};

/// The scheme of a width: at 8 bits a scale a channel, the maximum on code 127; at 4 bits a scale a group, the maximum
/// on 6.5, so that the codes 7, −7 and −8 go all but unused. Always symmetric, though a switch says otherwise.
pub fn scheme(width: Width, group: usize) -> Scheme {
    let (granularity, rule) = match width {
        Width::Int4 => (Granularity::Group, ScaleRule::PublishedDivisor),
        _ => (Granularity::Channel, ScaleRule::AbsoluteMaximum),
    };
    Scheme { width, zero_point: false, granularity, group, rule }
}

/// The published estimate of a core's size: it has no parameters, so 10 a site are assumed; scales and zero points are
/// taken as 4 bytes each, at 8 bits one pair a site and tensor, at 4 bits one a group and tensor (§3.4).
pub fn size_estimate(config: &Config) -> SizeEstimate {
    let parameters = 10.0 * config.sites as f64;
    let (bytes, scales) = match config.green_bits {
        Width::Int4 => (0.5, config.sites.div_ceil(config.group.max(1))),
        _ => (1.0, config.sites),
    };
    let fp32_bytes = 4.0 * parameters;
    let quantized_bytes = bytes * parameters + 8.0 * 3.0 * scales as f64;
    SizeEstimate { fp32_bytes, quantized_bytes, compression_ratio: fp32_bytes / quantized_bytes }
}

/// A published demonstration: what it runs, and what was printed. None had a seed; here every one takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Demonstration {
    /// 1 to 4.
    pub number: u32,
    /// What it shows.
    pub title: &'static str,
    /// What it runs.
    pub configs: Vec<Config>,
    /// What was published of it, and what one run more or less gives (§3.5).
    pub published: &'static str,
}

/// All four, with a seed.
pub fn demonstrations(seed: u32) -> Vec<Demonstration> {
    (1..=4).filter_map(|number| demonstration(number, seed)).collect()
}

/// The published demonstration of a number, with a seed; `None` but for 1 to 4.
pub fn demonstration(number: u32, seed: u32) -> Option<Demonstration> {
    let config = |mode, batches| Config { batches, seed, ..Config::of(mode, Reading::Published) };
    let (title, configs, published) = match number {
        1 => (
            "Post-training quantization to INT8, 100 calibration batches",
            vec![config(Mode::PtqInt8, 100)],
            "0.55 % end to end; 20.00 KB to 17.00 KB, 1.18 ×",
        ),
        2 => (
            "“Quantization-aware training” to INT8: 50 calibration batches and ten forward passes",
            vec![config(Mode::QatInt8, 50)],
            "0.86 % of v, 0.33 % of Re G alone; the two are not the error end to end",
        ),
        3 => (
            "Group-wise INT4, groups of 128, 100 calibration batches",
            vec![config(Mode::PtqInt4, 100)],
            "12.65 % end to end; 20.00 KB to 2.59 KB, 7.71 ×",
        ),
        4 => (
            "INT8 and INT4 compared, 50 calibration batches each",
            vec![config(Mode::PtqInt8, 50), config(Mode::PtqInt4, 50)],
            "0.55 % and 12.13 % end to end, mean errors 0.0017 and 0.0369",
        ),
        _ => return None,
    };
    Some(Demonstration { number, title, configs, published })
}
