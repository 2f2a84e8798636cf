//! The problems of resolvent-performance.md §2.6 item 1, shared by the CPU's and the GPU's accuracy tests.

use bk_resolvent::{Chain, Potential, Shift};

/// Clean, weak to strong disorder, quasi-periodic, one huge impurity, plateaus.
pub const POTENTIALS: [&str; 7] = [
    "constant:0",
    "random:strength=1,seed=1",
    "random:strength=3,seed=7",
    "random:strength=20,seed=20",
    "aubry-andre:strength=2,phase=0",
    "impurity:strength=1000",
    "steps:height=2,width=32",
];

/// Inside the band, next to its edge, on it, and outside.
pub const ENERGIES: [f64; 4] = [0.3, 1.999, 2.0, -2.5];

/// From far off the real axis to where single precision keeps three digits.
pub const ETAS: [f64; 5] = [1.0, 1e-1, 1e-2, 1e-3, 1e-4];

/// The chain of a potential written as text.
pub fn chain(potential: &str, sites: usize) -> Chain {
    potential.parse::<Potential>().unwrap().chain(sites).unwrap()
}

/// A point known to be in range.
pub fn shift(energy: f64, eta: f64) -> Shift {
    Shift::new(energy, eta).unwrap()
}
