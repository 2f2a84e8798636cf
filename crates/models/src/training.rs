//! Training: the same recipe, seed and text give the same parameters, with or without a stop in between.

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
use crate::quantized::{Format, PackedModel, Rounding};
use bk_python::random::LegacyRandom;
use candle_core::DType;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// How a model is trained (measured-feasibility.md §1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recipe {
    /// Steps in all.
    pub steps: usize,
    /// Sequences a step.
    pub batch: usize,
    /// The largest learning rate.
    pub learning_rate: f64,
    /// Steps over which the learning rate rises to it.
    pub warm_up: usize,
    /// The part of it that is left at the end of the cosine.
    pub final_part: f64,
    /// Decay of matrices.
    pub weight_decay: f64,
    /// The largest norm of all derivatives together.
    pub clip: f64,
    /// Seed of the first parameters and of the order of the text.
    pub seed: u32,
    /// Steps between two looks at the validation part.
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
    /// What a browser tab trains by, for [`ResNetBk::browser`] and [`Mamba::browser`] (docs/models.md).
    ///
    /// [`ResNetBk::browser`]: crate::ResNetBk::browser
    /// [`Mamba::browser`]: crate::Mamba::browser
    pub fn browser() -> Self {
        Self { steps: 800, ..Self::default() }
    }

    /// Refuses what cannot be trained by.
    ///
    /// # Errors
    /// [`ModelError::Size`] or [`ModelError::Rate`] for the first value out of range.
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

    /// The learning rate of a step, counted from 0: a line up, then half a cosine down.
    pub fn learning_rate_at(&self, step: usize) -> f64 {
        if step < self.warm_up {
            return self.learning_rate * (step + 1) as f64 / self.warm_up as f64;
        }
        let length = self.steps.saturating_sub(self.warm_up).max(1);
        let part = ((step - self.warm_up) as f64 / length as f64).min(1.0);
        let wave = 0.5 * (1.0 + pxfm::f_cos(std::f64::consts::PI * part));
        self.learning_rate * (self.final_part + (1.0 - self.final_part) * wave)
    }

    /// How a step is taken, counted from 0.
    pub(crate) fn at(&self, step: usize) -> Step {
        Step {
            taken: step,
            learning_rate: self.learning_rate_at(step),
            weight_decay: self.weight_decay,
            clip: self.clip,
        }
    }

    /// Inputs and targets of a step, one sequence after the other: the same for every model.
    pub(super) fn sequences(&self, step: usize, text: &[u32], context: usize) -> (Vec<u32>, Vec<u32>) {
        let (mut inputs, mut targets) = (vec![], vec![]);
        for start in self.starts(step, text.len(), context) {
            let tokens = &text[start..(start + context + 1).min(text.len())];
            inputs.extend_from_slice(&tokens[..tokens.len() - 1]);
            targets.extend_from_slice(&tokens[1..]);
        }
        (inputs, targets)
    }

    /// Where the sequences of a step begin in a text.
    fn starts(&self, step: usize, tokens: usize, context: usize) -> Vec<usize> {
        let mixed = self.seed.wrapping_mul(0x9e37_79b1) ^ (step as u32).wrapping_mul(0x85eb_ca6b);
        let mut random = LegacyRandom::new(mixed);
        let choices = tokens.saturating_sub(context).max(1) as f64;
        (0..self.batch).map(|_| (random.uniform() * choices) as usize).collect()
    }
}

/// What training came by.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Trajectory {
    /// The loss of every step on its batch, in nats a token.
    pub losses: Vec<f32>,
    /// The norm of the derivatives before clipping, at every step.
    pub norms: Vec<f32>,
    /// The loss on the validation part, with the number of steps taken before.
    pub validation: Vec<(usize, f64)>,
    /// Parameters that no step's loss has depended on, and which nothing has taught.
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
    /// What matrices are stored as, where training is to know of it.
    aware: Option<(Format, Rounding)>,
}

impl Training {
    /// A training at its beginning.
    ///
    /// # Errors
    /// What [`Architecture::check`] and [`Recipe::check`] find.
    pub fn new(architecture: Architecture, recipe: Recipe) -> Result<Self, ModelError> {
        recipe.check()?;
        let parameters = Parameters::fresh(&architecture, recipe.seed, DType::F32)?;
        let optimizer = AdamW::new(parameters.entries());
        Self::at(architecture, recipe, parameters, optimizer, Trajectory::default())
    }

    /// A training as it stood.
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

    /// A further training of a model that was trained, with running means of its own. With `aware`, every matrix is rounded
    /// on its way into the computation and derivatives pass as if it were not (the straight-through estimator): training
    /// with quantization. The model that is handed in stays as it is.
    ///
    /// # Errors
    /// What [`Recipe::check`] finds, and candle where there is no memory.
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

    /// The model that a step computes with.
    fn model_of_step(&self) -> Result<LanguageModel, ModelError> {
        let Some((format, rounding)) = self.aware else { return Ok(self.trained.clone()) };
        let formats = |parameter: &Parameter| if quantizable(parameter) { format } else { Format::Fp32 };
        let packed = PackedModel::stored(&self.architecture, &self.parameters, formats, rounding)?;
        let mut weights = self.parameters.tracked();
        let rounded = packed.weights()?;
        for (parameter, variable) in self.parameters.entries().iter().filter(|(of, _)| quantizable(of)) {
            let stored = rounded.get(&parameter.name, &parameter.shape)?;
            // What is stored, as a value; the variable, as far as derivatives know.
            let difference = (stored - variable.as_detached_tensor())?;
            weights.replace(&parameter.name, (variable.as_tensor() + difference)?);
        }
        LanguageModel::new(&self.architecture, &weights)
    }

    /// The same training by something else than the exact derivatives with respect to the resolvent's potentials.
    pub fn with_potential_gradient(self, gradient: PotentialGradient) -> Self {
        Self { trained: self.trained.with_potential_gradient(gradient), ..self }
    }

    /// How it is trained.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// Steps taken.
    pub fn steps(&self) -> usize {
        self.trajectory.losses.len()
    }

    /// Whether all steps are taken.
    pub fn is_complete(&self) -> bool {
        self.steps() >= self.recipe.steps
    }

    /// What it came by.
    pub fn trajectory(&self) -> &Trajectory {
        &self.trajectory
    }

    /// The parameters as they are.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The model as it is, for use; it changes with the training.
    pub fn model(&self) -> &LanguageModel {
        &self.frozen
    }

    /// Takes a step on a text; gives its loss. Where that is due, looks at the validation part before.
    ///
    /// # Errors
    /// [`ModelError::Diverged`] where loss or derivatives are not finite: the parameters are then as before the step.
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

    /// Leaves out a step that could not be taken: its loss, which is not finite or whose derivatives are not, is kept among
    /// those of the trajectory, and the text goes on.
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
