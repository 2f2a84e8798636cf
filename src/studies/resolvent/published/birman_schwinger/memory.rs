//! The published estimate of the memory of one layer: a formula, not a measurement (resnet-bk.md §2.5).

use serde::{Deserialize, Serialize};

/// Bytes of each part, as published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryEstimate {
    /// Three diagonals in single precision.
    pub tridiagonal: u64,
    /// Two low-rank factors in single precision.
    pub low_rank: u64,
    /// One complex number per site and sequence.
    pub activations: u64,
    /// Two moments per parameter.
    pub optimizer: u64,
    /// The bytes of dense matrices: three for the layer, and a complex one for each sequence.
    pub dense: u64,
}

impl MemoryEstimate {
    /// Computes the estimate for `sites` sites, `batch` sequences, and rank `rank`. With checkpointing the activations
    /// count no more than the diagonals.
    pub fn new(sites: u32, batch: u32, rank: u32, checkpointing: bool) -> Self {
        let (sites, batch, rank) = (u64::from(sites), u64::from(batch), u64::from(rank));
        let tridiagonal = 12 * sites;
        let low_rank = 8 * sites * rank;
        let activations = if checkpointing { tridiagonal } else { 8 * batch * sites };
        let optimizer = 2 * (tridiagonal + low_rank);
        let dense = 12 * sites * sites + 8 * batch * sites * sites;
        Self { tridiagonal, low_rank, activations, optimizer, dense }
    }

    /// Returns ⌈log₂ N⌉, at least 1: the default rank (§1.5).
    pub fn default_rank(sites: u32) -> u32 {
        sites.checked_next_power_of_two().map_or(u32::BITS, u32::trailing_zeros).max(1)
    }

    /// Returns the sum of all parts except the dense one.
    pub fn total(&self) -> u64 {
        self.tridiagonal + self.low_rank + self.activations + self.optimizer
    }

    /// Returns 1 − total/dense.
    pub fn savings(&self) -> f64 {
        1.0 - self.total() as f64 / self.dense as f64
    }
}
