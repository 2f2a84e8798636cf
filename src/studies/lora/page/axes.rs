//! The axes of the grid of experiments, and what a reader leaves out of them.

use crate::studies::lora::published::matrix::{DATASETS, MODELS, RANKS, SEEDS};
use crate::studies::lora::record::{Experiment, ExperimentConfig, Storage};
use serde::{Deserialize, Serialize};

/// What is shown of the matrix: everything where a text is empty. The texts are the values of [`Axes::values`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    pub(crate) model: String,
    pub(crate) dataset: String,
    pub(crate) rank: String,
    pub(crate) weights: String,
    /// The label called seed.
    pub(crate) label: String,
}

impl Filter {
    /// What an axis is narrowed to.
    pub(crate) fn of(&mut self, axis: Axis) -> &mut String {
        match axis {
            Axis::Model => &mut self.model,
            Axis::Dataset => &mut self.dataset,
            Axis::Rank => &mut self.rank,
            Axis::Weights => &mut self.weights,
            Axis::Label => &mut self.label,
        }
    }

    /// Whether an experiment is shown.
    pub(crate) fn admits(&self, config: &ExperimentConfig) -> bool {
        let mut filter = self.clone();
        Axis::ALL.into_iter().all(|axis| admits(filter.of(axis), &axis.value(config)))
    }
}

/// Whether a filter lets a value through.
pub(crate) fn admits(filter: &str, value: &str) -> bool {
    filter.is_empty() || filter == value
}

/// What experiments differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Axis {
    Model,
    Dataset,
    Rank,
    Weights,
    Label,
}

impl Axis {
    pub(crate) const ALL: [Axis; 5] = [Axis::Model, Axis::Dataset, Axis::Rank, Axis::Weights, Axis::Label];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Axis::Model => "Model",
            Axis::Dataset => "Data set",
            Axis::Rank => "Rank",
            Axis::Weights => "Weights",
            Axis::Label => "Seed label",
        }
    }

    /// Where an experiment stands, in words.
    pub(crate) fn value(self, config: &ExperimentConfig) -> String {
        match self {
            Axis::Model => short(&config.model.name),
            Axis::Dataset => config.dataset.name.clone(),
            Axis::Rank => config.lora.as_ref().map_or_else(|| "none".into(), |lora| lora.rank.to_string()),
            Axis::Weights => config.storage().label().into(),
            Axis::Label => config.seed.to_string(),
        }
    }
}

/// The name of a model without its patches and images, which are the same for all of the study.
fn short(model: &str) -> String {
    model.trim_end_matches("_patch16_224").into()
}

/// The values on every axis, in the order of [`Axis::ALL`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axes([Vec<String>; 5]);

impl Axes {
    /// Those of the published matrix.
    fn published() -> Self {
        Axes([
            MODELS.map(short).into(),
            DATASETS.map(String::from).into(),
            RANKS.map(|rank| rank.to_string()).into(),
            Storage::ALL.map(|storage| storage.label().to_owned()).into(),
            SEEDS.map(|seed| seed.to_string()).into(),
        ])
    }

    /// Those of experiments: the published ones if all lie on them, so that what was not run is seen too.
    pub(crate) fn of(experiments: &[Experiment]) -> Self {
        let published = Axes::published();
        let mut found = Axes(Default::default());
        for (axis, values) in Axis::ALL.into_iter().zip(&mut found.0) {
            for run in experiments {
                let value = axis.value(&run.config);
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        let lies_within = found
            .0
            .iter()
            .zip(&published.0)
            .all(|(found, published)| found.iter().all(|value| published.contains(value)));
        if lies_within { published } else { found }
    }

    /// The values on an axis.
    pub(crate) fn values(&self, axis: Axis) -> &[String] {
        &self.0[axis as usize]
    }
}
