//! Training. The same recipe, seed, and text give the same parameters, whether or not the training was interrupted and
//! resumed.

use crate::architecture::{Architecture, Parameter};
use crate::error::ModelError;
use crate::evaluation::Evaluation;
use crate::kept::KeptModel;
use crate::language_model::LanguageModel;
use crate::layers::Watch;
use crate::ops::PotentialGradient;
use crate::optimizer::{AdamW, Step};
use crate::parameters::Parameters;
use crate::precision::quantizable;
use crate::quantized::PackedModel;
use bk_python::random::LegacyRandom;
use bk_quantize::{Format, Rounding};
use candle_core::DType;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The recipe of a training (measured-feasibility.md §1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recipe {
    /// Total number of steps.
    pub steps: usize,
    /// Sequences per step.
    pub batch: usize,
    /// The largest learning rate, reached at the end of warm-up.
    pub learning_rate: f64,
    /// Warm-up steps.
    pub warm_up: usize,
    /// The learning rate at the end of the cosine, as a fraction of the largest.
    pub final_part: f64,
    /// Weight decay of matrices.
    pub weight_decay: f64,
    /// Largest norm of the gradient over all parameters.
    pub clip: f64,
    /// Seed of the initial parameters and of the order of the text.
    pub seed: u32,
    /// Steps between two evaluations on the validation text.
    pub validate_every: usize,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            steps: 1200,
            batch: 16,
            learning_rate: 3e-3,
            warm_up: 50,
            final_part: 0.1,
            weight_decay: 0.01,
            clip: 1.0,
            seed: 1,
            validate_every: 100,
        }
    }
}

impl Recipe {
    /// Returns the recipe for [`ResNetBk::browser`] and [`Mamba::browser`] in a browser tab (docs/models.md).
    ///
    /// [`ResNetBk::browser`]: crate::ResNetBk::browser
    /// [`Mamba::browser`]: crate::Mamba::browser
    pub fn browser() -> Self {
        Self { steps: 800, ..Self::default() }
    }

    /// Checks that the values are within their limits.
    ///
    /// # Errors
    /// Returns [`ModelError::Size`] or [`ModelError::Rate`] for the first value out of range.
    pub fn check(&self) -> Result<(), ModelError> {
        let sizes = [
            ("number of steps", self.steps, 1, 1_000_000),
            ("number of sequences a step", self.batch, 1, 1024),
            ("number of steps between validations", self.validate_every, 1, 1_000_000),
        ];
        for (what, value, least, most) in sizes {
            if !(least..=most).contains(&value) {
                return Err(ModelError::Size { what, value, least, most });
            }
        }
        let rates = [
            ("learning rate", self.learning_rate, 1.0),
            ("final part of the learning rate", self.final_part, 1.0),
            ("weight decay", self.weight_decay, 1.0),
            ("largest norm of the derivatives", self.clip, 1e6),
        ];
        for (what, value, most) in rates {
            if !(0.0..=most).contains(&value) {
                return Err(ModelError::Rate { what, value, most });
            }
        }
        Ok(())
    }

    /// Returns the learning rate of a step, counted from 0: a linear warm-up, then half a cosine down.
    pub fn learning_rate_at(&self, step: usize) -> f64 {
        if step < self.warm_up {
            return self.learning_rate * (step + 1) as f64 / self.warm_up as f64;
        }
        let length = self.steps.saturating_sub(self.warm_up).max(1);
        let part = ((step - self.warm_up) as f64 / length as f64).min(1.0);
        let wave = 0.5 * (1.0 + pxfm::f_cos(std::f64::consts::PI * part));
        self.learning_rate * (self.final_part + (1.0 - self.final_part) * wave)
    }

    /// Returns the settings of a step, counted from 0.
    pub(crate) fn at(&self, step: usize) -> Step {
        Step {
            taken: step,
            learning_rate: self.learning_rate_at(step),
            weight_decay: self.weight_decay,
            clip: self.clip,
        }
    }

    /// Returns the inputs and targets of a step, one sequence after the other. They do not depend on the model.
    pub(super) fn sequences(&self, step: usize, text: &[u32], context: usize) -> (Vec<u32>, Vec<u32>) {
        let (mut inputs, mut targets) = (vec![], vec![]);
        for start in self.starts(step, text.len(), context) {
            let tokens = &text[start..(start + context + 1).min(text.len())];
            inputs.extend_from_slice(&tokens[..tokens.len() - 1]);
            targets.extend_from_slice(&tokens[1..]);
        }
        (inputs, targets)
    }

    /// Returns the start of each sequence of a step in the text.
    fn starts(&self, step: usize, tokens: usize, context: usize) -> Vec<usize> {
        let mixed = self.seed.wrapping_mul(0x9e37_79b1) ^ (step as u32).wrapping_mul(0x85eb_ca6b);
        let mut random = LegacyRandom::new(mixed);
        let choices = tokens.saturating_sub(context).max(1) as f64;
        (0..self.batch).map(|_| (random.uniform() * choices) as usize).collect()
    }
}

/// The training history.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Trajectory {
    /// The loss of each step on its batch, in nats per token.
    pub losses: Vec<f32>,
    /// The norm of the gradient before clipping, per step.
    pub norms: Vec<f32>,
    /// The loss on the validation text, with the number of steps taken before.
    pub validation: Vec<(usize, f64)>,
    /// Parameters that have never had a gradient.
    pub untaught: Vec<String>,
}

/// A model in training.
#[derive(Debug)]
pub struct Training {
    pub(super) architecture: Architecture,
    pub(super) recipe: Recipe,
    pub(super) parameters: Parameters,
    pub(super) optimizer: AdamW,
    pub(super) trajectory: Trajectory,
    trained: LanguageModel,
    frozen: LanguageModel,
    /// Storage format of the matrices in quantization-aware training.
    aware: Option<(Format, Rounding)>,
}

impl Training {
    /// Creates a training before its first step.
    ///
    /// # Errors
    /// Returns the errors of [`Architecture::check`] and [`Recipe::check`].
    pub fn new(architecture: Architecture, recipe: Recipe) -> Result<Self, ModelError> {
        recipe.check()?;
        let parameters = Parameters::fresh(&architecture, recipe.seed, DType::F32)?;
        let optimizer = AdamW::new(parameters.entries());
        Self::at(architecture, recipe, parameters, optimizer, Trajectory::default())
    }

    /// Creates a training from its stored state.
    pub(super) fn at(
        architecture: Architecture,
        recipe: Recipe,
        parameters: Parameters,
        optimizer: AdamW,
        trajectory: Trajectory,
    ) -> Result<Self, ModelError> {
        let trained = LanguageModel::new(&architecture, &parameters.tracked())?;
        let frozen = LanguageModel::new(&architecture, &parameters.frozen())?;
        Ok(Self { architecture, recipe, parameters, optimizer, trajectory, trained, frozen, aware: None })
    }

    /// Creates a further training of a trained model, with new running means. With `aware`, every matrix is rounded in
    /// the forward pass, and the gradient passes as if it were not (straight-through estimator): quantization-aware
    /// training. The parameters of `kept` are copied and stay unchanged.
    ///
    /// # Errors
    /// Returns the errors of [`Recipe::check`], and the error of candle if memory is exhausted.
    pub fn further(
        kept: &KeptModel,
        recipe: Recipe,
        aware: Option<(Format, Rounding)>,
    ) -> Result<Self, ModelError> {
        recipe.check()?;
        let parameters = kept.parameters.copied()?;
        let optimizer = AdamW::new(parameters.entries());
        let architecture = kept.architecture().clone();
        let training = Self::at(architecture, recipe, parameters, optimizer, Trajectory::default())?;
        Ok(Self { aware, ..training })
    }

    /// Returns the model that a step computes with.
    fn model_of_step(&self) -> Result<LanguageModel, ModelError> {
        let Some((format, rounding)) = self.aware else { return Ok(self.trained.clone()) };
        let formats = |parameter: &Parameter| if quantizable(parameter) { format } else { Format::Fp32 };
        let packed = PackedModel::stored(&self.architecture, &self.parameters, formats, rounding)?;
        let mut weights = self.parameters.tracked();
        let rounded = packed.weights()?;
        for (parameter, variable) in self.parameters.entries().iter().filter(|(of, _)| quantizable(of)) {
            let stored = rounded.get(&parameter.name, &parameter.shape)?;
            // The value is the rounded matrix; the gradient is that of the variable.
            let difference = (stored - variable.as_detached_tensor())?;
            weights.replace(&parameter.name, (variable.as_tensor() + difference)?);
        }
        LanguageModel::new(&self.architecture, &weights)
    }

    /// Replaces the exact gradient with respect to the potentials of the resolvent.
    pub fn with_potential_gradient(self, gradient: PotentialGradient) -> Self {
        Self { trained: self.trained.with_potential_gradient(gradient), ..self }
    }

    /// Returns the recipe.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// Returns the number of steps taken.
    pub fn steps(&self) -> usize {
        self.trajectory.losses.len()
    }

    /// Returns whether all steps are taken.
    pub fn is_complete(&self) -> bool {
        self.steps() >= self.recipe.steps
    }

    /// Returns the training history.
    pub fn trajectory(&self) -> &Trajectory {
        &self.trajectory
    }

    /// Returns the current parameters.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Returns the current model for evaluation. It follows the training.
    pub fn model(&self) -> &LanguageModel {
        &self.frozen
    }

    /// Takes a step on a text and returns its loss. Evaluates the validation text before the step if that is due, and
    /// after the last step.
    ///
    /// # Errors
    /// Returns [`ModelError::Diverged`] if the loss or the gradient is not finite. The parameters are then as before
    /// the step.
    pub fn step(&mut self, train: &[u32], validation: &[u32]) -> Result<f32, ModelError> {
        let (step, context) = (self.steps(), self.architecture.context());
        if step.is_multiple_of(self.recipe.validate_every) {
            self.validate(validation)?;
        }
        let (inputs, targets) = self.recipe.sequences(step, train, context);
        let loss = self.model_of_step()?.losses(&inputs, &targets, context, Watch::default())?.mean_all()?;
        let value: f32 = loss.to_scalar()?;
        let by = loss.backward()?;
        let norm = self.optimizer.step(self.parameters.entries(), &by, self.recipe.at(step))?;
        if !value.is_finite() || !norm.is_finite() {
            return Err(ModelError::Diverged { step, loss: value, norm });
        }
        if step == 0 {
            let names = self.parameters.entries().iter().map(|(parameter, _)| parameter.name.clone());
            self.trajectory.untaught = names.collect();
        }
        let entries = self.parameters.entries().iter();
        let taught: HashSet<&str> = entries
            .filter(|(_, variable)| by.get(variable).is_some())
            .map(|(parameter, _)| parameter.name.as_str())
            .collect();
        self.trajectory.untaught.retain(|name| !taught.contains(name.as_str()));
        self.trajectory.losses.push(value);
        self.trajectory.norms.push(norm as f32);
        if self.is_complete() {
            self.validate(validation)?;
        }
        Ok(value)
    }

    /// Skips a step that failed because its loss or gradient is not finite. The loss and the norm are recorded in the
    /// history, and the next step uses the next batch.
    pub fn leave_out(&mut self, loss: f32, norm: f64) {
        self.trajectory.losses.push(loss);
        self.trajectory.norms.push(norm as f32);
    }

    fn validate(&mut self, validation: &[u32]) -> Result<(), ModelError> {
        let evaluation = Evaluation::of(&self.frozen, validation, self.architecture.context())?;
        self.trajectory.validation.push((self.steps(), evaluation.loss()));
        Ok(())
    }
}
