//! Further training of a model that was trained: with quantization, and as many steps without.

use super::{Widths, tables};
use crate::kit::record::table::Grid;
use bk_models::{Evaluation, Format, ModelError, Recipe};
use serde::{Deserialize, Serialize};

/// What decides a further training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tuning {
    /// What matrices are stored as.
    pub format: Format,
    /// Steps, of each of the two trainings.
    pub steps: usize,
    /// The largest learning rate; it falls along a cosine from the first step on.
    pub learning_rate: f64,
    /// Steps between two looks at the held-out text.
    pub look_every: usize,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { format: Format::Int4, steps: 300, learning_rate: 5e-4, look_every: 50 }
    }
}

impl Tuning {
    /// How each of the two is trained: as the model was, but for steps and rate, on a part of the text in another order.
    pub fn recipe(&self, before: &Recipe) -> Recipe {
        Recipe {
            steps: self.steps,
            learning_rate: self.learning_rate,
            warm_up: 0,
            // Nothing is chosen by the validation part.
            validate_every: self.steps.max(1),
            seed: before.seed.wrapping_add(OTHER_ORDER),
            ..before.clone()
        }
    }

    /// Refuses what cannot be computed.
    ///
    /// # Errors
    /// As [`Recipe::check`].
    pub fn check(&self) -> Result<(), ModelError> {
        let looks = Recipe { validate_every: self.look_every, ..self.recipe(&Recipe::default()) };
        looks.check()
    }
}

/// What is added to the seed of a training for that of the further one.
const OTHER_ORDER: u32 = 1_000_003;

/// One of the two trainings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arm {
    /// With quantization: the straight-through estimator.
    Quantized,
    /// Without.
    Control,
}

impl Arm {
    /// Both, in the order in which they are trained.
    pub const ALL: [Arm; 2] = [Arm::Quantized, Arm::Control];
}

/// A model on its way through a further training, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Steps taken.
    pub step: usize,
    /// Losses of the model as it is, in single precision.
    pub whole: Evaluation,
    /// Losses of the model stored in the format of the tuning.
    pub stored: Evaluation,
}

/// What a further training came to, as far as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tuned {
    /// What was asked for.
    pub tuning: Tuning,
    /// The training with quantization: looks at it, the first before any step.
    pub quantized: Vec<Look>,
    /// That without, which takes as many steps on the same sequences.
    pub control: Vec<Look>,
}

impl Tuned {
    /// The looks at one of the two.
    pub fn looks(&self, arm: Arm) -> &[Look] {
        match arm {
            Arm::Quantized => &self.quantized,
            Arm::Control => &self.control,
        }
    }

    /// The looks at one of the two, to add to.
    pub fn looks_mut(&mut self, arm: Arm) -> &mut Vec<Look> {
        match arm {
            Arm::Quantized => &mut self.quantized,
            Arm::Control => &mut self.control,
        }
    }

    /// Steps that one of the two has taken.
    pub fn taken(&self, arm: Arm) -> usize {
        self.looks(arm).last().map_or(0, |look| look.step)
    }

    /// Whether both have taken all steps.
    pub fn is_complete(&self) -> bool {
        Arm::ALL.iter().all(|&arm| !self.looks(arm).is_empty() && self.taken(arm) >= self.tuning.steps)
    }
}

impl Widths {
    /// Further trainings beside their controls: one row a model and format.
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
