//! The published routines for the resolvent: they give the published numbers, defects included.

mod gradient;
mod green;
mod overflow;

use bk_resolvent::{Chain, Shift};

/// The digits to which resnet-bk.md §1.2 prints its reference values.
const PRINTED_DIGITS: f64 = 1e-8;

/// The v of the reference vectors (§1.2).
const REFERENCE: [f64; 4] = [0.3, -0.2, 0.5, 0.1];

/// The published chain: diagonal −2 + v, couplings of 1.
fn published_chain(potential: &[f64]) -> Chain {
    Chain::new(potential.iter().map(|value| value - 2.0).collect()).unwrap()
}

/// The published point z = i.
fn published_shift() -> Shift {
    Shift::new(0.0, 1.0).unwrap()
}
