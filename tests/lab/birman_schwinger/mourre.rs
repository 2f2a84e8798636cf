//! The Mourre estimate that can fail, and the published checks that cannot.

use bk_lab::studies::resolvent::published::birman_schwinger::MourreCheck;
use bk_resolvent::birman_schwinger::{BirmanSchwingerError, EnergyWindow, MourreEstimate};

use faer::{Mat, Side};

use super::chain;

fn estimate(potential: &str, sites: usize, from: f64, to: f64) -> MourreEstimate {
    MourreEstimate::new(&chain(potential, sites), EnergyWindow { from, to }).unwrap()
}

#[test]
fn the_clean_chain_passes_inside_the_band() {
    for (from, to) in [(-0.5, 0.5), (0.5, 1.5), (-1.8, -1.0)] {
        let estimate = estimate("constant:0", 400, from, to);
        assert!(estimate.holds() && estimate.not_positive == 0);
        // θ = 4 − E² for the level of largest |E| in the window; levels are at most 2π/401 apart.
        let over = estimate.smallest.unwrap() - estimate.without_potential;
        assert!((0.0..0.07).contains(&over), "{estimate:?}");
    }
}

/// What the commutator is, less the term of the cut, by the definition i(HA − AH) in full matrices.
#[test]
fn the_commutator_is_that_of_the_generator_of_dilations() {
    let sites = 12;
    let chain = chain("random:strength=3,seed=5", sites);
    let hamiltonian = |row: usize, column: usize| match row.abs_diff(column) {
        0 => chain.diagonal()[row],
        1 => 1.0,
        _ => 0.0,
    };
    // A = ½(x·i[H, x] + i[H, x]·x) = i·generator, x counted from 1.
    let generator = |row: usize, column: usize| {
        let (x, y) = (row as f64 + 1.0, column as f64 + 1.0);
        hamiltonian(row, column) * (y - x) * (x + y) / 2.0
    };
    let commutator = Mat::from_fn(sites, sites, |row, column| {
        let products = (0..sites).map(|middle| {
            generator(row, middle) * hamiltonian(middle, column)
                - hamiltonian(row, middle) * generator(middle, column)
        });
        let cut = if row + 1 == sites && row == column { 2.0 * (sites as f64 + 1.0) } else { 0.0 };
        products.sum::<f64>() + cut
    });
    let smallest = commutator.self_adjoint_eigenvalues(Side::Lower).unwrap()[0];
    // A window with all states in it compresses nothing.
    let estimate = MourreEstimate::new(&chain, EnergyWindow { from: -9.0, to: 9.0 }).unwrap();
    assert_eq!(estimate.states, sites);
    assert!((estimate.smallest.unwrap() - smallest).abs() < 1e-12, "{estimate:?}, {smallest}");
}

#[test]
fn a_weak_potential_that_decays_passes() {
    let estimate = estimate("prime-bump:scale=0.02", 300, -1.0, 1.0);
    assert!(estimate.holds(), "{estimate:?}");
}

#[test]
fn an_impurity_near_the_end_costs_finitely_many_states() {
    let counts = [100, 200, 400].map(|sites| estimate("impurity:strength=5,site=20", sites, -1.0, 1.0));
    println!("{counts:?}");
    assert!(counts.iter().all(|estimate| !estimate.holds()));
    assert!(counts.iter().all(|estimate| estimate.not_positive <= 2));
    assert!(counts[2].states > 3 * counts[0].states);
}

#[test]
fn disorder_fails_the_more_the_longer_the_chain() {
    let [short, long] = [100, 400].map(|sites| estimate("random:strength=6,seed=2", sites, -1.0, 1.0));
    println!("{short:?} {long:?}");
    assert!(!short.holds() && !long.holds());
    assert!(long.not_positive > 2 * short.not_positive);
    assert!(long.smallest < short.smallest);
}

#[test]
fn a_window_at_the_edge_or_without_states_does_not_pass() {
    let edge = estimate("constant:0", 300, 1.5, 2.5);
    // 4 − E² is positive at every level, but vanishes at E = 2.
    assert!(!edge.holds() && edge.not_positive == 0 && edge.without_potential < 0.0, "{edge:?}");
    let gap = estimate("constant:0", 300, 3.0, 4.0);
    assert_eq!((gap.states, gap.smallest, gap.holds()), (0, None, false));
}

#[test]
fn windows_that_are_none_are_refused() {
    for (from, to) in [(1.0, 1.0), (1.0, -1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
        let error = MourreEstimate::new(&chain("constant:0", 10), EnergyWindow { from, to }).unwrap_err();
        assert!(matches!(error, BirmanSchwingerError::Window { .. }), "{error}");
    }
    let error =
        MourreEstimate::new(&chain("constant:0", 513), EnergyWindow { from: -1.0, to: 1.0 }).unwrap_err();
    assert_eq!(error, BirmanSchwingerError::Sites { sites: 513 });
}

#[test]
fn the_published_checks_cannot_come_out_differently() {
    for sites in 3..40 {
        let original = MourreCheck::original(sites);
        assert!(!original.verified, "{sites}");
        assert_eq!(original.difference, Some(1.0));
    }
    for sites in 1..40 {
        let later = MourreCheck::later(sites);
        assert!(later.verified);
        assert_eq!(later.difference, (sites > 4).then_some(0.0));
    }
}
