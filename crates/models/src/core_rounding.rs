//! Rounding of the numbers in the BK core to those of an integer kernel: the potentials before the core, and the real
//! and imaginary parts of G after it. The scales are calibrated once, on text that the model was trained on.

use crate::error::ModelError;
use crate::language_model::LanguageModel;
use crate::layers::Watch;
use crate::resnet_bk::MOST_POTENTIAL;
use bk_quantize::{Calibration, Collecting, Granularity, Quantizer, ScaleRule, Scheme, Width};
use candle_core::{DType, Device, Tensor};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Which numbers of the core share a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sharing {
    /// All potentials of a block, as published: one scale for v, one for Re G, and one for Im G.
    Tensor,
    /// None: each potential has its own three scales.
    Potential,
}

/// The quantizers of the core. They are symmetric; the outermost level is the absolute maximum found in calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct CoreRounding {
    /// By the name of the block: the quantizer of the potentials, then of the features.
    blocks: BTreeMap<String, [Quantizer; 2]>,
}

/// Sequences per batch.
const SEQUENCES: usize = 16;

impl CoreRounding {
    /// Calibrates the scales on sequences of equal length. A model without resolvents gets no scales.
    ///
    /// # Errors
    /// Returns the errors of [`LanguageModel::logits`], and [`ModelError::Quantize`] if there is no text.
    pub fn calibrate(
        model: &LanguageModel,
        sequences: &[&[u32]],
        width: Width,
        sharing: Sharing,
    ) -> Result<Self, ModelError> {
        let collected: RefCell<BTreeMap<String, [Calibration<Collecting>; 2]>> = RefCell::default();
        let look = |module: &str, tensor: &Tensor| -> Result<(), ModelError> {
            let (block, place) = match (module.strip_suffix(".v_proj"), module.strip_suffix(".bk_core")) {
                (Some(block), _) => (block, 0),
                (_, Some(block)) => (block, 1),
                _ => return Ok(()),
            };
            let mut values = numbers(tensor)?;
            if place == 0 {
                let most = MOST_POTENTIAL as f32;
                values.iter_mut().for_each(|value| *value = value.clamp(-most, most));
            }
            let channels = tensor.dim(1)?;
            let heads = if place == 0 { channels } else { channels / 2 };
            let mut collected = collected.borrow_mut();
            if !collected.contains_key(block) {
                let start = |channels| Calibration::start(scheme(width, sharing, heads), channels);
                collected.insert(block.into(), [start(heads)?, start(2 * heads)?]);
            }
            if let Some(calibrations) = collected.get_mut(block) {
                calibrations[place].collect(&values)?;
            }
            Ok(())
        };
        for batch in sequences.chunks(SEQUENCES) {
            let length = batch.first().map_or(0, |sequence| sequence.len());
            model.logits(&batch.concat(), length, Watch::with(&look))?;
        }
        let calibrated = |(name, calibrations): (String, [Calibration<Collecting>; 2])| {
            let [potentials, features] = calibrations;
            let quantizer = |calibration: Calibration<Collecting>| {
                Ok::<_, ModelError>(calibration.calibrate()?.apply().quantizer().clone())
            };
            Ok((name, [quantizer(potentials)?, quantizer(features)?]))
        };
        let blocks = collected.into_inner().into_iter().map(calibrated);
        Ok(Self { blocks: blocks.collect::<Result<_, ModelError>>()? })
    }

    /// Returns the quantizers of the potentials and the features of a block.
    pub(crate) fn of(&self, block: &str) -> Option<[Quantizer; 2]> {
        self.blocks.get(block).cloned()
    }
}

/// Returns the scheme of the quantizers. The features are the real parts of all potentials, then the imaginary parts,
/// so that a group of `heads` channels is one of the two.
fn scheme(width: Width, sharing: Sharing, heads: usize) -> Scheme {
    let group = match sharing {
        Sharing::Tensor => heads,
        Sharing::Potential => 1,
    };
    let rule = ScaleRule::AbsoluteMaximum;
    Scheme { width, zero_point: false, granularity: Granularity::Group, group, rule }
}

fn numbers(tensor: &Tensor) -> Result<Vec<f32>, ModelError> {
    Ok(tensor.detach().to_dtype(DType::F32)?.flatten_all()?.to_vec1()?)
}

/// Rounds a tensor to the values of its codes. No gradient passes.
pub(super) fn rounded(tensor: &Tensor, quantizer: &Quantizer) -> Result<Tensor, ModelError> {
    let values = quantizer.round(&numbers(tensor)?)?;
    Ok(Tensor::from_vec(values, tensor.shape().clone(), &Device::Cpu)?.to_dtype(tensor.dtype())?)
}
