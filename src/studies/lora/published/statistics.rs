//! The published toolbox's substitutes for statistics (vit-lora.md §6.2): power by a shifted central t, and a p value
//! without a distribution. They are shown beside the correct ones in [`crate::kit::record::hypothesis`].

use crate::kit::record::hypothesis::{student_p, student_quantile};

/// Returns the published power of a test of two groups of `count` values each for an effect d, by Student's t shifted
/// by d·√(n/2). The correct distribution is the noncentral t; this power is too low.
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

/// Returns the published p value for a machine without a statistics library: clamp(2·(1 − |t|/(|t| + √df)), 0.001,
/// 0.999). It is below 0.05 only for |t| above 39·√df, so it is useless.
pub fn fallback_p(statistic: f64, freedom: f64) -> f64 {
    let size = statistic.abs();
    (2.0 * (1.0 - size / (size + freedom.sqrt()))).clamp(0.001, 0.999)
}
