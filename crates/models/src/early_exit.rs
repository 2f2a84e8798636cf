//! Early exit by the scattering phase: once the score summed from the phases of a token reaches a threshold, the token
//! skips the experts and the output of the remaining layers (resnet-bk.md §8.1). The rule has no parameters.
//!
//! The state that enters the head is a weighted sum of the states after each layer. Here the weights of a token sum to
//! 1, because the last layer gets the remainder, and each token is counted once. In the published bookkeeping neither
//! holds, so that it reports a depth of at most one layer in all cases ([`Exits::published_mean_layers`]).

use crate::architecture::{Architecture, ResNetBk};
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, TAU};

/// Source of the phase of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhaseSource {
    /// π·tanh of the mean of the block's output over the channels, as published. It is not the phase of a resolvent.
    BlockOutput,
    /// arg of the resolvent's diagonal at the site of the token, summed over the potentials. This variant is not in the
    /// paper.
    Resolvent,
}

/// Rule of early exit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Exit {
    /// Source of the phases.
    pub source: PhaseSource,
    /// Score at which a token exits.
    pub halting: f64,
    /// Number of first layers that add nothing to the score.
    pub least_layers: usize,
}

/// Upper limit of a weak phase, as a fraction of the circle. A weak phase adds twice as much to the score.
const WEAK: f64 = 0.2;
/// Lower limit of a strong phase, as a fraction of the circle. A strong phase adds half as much to the score.
const STRONG: f64 = 0.8;

impl Exit {
    /// The published rule.
    pub const PUBLISHED: Self = Self { source: PhaseSource::BlockOutput, halting: 0.99, least_layers: 2 };

    /// Returns the rules that the study of a trained model compares: the published rule and rules that exit earlier,
    /// each with both sources of phases.
    pub fn tried() -> Vec<Self> {
        let sources = [PhaseSource::BlockOutput, PhaseSource::Resolvent];
        let rules = [(0.99, 2), (0.99, 0), (0.75, 0), (0.5, 0), (0.25, 0)];
        let of = |source| rules.map(|(halting, least_layers)| Self { source, halting, least_layers });
        sources.into_iter().flat_map(of).collect()
    }

    /// Returns what a phase in [−π, π] adds to the score at a layer, counted from 0.
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

    /// Describes the rule: “exit at 0.99, from layer 3, phase of the block’s output, as published”.
    pub fn label(&self) -> String {
        let source = match self.source {
            PhaseSource::BlockOutput => "phase of the block’s output",
            PhaseSource::Resolvent => "phase of the resolvent (ours)",
        };
        let published = if *self == Self::PUBLISHED { ", as published" } else { "" };
        format!("exit at {}, from layer {}, {source}{published}", self.halting, self.least_layers + 1)
    }
}

/// How many tokens were processed in each layer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Exits {
    /// Number of tokens.
    pub tokens: u64,
    /// Number of tokens for which the experts and maps of each layer were computed.
    pub running: Vec<u64>,
    /// Sum of the weights in the published bookkeeping, where the last layer does not get the remainder.
    pub published_weight: f64,
}

impl Exits {
    /// Adds the counts of other tokens in the same number of layers.
    pub fn add(&mut self, other: &Exits) {
        self.tokens += other.tokens;
        self.published_weight += other.published_weight;
        self.running.resize(self.running.len().max(other.running.len()), 0);
        for (running, more) in self.running.iter_mut().zip(&other.running) {
            *running += more;
        }
    }

    /// Returns the mean number of layers in which a token was processed.
    pub fn mean_layers(&self) -> f64 {
        self.running.iter().sum::<u64>() as f64 / self.tokens.max(1) as f64
    }

    /// Returns what the published bookkeeping calls the mean number of layers: weights that sum to at most 1 per token,
    /// divided by a count that includes each token once per layer.
    pub fn published_mean_layers(&self) -> f64 {
        self.published_weight / (self.tokens.max(1) * self.running.len().max(1) as u64) as f64
    }

    /// Returns what the published bookkeeping calls the fraction of operations saved.
    pub fn published_reduction(&self) -> f64 {
        1.0 - self.published_mean_layers() / self.running.len().max(1) as f64
    }

    /// Returns all operations of a forward pass, per token. A token that has exited keeps its state: it visits no
    /// experts, and its features are not mapped to an output. Its potential and the recursion through its site are
    /// still computed in every layer, because the resolvents of all later tokens depend on them.
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
        // The phase is the mean of `width` numbers; the score and the weighted sum of the states follow.
        let rule = (3 * model.width + RULE) as f64 * self.mean_layers();
        computed.sum::<f64>() + rule
    }
}

/// Operations of a phase, of its score, and of the comparisons.
const RULE: usize = 15;

/// State of the early exit of some tokens between two layers.
#[derive(Debug)]
pub struct Halting {
    exit: Exit,
    layers: usize,
    /// The score of each token.
    sums: Vec<f64>,
    running: Vec<u32>,
    exits: Exits,
}

impl Halting {
    /// Creates the state before the first of `layers` layers, with all tokens running.
    pub fn new(exit: Exit, layers: usize, tokens: usize) -> Self {
        let exits = Exits { tokens: tokens as u64, running: vec![0; layers], published_weight: 0.0 };
        Self { exit, layers, sums: vec![0.0; tokens], running: (0..tokens as u32).collect(), exits }
    }

    /// Returns the tokens that have not exited, in their order.
    pub fn running(&self) -> &[u32] {
        &self.running
    }

    /// Passes the running tokens through a layer, given the phase of each. Returns the weight of each token's state
    /// after this layer.
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

    /// Returns the counts.
    pub fn exits(self) -> Exits {
        self.exits
    }
}
