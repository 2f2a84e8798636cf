//! A mixture of experts: two-layer networks, a few of which process each token.

use crate::error::ModelError;
use crate::layers::{Linear, Watch};
use crate::ops;
use crate::parameters::Weights;
use crate::router::Routes;
use candle_core::{Device, Tensor};

/// Largest number of results of a matrix product for which the matrix library sums in another order. A product with a
/// single row has yet another order.
const FEW_RESULTS: usize = 256;

/// The experts of one block.
#[derive(Debug, Clone)]
pub(super) struct Experts {
    /// Maps from the width to twice the width, and back.
    experts: Vec<[Linear; 2]>,
}

impl Experts {
    pub(crate) fn new(weights: &Weights, name: &str, count: usize, width: usize) -> Result<Self, ModelError> {
        let expert = |index: usize| {
            let linear = |place: usize, sizes| {
                Linear::new(weights, &format!("{name}.experts.{index}.{place}"), sizes, true)
            };
            Ok([linear(0, [width, 2 * width])?, linear(3, [2 * width, width])?])
        };
        Ok(Self { experts: (0..count).map(expert).collect::<Result<_, ModelError>>()? })
    }

    /// Maps `[tokens, width]` to the same shape: the weighted sum of the outputs of each token's experts. Tokens are
    /// sorted by expert, so that each expert computes one matrix product. If an expert has few tokens, its first token
    /// is repeated: otherwise the order of summation for a token, and so the rounding of its logits, would depend on
    /// how many later tokens visit the same expert.
    pub(super) fn forward(
        &self,
        x: &Tensor,
        routes: &Routes,
        watch: Watch<'_>,
    ) -> Result<Tensor, ModelError> {
        let (tokens, width) = x.dims2()?;
        let mut visitors: Vec<Vec<u32>> = vec![vec![]; self.experts.len()];
        let mut visits: Vec<(u32, u32)> = Vec::with_capacity(routes.experts.len());
        for (visit, &expert) in routes.experts.iter().enumerate() {
            if let Some(visitors) = visitors.get_mut(expert as usize) {
                visits.push((expert, visitors.len() as u32));
                visitors.push((visit / routes.width) as u32);
            }
        }
        let mut starts = vec![0u32; visitors.len()];
        for expert in 1..visitors.len() {
            starts[expert] = starts[expert - 1] + visitors[expert - 1].len() as u32;
        }
        // An observer counts each row once, so no row is repeated for it.
        let least = if watch.is_watched() { 1 } else { (FEW_RESULTS / width + 1).max(2) };
        let mut outputs = Vec::with_capacity(visitors.len());
        for (expert, mut visitors) in self.experts.iter().zip(visitors) {
            let Some(&first) = visitors.first() else { continue };
            let count = visitors.len();
            visitors.resize(count.max(least), first);
            let company = visitors.len();
            let rows = x.index_select(&Tensor::from_vec(visitors, company, &Device::Cpu)?, 0)?;
            let inner = ops::relu(&expert[0].forward(&rows, watch)?)?;
            outputs.push(expert[1].forward(&inner, watch)?.narrow(0, 0, count)?);
        }
        let back: Vec<u32> = visits.iter().map(|&(expert, place)| starts[expert as usize] + place).collect();
        let count = back.len();
        let sorted = Tensor::cat(&outputs, 0)?;
        let each = sorted.index_select(&Tensor::from_vec(back, count, &Device::Cpu)?, 0)?;
        match &routes.weights {
            None => Ok(each),
            Some(weights) => {
                let weights = weights.to_dtype(x.dtype())?.unsqueeze(2)?;
                Ok(each.reshape((tokens, routes.width, width))?.broadcast_mul(&weights)?.sum(1)?)
            }
        }
    }
}
