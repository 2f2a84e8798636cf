//! The Birman–Schwinger operator with three kernels, and two kinds of Mourre checks.

use crate::studies::resolvent::record::{Fact, Numbers, scientific};
use bk_resolvent::birman_schwinger::{MourreEstimate, SchattenBounds, SchattenNorms};
use serde::{Deserialize, Serialize};

/// K = |V|^½ R₀ V^½, with the chain's own R₀, with the decaying exponential, and as published (resnet-bk.md §2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BirmanSchwinger {
    /// The results for each kernel.
    pub kernels: Vec<Kernel>,
    /// The largest |\[(1 + K)⁻¹\]_ii − (1 − v_i G_ii)| for the chain's own kernel without weight: the identity that
    /// gives K its use. `None` if 1 + K has no inverse.
    pub identity_residual: Option<f64>,
    /// The Mourre estimate: the commutator on the states in the window of energies.
    pub mourre: MourreEstimate,
    /// The verdict of the original published check, which is always no.
    pub mourre_original: bool,
    /// The verdict of the later published check, which is always yes.
    pub mourre_later: bool,
}

/// The kernel R₀ of the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KernelName {
    /// The resolvent of the chain without its potential.
    Chain,
    /// The published kernel with the distance |u − v| that was intended.
    Exponential,
    /// The published kernel, which grows above the diagonal.
    Published,
}

/// The operator with one kernel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kernel {
    /// The kernel.
    pub name: KernelName,
    /// The singular values of K, descending; empty if K is not finite.
    pub singular_values: Vec<f64>,
    /// Its Schatten norms; `None` if K is not finite.
    pub norms: Option<SchattenNorms>,
    /// Upper bounds of the norms; for the published kernel, the claimed ones.
    pub bounds: SchattenBounds,
    /// The condition number of 1 + K; `None` if it is infinite.
    pub condition_number: Option<f64>,
}

impl KernelName {
    /// Returns the label.
    pub fn label(self) -> &'static str {
        match self {
            KernelName::Chain => "chain",
            KernelName::Exponential => "exponential",
            KernelName::Published => "published",
        }
    }
}

impl Kernel {
    /// Returns whether both norms are within their bounds.
    pub fn holds(&self) -> bool {
        self.norms
            .is_some_and(|norms| self.bounds.trace_holds(&norms) && self.bounds.hilbert_schmidt_holds(&norms))
    }

    fn in_words(&self) -> String {
        let Some(norms) = self.norms else { return "not finite: the kernel overflows".into() };
        let condition = self.condition_number.map_or("infinite".into(), |number| scientific(number, 3));
        format!(
            "S₁ {} of at most {}, S₂ {} of at most {}: {}; condition number of 1 + K {condition}",
            scientific(norms.trace, 3),
            scientific(self.bounds.trace, 3),
            scientific(norms.hilbert_schmidt, 3),
            scientific(self.bounds.hilbert_schmidt, 3),
            if self.holds() { "within the bounds" } else { "beyond the bounds" },
        )
    }
}

impl Numbers for BirmanSchwinger {
    fn caption(&self) -> &'static str {
        "Singular values of K"
    }

    fn headings(&self) -> Vec<String> {
        let kernels = self.kernels.iter().map(|kernel| kernel.name.label().to_owned());
        std::iter::once("Rank".to_owned()).chain(kernels).collect()
    }

    fn rows(&self) -> usize {
        self.kernels.iter().map(|kernel| kernel.singular_values.len()).max().unwrap_or(0)
    }

    fn row(&self, index: usize, digits: usize) -> Vec<String> {
        let values = self.kernels.iter().map(|kernel| {
            kernel
                .singular_values
                .get(index)
                .map_or_else(|| "–".to_owned(), |&value| scientific(value, digits))
        });
        std::iter::once((index + 1).to_string()).chain(values).collect()
    }

    fn facts(&self) -> Vec<Fact> {
        let kernels = self
            .kernels
            .iter()
            .map(|kernel| (format!("K, {} kernel", kernel.name.label()), kernel.in_words()));
        let MourreEstimate { states, smallest, not_positive, .. } = self.mourre;
        let holds = if self.mourre.holds() { "holds" } else { "fails" };
        let estimate = match smallest {
            None => "no states in the window".to_owned(),
            Some(smallest) => {
                format!(
                    "{holds}: least eigenvalue {smallest:.4} on {states} states, {not_positive} not above zero"
                )
            }
        };
        let residual =
            self.identity_residual.map_or("1 + K has no inverse".into(), |residual| scientific(residual, 2));
        let verdict = |verified: bool| if verified { "verified" } else { "not verified" };
        let published = format!(
            "original {}, later {}, whatever the potential",
            verdict(self.mourre_original),
            verdict(self.mourre_later)
        );
        let others = [
            ("1 − v G against the inverse of 1 + K".to_owned(), residual),
            ("Mourre estimate in the window".to_owned(), estimate),
            ("Mourre checks as published".to_owned(), published),
        ];
        kernels.chain(others).collect()
    }
}
