//! How a step and a zero point are found from samples.

use crate::error::QuantizeError;
use crate::grid::Grid;
use crate::scheme::Width;
use serde::{Deserialize, Serialize};

/// The published quantizers use no scale below this.
pub const PUBLISHED_SMALLEST_SCALE: f64 = 1e-6;

/// How a grid is laid through samples.
///
/// Written, parsed and serialized as text: `absolute-maximum`, `published-divisor`, `percentile:99.9`, `least-squares`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ScaleRule {
    /// The outermost samples lie on the outermost levels: max|x|/(2^(b−1) − 1), or (max − min)/(2^b − 1) with a zero
    /// point, where the range is widened to hold 0.
    #[default]
    AbsoluteMaximum,
    /// max|x|/(2^(b−1) − 1.5), and not below [`PUBLISHED_SMALLEST_SCALE`]: the published group-wise quantizer. The
    /// maximum falls on a half and rounds down, so the outermost codes go unused (resnet-bk.md §3.1).
    PublishedDivisor,
    /// As the absolute maximum, but of the samples below this percentile (and above its complement where there is a
    /// zero point); what lies beyond is clipped. Above 50, at most 100.
    Percentile(f64),
    /// The step (and zero point) of the least summed squared error over the samples.
    LeastSquares,
}

impl std::fmt::Display for ScaleRule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ScaleRule::AbsoluteMaximum => formatter.write_str("absolute-maximum"),
            ScaleRule::PublishedDivisor => formatter.write_str("published-divisor"),
            ScaleRule::Percentile(percent) => write!(formatter, "percentile:{percent}"),
            ScaleRule::LeastSquares => formatter.write_str("least-squares"),
        }
    }
}

impl std::str::FromStr for ScaleRule {
    type Err = QuantizeError;

    fn from_str(text: &str) -> Result<Self, QuantizeError> {
        match (text, text.strip_prefix("percentile:").and_then(|percent| percent.parse().ok())) {
            ("absolute-maximum", _) => Ok(ScaleRule::AbsoluteMaximum),
            ("published-divisor", _) => Ok(ScaleRule::PublishedDivisor),
            ("least-squares", _) => Ok(ScaleRule::LeastSquares),
            (_, Some(percent)) => Ok(ScaleRule::Percentile(percent)),
            _ => Err(QuantizeError::Rule(text.chars().take(40).collect())),
        }
    }
}

impl TryFrom<String> for ScaleRule {
    type Error = QuantizeError;

    fn try_from(text: String) -> Result<Self, QuantizeError> {
        text.parse()
    }
}

impl From<ScaleRule> for String {
    fn from(rule: ScaleRule) -> String {
        rule.to_string()
    }
}

/// Samples that the search for the least squares looks at, taken evenly from all by rank: enough that 256 levels get
/// 16 each, and few enough to try some hundred grids in a blink.
const SEARCHED: usize = 4096;

/// Ranges tried to each side: from the full one inwards in equal parts.
const TRIED: u32 = 24;

/// The narrowest range tried, as a part of the full one: with 4 levels the best for a normal distribution ends at
/// about 1.5 deviations, a third of the range of a hundred thousand samples.
const NARROWEST: f64 = 0.2;

/// Refinements of the best grid found; each keeps the codes and takes the step that suits them best.
const REFINEMENTS: usize = 8;

impl ScaleRule {
    /// Checks the rule.
    ///
    /// # Errors
    /// Returns [`QuantizeError::Percentile`] unless a percentile is above 50 and at most 100.
    pub fn check(self) -> Result<(), QuantizeError> {
        match self {
            ScaleRule::Percentile(percent) if !(percent > 50.0 && percent <= 100.0) => {
                Err(QuantizeError::Percentile(percent))
            }
            _ => Ok(()),
        }
    }

    /// The grid for samples, which must be finite. Samples that are all 0, or none, give the step 1.
    pub fn grid(self, samples: &[f32], width: Width, zero_point: bool) -> Grid {
        let (lowest, highest) = width.codes();
        let (low, high) = match self {
            ScaleRule::Percentile(percent) => percentile_range(samples, percent, zero_point),
            _ => range(samples, zero_point),
        };
        if low == high {
            let scale = if self == ScaleRule::PublishedDivisor { PUBLISHED_SMALLEST_SCALE } else { 1.0 };
            return Grid::new(scale, 0, width);
        }
        match self {
            ScaleRule::PublishedDivisor => {
                // In single precision throughout, as published: the last digit decides ties.
                let scale = high as f32 / (highest as f32 - 0.5);
                Grid::new(f64::from(scale).max(PUBLISHED_SMALLEST_SCALE), 0, width)
            }
            ScaleRule::LeastSquares => least_squares(samples, width, zero_point, low, high),
            ScaleRule::AbsoluteMaximum | ScaleRule::Percentile(_) => {
                spanning(low, high, width, zero_point, lowest, highest)
            }
        }
    }
}

/// From the least to the greatest sample and 0; from −max|x| to max|x| where zero must stay in the middle.
fn range(samples: &[f32], zero_point: bool) -> (f64, f64) {
    let (low, high) =
        samples.iter().fold((0f32, 0f32), |(low, high), &value| (low.min(value), high.max(value)));
    around(f64::from(low), f64::from(high), zero_point)
}

fn around(low: f64, high: f64, zero_point: bool) -> (f64, f64) {
    if zero_point {
        return (low, high);
    }
    let most = high.max(-low);
    (-most, most)
}

/// The range of what lies within a percentile.
fn percentile_range(samples: &[f32], percent: f64, zero_point: bool) -> (f64, f64) {
    let mut ordered: Vec<f32> = match zero_point {
        true => samples.to_vec(),
        false => samples.iter().map(|value| value.abs()).collect(),
    };
    ordered.sort_unstable_by(f32::total_cmp);
    let Some(last) = ordered.len().checked_sub(1) else { return (0.0, 0.0) };
    // Nearest rank: a level that some sample really has.
    let at = |percent: f64| f64::from(ordered[((percent / 100.0 * last as f64).round() as usize).min(last)]);
    match zero_point {
        true => (at(100.0 - percent).min(0.0), at(percent).max(0.0)),
        false => (-at(percent), at(percent)),
    }
}

/// The grid whose outermost levels are the ends of a range that holds 0.
fn spanning(low: f64, high: f64, width: Width, zero_point: bool, lowest: i32, highest: i32) -> Grid {
    if !zero_point {
        return Grid::new(high / f64::from(highest), 0, width);
    }
    let scale = (high - low) / f64::from(highest - lowest);
    let shift = (f64::from(lowest) - low / scale).round_ties_even();
    Grid::new(scale, shift as i32, width)
}

/// The grid of the least squared error among those spanning parts of the range, refined.
fn least_squares(samples: &[f32], width: Width, zero_point: bool, low: f64, high: f64) -> Grid {
    let (lowest, highest) = width.codes();
    let samples = evenly(samples);
    let part = |step: u32| 1.0 - (1.0 - NARROWEST) * f64::from(step) / f64::from(TRIED);
    let mut best = spanning(low, high, width, zero_point, lowest, highest);
    let mut least = squared_error(&samples, &best, width);
    let mut consider = |grid: Grid| {
        let error = squared_error(&samples, &grid, width);
        if error < least {
            (best, least) = (grid, error);
        }
        best
    };
    let mut grid = consider(spanning(low, high, width, zero_point, lowest, highest));
    for upper in 0..=TRIED {
        let lowers = if zero_point { 0..=TRIED } else { upper..=upper };
        for lower in lowers {
            let (low, high) = (low * part(lower), high * part(upper));
            grid = consider(spanning(low, high, width, zero_point, lowest, highest));
        }
    }
    for _ in 0..REFINEMENTS {
        grid = consider(Grid::new(best_step(&samples, &grid, width), i32::from(grid.zero_point), width));
    }
    grid
}

/// At most [`SEARCHED`] of the samples, in the middles of as many equal parts of their ranking.
fn evenly(samples: &[f32]) -> Vec<f32> {
    if samples.len() <= SEARCHED {
        return samples.to_vec();
    }
    let mut ordered = samples.to_vec();
    ordered.sort_unstable_by(f32::total_cmp);
    (0..SEARCHED).map(|place| ordered[(2 * place + 1) * ordered.len() / (2 * SEARCHED)]).collect()
}

fn squared_error(samples: &[f32], grid: &Grid, width: Width) -> f64 {
    let error = |&value: &f32| f64::from(value) - f64::from(grid.round(value, width));
    samples.iter().map(error).map(|error| error * error).sum()
}

/// The step that suits the codes of the samples best: Σ x(q − z) / Σ (q − z)².
fn best_step(samples: &[f32], grid: &Grid, width: Width) -> f64 {
    let (mut product, mut square) = (0.0, 0.0);
    for &value in samples {
        let steps = f64::from(i32::from(grid.encode(value, width)) - i32::from(grid.zero_point));
        product += f64::from(value) * steps;
        square += steps * steps;
    }
    if square > 0.0 { product / square } else { f64::from(grid.scale) }
}
