//! The forward pass with early exit. What a token skips after its exit is not computed.

use super::{Block, Network};
use crate::early_exit::{Exit, Exits, Halting, PhaseSource};
use crate::error::ModelError;
use crate::layers::Watch;
use candle_core::{DType, Device, Tensor};
use std::f64::consts::PI;

impl Network {
    /// Computes the logits `[tokens, vocabulary]` from the weighted sum of each token's states, for tokens in sequences
    /// of `sites` tokens.
    pub(crate) fn exiting(
        &self,
        tokens: &Tensor,
        sites: usize,
        exit: Exit,
    ) -> Result<(Tensor, Exits), ModelError> {
        let watch = Watch::default();
        let mut x = self.positions.add_to(&self.tokens.forward(tokens, watch)?, sites, watch)?;
        let (count, width) = x.dims2()?;
        let dtype = x.dtype();
        let mut states = numbers(&x)?;
        let mut mixed = vec![0f64; count * width];
        let mut halting = Halting::new(exit, self.blocks.len(), count);
        for (layer, block) in self.blocks.iter().enumerate() {
            let running = halting.running().to_vec();
            if running.is_empty() {
                break;
            }
            let (made, phases) = block.worked_on(&x, sites, &running, exit.source)?;
            let weights = halting.pass(layer, &phases);
            for ((&token, row), weight) in running.iter().zip(made.chunks_exact(width)).zip(weights) {
                let place = token as usize * width..(token as usize + 1) * width;
                states[place.clone()].copy_from_slice(row);
                mixed[place].iter_mut().zip(row).for_each(|(sum, &value)| *sum += weight * value);
            }
            x = Tensor::from_slice(&states, (count, width), &Device::Cpu)?.to_dtype(dtype)?;
        }
        let mixed = Tensor::from_vec(mixed, (count, width), &Device::Cpu)?.to_dtype(dtype)?;
        let logits = self.head.forward(&self.norm.forward(&mixed)?, watch)?;
        Ok((logits, halting.exits()))
    }
}

impl Block {
    /// Returns the states of the running tokens after the block, and the phase of each.
    fn worked_on(
        &self,
        x: &Tensor,
        sites: usize,
        running: &[u32],
        source: PhaseSource,
    ) -> Result<(Vec<f64>, Vec<f64>), ModelError> {
        let watch = Watch::default();
        let is_every = running.len() == x.dim(0)?;
        let places = Tensor::from_slice(running, running.len(), &Device::Cpu)?;
        let of_running = |tensor: &Tensor| match is_every {
            true => Ok(tensor.clone()),
            false => tensor.index_select(&places, 0),
        };
        let normed = self.norm.forward(x)?;
        let features = self.mixer.features(&normed, sites, watch)?;
        let (rows, own) = (of_running(&normed)?, of_running(&features)?);
        let routes = match &self.gate {
            Some(gate) => self.by_gate(gate, &rows, watch)?,
            None => self.by_phase(&features, sites)?.of(running)?,
        };
        let update = (self.experts.forward(&rows, &routes, watch)? + self.mixer.of_diagonal(&own, watch)?)?;
        let made = numbers(&(of_running(x)? + update)?)?;
        let phases = match source {
            PhaseSource::BlockOutput => {
                let mean = |row: &[f64]| row.iter().sum::<f64>() / row.len() as f64;
                made.chunks_exact(x.dim(1)?).map(|row| PI * pxfm::f_tanh(mean(row))).collect()
            }
            PhaseSource::Resolvent => {
                let heads = self.mixer.heads;
                let phase = |row: &[f64]| {
                    let (re, im): (f64, f64) = (row[..heads].iter().sum(), row[heads..].iter().sum());
                    pxfm::f_atan2(im, re)
                };
                numbers(&own)?.chunks_exact(2 * heads).map(phase).collect()
            }
        };
        Ok((made, phases))
    }
}

fn numbers(tensor: &Tensor) -> Result<Vec<f64>, ModelError> {
    Ok(tensor.detach().to_dtype(DType::F64)?.flatten_all()?.to_vec1()?)
}
