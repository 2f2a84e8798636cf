//! Training of a whole model, or of its adapters and head. The same recipe, seed, and images give the same parameters.

use super::architecture::VisionTransformer;
use super::base::Base;
use super::error::VisionError;
use super::evaluation::Evaluation;
use super::images::{Images, Split};
use super::lora::Lora;
use super::network::{Dropout, Network};
use crate::memory::peak_of;
use crate::{AdamW, ModelError, Parameters, Recipe, Step};
use bk_python::random::LegacyRandom;
use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Tensor};
use serde::{Deserialize, Serialize};

/// When training ends before its last step. The threshold of the published rule never has an effect; here a smaller
/// gain than the threshold counts as none (vit-lora.md §3.3).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Patience {
    /// Number of validations in a row without a gain after which training ends; 0 means never.
    pub validations: usize,
    /// Smallest increase of the best accuracy on the validation images that counts as a gain.
    pub least_gain: f64,
}

impl Default for Patience {
    /// Five validations, and a gain of one thousandth of the images.
    fn default() -> Self {
        Self { validations: 5, least_gain: 0.001 }
    }
}

/// An evaluation on the validation images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Steps taken before.
    pub step: usize,
    /// Mean loss, in nats.
    pub loss: f64,
    /// Fraction of images with the correct label.
    pub accuracy: f64,
}

/// The training history.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Trajectory {
    /// The loss of each step on its batch, in nats per image.
    pub losses: Vec<f32>,
    /// The norm of the gradient before clipping, per step.
    pub norms: Vec<f32>,
    /// The evaluations on the validation images.
    pub validation: Vec<Validation>,
    /// Whether training ended before its last step.
    pub stopped_early: bool,
    /// Steps taken before the parameters that were kept.
    pub best_step: usize,
}

/// Memory use of a training step, counted by the allocator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepMemory {
    /// Images whose gradients are computed together: the batch, or fewer under a memory limit.
    pub at_once: usize,
    /// Peak memory of the last step, in bytes beyond what was allocated before; 0 if no step was taken.
    pub bytes: u64,
}

/// The parameters with the best accuracy so far.
#[derive(Debug)]
struct Best {
    accuracy: f64,
    values: Vec<Tensor>,
    /// Validations since.
    waited: usize,
}

/// A model in training.
#[derive(Debug)]
pub struct Training {
    recipe: Recipe,
    patience: Patience,
    dropout: f64,
    parameters: Parameters,
    optimizer: AdamW,
    trajectory: Trajectory,
    memory: StepMemory,
    trained: Network,
    frozen: Network,
    best: Option<Best>,
    complete: bool,
}

impl Training {
    /// Creates a training of all parameters of a new model.
    ///
    /// # Errors
    /// Returns the errors of [`VisionTransformer::check`] and [`Recipe::check`].
    pub fn new(
        architecture: &VisionTransformer,
        recipe: Recipe,
        patience: Patience,
    ) -> Result<Self, VisionError> {
        architecture.check()?;
        let parameters = Parameters::drawn(architecture.parameters(), recipe.seed, DType::F32)?;
        let network = |weights| Network::new(architecture, &weights, DType::F32);
        let networks = [network(parameters.tracked())?, network(parameters.frozen())?];
        Self::of(recipe, patience, 0.0, parameters, networks)
    }

    /// Creates a training of the adapters and the head of a frozen base.
    ///
    /// # Errors
    /// Returns the errors of [`Lora::check`] and [`Recipe::check`].
    pub fn adapting(
        base: &Base,
        lora: &Lora,
        classes: usize,
        recipe: Recipe,
        patience: Patience,
    ) -> Result<Self, VisionError> {
        let architecture = base.architecture().with_classes(classes);
        lora.check(&architecture)?;
        let parameters = Parameters::drawn(lora.parameters(&architecture), recipe.seed, DType::F32)?;
        let network = |weights| Network::adapted(base, lora, classes, &weights, DType::F32);
        let networks = [network(parameters.tracked())?, network(parameters.frozen())?];
        Self::of(recipe, patience, lora.dropout, parameters, networks)
    }

    fn of(
        recipe: Recipe,
        patience: Patience,
        dropout: f64,
        parameters: Parameters,
        [trained, frozen]: [Network; 2],
    ) -> Result<Self, VisionError> {
        recipe.check()?;
        if !(0.0..=1.0).contains(&patience.least_gain) {
            let what = "least gain";
            return Err(ModelError::Rate { what, value: patience.least_gain, most: 1.0 }.into());
        }
        let optimizer = AdamW::new(parameters.entries());
        let (trajectory, best, complete) = (Trajectory::default(), None, false);
        let memory = StepMemory { at_once: recipe.batch, bytes: 0 };
        Ok(Self {
            recipe,
            patience,
            dropout,
            parameters,
            optimizer,
            trajectory,
            memory,
            trained,
            frozen,
            best,
            complete,
        })
    }

    /// Returns the number of steps taken.
    pub fn steps(&self) -> usize {
        self.trajectory.losses.len()
    }

    /// Returns whether training has ended, early or not. The parameters are then those with the best accuracy.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Returns the training history.
    pub fn trajectory(&self) -> &Trajectory {
        &self.trajectory
    }

    /// Returns the memory use of the steps.
    pub fn memory(&self) -> StepMemory {
        self.memory
    }

    /// Reduces the number of images whose gradients are computed together, so that a step needs at most `most_bytes`
    /// bytes. The batch size does not change. The memory use per image is measured by steps that change nothing.
    ///
    /// # Errors
    /// Returns [`VisionError::Memory`] if one image alone needs more, and the errors of [`step`](Self::step).
    pub fn fit(&mut self, most_bytes: u64, images: &Images) -> Result<(), VisionError> {
        let mut optimizer = self.optimizer.clone();
        let unmoved = Step { learning_rate: 0.0, ..self.recipe.at(0) };
        let mut bytes = |count: usize, at_once: usize| {
            let chosen: Vec<usize> = (0..count).map(|place| place % images.len().max(1)).collect();
            let (done, bytes) = peak_of(|| self.descend(&mut optimizer, images, &chosen, unmoved, at_once));
            done.map(|_| bytes as u64)
        };
        // The first call also allocates what all steps share.
        bytes(2, 1)?;
        let one = bytes(2, 1)?;
        let more = bytes(4, 2)?.saturating_sub(one).max(1);
        if one > most_bytes {
            return Err(VisionError::Memory { least: one, limit: most_bytes });
        }
        self.memory.at_once = (1 + (most_bytes - one) / more).min(self.recipe.batch as u64) as usize;
        Ok(())
    }

    /// Returns the current trained parameters.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Returns the current model for evaluation. It follows the training.
    pub fn network(&self) -> &Network {
        &self.frozen
    }

    /// Takes a step and returns its loss. Evaluates the validation images first if that is due. Returns `None`, without
    /// a step, if training has ended.
    ///
    /// # Errors
    /// Returns [`ModelError::Diverged`] if the loss or the gradient is not finite; the parameters are then as before
    /// the step. Also returns the errors of [`Network::losses`].
    pub fn step(&mut self, split: &Split) -> Result<Option<f32>, VisionError> {
        let step = self.steps();
        let last = step >= self.recipe.steps;
        if !self.complete && (last || step.is_multiple_of(self.recipe.validate_every)) {
            self.validate(&split.validation, last)?;
        }
        if self.complete {
            return Ok(None);
        }
        let chosen = self.batch(step, &split.train);
        let mut optimizer = std::mem::take(&mut self.optimizer);
        let at = self.recipe.at(step);
        let (done, bytes) =
            peak_of(|| self.descend(&mut optimizer, &split.train, &chosen, at, self.memory.at_once));
        self.optimizer = optimizer;
        let (value, norm) = done?;
        self.memory.bytes = bytes as u64;
        if !value.is_finite() || !norm.is_finite() {
            return Err(ModelError::Diverged { step, loss: value, norm }.into());
        }
        self.trajectory.losses.push(value);
        self.trajectory.norms.push(norm as f32);
        Ok(Some(value))
    }

    /// Updates the parameters with the mean gradient of the losses of the chosen images, computed for `at_once` images
    /// at a time. Returns the mean loss and the norm of the gradient before clipping.
    fn descend(
        &self,
        optimizer: &mut AdamW,
        images: &Images,
        chosen: &[usize],
        step: Step,
        at_once: usize,
    ) -> Result<(f32, f64), VisionError> {
        let seed = self.recipe.seed.wrapping_mul(0xc2b2_ae35) ^ step.taken as u32;
        let mut mean = 0.0;
        let mut sum: Option<GradStore> = None;
        for (part, chosen_part) in chosen.chunks(at_once).enumerate() {
            let tokens_before = part * at_once * self.trained.architecture().tokens();
            let dropout = Some(Dropout { rate: self.dropout, seed, tokens_before });
            let losses = self.trained.losses(images, chosen_part, dropout)?;
            let loss = (losses.sum_all()? / chosen.len() as f64)?;
            mean += loss.to_scalar::<f32>()?;
            let by = loss.backward()?;
            sum = Some(match sum {
                None => by,
                Some(mut sum) => {
                    for (_, variable) in self.parameters.entries() {
                        if let Some(more) = by.get(variable) {
                            let all = match sum.get(variable) {
                                Some(before) => (before + more)?,
                                None => more.clone(),
                            };
                            sum.insert(variable, all);
                        }
                    }
                    sum
                }
            });
        }
        let norm = match &sum {
            Some(by) => optimizer.step(self.parameters.entries(), by, step)?,
            None => 0.0,
        };
        Ok((mean, norm))
    }

    /// Takes all remaining steps.
    ///
    /// # Errors
    /// Returns the errors of [`step`](Self::step).
    pub fn finish(&mut self, split: &Split) -> Result<(), VisionError> {
        while self.step(split)?.is_some() {}
        Ok(())
    }

    /// Returns the images of a step. Each image is used once before any is used again, in a new order in each pass.
    fn batch(&self, step: usize, images: &Images) -> Vec<usize> {
        let count = images.len();
        let first = step * self.recipe.batch;
        let mut order = (usize::MAX, vec![]);
        let image = |place: usize| {
            let round = place / count;
            if order.0 != round {
                let seed =
                    self.recipe.seed.wrapping_mul(0x9e37_79b1) ^ (round as u32).wrapping_mul(0x85eb_ca6b);
                order = (round, LegacyRandom::new(seed).permutation(count as u32));
            }
            order.1[place % count] as usize
        };
        (first..first + self.recipe.batch).map(image).collect()
    }

    fn validate(&mut self, images: &Images, last: bool) -> Result<(), VisionError> {
        let step = self.steps();
        let found = Evaluation::of(&self.frozen, images)?;
        let accuracy = found.accuracy();
        self.trajectory.validation.push(Validation { step, loss: found.loss, accuracy });
        let least_gain = self.patience.least_gain;
        let waited = match &mut self.best {
            Some(best) if accuracy < best.accuracy + least_gain || accuracy <= best.accuracy => {
                best.waited += 1;
                best.waited
            }
            _ => {
                let values = self.parameters.entries().iter().map(|(_, variable)| variable.copy());
                self.best = Some(Best { accuracy, values: values.collect::<Result<_, _>>()?, waited: 0 });
                self.trajectory.best_step = step;
                0
            }
        };
        let out_of_patience = self.patience.validations > 0 && waited >= self.patience.validations;
        if last || out_of_patience {
            self.complete = true;
            self.trajectory.stopped_early = !last;
            let best = self.best.iter().flat_map(|best| &best.values);
            for ((_, variable), value) in self.parameters.entries().iter().zip(best) {
                variable.set(&value.to_device(&Device::Cpu)?)?;
            }
        }
        Ok(())
    }
}
