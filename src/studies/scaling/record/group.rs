//! Groups of models that differ only in their seed, and statistics over them.

use super::{Config, Ladder, Place, Rung};
use bk_models::causality;
use bk_models::corpus::Text;
use bk_models::early_exit::Exit;
use bk_models::sparsity::Sight;

/// A variant of a trained model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Variant {
    /// The model unchanged.
    Whole,
    /// With early exit of tokens.
    Exit(Exit),
    /// With a sparse diagonal.
    Sparse(Sight),
}

impl Variant {
    /// Returns the label; empty for the unchanged model.
    pub fn label(self) -> String {
        match self {
            Variant::Whole => String::new(),
            Variant::Exit(exit) => exit.label(),
            Variant::Sparse(sight) => sight.label().into(),
        }
    }
}

/// Cost and perplexity of one seed's model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// FLOPs per token of a complete forward pass.
    pub flops: f64,
    /// Perplexity on held-out text.
    pub perplexity: f64,
}

/// Models that differ only in their seed; at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<'record> {
    /// The place of the first model; the others differ only in the seed.
    pub place: Place,
    /// All models.
    pub rungs: Vec<&'record Rung>,
}

/// Returns a label as in “Mamba 32x3”.
pub(super) fn label(place: &Place) -> String {
    format!("{} {}", place.kind.label(), place.size)
}

impl<'record> Group<'record> {
    /// Returns the label.
    pub fn label(&self) -> String {
        label(&self.place)
    }

    /// Returns the variants of the model with the most measurements.
    pub fn variants(&self) -> Vec<Variant> {
        let Some(rung) = self.rungs.iter().max_by_key(|rung| rung.exits.len() + rung.sparsity.len()) else {
            return vec![];
        };
        let exits = rung.exits.iter().map(|exited| Variant::Exit(exited.exit));
        let sparse = rung.sparsity.iter().map(|sparse| Variant::Sparse(sparse.sight));
        [Variant::Whole].into_iter().chain(exits).chain(sparse).collect()
    }

    /// Returns cost and perplexity of each model whose results are finite.
    pub fn costs(&self, variant: Variant) -> Vec<Cost> {
        let cost = |rung: &&Rung| {
            let (flops, held_out) = match variant {
                Variant::Whole => (rung.flops as f64, rung.held_out?),
                Variant::Exit(exit) => {
                    let found = rung.exits.iter().find(|exited| exited.exit == exit)?;
                    (found.flops, found.held_out)
                }
                Variant::Sparse(sight) => {
                    let found = rung.sparsity.iter().find(|sparse| sparse.sight == sight)?;
                    (found.flops as f64, found.held_out)
                }
            };
            Some(Cost { flops, perplexity: held_out.perplexity() })
        };
        self.rungs.iter().filter_map(cost).collect()
    }

    /// Returns whether a variant is causal.
    pub fn is_causal(&self, variant: Variant) -> bool {
        let leak = |rung: &&Rung| match variant {
            Variant::Sparse(sight) => rung
                .sparsity
                .iter()
                .find(|sparse| sparse.sight == sight)
                .map_or(0.0, |sparse| sparse.largest_leak),
            _ => rung.largest_leak.unwrap_or(0.0),
        };
        self.rungs.iter().all(|rung| leak(rung) <= causality::TOLERANCE)
    }
}

impl Ladder {
    /// Returns the models in groups, in the order of first appearance.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = vec![];
        for rung in &self.rungs {
            let place = Place { seed: 0, ..rung.place };
            match groups.iter_mut().find(|group| Place { seed: 0, ..group.place } == place) {
                Some(group) => group.rungs.push(rung),
                None => groups.push(Group { place: rung.place, rungs: vec![rung] }),
            }
        }
        groups
    }
}

impl Config {
    /// Describes the scale of the experiment.
    pub fn scale(&self) -> String {
        let text = match &self.text {
            Text::Language { .. } => "the embedded language".to_owned(),
            Text::Uniform { symbols, .. } => format!("{symbols} random symbols"),
            Text::File { name, .. } => format!("“{name}”"),
        };
        format!(
            "{} steps of {} tokens of {text}, {} held-out tokens at most",
            self.steps, self.tokens_a_step, self.tokens
        )
    }
}
