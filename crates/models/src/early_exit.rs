//! Early exit by the scattering phase: a token stops being worked on once the phases at its site have added up to enough
//! (resnet-bk.md §8.1). There is nothing to be learned in it.
//!
//! Here the weights of a token's states sum to 1, since what is missing at the last layer is given to it, and a token is
//! counted once. Published, neither is so, and that bookkeeping ([`Exits::published_mean_layers`]) reports a depth of at most
//! one layer whatever happens.

use crate::architecture::{Architecture, ResNetBk};
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, TAU};

/// Where the phase of a token comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhaseSource {
    /// π·tanh of the mean over the channels of what the block puts out, as published: no phase of any resolvent.
    BlockOutput,
    /// arg of the resolvent's diagonal at the token's site, summed over the potentials. This is ours.
    Resolvent,
}

/// How tokens exit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Exit {
    /// Where the phases come from.
    pub source: PhaseSource,
    /// What has to have added up.
    pub halting: f64,
    /// Layers in which nothing adds up.
    pub least_layers: usize,
}

/// A phase below this part of the circle is thought weak, and adds twice as much.
const WEAK: f64 = 0.2;
/// A phase beyond this part is thought strong, and adds half as much.
const STRONG: f64 = 0.8;

impl Exit {
    /// As published.
    pub const PUBLISHED: Self = Self { source: PhaseSource::BlockOutput, halting: 0.99, least_layers: 2 };

    /// What the study of a trained model tries: the published rule, and ones that let go sooner, each by both phases.
    pub fn tried() -> Vec<Self> {
        let sources = [PhaseSource::BlockOutput, PhaseSource::Resolvent];
        let rules = [(0.99, 2), (0.99, 0), (0.75, 0), (0.5, 0), (0.25, 0)];
        let of = |source| rules.map(|(halting, least_layers)| Self { source, halting, least_layers });
        sources.into_iter().flat_map(of).collect()
    }

    /// What a phase in [−π, π] adds at a layer, counted from 0.
    pub fn adds(&self, phase: f64, layer: usize, layers: usize) -> f64 {
        if layer < self.least_layers {
            return 0.0;
        }
        let part = (phase + PI) / TAU;
        let adds = match 1.0 - part {
            adds if part < WEAK => 2.0 * adds,
            adds if part > STRONG => adds / 2.0,
            adds => adds,
        };
        adds.clamp(0.0, 1.0) * (layer + 1) as f64 / layers as f64
    }

    /// In words: “0.99 from layer 3, phase of the block's output”.
    pub fn label(&self) -> String {
        let source = match self.source {
            PhaseSource::BlockOutput => "phase of the block’s output",
            PhaseSource::Resolvent => "phase of the resolvent (ours)",
        };
        let published = if *self == Self::PUBLISHED { ", as published" } else { "" };
        format!("exit at {}, from layer {}, {source}{published}", self.halting, self.least_layers + 1)
    }
}

/// How many tokens were worked on in every layer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Exits {
    /// Tokens in all.
    pub tokens: u64,
    /// Tokens that a layer's experts and maps were computed for, a layer each.
    pub running: Vec<u64>,
    /// The sum of the weights as the published bookkeeping has it: nothing is given to the last layer.
    pub published_weight: f64,
}

impl Exits {
    /// Adds what came of other tokens in as many layers.
    pub fn add(&mut self, other: &Exits) {
        self.tokens += other.tokens;
        self.published_weight += other.published_weight;
        self.running.resize(self.running.len().max(other.running.len()), 0);
        for (running, more) in self.running.iter_mut().zip(&other.running) {
            *running += more;
        }
    }

    /// Layers that a token was worked on in, on average.
    pub fn mean_layers(&self) -> f64 {
        self.running.iter().sum::<u64>() as f64 / self.tokens.max(1) as f64
    }

    /// What the published bookkeeping calls the mean number of layers: weights that sum to 1 at most, over tokens that are
    /// counted once a layer.
    pub fn published_mean_layers(&self) -> f64 {
        self.published_weight / (self.tokens.max(1) * self.running.len().max(1) as u64) as f64
    }

    /// What it calls the part of the operations that is saved.
    pub fn published_reduction(&self) -> f64 {
        1.0 - self.published_mean_layers() / self.running.len().max(1) as f64
    }

    /// Operations of a forward pass a token, complete. A token that has exited keeps its state: it visits no expert, and
    /// nothing is made of its resolvent. Its potential is computed in every layer all the same, and so is the recursion
    /// through its site, since every later token's resolvent depends on it.
    pub fn flops_a_token(&self, model: &ResNetBk) -> f64 {
        let tokens = self.tokens.max(1) as f64;
        let flops = Architecture::ResNetBk(model.clone()).flops(1, 1);
        let layer = |name: &str| -> Option<(usize, bool)> {
            let (layer, part) = name.strip_prefix("layer_")?.split_once('.')?;
            let is_spared = matches!(part, "router" | "experts" | "output" | "sums");
            Some((layer.parse().ok()?, is_spared))
        };
        let computed = flops.components.iter().map(|component| {
            let part = match layer(&component.name) {
                Some((layer, true)) => self.running.get(layer).map_or(1.0, |&of| of as f64 / tokens),
                _ => 1.0,
            };
            component.forward as f64 * part
        });
        // A phase from so many numbers, what it adds, and the weighted sum of the states.
        let rule = (3 * model.width + RULE) as f64 * self.mean_layers();
        computed.sum::<f64>() + rule
    }
}

/// Operations of a phase, of what it adds, and of the comparisons.
const RULE: usize = 15;

/// Tokens on their way through the layers.
#[derive(Debug)]
pub struct Halting {
    exit: Exit,
    layers: usize,
    /// What has added up, a token each.
    sums: Vec<f64>,
    running: Vec<u32>,
    exits: Exits,
}

impl Halting {
    /// So many tokens before the first of so many layers.
    pub fn new(exit: Exit, layers: usize, tokens: usize) -> Self {
        let exits = Exits { tokens: tokens as u64, running: vec![0; layers], published_weight: 0.0 };
        Self { exit, layers, sums: vec![0.0; tokens], running: (0..tokens as u32).collect(), exits }
    }

    /// The tokens that have not exited, in their order.
    pub fn running(&self) -> &[u32] {
        &self.running
    }

    /// Takes the running tokens through a layer, by a phase each: the weight of what the layer made of each of them.
    pub fn pass(&mut self, layer: usize, phases: &[f64]) -> Vec<f64> {
        let mut weights = Vec::with_capacity(self.running.len());
        let mut still = Vec::with_capacity(self.running.len());
        self.exits.running[layer] += self.running.len() as u64;
        for (&token, &phase) in self.running.iter().zip(phases) {
            let sum = &mut self.sums[token as usize];
            let adds = self.exit.adds(phase, layer, self.layers);
            let rest = 1.0 - *sum;
            let halts = *sum + adds >= self.exit.halting;
            self.exits.published_weight += if halts { rest } else { adds };
            if halts || layer + 1 == self.layers {
                weights.push(rest);
            } else {
                *sum += adds;
                weights.push(adds);
                still.push(token);
            }
        }
        self.running = still;
        weights
    }

    /// What came of it.
    pub fn exits(self) -> Exits {
        self.exits
    }
}
