//! Low-rank adaptation (LoRA): y = Wx + b + s·B(A(dropout(x))), where W and b are frozen (vit-lora.md §3.1).

use super::architecture::{Linear, VisionTransformer};
use super::error::VisionError;
use crate::{Initial, ModelError, Parameter};
use serde::{Deserialize, Serialize};

/// The adapters of a model. The head is trained too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lora {
    /// The rank r of the adapters.
    pub rank: usize,
    /// The scale parameter α: adapters are multiplied by s = α/r.
    pub alpha: f64,
    /// Fraction of an adapter's inputs that is dropped in training.
    pub dropout: f64,
    /// Whether s is α/√r instead, which falls more slowly as the rank rises.
    pub rank_stabilized: bool,
    /// The linear maps of each block that have adapters.
    pub targets: Vec<Linear>,
}

impl Default for Lora {
    fn default() -> Self {
        Self::of_rank(8)
    }
}

impl Lora {
    /// Returns adapters on all linear maps of the blocks, with α = 2r and a dropout of one tenth, as in the published
    /// matrix.
    pub fn of_rank(rank: usize) -> Self {
        Self {
            rank,
            alpha: 2.0 * rank as f64,
            dropout: 0.1,
            rank_stabilized: false,
            targets: Linear::ALL.to_vec(),
        }
    }

    /// Returns s, the factor of the adapter's output.
    pub fn scale(&self) -> f64 {
        let rank = self.rank as f64;
        self.alpha / if self.rank_stabilized { rank.sqrt() } else { rank }
    }

    /// Returns the trained parameters: A and B of each adapted map, and a new head. A is uniform within ±1/√inputs,
    /// which is Kaiming's initialization with a = √5. B is 0, so that the adapters change nothing at first.
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

    /// Returns the number of elements of the adapters, without the head: r·(inputs + outputs) per map.
    pub fn adapter_count(&self, architecture: &VisionTransformer) -> usize {
        self.adapters(architecture).iter().map(Parameter::count).sum()
    }

    /// Checks that the settings are within their limits.
    ///
    /// # Errors
    /// Returns [`VisionError::NoTarget`] if no linear map is adapted, [`ModelError::Size`] for the rank, and
    /// [`ModelError::Rate`] for α or the dropout.
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
