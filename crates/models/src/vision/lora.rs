//! Low-rank adapters: y = Wx + b + s·B(A(dropout(x))), W and b frozen (vit-lora.md §3.1).

use super::architecture::{Linear, VisionTransformer};
use super::error::VisionError;
use crate::{Initial, ModelError, Parameter};
use serde::{Deserialize, Serialize};

/// How a model is adapted. The head is trained too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lora {
    /// r, the rank of the adapters.
    pub rank: usize,
    /// α, by which they are scaled: s = α/r.
    pub alpha: f64,
    /// The part of an adapter's inputs that is dropped in training.
    pub dropout: f64,
    /// Whether the scale is α/√r, which does not fall as the rank rises.
    pub rank_stabilized: bool,
    /// The linear maps of every block that are adapted.
    pub targets: Vec<Linear>,
}

impl Default for Lora {
    fn default() -> Self {
        Self::of_rank(8)
    }
}

impl Lora {
    /// Adapters on all linear maps of the blocks, with α = 2r and a tenth dropped, as in the published matrix.
    pub fn of_rank(rank: usize) -> Self {
        Self {
            rank,
            alpha: 2.0 * rank as f64,
            dropout: 0.1,
            rank_stabilized: false,
            targets: Linear::ALL.to_vec(),
        }
    }

    /// s, what the adapter's output is multiplied by.
    pub fn scale(&self) -> f64 {
        let rank = self.rank as f64;
        self.alpha / if self.rank_stabilized { rank.sqrt() } else { rank }
    }

    /// What is trained: A (uniform within ±1/√inputs, which is Kaiming's with a = √5) and B (0) of every adapted map, so
    /// that nothing changes at first, and a new head.
    pub fn parameters(&self, architecture: &VisionTransformer) -> Vec<Parameter> {
        let mut all = self.adapters(architecture);
        all.extend(architecture.head());
        all
    }

    fn adapters(&self, architecture: &VisionTransformer) -> Vec<Parameter> {
        let mut all = vec![];
        for block in 0..architecture.depth {
            for linear in Linear::ALL.into_iter().filter(|linear| self.targets.contains(linear)) {
                let (name, [inputs, outputs]) = (linear.name(block), linear.sizes(architecture.width));
                let bound = Initial::Uniform(1.0 / (inputs as f64).sqrt());
                all.push(Parameter::new(format!("{name}.lora_A.weight"), &[self.rank, inputs], bound));
                let zero = Initial::Constant(0.0);
                all.push(Parameter::new(format!("{name}.lora_B.weight"), &[outputs, self.rank], zero));
            }
        }
        all
    }

    /// How many numbers the adapters are, the head not counted: r·(inputs + outputs) a map.
    pub fn adapter_count(&self, architecture: &VisionTransformer) -> usize {
        self.adapters(architecture).iter().map(Parameter::count).sum()
    }

    /// Refuses what cannot be adapted by.
    ///
    /// # Errors
    /// [`VisionError::NoTarget`], [`ModelError::Size`] for the rank, [`ModelError::Rate`] for α and the dropout.
    pub fn check(&self, architecture: &VisionTransformer) -> Result<(), VisionError> {
        if self.targets.is_empty() {
            return Err(VisionError::NoTarget);
        }
        let most = architecture.width;
        if !(1..=most).contains(&self.rank) {
            return Err(ModelError::Size { what: "rank", value: self.rank, least: 1, most }.into());
        }
        for (what, value, most) in [("α", self.alpha, 4096.0), ("dropout", self.dropout, 0.9)] {
            if !(0.0..=most).contains(&value) {
                return Err(ModelError::Rate { what, value, most }.into());
            }
        }
        Ok(())
    }
}
