//! A language model with its weights.

use crate::architecture::{Architecture, ResNetBk, Use};
use crate::core_rounding::CoreRounding;
use crate::early_exit::{Exit, Exits};
use crate::error::ModelError;
use crate::layers::Watch;
use crate::ops::PotentialGradient;
use crate::parameters::Weights;
use crate::sparsity::Sparsifier;
use crate::{mamba, ops, resnet_bk};
use candle_core::{Device, Tensor};

/// A language model of either kind. It maps tokens to the logits of the next tokens.
#[derive(Debug, Clone)]
pub struct LanguageModel {
    architecture: Architecture,
    network: Network,
}

#[derive(Debug, Clone)]
enum Network {
    ResNetBk(resnet_bk::Network),
    Mamba(mamba::Network),
}

impl LanguageModel {
    /// Creates the model from its weights.
    ///
    /// # Errors
    /// Returns the errors of [`Architecture::check`], and [`ModelError::Missing`] or [`ModelError::Shape`] for the
    /// first weight that does not fit.
    pub fn new(architecture: &Architecture, weights: &Weights) -> Result<Self, ModelError> {
        architecture.check()?;
        let network = match architecture {
            Architecture::ResNetBk(model) => Network::ResNetBk(resnet_bk::Network::new(model, weights)?),
            Architecture::Mamba(model) => Network::Mamba(mamba::Network::new(model, weights)?),
        };
        Ok(Self { architecture: architecture.clone(), network })
    }

    /// Returns the architecture.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Replaces the exact gradient with respect to the potentials of the resolvent. Does nothing for a model without
    /// resolvents.
    pub fn with_potential_gradient(mut self, gradient: PotentialGradient) -> Self {
        if let Network::ResNetBk(network) = &mut self.network {
            network.replace_gradient(gradient);
        }
        self
    }

    /// Rounds the inputs and outputs of the resolvents. Does nothing for a model without resolvents.
    pub fn with_core_rounding(mut self, rounding: &CoreRounding) -> Self {
        if let Network::ResNetBk(network) = &mut self.network {
            network.round_core(rounding);
        }
        self
    }

    /// Returns the sizes if the blocks use the diagonal of a resolvent.
    pub fn resnet_bk(&self) -> Option<&ResNetBk> {
        match &self.architecture {
            Architecture::ResNetBk(model) if model.resolvent == Use::Diagonal => Some(model),
            _ => None,
        }
    }

    /// Makes the diagonals of the resolvents sparse, with one sparsifier per block.
    pub(super) fn sparsify(mut self, sparsifiers: Vec<Sparsifier>) -> Self {
        if let Network::ResNetBk(network) = &mut self.network {
            network.sparsify(sparsifiers);
        }
        self
    }

    /// Computes [`logits`](Self::logits) with early exit. Also returns how many tokens each layer processed.
    ///
    /// # Errors
    /// Returns the errors of [`logits`](Self::logits), and [`ModelError::NoResolvents`] if the model does not use the
    /// diagonal of a resolvent.
    pub fn exiting(&self, tokens: &[u32], length: usize, exit: Exit) -> Result<(Tensor, Exits), ModelError> {
        let tokens = self.checked(tokens, length)?;
        match &self.network {
            Network::ResNetBk(network) if self.resnet_bk().is_some() => {
                network.exiting(&tokens, length, exit)
            }
            _ => Err(ModelError::NoResolvents),
        }
    }

    /// Computes the logits `[tokens, vocabulary]` of the token that follows each input token. `tokens` holds sequences
    /// of `length` tokens, one after the other.
    ///
    /// # Errors
    /// Returns [`ModelError::Tokens`] if the tokens do not fill whole sequences or the sequences are too long,
    /// [`ModelError::Token`] for a token beyond the vocabulary, and [`ModelError::Computation`] if an intermediate
    /// value is not finite.
    pub fn logits(&self, tokens: &[u32], length: usize, watch: Watch<'_>) -> Result<Tensor, ModelError> {
        let tokens = self.checked(tokens, length)?;
        match &self.network {
            Network::ResNetBk(network) => network.logits(&tokens, length, watch),
            Network::Mamba(network) => network.logits(&tokens, length, watch),
        }
    }

    /// Checks the tokens and returns them as a tensor.
    fn checked(&self, tokens: &[u32], length: usize) -> Result<Tensor, ModelError> {
        let context = self.architecture.context();
        if tokens.is_empty() || length == 0 || length > context || !tokens.len().is_multiple_of(length) {
            return Err(ModelError::Tokens { tokens: tokens.len(), length, context });
        }
        let vocabulary = self.architecture.vocabulary();
        if let Some(&token) = tokens.iter().find(|&&token| token as usize >= vocabulary) {
            return Err(ModelError::Token { token, vocabulary });
        }
        Ok(Tensor::from_slice(tokens, tokens.len(), &Device::Cpu)?)
    }

    /// Computes the loss −ln p of each target, in nats: `[tokens]`. `targets` holds the token that follows each input
    /// token.
    ///
    /// # Errors
    /// Returns the errors of [`logits`](Self::logits).
    pub fn losses(
        &self,
        tokens: &[u32],
        targets: &[u32],
        length: usize,
        watch: Watch<'_>,
    ) -> Result<Tensor, ModelError> {
        Ok(ops::cross_entropy(&self.logits(tokens, length, watch)?, targets.to_vec())?)
    }
}
