//! Models that differ in their seed alone, and what several of them tell.

use super::{Config, Ladder, Place, Rung};
use bk_models::causality;
use bk_models::corpus::Text;
use bk_models::early_exit::Exit;
use bk_models::sparsity::Sight;

/// What is done with a trained model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Variant {
    /// It is used as it is.
    Whole,
    /// Its tokens exit early.
    Exit(Exit),
    /// Its diagonal is sparse.
    Sparse(Sight),
}

impl Variant {
    /// In words; nothing of the whole model.
    pub fn label(self) -> String {
        match self {
            Variant::Whole => String::new(),
            Variant::Exit(exit) => exit.label(),
            Variant::Sparse(sight) => sight.label().into(),
        }
    }
}

/// What a seed's model costs and achieves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Operations of a forward pass a token, complete.
    pub flops: f64,
    /// On held-out text.
    pub perplexity: f64,
}

/// Models that differ in their seed alone: at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<'record> {
    /// The first of them, whose seed alone tells it from the others.
    pub place: Place,
    /// All of them.
    pub rungs: Vec<&'record Rung>,
}

/// “Mamba 32x3”, with the context where that is not the usual one.
pub(super) fn label(place: &Place) -> String {
    format!("{} {}", place.kind.label(), place.size)
}

impl<'record> Group<'record> {
    /// What they are.
    pub fn label(&self) -> String {
        label(&self.place)
    }

    /// What the first that was measured has been tried with.
    pub fn variants(&self) -> Vec<Variant> {
        let Some(rung) = self.rungs.iter().max_by_key(|rung| rung.exits.len() + rung.sparsity.len()) else {
            return vec![];
        };
        let exits = rung.exits.iter().map(|exited| Variant::Exit(exited.exit));
        let sparse = rung.sparsity.iter().map(|sparse| Variant::Sparse(sparse.sight));
        [Variant::Whole].into_iter().chain(exits).chain(sparse).collect()
    }

    /// What each of them costs and achieves, those that computed something finite.
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

    /// Whether what is computed sees the past alone.
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
    /// The models in groups, in the order in which each first appears.
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
    /// How large the experiment is, in words.
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
