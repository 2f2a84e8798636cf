//! Layers that both language models use.

use crate::error::ModelError;
use crate::ops;
use crate::parameters::Weights;
use candle_core::Tensor;

/// A function that receives the name of a module and its output.
type Look<'a> = &'a dyn Fn(&str, &Tensor) -> Result<(), ModelError>;

/// An optional observer of the outputs of all modules.
#[derive(Clone, Copy, Default)]
pub struct Watch<'a>(Option<Look<'a>>);

impl<'a> Watch<'a> {
    /// Passes every output to a function.
    pub fn with(look: Look<'a>) -> Self {
        Self(Some(look))
    }

    /// Returns whether there is an observer.
    pub(super) fn is_watched(&self) -> bool {
        self.0.is_some()
    }

    /// Passes one output to the observer.
    pub(super) fn output(&self, module: &str, tensor: &Tensor) -> Result<(), ModelError> {
        self.0.map_or(Ok(()), |look| look(module, tensor))
    }
}

/// Added to the variance by layer normalization, as in PyTorch.
const EPSILON: f64 = 1e-5;

/// A linear map: x·Wᵀ + b for each row of x.
#[derive(Debug, Clone)]
pub(super) struct Linear {
    name: String,
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    pub(crate) fn new(
        weights: &Weights,
        name: &str,
        [inputs, outputs]: [usize; 2],
        biased: bool,
    ) -> Result<Self, ModelError> {
        let weight = weights.get(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = biased.then(|| weights.get(&format!("{name}.bias"), &[outputs])).transpose()?;
        Ok(Self { name: name.into(), weight, bias })
    }

    /// Creates a linear map that shares its weight matrix with another layer.
    pub(super) fn tied(weights: &Weights, name: &str, weight: Tensor) -> Result<Self, ModelError> {
        let bias = weights.get(&format!("{name}.bias"), &[weight.dim(0)?])?;
        Ok(Self { name: name.into(), weight, bias: Some(bias) })
    }

    pub(super) fn without_bias(name: &str, weight: Tensor) -> Self {
        Self { name: name.into(), weight, bias: None }
    }

    /// Returns the map with its weight and bias multiplied by a scalar.
    pub(super) fn scaled(&self, by: &Tensor) -> Result<Self, ModelError> {
        let scale = |tensor: &Tensor| tensor.broadcast_mul(by);
        let bias = self.bias.as_ref().map(scale).transpose()?;
        Ok(Self { name: self.name.clone(), weight: scale(&self.weight)?, bias })
    }

    /// Maps `[rows, inputs]` to `[rows, outputs]`.
    pub(super) fn forward(&self, x: &Tensor, watch: Watch<'_>) -> Result<Tensor, ModelError> {
        let product = x.matmul(&self.weight.t()?)?;
        let result = match &self.bias {
            Some(bias) => ops::add_row(&product, bias)?,
            None => product,
        };
        watch.output(&self.name, &result)?;
        Ok(result)
    }

    /// Returns the outputs in two parts; the first part has `first` columns.
    pub(super) fn forward_parts(
        &self,
        x: &Tensor,
        first: usize,
        watch: Watch<'_>,
    ) -> Result<[Tensor; 2], ModelError> {
        let rest = self.weight.dim(0)? - first;
        let part = |start, rows| x.matmul(&self.weight.narrow(0, start, rows)?.t()?);
        let parts = [part(0, first)?, part(first, rest)?];
        if watch.is_watched() {
            watch.output(&self.name, &Tensor::cat(&parts, 1)?)?;
        }
        Ok(parts)
    }
}

/// Layer normalization of rows.
#[derive(Debug, Clone)]
pub(super) struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
}

impl LayerNorm {
    pub(crate) fn new(weights: &Weights, name: &str, width: usize) -> Result<Self, ModelError> {
        let part = |part: &str| weights.get(&format!("{name}.{part}"), &[width]);
        Ok(Self { weight: part("weight")?, bias: part("bias")? })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        Ok(ops::layer_norm(x, &self.weight, &self.bias, EPSILON)?)
    }
}

/// An embedding table with one row per token or position.
#[derive(Debug, Clone)]
pub(super) struct Embedding {
    name: String,
    pub(super) table: Tensor,
}

impl Embedding {
    pub(crate) fn new(
        weights: &Weights,
        name: &str,
        [entries, width]: [usize; 2],
    ) -> Result<Self, ModelError> {
        let table = weights.get(&format!("{name}.weight"), &[entries, width])?;
        Ok(Self { name: name.into(), table })
    }

    /// Returns the rows of the tokens.
    pub(super) fn forward(&self, tokens: &Tensor, watch: Watch<'_>) -> Result<Tensor, ModelError> {
        let rows = self.table.index_select(tokens, 0)?;
        watch.output(&self.name, &rows)?;
        Ok(rows)
    }

    /// Adds the first `sites` rows of the table to every sequence of x, one row per site. x is `[sequences·sites,
    /// width]`.
    pub(super) fn add_to(&self, x: &Tensor, sites: usize, watch: Watch<'_>) -> Result<Tensor, ModelError> {
        let rows = self.table.narrow(0, 0, sites)?;
        watch.output(&self.name, &rows)?;
        let row = rows.flatten_all()?;
        let sequences = x.dim(0)? / sites;
        Ok(ops::add_row(&x.reshape((sequences, row.elem_count()))?, &row)?.reshape(x.shape())?)
    }
}
