//! AdamW with accessible running means, so that a resumed training continues bit for bit.

use crate::architecture::Parameter;
use crate::error::ModelError;
use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};

/// Decay of the running mean of the gradient.
const FIRST_DECAY: f64 = 0.9;
/// Decay of the running mean of the squared gradient.
const SECOND_DECAY: f64 = 0.99;
/// Keeps the step finite where the gradient has always been zero.
const EPSILON: f64 = 1e-8;

/// The state of the optimizer: running means, one list per parameter.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct AdamW {
    /// Running means of the gradient.
    pub(crate) first: Vec<Vec<f32>>,
    /// Running means of the squared gradient.
    pub(crate) second: Vec<Vec<f32>>,
}

/// The settings of one step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// Steps taken before.
    pub(crate) taken: usize,
    pub(crate) learning_rate: f64,
    /// Weight decay of matrices; vectors do not decay.
    pub(crate) weight_decay: f64,
    /// Largest norm of the gradient over all parameters; a larger gradient is scaled down to it.
    pub(crate) clip: f64,
}

impl AdamW {
    pub(crate) fn new(parameters: &[(Parameter, Var)]) -> Self {
        let zeros = || parameters.iter().map(|(parameter, _)| vec![0.0; parameter.count()]).collect();
        Self { first: zeros(), second: zeros() }
    }

    /// Updates the parameters and returns the norm of the gradient before clipping. Changes nothing if the norm is not
    /// finite. A parameter without a gradient is left unchanged.
    pub(crate) fn step(
        &mut self,
        parameters: &[(Parameter, Var)],
        by: &GradStore,
        step: Step,
    ) -> Result<f64, ModelError> {
        let derivative = |(_, variable): &(Parameter, Var)| {
            by.get(variable).map(|by| by.flatten_all()?.to_vec1::<f32>()).transpose()
        };
        let all: Vec<Option<Vec<f32>>> = parameters.iter().map(derivative).collect::<Result<_, _>>()?;
        let squares = all.iter().flatten().flatten().map(|&by| f64::from(by) * f64::from(by));
        let norm = squares.sum::<f64>().sqrt();
        if !norm.is_finite() {
            return Ok(norm);
        }
        let scale = if norm > step.clip { step.clip / norm } else { 1.0 } as f32;
        let steps = step.taken as u32 + 1;
        let (first_part, second_part) = (1.0 - power(FIRST_DECAY, steps), 1.0 - power(SECOND_DECAY, steps));
        let size = (step.learning_rate / first_part) as f32;
        let root = (1.0 / second_part) as f32;
        let lists = self.first.iter_mut().zip(&mut self.second);
        for (((parameter, variable), by), (first, second)) in parameters.iter().zip(&all).zip(lists) {
            let Some(by) = by else { continue };
            let decay = if parameter.shape.len() > 1 { step.learning_rate * step.weight_decay } else { 0.0 };
            let kept = (1.0 - decay) as f32;
            let mut values: Vec<f32> = variable.flatten_all()?.to_vec1()?;
            let moments = first.iter_mut().zip(second.iter_mut());
            for ((value, &by), (first, second)) in values.iter_mut().zip(by).zip(moments) {
                let by = by * scale;
                *first += (1.0 - FIRST_DECAY as f32) * (by - *first);
                *second += (1.0 - SECOND_DECAY as f32) * (by * by - *second);
                *value = *value * kept - size * *first / ((*second * root).sqrt() + EPSILON as f32);
            }
            variable.set(&Tensor::from_vec(values, variable.shape(), &Device::Cpu)?)?;
        }
        Ok(norm)
    }
}

/// Returns `base` to a whole power by repeated squaring, with the same bits on every machine. The order is that of
/// `f64::powi`, so that earlier trainings are reproduced.
fn power(mut base: f64, exponent: u32) -> f64 {
    let (mut rest, mut product) = (exponent, 1.0);
    while rest > 0 {
        if rest & 1 == 1 {
            product *= base;
        }
        rest >>= 1;
        base *= base;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_has_the_bits_of_the_standard_library() {
        for decay in [FIRST_DECAY, SECOND_DECAY] {
            for steps in 1..10_000 {
                assert_eq!(power(decay, steps), decay.powi(steps as i32), "{decay} to {steps}");
            }
        }
    }
}
