//! Architectures: the sizes and variants of a model, and the parameters that follow from them.

use crate::error::ModelError;
use crate::{mamba, resnet_bk};
use serde::{Deserialize, Serialize};

/// The largest number of parameters of a model; a browser tab can train this many.
const MOST_PARAMETERS: usize = 50_000_000;

/// The kind of a model and its sizes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "kebab-case")]
pub enum Architecture {
    /// ResNet-BK: blocks of a resolvent and a mixture of experts.
    #[serde(rename = "resnet-bk")]
    ResNetBk(ResNetBk),
    /// Mamba: blocks of a selective scan.
    Mamba(Mamba),
}

/// The type of router that chooses the experts of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Router {
    /// A learned linear map.
    #[default]
    Mlp,
    /// The phase of the resolvent, without parameters (resnet-bk.md §9.2).
    Scattering,
}

/// How the linear router weights the chosen experts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gating {
    /// Softmax over the chosen experts, as published. With one chosen expert, the weight is always 1 and the router
    /// gets no gradient.
    #[default]
    Chosen,
    /// Softmax over all experts; the chosen ones keep their weights. The router gets a gradient even with one chosen
    /// expert.
    All,
}

/// How a block uses the resolvent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Use {
    /// The diagonal is a feature of every site, as published.
    #[default]
    Diagonal,
    /// The resolvent is applied to values computed from the tokens, and the result is gated. This variant is not in the
    /// paper (measured-feasibility.md §5).
    Applied,
}

/// The sizes and variants of ResNet-BK (resnet-bk.md §9.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResNetBk {
    /// Vocabulary size.
    pub vocabulary: usize,
    /// Embedding width.
    pub width: usize,
    /// Number of blocks.
    pub layers: usize,
    /// Length of the longest sequence, in tokens.
    pub context: usize,
    /// Experts per block.
    pub experts: usize,
    /// Experts per token.
    pub top_k: usize,
    /// Router type.
    pub router: Router,
    /// How the chosen experts are weighted.
    pub gating: Gating,
    /// Potentials per block, each with its own resolvent; 1 in the published model.
    pub potentials: usize,
    /// Whether η and the bond of each potential are learned; both are fixed at 1 in the published model.
    pub learned: bool,
    /// How a block uses the resolvent.
    pub resolvent: Use,
    /// Whether the resolvent at a site also depends on the later sites, as published. The model is then not causal.
    pub two_sided: bool,
    /// Whether the output head shares its weight matrix with the token embedding; the published model has a separate
    /// head.
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

/// The sizes of Mamba (resnet-bk.md §9.3). The time-step bias is initialized as Mamba intends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mamba {
    /// Vocabulary size.
    pub vocabulary: usize,
    /// Embedding width.
    pub width: usize,
    /// Number of blocks.
    pub layers: usize,
    /// Length of the longest sequence, in tokens.
    pub context: usize,
    /// States per channel.
    pub states: usize,
    /// Taps of the convolution.
    pub taps: usize,
    /// Channels of the scan per unit of embedding width.
    pub expand: usize,
    /// Whether the output head shares its weight matrix with the token embedding, as published.
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
    /// Returns the number of values per token that an applied resolvent acts on: twice the embedding width. They are
    /// divided equally among the potentials.
    pub fn values(&self) -> usize {
        2 * self.width
    }

    /// Returns sizes that a browser tab trains on one core within minutes (docs/models.md). The variants are those
    /// found to help: several potentials with learned η and bond, a router with a gradient, and a tied head.
    pub fn browser() -> Self {
        Self { layers: 3, potentials: 16, learned: true, gating: Gating::All, tied: true, ..Self::default() }
    }
}

impl Mamba {
    /// Returns sizes that a browser tab trains on one core within minutes (docs/models.md).
    pub fn browser() -> Self {
        Self { states: 8, ..Self::default() }
    }

    /// Returns the number of channels of the scan.
    pub fn channels(&self) -> usize {
        self.expand * self.width
    }

    /// Returns the rank of the time-step projection: ⌈width/16⌉.
    pub fn rank(&self) -> usize {
        self.width.div_ceil(16)
    }
}

/// The name, shape, and initialization of a parameter tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its published name.
    pub name: String,
    /// Its shape; empty for a scalar.
    pub shape: Vec<usize>,
    /// Its initial values.
    pub initial: Initial,
}

/// The initial values of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initial {
    /// The same number everywhere.
    Constant(f64),
    /// Normally distributed with mean 0 and this standard deviation.
    Normal(f64),
    /// Uniformly distributed between minus and plus this bound.
    Uniform(f64),
    /// Logarithms of numbers spaced evenly on a logarithmic scale, from the first number to the second. A single value
    /// is the logarithm of the second number.
    Logarithms(f64, f64),
    /// ln 1, ln 2, … along the last dimension: the logarithms of the decay rates of the states.
    States,
    /// Inverse softplus of time steps that are drawn evenly on a logarithmic scale from 0.001 to 0.1.
    TimeStep,
}

impl Parameter {
    /// Returns the number of elements.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Creates a parameter from its name, shape, and initial values.
    pub fn new(name: impl Into<String>, shape: &[usize], initial: Initial) -> Self {
        Self { name: name.into(), shape: shape.to_vec(), initial }
    }

    /// Returns the weight (1) and bias (0) of a layer normalization.
    pub(crate) fn layer_norm(name: &str, width: usize) -> [Self; 2] {
        [
            Self::new(format!("{name}.weight"), &[width], Initial::Constant(1.0)),
            Self::new(format!("{name}.bias"), &[width], Initial::Constant(0.0)),
        ]
    }

    /// Returns the weight (Xavier uniform) and bias (0) of a linear map.
    pub(super) fn linear(name: &str, inputs: usize, outputs: usize) -> [Self; 2] {
        let bound = (6.0 / (inputs + outputs) as f64).sqrt();
        [
            Self::new(format!("{name}.weight"), &[outputs, inputs], Initial::Uniform(bound)),
            Self::new(format!("{name}.bias"), &[outputs], Initial::Constant(0.0)),
        ]
    }
}

impl Architecture {
    /// Returns the name of the model.
    pub fn label(&self) -> &'static str {
        match self {
            Architecture::ResNetBk(_) => "ResNet-BK",
            Architecture::Mamba(_) => "Mamba",
        }
    }

    /// Returns the vocabulary size.
    pub fn vocabulary(&self) -> usize {
        match self {
            Architecture::ResNetBk(model) => model.vocabulary,
            Architecture::Mamba(model) => model.vocabulary,
        }
    }

    /// Returns the same architecture with another vocabulary size.
    pub fn with_vocabulary(mut self, tokens: usize) -> Self {
        match &mut self {
            Architecture::ResNetBk(model) => model.vocabulary = tokens,
            Architecture::Mamba(model) => model.vocabulary = tokens,
        }
        self
    }

    /// Returns the length of the longest sequence, in tokens.
    pub fn context(&self) -> usize {
        match self {
            Architecture::ResNetBk(model) => model.context,
            Architecture::Mamba(model) => model.context,
        }
    }

    /// Returns whether predictions depend on earlier tokens only.
    pub fn is_causal(&self) -> bool {
        match self {
            Architecture::ResNetBk(model) => !model.two_sided,
            Architecture::Mamba(_) => true,
        }
    }

    /// Returns the parameters in their fixed order.
    pub fn parameters(&self) -> Vec<Parameter> {
        match self {
            Architecture::ResNetBk(model) => resnet_bk::parameters(model),
            Architecture::Mamba(model) => mamba::parameters(model),
        }
    }

    /// Returns the total number of elements of the parameters.
    pub fn parameter_count(&self) -> usize {
        self.parameters().iter().map(Parameter::count).sum()
    }

    /// Returns the size of the parameters in single precision, in bytes.
    pub fn bytes(&self) -> usize {
        size_of::<f32>() * self.parameter_count()
    }

    /// Checks that the sizes are within their limits.
    ///
    /// # Errors
    /// Returns [`ModelError::Size`] for the first size out of range, [`ModelError::Applied`] if the applied resolvent
    /// is two-sided or its potentials do not divide the values, and [`ModelError::Parameters`] if there are too many
    /// parameters.
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
