//! The published quantized core: its schemes, its size formula, and its four demonstrations (resnet-bk.md §3).
//!
//! The published “quantization-aware training” rounds through a cast to integers, which cuts the graph: every gradient
//! is zero, and no parameter ever changes (§3.3). It is therefore post-training quantization under another name.

pub mod claims;

pub use claims::claims;

use super::record::{Config, Mode, Reading, SizeEstimate};
use bk_quantize::{Granularity, ScaleRule, Scheme, Width};

/// Returns the published scheme of a bit width. 8 bits use one scale per channel with the maximum at code 127. 4 bits
/// use one scale per group with the maximum at 6.5, so the codes 7, −7, and −8 are almost unused. The scheme is always
/// symmetric, although a setting claims otherwise.
pub fn scheme(width: Width, group: usize) -> Scheme {
    let (granularity, rule) = match width {
        Width::Int4 => (Granularity::Group, ScaleRule::PublishedDivisor),
        _ => (Granularity::Channel, ScaleRule::AbsoluteMaximum),
    };
    Scheme { width, zero_point: false, granularity, group, rule }
}

/// Returns the published estimate of a core's size. The core has no parameters, so the estimate assumes 10 per site. It
/// counts scales and zero points as 4 bytes each: one pair per site and tensor at 8 bits, one pair per group and tensor
/// at 4 bits (§3.4).
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

/// A published demonstration: its configs and the printed results. The published runs had no seed; here each one takes
/// a seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Demonstration {
    /// The number, 1 to 4.
    pub number: u32,
    /// The title.
    pub title: &'static str,
    /// The configs to run.
    pub configs: Vec<Config>,
    /// The published results (§3.5).
    pub published: &'static str,
}

/// Returns all four demonstrations, with a seed.
pub fn demonstrations(seed: u32) -> Vec<Demonstration> {
    (1..=4).filter_map(|number| demonstration(number, seed)).collect()
}

/// Returns the published demonstration with a number, with a seed; `None` for numbers other than 1 to 4.
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
