//! The Birman–Schwinger operator, exact and as published.

mod exact;
mod low_rank;
mod mourre;
mod published;

use bk_resolvent::{Chain, Potential, Shift};

fn chain(potential: &str, sites: usize) -> Chain {
    potential.parse::<Potential>().unwrap().chain(sites).unwrap()
}

fn shift(energy: f64, eta: f64) -> Shift {
    Shift::new(energy, eta).unwrap()
}
