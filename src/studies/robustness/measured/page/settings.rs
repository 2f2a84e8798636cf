//! What a link to the room restores.

use crate::studies::robustness::measured::record::{Config, Tuning};
use serde::{Deserialize, Serialize};

/// How models are measured, and what is looked at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// How models are measured.
    #[serde(flatten)]
    pub(crate) config: Config,
    /// How a model is trained further.
    pub(crate) tuning: Tuning,
    /// Along which trainings models are measured.
    pub(crate) course: Course,
    /// The panel that is shown.
    pub(crate) panel: Panel,
}

/// Trainings that are measured along their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Course {
    /// Steps of each.
    pub(crate) steps: usize,
    /// Steps between two lengths.
    pub(crate) every: usize,
    /// How many, whose seeds are 1, 2 and so on.
    pub(crate) seeds: u32,
}

impl Default for Course {
    fn default() -> Self {
        Self { steps: 1200, every: 200, seeds: 1 }
    }
}

/// A panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Panel {
    /// Perplexity against bit width.
    #[default]
    Figure,
    /// The published statements, judged.
    Statements,
    /// Which part of a model loses what.
    Places,
    /// Along a training.
    Lengths,
    /// Further training with quantization.
    Tuning,
    /// Whether models see the future.
    Leak,
    /// The models, and what counting achieves.
    Models,
}

impl Panel {
    pub(crate) const ALL: [Panel; 7] = [
        Panel::Figure,
        Panel::Statements,
        Panel::Places,
        Panel::Lengths,
        Panel::Tuning,
        Panel::Leak,
        Panel::Models,
    ];

    /// Its name.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Panel::Figure => "Perplexity against width",
            Panel::Statements => "Statements",
            Panel::Places => "Where the loss comes from",
            Panel::Lengths => "Training length",
            Panel::Tuning => "Training with quantization",
            Panel::Leak => "The leak",
            Panel::Models => "Models and counting",
        }
    }

    pub(crate) fn explanation(self) -> &'static str {
        match self {
            Panel::Figure => {
                "Every matrix of a trained model is rounded to the nearest level, in groups that share a scale, packed, and the model is run from those bytes on text that training has not seen. Models that differ in their seed alone are one curve: its points are means, its bars 95 % intervals. What counting one, two or three tokens achieves on the same text stands beside them; a model above the unigram line knows nothing any more."
            }
            Panel::Statements => {
                "What was published of quantized models, asked of these. A statement holds if the whole 95 % interval over seeds lies on its side of the limit, fails if the whole interval lies on the other, and is undecided in between. One seed gives no interval, and models that were trained unequally are not compared: training longer makes a model more fragile."
            }
            Panel::Places => {
                "The same evaluation with one part of the model quantized and the others as they came; and with the numbers that the BK core computes (its potentials v, and the real and imaginary parts of G) rounded to 8 or 4 bits. Their scales are found on text of the training part: one for all potentials of a block, as published, or one for each."
            }
            Panel::Lengths => {
                "The same training, stopped at several lengths and stored in every format: the longer a model is trained, the more of it quantization may cost, so that only equal, stated training is compared. The learning rate falls until the last step; at the lengths before, the training is not over. The model that is chosen above says what is trained anew, on the embedded language, from seed 1 on."
            }
            Panel::Tuning => {
                "A trained model takes some hundred further steps with every matrix rounded on its way into the computation; derivatives pass as if it were not (the straight-through estimator). More steps help by themselves, so the same number of steps without quantization, on the same sequences, stands beside it: that control is what the result is held against. Stars in the figure are where the training is."
            }
            Panel::Leak => {
                "One token is changed, and no logit before it may move. The published ResNet-BK takes the diagonal of the whole resolvent and sees the future: its averaged perplexity is no measure of prediction. At the last position of a sequence, whose target is in no input, nothing can leak."
            }
            Panel::Models => {
                "What was trained for how long, on what, and how it is told from others: the fingerprint is a checksum of weights, sizes and text."
            }
        }
    }
}
