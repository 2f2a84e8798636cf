//! The training-length sweep: the steps at which a training is measured, and the work that remains.

use super::{Config, Measured, Way, Widths};
use crate::kit::record::estimate::Estimate;
use crate::studies::language_models::record as language_model;
use bk_models::{Format, Recipe};
use serde::{Deserialize, Serialize};

crate::kit::context::config_errors!(LengthsError);

/// The largest number of lengths; each is a point on every curve.
const MOST: usize = 64;

/// The config of a training-length sweep over one training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lengths {
    /// The training. Its learning rate decays until its last step, so it is still decaying at the earlier lengths.
    pub training: language_model::Config,
    /// The numbers of steps after which the model is measured, in ascending order.
    pub lengths: Vec<usize>,
    /// The settings of the measurement.
    pub measure: Config,
}

/// Lengths that cannot be measured.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LengthsError {
    /// No lengths, or too many.
    #[error(
        "A training cannot be measured at {0} lengths. Give from 1 to {MOST}, in steps, as in 460,920,1380."
    )]
    Count(usize),
    /// A length that is not above the one before.
    #[error("{0} steps are no length here. Give lengths from 1 step up, each larger than the one before.")]
    Order(usize),
    /// A length beyond the end of the training.
    #[error(
        "The training ends after {steps} steps, before a length of {length}. Train longer, or leave that out."
    )]
    Beyond {
        /// The length.
        length: usize,
        /// Steps of the training.
        steps: usize,
    },
}

/// The next action for a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Train until this step.
    Train(usize),
    /// Measure its next point in its current state.
    Measure,
    /// Nothing: everything is measured.
    Nothing,
}

impl Lengths {
    /// Creates a sweep over these lengths. Only whole models are quantized, in every format.
    pub fn new(training: language_model::Config, lengths: Vec<usize>, measure: Config) -> Self {
        Self { training, lengths, measure: Config { core: false, parts: false, ..measure } }
    }

    /// Returns a length every `every` steps, and one at the end.
    pub fn every(every: usize, steps: usize) -> Vec<usize> {
        let every = every.max(1).max(steps.div_ceil(MOST));
        (1..=steps.div_ceil(every)).map(|place| (place * every).min(steps)).collect()
    }

    /// Checks the lengths.
    ///
    /// # Errors
    /// [`LengthsError`] for lengths that do not fit this training.
    pub fn check(&self) -> Result<(), LengthsError> {
        let (lengths, steps) = (&self.lengths, self.training.recipe.steps);
        if !(1..=MOST).contains(&lengths.len()) {
            return Err(LengthsError::Count(lengths.len()));
        }
        let before = std::iter::once(&0).chain(lengths);
        if let Some((_, &length)) = before.zip(lengths).find(|(before, length)| before >= length) {
            return Err(LengthsError::Order(length));
        }
        match lengths.last() {
            Some(&length) if length > steps => Err(LengthsError::Beyond { length, steps }),
            _ => Ok(()),
        }
    }

    /// Returns whether a model belongs to this training, at any step.
    pub fn is_of(&self, model: &Measured) -> bool {
        let of = (&model.architecture, &model.recipe, &model.text);
        of == (&self.training.architecture, &self.training.recipe, &self.training.text)
    }

    /// Returns the next action for a training after `steps` steps, given the points measured so far.
    pub fn next(&self, record: &Widths, steps: usize) -> Next {
        if self.lengths.contains(&steps) && !self.is_measured(record, steps) {
            return Next::Measure;
        }
        let later = self.lengths.iter().find(|&&length| length > steps);
        later.map_or(Next::Nothing, |&length| Next::Train(length))
    }

    fn is_measured(&self, record: &Widths, steps: usize) -> bool {
        let mut models = record.models.iter().filter(|model| self.is_of(model) && model.steps == steps);
        models.any(|model| {
            let ways = self.measure.ways(&model.architecture, model.stored);
            record.config.measures_alike(&self.measure) && ways.iter().all(|&way| model.at(way).is_some())
        })
    }
}

/// A training measured at several lengths, with one or several seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Course<'record> {
    /// A label that is unique in the record.
    pub label: String,
    /// The models by their steps, the shortest training first: one model per seed.
    pub lengths: Vec<(usize, Vec<&'record Measured>)>,
}

impl Course<'_> {
    /// Returns the perplexities in a format over seeds, by steps.
    pub fn perplexities(&self, format: Format) -> Vec<(f64, Estimate)> {
        self.estimates(|model| Some(model.at(Way::of(format))?.held_out.perplexity()))
    }

    /// Returns the increase of perplexity in a format, in percent, relative to the same models unquantized.
    pub fn changes(&self, format: Format) -> Vec<(f64, Estimate)> {
        self.estimates(|model| Some(100.0 * model.change(Way::of(format))?))
    }

    fn estimates(&self, of: impl Fn(&Measured) -> Option<f64>) -> Vec<(f64, Estimate)> {
        let estimate = |(steps, models): &(usize, Vec<&Measured>)| {
            let values: Vec<f64> = models.iter().filter_map(|model| of(model)).collect();
            Some((*steps as f64, Estimate::of(&values)?))
        };
        self.lengths.iter().filter_map(estimate).collect()
    }
}

impl Widths {
    /// Returns the trainings that were measured before their end, or at more than one length. Models whose recipes
    /// differ only in the seed belong to the same training.
    pub fn courses(&self) -> Vec<Course<'_>> {
        let alike = |one: &Measured, other: &Measured| {
            let recipe = Recipe { seed: other.recipe.seed, ..one.recipe.clone() };
            one.architecture == other.architecture
                && recipe == other.recipe
                && one.text == other.text
                && one.stored == other.stored
                && one.tokens == other.tokens
        };
        let mut found: Vec<Vec<&Measured>> = vec![];
        for model in &self.models {
            match found.iter_mut().find(|models| alike(models[0], model)) {
                Some(models) => models.push(model),
                None => found.push(vec![model]),
            }
        }
        let by_steps = |models: &Vec<&'_ Measured>| {
            let mut steps: Vec<usize> = models.iter().map(|model| model.steps).collect();
            steps.sort_unstable();
            steps.dedup();
            steps
        };
        let is_under_way = |model: &&Measured| model.steps < model.recipe.steps;
        found.retain(|models| by_steps(models).len() > 1 || models.iter().any(is_under_way));
        let labels = super::group::labels(&found.iter().map(|models| models[0]).collect::<Vec<_>>());
        let courses = found.iter().zip(labels).map(|(models, label)| {
            let at = |steps| models.iter().copied().filter(|model| model.steps == steps).collect();
            Course { label, lengths: by_steps(models).into_iter().map(|steps| (steps, at(steps))).collect() }
        });
        courses.collect()
    }
}
