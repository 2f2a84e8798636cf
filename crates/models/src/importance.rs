//! Importance of the parts of a model, measured by gradients, activations, and weights (resnet-bk.md §4.1).

use crate::architecture::Parameter;
use crate::error::ModelError;
use crate::language_model::LanguageModel;
use crate::layers::Watch;
use crate::parameters::Parameters;
use candle_core::{DType, Tensor};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The published weights of the three measures.
pub const WEIGHTS: [f64; 3] = [0.5, 0.3, 0.2];

/// Added to the standard deviation, so that a deviation of zero does not cause a division by zero.
const EPSILON: f64 = 1e-8;

/// Importance by each measure, in standard deviations from the mean over all names.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Importance {
    /// By the gradient of the loss.
    pub gradient: f64,
    /// By the variance of the output.
    pub activation: f64,
    /// By the magnitude of the weights.
    pub weight: f64,
}

impl Importance {
    /// Returns the weighted sum of the three measures; the weights are [`WEIGHTS`].
    pub fn total(self) -> f64 {
        let [gradient, activation, weight] = WEIGHTS;
        gradient * self.gradient + activation * self.activation + weight * self.weight
    }
}

/// Values by name, one per batch.
pub type Metric = BTreeMap<String, Vec<f64>>;

/// Measured values. Each measure uses its own kind of name: of parameters or of modules.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Measures {
    /// The mean of |∂Loss/∂p|, by parameter.
    pub gradients: Metric,
    /// The unbiased variance of the whole output, by module.
    pub activations: Metric,
    /// The mean of |p|, by parameter; one value each.
    pub weights: Metric,
}

impl Measures {
    /// Measures a model with tracked parameters on batches of inputs and targets. Each batch holds whole sequences of
    /// the length of the model's context.
    ///
    /// # Errors
    /// Returns the errors of [`LanguageModel::losses`].
    pub fn of<'a>(
        model: &LanguageModel,
        parameters: &Parameters,
        batches: impl IntoIterator<Item = (&'a [u32], &'a [u32])>,
    ) -> Result<Self, ModelError> {
        let mut measures = Self::of_weights(parameters)?;
        batches.into_iter().try_for_each(|batch| measures.add(model, parameters, batch))?;
        Ok(measures)
    }

    /// Measures the magnitudes of the weights, which need no batch.
    ///
    /// # Errors
    /// Returns the error of candle if memory is exhausted.
    pub fn of_weights(parameters: &Parameters) -> Result<Self, ModelError> {
        let mut measures = Measures::default();
        for (Parameter { name, .. }, variable) in parameters.entries() {
            measures.weights.insert(name.clone(), vec![mean_magnitude(variable)?]);
        }
        Ok(measures)
    }

    /// Adds the measures of a batch of inputs and targets.
    ///
    /// # Errors
    /// Returns the errors of [`LanguageModel::losses`].
    pub fn add(
        &mut self,
        model: &LanguageModel,
        parameters: &Parameters,
        (inputs, targets): (&[u32], &[u32]),
    ) -> Result<(), ModelError> {
        let activations = RefCell::new(Metric::new());
        let look = |module: &str, output: &Tensor| {
            let variance = variance(&floats(&output.detach())?);
            // For a module that is used twice in a batch, the last output counts, as published.
            activations.borrow_mut().insert(module.into(), vec![variance]);
            Ok(())
        };
        let context = model.architecture().context();
        let losses = model.losses(inputs, targets, context, Watch::with(&look))?;
        let by = losses.mean_all()?.backward()?;
        for (module, values) in activations.into_inner() {
            self.activations.entry(module).or_default().extend(values);
        }
        for (parameter, variable) in parameters.entries() {
            let gradient = by.get(variable).map(mean_magnitude).transpose()?.unwrap_or(0.0);
            self.gradients.entry(parameter.name.clone()).or_default().push(gradient);
        }
        Ok(())
    }

    /// Returns the importances as published: each measure keeps its own kind of name, so that no name has all three
    /// measures. A module, the only kind of name that is looked up later, has only its activations. Of the activations,
    /// only those of linear maps with a bias are kept.
    pub fn published(&self) -> BTreeMap<String, Importance> {
        let has = |module: &str, part| self.weights.contains_key(&format!("{module}.{part}"));
        let is_linear = |module: &str| has(module, "weight") && has(module, "bias");
        let mut activations = self.activations.clone();
        activations.retain(|module, _| is_linear(module));
        combine([&self.gradients, &activations, &self.weights])
    }

    /// Returns the importances of the modules that have all three measures. The gradients and weights of a module are
    /// those of its weight tensor.
    pub fn exact(&self) -> BTreeMap<String, Importance> {
        let by_module = |metric: &Metric| -> Metric {
            let module = |(name, values): (&String, &Vec<f64>)| {
                let module = name.strip_suffix(".weight")?;
                self.activations.contains_key(module).then(|| (module.to_owned(), values.clone()))
            };
            metric.iter().filter_map(module).collect()
        };
        let (gradients, weights) = (by_module(&self.gradients), by_module(&self.weights));
        let mut activations = self.activations.clone();
        activations.retain(|module, _| weights.contains_key(module));
        combine([&gradients, &activations, &weights])
    }
}

/// Returns, for each name and measure, how many standard deviations the mean of the name lies from the mean of all
/// values. The standard deviation is that of all values, one per name and batch. A measure without a value for a name
/// is 0.
fn combine(metrics: [&Metric; 3]) -> BTreeMap<String, Importance> {
    let mut importances: BTreeMap<String, Importance> = BTreeMap::new();
    let parts: [fn(&mut Importance) -> &mut f64; 3] =
        [|all| &mut all.gradient, |all| &mut all.activation, |all| &mut all.weight];
    for (metric, part) in metrics.into_iter().zip(parts) {
        let pooled: Vec<f64> = metric.values().flatten().copied().collect();
        let mean = mean(&pooled);
        let squares: Vec<f64> = pooled.iter().map(|value| (value - mean) * (value - mean)).collect();
        let spread = self::mean(&squares).sqrt() + EPSILON;
        for (name, values) in metric {
            *part(importances.entry(name.clone()).or_default()) = (self::mean(values) - mean) / spread;
        }
    }
    importances
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn floats(tensor: &Tensor) -> Result<Vec<f64>, ModelError> {
    Ok(tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?)
}

fn mean_magnitude(tensor: &Tensor) -> Result<f64, ModelError> {
    let magnitudes: Vec<f64> = floats(&tensor.detach())?.into_iter().map(f64::abs).collect();
    Ok(mean(&magnitudes))
}

/// Returns the unbiased variance; 0 for fewer than two values.
fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    squares / values.len().saturating_sub(1).max(1) as f64
}
