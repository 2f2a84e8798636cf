//! Further training of a trained model: with quantization, and for the same number of steps without.

use super::{Widths, tables};
use crate::kit::record::table::Grid;
use bk_models::{Evaluation, Format, ModelError, Recipe};
use serde::{Deserialize, Serialize};

/// The config of a further training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tuning {
    /// Storage format of the weight matrices.
    pub format: Format,
    /// Steps of each of the two arms.
    pub steps: usize,
    /// The largest learning rate, per step; it decays along a cosine from the first step.
    pub learning_rate: f64,
    /// Steps between evaluation points.
    pub look_every: usize,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { format: Format::Int4, steps: 300, learning_rate: 5e-4, look_every: 50 }
    }
}

impl Tuning {
    /// Returns the recipe of both arms: that of the model, except for steps and learning rate, with the text in another
    /// order.
    pub fn recipe(&self, before: &Recipe) -> Recipe {
        Recipe {
            steps: self.steps,
            learning_rate: self.learning_rate,
            warm_up: 0,
            // No choice depends on the validation part.
            validate_every: self.steps.max(1),
            seed: before.seed.wrapping_add(OTHER_ORDER),
            ..before.clone()
        }
    }

    /// Checks the values.
    ///
    /// # Errors
    /// The errors of [`Recipe::check`].
    pub fn check(&self) -> Result<(), ModelError> {
        let looks = Recipe { validate_every: self.look_every, ..self.recipe(&Recipe::default()) };
        looks.check()
    }
}

/// Offset from the seed of a training to the seed of its further training.
const OTHER_ORDER: u32 = 1_000_003;

/// One of the two arms of a further training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arm {
    /// With quantization, by the straight-through estimator.
    Quantized,
    /// Without quantization.
    Control,
}

impl Arm {
    /// Both arms, in the order of training.
    pub const ALL: [Arm; 2] = [Arm::Quantized, Arm::Control];
}

/// An evaluation point: the state of a model at one step of a further training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Steps taken.
    pub step: usize,
    /// Losses of the model in single precision.
    pub whole: Evaluation,
    /// Losses of the model stored in the format of the tuning.
    pub stored: Evaluation,
}

/// The results of a further training so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tuned {
    /// The config of the further training.
    pub tuning: Tuning,
    /// The evaluation points of the quantized arm; the first lies before any step.
    pub quantized: Vec<Look>,
    /// The evaluation points of the control, which takes as many steps on the same sequences.
    pub control: Vec<Look>,
}

impl Tuned {
    /// Returns the evaluation points of an arm.
    pub fn looks(&self, arm: Arm) -> &[Look] {
        match arm {
            Arm::Quantized => &self.quantized,
            Arm::Control => &self.control,
        }
    }

    /// Returns the evaluation points of an arm for appending.
    pub fn looks_mut(&mut self, arm: Arm) -> &mut Vec<Look> {
        match arm {
            Arm::Quantized => &mut self.quantized,
            Arm::Control => &mut self.control,
        }
    }

    /// Returns the number of steps that an arm has taken.
    pub fn taken(&self, arm: Arm) -> usize {
        self.looks(arm).last().map_or(0, |look| look.step)
    }

    /// Returns whether both arms have taken all steps.
    pub fn is_complete(&self) -> bool {
        Arm::ALL.iter().all(|&arm| !self.looks(arm).is_empty() && self.taken(arm) >= self.tuning.steps)
    }
}

impl Widths {
    /// Returns the further trainings beside their controls: one row per model and format.
    pub fn tuned_table(&self) -> Grid {
        let groups = self.groups();
        let all = groups.iter().flat_map(|group| group.models.iter().map(move |&model| (group, model)));
        let rows = all.flat_map(|(group, model)| {
            model.tuned.iter().map(move |tuned| {
                let last = |arm: Arm| tuned.looks(arm).last();
                let number = |value: Option<f64>| tables::number(value, 2);
                let first = tuned.quantized.first();
                let (quantized, control) = (last(Arm::Quantized), last(Arm::Control));
                let against = quantized.zip(control).map(|(quantized, control)| {
                    100.0 * (quantized.stored.perplexity() / control.whole.perplexity() - 1.0)
                });
                vec![
                    group.label.clone(),
                    model.recipe.seed.to_string(),
                    tuned.tuning.format.label().to_owned(),
                    format!("{} of {}", tuned.taken(Arm::Quantized), tuned.tuning.steps),
                    number(first.map(|look| look.whole.perplexity())),
                    number(first.map(|look| look.stored.perplexity())),
                    number(control.map(|look| look.whole.perplexity())),
                    number(control.map(|look| look.stored.perplexity())),
                    number(quantized.map(|look| look.stored.perplexity())),
                    against.map_or("–".into(), |change| format!("{change:+.2} %")),
                ]
            })
        });
        let columns = [
            "Model",
            "Seed",
            "Stored as",
            "Steps",
            "Before, unquantized",
            "Before, rounded",
            "Control, unquantized",
            "Control, rounded",
            "Trained with quantization",
            "Against the control",
        ];
        Grid {
            heading: "Further training with quantization, beside as many steps without".into(),
            columns: columns.map(String::from).into(),
            rows: rows.collect(),
            omitted: 0,
        }
    }
}
