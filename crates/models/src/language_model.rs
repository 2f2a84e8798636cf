//! A language model that computes.

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

/// A model of either kind: from tokens to the logits of the next ones.
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
    /// The model with these weights.
    ///
    /// # Errors
    /// What [`Architecture::check`] finds; [`ModelError::Missing`] and [`ModelError::Shape`] for the first weight that
    /// does not fit.
    pub fn new(architecture: &Architecture, weights: &Weights) -> Result<Self, ModelError> {
        architecture.check()?;
        let network = match architecture {
            Architecture::ResNetBk(model) => Network::ResNetBk(resnet_bk::Network::new(model, weights)?),
            Architecture::Mamba(model) => Network::Mamba(mamba::Network::new(model, weights)?),
        };
        Ok(Self { architecture: architecture.clone(), network })
    }

    /// What it is.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The same model, whose derivatives by the resolvent's potentials are had by something else than the exact adjoint.
    /// A model without resolvents stays as it is.
    pub fn with_potential_gradient(mut self, gradient: PotentialGradient) -> Self {
        if let Network::ResNetBk(network) = &mut self.network {
            network.replace_gradient(gradient);
        }
        self
    }

    /// The same model, whose resolvents take and give rounded numbers. A model without resolvents stays as it is.
    pub fn with_core_rounding(mut self, rounding: &CoreRounding) -> Self {
        if let Network::ResNetBk(network) = &mut self.network {
            network.round_core(rounding);
        }
        self
    }

    /// Its sizes, where its blocks read the diagonal of a resolvent.
    pub fn resnet_bk(&self) -> Option<&ResNetBk> {
        match &self.architecture {
            Architecture::ResNetBk(model) if model.resolvent == Use::Diagonal => Some(model),
            _ => None,
        }
    }

    /// The same model with some sites of its diagonals left out, by one sparsifier a block.
    pub(super) fn sparsify(mut self, sparsifiers: Vec<Sparsifier>) -> Self {
        if let Network::ResNetBk(network) = &mut self.network {
            network.sparsify(sparsifiers);
        }
        self
    }

    /// Logits as [`logits`](Self::logits) has them, of tokens that exit early, and which did.
    ///
    /// # Errors
    /// As [`logits`](Self::logits); [`ModelError::NoResolvents`] for a model without the diagonal of a resolvent.
    pub fn exiting(&self, tokens: &[u32], length: usize, exit: Exit) -> Result<(Tensor, Exits), ModelError> {
        let tokens = self.checked(tokens, length)?;
        match &self.network {
            Network::ResNetBk(network) if self.resnet_bk().is_some() => {
                network.exiting(&tokens, length, exit)
            }
            _ => Err(ModelError::NoResolvents),
        }
    }

    /// Logits `[tokens, vocabulary]`, one row a token: what the model expects after it. `tokens` are sequences of
    /// `length`, one after the other.
    ///
    /// # Errors
    /// [`ModelError::Tokens`] where they are no whole sequences or too long, [`ModelError::Token`] for one beyond the
    /// vocabulary, [`ModelError::Computation`] where a value on the way is not finite.
    pub fn logits(&self, tokens: &[u32], length: usize, watch: Watch<'_>) -> Result<Tensor, ModelError> {
        let tokens = self.checked(tokens, length)?;
        match &self.network {
            Network::ResNetBk(network) => network.logits(&tokens, length, watch),
            Network::Mamba(network) => network.logits(&tokens, length, watch),
        }
    }

    /// Tokens that are whole sequences of the vocabulary.
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

    /// The loss −ln p of every target, in nats: `[tokens]`. `targets` holds what follows each token.
    ///
    /// # Errors
    /// As [`logits`](Self::logits).
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
