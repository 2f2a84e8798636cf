//! What the published toolbox computes in place of statistics (vit-lora.md §6.2): power by a shifted central t, a p
//! value without a distribution. Kept beside the right ones in [`crate::kit::record::hypothesis`].

use crate::kit::record::hypothesis::{student_p, student_quantile};

/// The published power of a test of two groups of `count` each for an effect d: by Student's t shifted by d·√(n/2),
/// where the noncentral t belongs. Too low.
pub fn power(effect: f64, count: usize, level: f64) -> Option<f64> {
    let freedom = (2 * count).checked_sub(2)? as f64;
    let shift = effect * (count as f64 / 2.0).sqrt();
    let critical = student_quantile(1.0 - (1.0 - level) / 2.0, freedom)?;
    // P(T > x) for either sign of x, from the probability of both tails.
    let above = |bound: f64| {
        let tail = student_p(bound, freedom)? / 2.0;
        Some(if bound < 0.0 { 1.0 - tail } else { tail })
    };
    Some(above(critical - shift)? + above(critical + shift)?)
}

/// The published p value where no library is installed: clamp(2·(1 − |t|/(|t| + √df)), 0.001, 0.999). Below 0.05
/// only for |t| above 39·√df: useless.
pub fn fallback_p(statistic: f64, freedom: f64) -> f64 {
    let size = statistic.abs();
    (2.0 * (1.0 - size / (size + freedom.sqrt()))).clamp(0.001, 0.999)
}
