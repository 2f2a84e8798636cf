//! The published quantization robustness simulation.

use serde::{Deserialize, Serialize};

/// What decides the simulation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Seed of NumPy's legacy generator.
    pub seed: u32,
    /// Bit widths in the order in which they draw their noise.
    pub bit_widths: Vec<u32>,
}
