//! The values of a model's parameters, and the named tensors from which layers are built.

use crate::architecture::{Architecture, Initial, Parameter};
use crate::error::ModelError;
use bk_python::random::LegacyRandom;
use candle_core::{DType, Device, Tensor, Var};
use std::collections::HashMap;

/// The parameters of a model with their values, in the order of the architecture.
#[derive(Debug, Clone)]
pub struct Parameters {
    entries: Vec<(Parameter, Var)>,
}

/// Tensors by name. A model takes those that it needs.
#[derive(Debug, Clone, Default)]
pub struct Weights(HashMap<String, Tensor>);

impl Weights {
    /// Returns the tensor with this name after checking its shape.
    pub(crate) fn get(&self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
        let tensor = self.0.get(name).ok_or_else(|| ModelError::Missing { name: name.into() })?;
        if tensor.dims() != shape {
            let found = tensor.dims().to_vec();
            return Err(ModelError::Shape { name: name.into(), found, expected: shape.to_vec() });
        }
        Ok(tensor.clone())
    }

    /// Sets the tensor with this name.
    pub fn replace(&mut self, name: &str, tensor: Tensor) {
        self.0.insert(name.into(), tensor);
    }
}

impl Parameters {
    /// Draws the initial parameters of a model. The same seed gives the same values on every machine.
    ///
    /// # Errors
    /// Returns the errors of [`Architecture::check`], and the error of candle if memory is exhausted.
    pub fn fresh(architecture: &Architecture, seed: u32, precision: DType) -> Result<Self, ModelError> {
        architecture.check()?;
        Self::drawn(architecture.parameters(), seed, precision)
    }

    /// Draws the initial values of the given parameters. The same seed gives the same values on every machine.
    ///
    /// # Errors
    /// Returns the error of candle if memory is exhausted.
    pub fn drawn(all: Vec<Parameter>, seed: u32, precision: DType) -> Result<Self, ModelError> {
        let mut random = LegacyRandom::new(seed);
        Self::of(all, |parameter| draw(parameter, &mut random), precision)
    }

    /// Creates the parameters of a model from given values, one list per parameter, in the order of the architecture.
    ///
    /// # Errors
    /// Returns [`ModelError::Shape`] for a list of the wrong length.
    pub fn with(
        architecture: &Architecture,
        values: impl FnMut(&Parameter) -> Vec<f64>,
        precision: DType,
    ) -> Result<Self, ModelError> {
        Self::of(architecture.parameters(), values, precision)
    }

    /// Creates the given parameters from given values, one list per parameter, in their order.
    ///
    /// # Errors
    /// Returns the errors of [`with`](Self::with).
    pub fn of(
        all: Vec<Parameter>,
        mut values: impl FnMut(&Parameter) -> Vec<f64>,
        precision: DType,
    ) -> Result<Self, ModelError> {
        let entry = |parameter: Parameter| {
            let values = values(&parameter);
            if values.len() != parameter.count() {
                return Err(ModelError::Shape {
                    name: parameter.name,
                    found: vec![values.len()],
                    expected: parameter.shape,
                });
            }
            let tensor = Tensor::from_vec(values, parameter.shape.clone(), &Device::Cpu)?;
            let variable = Var::from_tensor(&tensor.to_dtype(precision)?)?;
            Ok((parameter, variable))
        };
        let entries = all.into_iter().map(entry).collect::<Result<_, ModelError>>()?;
        Ok(Self { entries })
    }

    /// Copies the values into new variables.
    ///
    /// # Errors
    /// Returns the error of candle if memory is exhausted.
    pub(crate) fn copied(&self) -> Result<Self, ModelError> {
        let copy = |(parameter, variable): &(Parameter, Var)| {
            Ok((parameter.clone(), Var::from_tensor(&variable.as_detached_tensor().copy()?)?))
        };
        Ok(Self { entries: self.entries.iter().map(copy).collect::<Result<_, ModelError>>()? })
    }

    /// Returns each parameter with its variable.
    pub fn entries(&self) -> &[(Parameter, Var)] {
        &self.entries
    }

    /// Returns the tensors for a model that is trained; they receive gradients.
    pub fn tracked(&self) -> Weights {
        self.weights(|variable| variable.as_tensor().clone())
    }

    /// Returns the tensors for a model that is only evaluated. They receive no gradients, but follow changes of the
    /// parameters.
    pub fn frozen(&self) -> Weights {
        self.weights(Var::as_detached_tensor)
    }

    fn weights(&self, tensor: impl Fn(&Var) -> Tensor) -> Weights {
        let entry = |(parameter, variable): &(Parameter, Var)| (parameter.name.clone(), tensor(variable));
        Weights(self.entries.iter().map(entry).collect())
    }
}

/// Draws the initial values of a parameter.
fn draw(parameter: &Parameter, random: &mut LegacyRandom) -> Vec<f64> {
    let count = parameter.count();
    let columns = parameter.shape.last().copied().unwrap_or(1).max(1);
    match parameter.initial {
        Initial::Constant(value) => vec![value; count],
        Initial::Normal(deviation) => (0..count).map(|_| deviation * random.normal()).collect(),
        Initial::Uniform(bound) => (0..count).map(|_| bound * (2.0 * random.uniform() - 1.0)).collect(),
        Initial::Logarithms(from, to) => {
            let (from, to) = (pxfm::f_log(from), pxfm::f_log(to));
            let part = |place: usize| if count == 1 { 1.0 } else { place as f64 / (count - 1) as f64 };
            (0..count).map(|place| from + (to - from) * part(place)).collect()
        }
        Initial::States => (0..count).map(|place| pxfm::f_log((place % columns + 1) as f64)).collect(),
        Initial::TimeStep => {
            let (from, to) = (pxfm::f_log(0.001), pxfm::f_log(0.1));
            let step = |random: &mut LegacyRandom| pxfm::f_exp(from + (to - from) * random.uniform());
            // ln(e^Δ − 1), the inverse of softplus.
            let inverse = |step: f64| step + pxfm::f_log(-pxfm::f_expm1(-step));
            (0..count).map(|_| inverse(step(random))).collect()
        }
    }
}
