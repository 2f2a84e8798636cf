//! What a model is: its sizes and variants, and the parameters that follow from them.

use crate::error::ModelError;
use crate::{mamba, resnet_bk};
use serde::{Deserialize, Serialize};

/// The most parameters a model may have: what a browser tab can train.
const MOST_PARAMETERS: usize = 50_000_000;

/// A model by kind and sizes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "kebab-case")]
pub enum Architecture {
    /// Resolvents and experts.
    #[serde(rename = "resnet-bk")]
    ResNetBk(ResNetBk),
    /// Selective scans.
    Mamba(Mamba),
}

/// Who sends a token to its experts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Router {
    /// A learned linear map.
    #[default]
    Mlp,
    /// The phase of the resolvent, without parameters (resnet-bk.md §9.2).
    Scattering,
}

/// How the chosen experts are weighted by the linear map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gating {
    /// Softmax over the chosen, as published. Of a single one that is 1 whatever the map says, which then gets no
    /// derivative.
    #[default]
    Chosen,
    /// Softmax over all, of which the chosen keep their part: the map learns even if one is chosen.
    All,
}

/// What a block does with the resolvent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Use {
    /// Its diagonal is a feature of every site, as published.
    #[default]
    Diagonal,
    /// It is applied to values made of the tokens, which are gated after it. This is ours, not the paper's
    /// (measured-feasibility.md §5).
    Applied,
}

/// ResNet-BK (resnet-bk.md §9.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResNetBk {
    /// Tokens there are.
    pub vocabulary: usize,
    /// Numbers a token is.
    pub width: usize,
    /// Blocks.
    pub layers: usize,
    /// The longest sequence.
    pub context: usize,
    /// Experts a block.
    pub experts: usize,
    /// Experts a token is sent to.
    pub top_k: usize,
    /// Who chooses them.
    pub router: Router,
    /// How they are weighted.
    pub gating: Gating,
    /// Potentials a block, each with a resolvent of its own; published is 1.
    pub potentials: usize,
    /// Whether each potential learns its η and its bond; published are 1 and 1.
    pub learned: bool,
    /// What is done with the resolvent.
    pub resolvent: Use,
    /// Whether the resolvent sees the sites to the right too, as published; then the model sees the future.
    pub two_sided: bool,
    /// Whether the token embedding is the head too; published is a head of its own.
    pub tied: bool,
}

impl Default for ResNetBk {
    fn default() -> Self {
        Self {
            vocabulary: 1024,
            width: 64,
            layers: 4,
            context: 128,
            experts: 4,
            top_k: 1,
            router: Router::Mlp,
            gating: Gating::Chosen,
            potentials: 1,
            learned: false,
            resolvent: Use::Diagonal,
            two_sided: false,
            tied: false,
        }
    }
}

/// Mamba (resnet-bk.md §9.3), with its time-step bias as it was meant to begin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mamba {
    /// Tokens there are.
    pub vocabulary: usize,
    /// Numbers a token is.
    pub width: usize,
    /// Blocks.
    pub layers: usize,
    /// The longest sequence.
    pub context: usize,
    /// States a channel.
    pub states: usize,
    /// Taps of the convolution.
    pub taps: usize,
    /// Channels for each number of a token.
    pub expand: usize,
    /// Whether the token embedding is the head too, as published.
    pub tied: bool,
}

impl Default for Mamba {
    fn default() -> Self {
        Self {
            vocabulary: 1024,
            width: 64,
            layers: 4,
            context: 128,
            states: 16,
            taps: 4,
            expand: 2,
            tied: true,
        }
    }
}

impl ResNetBk {
    /// Values a token has where the resolvent is applied: two for each number it is, in as many parts as there are
    /// potentials.
    pub fn values(&self) -> usize {
        2 * self.width
    }

    /// What a browser tab trains on one core within minutes (docs/models.md), with all that was found to help: several
    /// potentials with an η and a bond of their own, a router that learns, one table for tokens and head.
    pub fn browser() -> Self {
        Self { layers: 3, potentials: 16, learned: true, gating: Gating::All, tied: true, ..Self::default() }
    }
}

impl Mamba {
    /// What a browser tab trains on one core within minutes (docs/models.md).
    pub fn browser() -> Self {
        Self { states: 8, ..Self::default() }
    }

    /// Channels of the scan.
    pub fn channels(&self) -> usize {
        self.expand * self.width
    }

    /// Numbers from which the time steps are made: ⌈width/16⌉.
    pub fn rank(&self) -> usize {
        self.width.div_ceil(16)
    }
}

/// A parameter tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name, as published.
    pub name: String,
    /// Its shape; empty for a single number.
    pub shape: Vec<usize>,
    /// What it begins as.
    pub initial: Initial,
}

/// What a parameter begins as.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initial {
    /// The same number everywhere.
    Constant(f64),
    /// Normal with mean 0 and this deviation.
    Normal(f64),
    /// Uniform within plus and minus this bound.
    Uniform(f64),
    /// Logarithms of numbers spaced evenly on a logarithmic scale, from the first to the second; of one, the second.
    Logarithms(f64, f64),
    /// ln 1, ln 2, … along the last dimension: the decay rates of the states.
    States,
    /// What softplus makes a time step of, drawn evenly on a logarithmic scale from 0.001 to 0.1.
    TimeStep,
}

impl Parameter {
    /// How many numbers it holds.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// A parameter of a name, a shape and a beginning.
    pub fn new(name: impl Into<String>, shape: &[usize], initial: Initial) -> Self {
        Self { name: name.into(), shape: shape.to_vec(), initial }
    }

    /// Weight and bias of a layer normalization.
    pub(crate) fn layer_norm(name: &str, width: usize) -> [Self; 2] {
        [
            Self::new(format!("{name}.weight"), &[width], Initial::Constant(1.0)),
            Self::new(format!("{name}.bias"), &[width], Initial::Constant(0.0)),
        ]
    }

    /// Weight and bias of a linear map: Xavier-uniform and 0.
    pub(super) fn linear(name: &str, inputs: usize, outputs: usize) -> [Self; 2] {
        let bound = (6.0 / (inputs + outputs) as f64).sqrt();
        [
            Self::new(format!("{name}.weight"), &[outputs, inputs], Initial::Uniform(bound)),
            Self::new(format!("{name}.bias"), &[outputs], Initial::Constant(0.0)),
        ]
    }
}

impl Architecture {
    /// What the model is called.
    pub fn label(&self) -> &'static str {
        match self {
            Architecture::ResNetBk(_) => "ResNet-BK",
            Architecture::Mamba(_) => "Mamba",
        }
    }

    /// Tokens there are.
    pub fn vocabulary(&self) -> usize {
        match self {
            Architecture::ResNetBk(model) => model.vocabulary,
            Architecture::Mamba(model) => model.vocabulary,
        }
    }

    /// The same model for another number of tokens.
    pub fn with_vocabulary(mut self, tokens: usize) -> Self {
        match &mut self {
            Architecture::ResNetBk(model) => model.vocabulary = tokens,
            Architecture::Mamba(model) => model.vocabulary = tokens,
        }
        self
    }

    /// The longest sequence.
    pub fn context(&self) -> usize {
        match self {
            Architecture::ResNetBk(model) => model.context,
            Architecture::Mamba(model) => model.context,
        }
    }

    /// Whether the model is made to see the past alone.
    pub fn is_causal(&self) -> bool {
        match self {
            Architecture::ResNetBk(model) => !model.two_sided,
            Architecture::Mamba(_) => true,
        }
    }

    /// The parameters in their order.
    pub fn parameters(&self) -> Vec<Parameter> {
        match self {
            Architecture::ResNetBk(model) => resnet_bk::parameters(model),
            Architecture::Mamba(model) => mamba::parameters(model),
        }
    }

    /// How many numbers the parameters are.
    pub fn parameter_count(&self) -> usize {
        self.parameters().iter().map(Parameter::count).sum()
    }

    /// Bytes of the parameters in single precision.
    pub fn bytes(&self) -> usize {
        size_of::<f32>() * self.parameter_count()
    }

    /// Refuses sizes that cannot be computed.
    ///
    /// # Errors
    /// [`ModelError::Size`] for the first out of range, [`ModelError::Parameters`] where they are too many.
    pub fn check(&self) -> Result<(), ModelError> {
        let size = |what, value, least, most| match (least..=most).contains(&value) {
            true => Ok(()),
            false => Err(ModelError::Size { what, value, least, most }),
        };
        let (width, layers) = match self {
            Architecture::ResNetBk(model) => {
                size("number of experts", model.experts, 1, 64)?;
                size("number of experts a token is sent to", model.top_k, 1, model.experts)?;
                size("number of potentials", model.potentials, 1, 1024)?;
                if model.resolvent == Use::Applied
                    && (model.two_sided || model.values() % model.potentials != 0)
                {
                    return Err(ModelError::Applied { values: model.values(), potentials: model.potentials });
                }
                (model.width, model.layers)
            }
            Architecture::Mamba(model) => {
                size("number of states", model.states, 1, 256)?;
                size("number of taps", model.taps, 1, 16)?;
                size("expansion", model.expand, 1, 8)?;
                (model.width, model.layers)
            }
        };
        size("vocabulary", self.vocabulary(), 2, 1 << 16)?;
        size("width", width, 1, 4096)?;
        size("number of layers", layers, 1, 64)?;
        size("context", self.context(), 1, 1 << 16)?;
        let parameters = self.parameter_count();
        if parameters > MOST_PARAMETERS {
            return Err(ModelError::Parameters { parameters, most: MOST_PARAMETERS });
        }
        Ok(())
    }
}
