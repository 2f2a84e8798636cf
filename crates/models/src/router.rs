//! Routers: they choose the experts of each token.

use crate::architecture::Gating;
use crate::error::ModelError;
use candle_core::{D, Device, Tensor};

/// The chosen experts of each token, and their weights.
#[derive(Debug, Clone)]
pub(super) struct Routes {
    /// Experts per token.
    pub(super) width: usize,
    /// The chosen experts, `width` different ones per token.
    pub(super) experts: Vec<u32>,
    /// The weights `[tokens, width]`; `None` if every weight is 1.
    pub(super) weights: Option<Tensor>,
}

impl Routes {
    /// Returns the routes of the given tokens only.
    pub(crate) fn of(&self, tokens: &[u32]) -> Result<Self, ModelError> {
        let rows = |token: &u32| {
            let first = *token as usize * self.width;
            self.experts[first..first + self.width].iter().copied()
        };
        let experts = tokens.iter().flat_map(rows).collect();
        let places = Tensor::from_slice(tokens, tokens.len(), &Device::Cpu)?;
        let weights = self.weights.as_ref().map(|weights| weights.index_select(&places, 0)).transpose()?;
        Ok(Self { width: self.width, experts, weights })
    }
}

/// Routes each token to the experts with the largest logits; `logits` is `[tokens, experts]`. Of equal logits, the
/// first is chosen.
pub(super) fn by_logits(logits: &Tensor, width: usize, gating: Gating) -> Result<Routes, ModelError> {
    let (tokens, experts) = logits.dims2()?;
    let width = width.min(experts);
    let values: Vec<f64> = logits.detach().to_dtype(candle_core::DType::F64)?.flatten_all()?.to_vec1()?;
    let mut chosen = Vec::with_capacity(tokens * width);
    let mut order: Vec<u32> = Vec::with_capacity(experts);
    for row in values.chunks_exact(experts) {
        order.clear();
        order.extend(0..experts as u32);
        order.sort_by(|&one, &other| row[other as usize].total_cmp(&row[one as usize]));
        chosen.extend_from_slice(&order[..width]);
    }
    let weights = match (gating, width) {
        (Gating::Chosen, 1) => None,
        (Gating::Chosen, _) => Some(softmax(&gather(logits, &chosen, width)?)?),
        (Gating::All, _) => Some(gather(&softmax(logits)?, &chosen, width)?),
    };
    Ok(Routes { width, experts: chosen, weights })
}

fn gather(values: &Tensor, experts: &[u32], width: usize) -> Result<Tensor, ModelError> {
    let places = Tensor::from_slice(experts, (experts.len() / width, width), &Device::Cpu)?;
    Ok(values.gather(&places, 1)?)
}

fn softmax(logits: &Tensor) -> Result<Tensor, ModelError> {
    let powers = logits.broadcast_sub(&logits.detach().max_keepdim(D::Minus1)?)?.exp()?;
    Ok(powers.broadcast_div(&powers.sum_keepdim(D::Minus1)?)?)
}

/// ε of the published router, which divides the phase by ε + 0.1.
const EPSILON: f64 = 1.0;
/// Fraction of the sites that do not count as resonances.
const QUANTILE: f64 = 0.9;

/// Routes each token by the phase of the resolvent (resnet-bk.md §9.2). `green` holds one value of G per token, in
/// sequences of `sites` tokens.
///
/// The circle is divided into as many sectors as there are experts; the sector of the phase chooses the primary expert.
/// If |G| exceeds its 0.9-quantile, a neighboring expert is added. The published quantile is over the whole batch,
/// including later tokens and other sequences. With `causal`, it is over the sites of the same sequence up to this one.
pub(super) fn by_phase(
    green: &[(f64, f64)],
    sites: usize,
    experts: usize,
    causal: bool,
) -> Result<Routes, ModelError> {
    let magnitudes: Vec<f64> = green.iter().map(|(re, im)| (re * re + im * im).sqrt()).collect();
    let thresholds: Vec<f64> = match causal {
        true => magnitudes.chunks(sites.max(1)).flat_map(running_quantile).collect(),
        false => {
            let mut ordered = magnitudes.clone();
            ordered.sort_unstable_by(f64::total_cmp);
            vec![quantile(&ordered); magnitudes.len()]
        }
    };
    let width = experts.min(2);
    let (mut chosen, mut weights) = (Vec::new(), Vec::new());
    for (&(re, im), (&magnitude, &threshold)) in green.iter().zip(magnitudes.iter().zip(&thresholds)) {
        let primary = primary(pxfm::f_atan2(im, re), experts);
        let (first, second, share) = match magnitude > threshold && width == 2 {
            // The neighbor is the expert below the primary one, or above it at the lower end.
            true => {
                let start = primary.saturating_sub(1);
                let [one, other] =
                    [start, start + 1].map(|expert| 1.0 / (1 + expert.abs_diff(primary)) as f64);
                (start, start + 1, [one / (one + other), other / (one + other)])
            }
            // The unused place holds another expert with weight 0.
            false => (primary, usize::from(primary == 0), [1.0, 0.0]),
        };
        chosen.extend([first as u32, second as u32].into_iter().take(width));
        weights.extend(share.into_iter().take(width));
    }
    let weights = Tensor::from_vec(weights, (green.len(), width), &Device::Cpu)?;
    Ok(Routes { width, experts: chosen, weights: (width > 1).then_some(weights) })
}

/// Returns the expert whose sector contains the phase, after the phase is divided by ε + 0.1 and wrapped to [−π, π).
fn primary(phase: f64, experts: usize) -> usize {
    let turn = std::f64::consts::TAU;
    let half = std::f64::consts::PI;
    let phase = (phase / (EPSILON + 0.1) + half).rem_euclid(turn) - half;
    let part = (experts as f64 * (phase + half) / turn).floor();
    (part.max(0.0) as usize).min(experts.saturating_sub(1))
}

/// Returns the 0.9-quantile of sorted numbers, interpolated as in PyTorch.
fn quantile(ordered: &[f64]) -> f64 {
    let Some(last) = ordered.len().checked_sub(1) else { return f64::INFINITY };
    let place = QUANTILE * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    ordered[below] + (ordered[above] - ordered[below]) * (place - below as f64)
}

/// Returns, for each site, the quantile of the values up to it.
fn running_quantile(values: &[f64]) -> Vec<f64> {
    let mut ordered: Vec<f64> = Vec::with_capacity(values.len());
    let next = |&value: &f64| {
        ordered.insert(ordered.partition_point(|&other| other < value), value);
        quantile(&ordered)
    };
    values.iter().map(next).collect()
}

#[cfg(test)]
mod tests {
    use super::{by_phase, primary, running_quantile};

    #[test]
    fn the_circle_is_cut_into_equal_parts() {
        // With ε + 0.1 = 1.1, the phase 1.1·π/2 is a quarter turn.
        let quarter = 1.1 * std::f64::consts::FRAC_PI_2;
        assert_eq!(primary(0.0, 4), 2);
        assert_eq!(primary(quarter + 1e-9, 4), 3);
        assert_eq!(primary(-1e-9, 4), 1);
        assert_eq!(primary(-quarter - 1e-9, 4), 0);
        assert_eq!(primary(0.0, 1), 0);
    }

    #[test]
    fn the_running_quantile_knows_no_later_value() {
        let values = [3.0, 1.0, 2.0, 10.0];
        let all = running_quantile(&values);
        assert_eq!(all[..2], running_quantile(&values[..2])[..]);
        assert_eq!(all[0], 3.0);
        assert!((all[1] - 2.8).abs() < 1e-12);
    }

    #[test]
    fn a_resonance_is_shared_with_the_neighbour() {
        let green = [(1.0, 0.1), (1.0, 0.1), (1.0, 0.1), (5.0, 0.5)];
        let routes = by_phase(&green, 4, 4, true).ok();
        let routes = routes.as_ref().map(|routes| routes.experts.as_slice());
        assert_eq!(routes, Some([2, 0, 2, 0, 2, 0, 1, 2].as_slice()));
    }
}
