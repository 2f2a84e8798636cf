//! Groups of trainings that differ only in their seed, and statistics over them.

use super::{Measured, Way, Widths};
use bk_models::corpus::Text;
use bk_models::{Architecture, Recipe, Use};

/// Models that differ only in their seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<'record> {
    /// A label that is unique in the record.
    pub label: String,
    /// The models; at least one.
    pub models: Vec<&'record Measured>,
}

impl Group<'_> {
    /// Returns the first model, which shares everything but the seed with the others.
    pub fn first(&self) -> &Measured {
        self.models[0]
    }

    /// Returns the storage formats measured, in the order of the model with the most points.
    pub fn ways(&self) -> Vec<Way> {
        let most = self.models.iter().max_by_key(|model| model.points.len());
        most.map_or(vec![], |model| model.points.iter().map(|point| point.way).collect())
    }

    /// Returns the perplexities in a storage format, one per model that was measured in it.
    pub fn perplexities(&self, way: Way) -> Vec<f64> {
        self.models.iter().filter_map(|model| Some(model.at(way)?.held_out.perplexity())).collect()
    }

    /// Returns the increase of perplexity in a storage format, in percent, relative to each model's unquantized
    /// perplexity.
    pub fn changes(&self, way: Way) -> Vec<f64> {
        self.models.iter().filter_map(|model| Some(100.0 * model.change(way)?)).collect()
    }

    /// Returns whether all models are causal.
    pub fn is_causal(&self) -> bool {
        self.models.iter().all(|model| model.is_causal())
    }

    /// Returns whether both groups were trained and measured alike, apart from their architecture.
    pub fn is_trained_like(&self, other: &Group<'_>) -> bool {
        let training = |group: &Group<'_>| {
            let model = group.first();
            (
                model.steps,
                model.architecture.context(),
                unseeded(&model.recipe),
                model.text.clone(),
                model.tokens,
            )
        };
        training(self) == training(other)
    }

    /// Describes the scale of the experiment.
    pub fn scale(&self) -> String {
        let model = self.first();
        format!(
            "{} parameters, {} steps of {} tokens, context {}, {} kinds of tokens of {}, {} held-out tokens",
            model.parameters,
            model.steps,
            model.tokens_a_step(),
            model.architecture.context(),
            model.architecture.vocabulary(),
            text(model),
            model.tokens
        )
    }
}

fn unseeded(recipe: &Recipe) -> Recipe {
    Recipe { seed: 0, ..recipe.clone() }
}

/// Describes a model in a few words.
fn describe(architecture: &Architecture) -> String {
    let Architecture::ResNetBk(model) = architecture else { return architecture.label().into() };
    let mut words = match model.resolvent {
        Use::Diagonal => architecture.label().to_owned(),
        // A variant of this lab, which must not be confused with the published model.
        Use::Applied => "Applied resolvent (ours)".to_owned(),
    };
    if model.two_sided {
        words += ", two-sided";
    }
    if model.potentials > 1 {
        words += &format!(", {} potentials", model.potentials);
    }
    words
}

impl Widths {
    /// Returns the models in groups, in the order of first appearance.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = vec![];
        for model in &self.models {
            let is_alike = |group: &&mut Group<'_>| {
                let first = group.first();
                first.architecture == model.architecture
                    && first.steps == model.steps
                    && unseeded(&first.recipe) == unseeded(&model.recipe)
                    && first.text == model.text
                    && first.stored == model.stored
                    && first.tokens == model.tokens
            };
            match groups.iter_mut().find(is_alike) {
                Some(group) => group.models.push(model),
                None => groups.push(Group { label: String::new(), models: vec![model] }),
            }
        }
        let labels = labels(&groups.iter().map(|group| group.models[0]).collect::<Vec<_>>());
        groups.iter_mut().zip(labels).for_each(|(group, label)| group.label = label);
        groups
    }
}

/// Returns unique labels for models. Where several models share a label, their differences are appended: first their
/// texts, then their steps, their sizes, and last their fingerprints.
pub(super) fn labels(models: &[&Measured]) -> Vec<String> {
    let more: [fn(&Measured) -> String; 4] = [
        |model| format!("on {}", text(model)),
        |model| format!("{} steps", model.steps),
        |model| format!("{} parameters", model.parameters),
        |model| format!("no. {:08x}", model.fingerprint),
    ];
    let mut labels: Vec<String> = models.iter().map(|model| describe(&model.architecture)).collect();
    for word in more {
        let (before, words) = (labels.clone(), models.iter().map(|model| word(model)).collect::<Vec<_>>());
        for (place, label) in labels.iter_mut().enumerate() {
            let mut alike = (0..before.len()).filter(|&other| before[other] == before[place]);
            if alike.any(|other| words[other] != words[place]) {
                *label += &format!(", {}", words[place]);
            }
        }
    }
    labels
}

/// Describes the training text of a model.
fn text(model: &Measured) -> String {
    match &model.text {
        Text::Language { .. } => "the embedded language".to_owned(),
        Text::Uniform { symbols, .. } => format!("{symbols} random symbols"),
        Text::File { name, .. } => format!("“{name}”"),
    }
}
