//! The exact operator: its identities, its bounds, its limits.

use bk_resolvent::birman_schwinger::{
    BirmanSchwinger, BirmanSchwingerError, DenseOperator, EnergyWindow, FreeResolvent, MOST_DENSE_SITES,
    MourreEstimate, SchattenBounds, SchattenNorms, Weight, resolvent_matrix,
};
use bk_resolvent::{Chain, green};
use num_complex::Complex;
use proptest::prelude::*;

use super::{chain, shift};

const POTENTIALS: [&str; 5] = [
    "random:strength=3,seed=7",
    "aubry-andre:strength=2",
    "impurity:strength=-5",
    "steps",
    "prime-bump:scale=2",
];

/// Rounding, in an inverse whose condition is that of η and the potential: some hundred units in the last place.
const IDENTITY_TOLERANCE: f64 = 1e-12;

/// Rounding of sums over a spectrum, relatively.
const SPECTRAL_TOLERANCE: f64 = 1e-11;

#[test]
fn the_inverse_gives_the_resolvent() {
    for potential in POTENTIALS {
        for (energy, eta) in [(0.0, 1.0), (0.3, 0.1), (-2.5, 0.01)] {
            let chain = chain(potential, 80);
            let shift = shift(energy, eta);
            let operator = BirmanSchwinger::new(&chain, shift, FreeResolvent::Chain, Weight::None).unwrap();
            let inverse = operator.operator().plus_identity().inverse_diagonal().unwrap();
            let residual = operator.identity_residual(&inverse, &green(&chain, shift));
            assert!(residual < IDENTITY_TOLERANCE / eta, "{potential}, z = {energy} + {eta}i: {residual:e}");
        }
    }
}

#[test]
fn the_identity_fails_for_another_kernel_or_with_a_weight() {
    let chain = chain("random:strength=3,seed=7", 80);
    let shift = shift(0.3, 0.1);
    for (free, weight) in
        [(FreeResolvent::Exponential, Weight::None), (FreeResolvent::Chain, Weight::LimitingAbsorption)]
    {
        let operator = BirmanSchwinger::new(&chain, shift, free, weight).unwrap();
        let inverse = operator.operator().plus_identity().inverse_diagonal().unwrap();
        assert!(operator.identity_residual(&inverse, &green(&chain, shift)) > 0.1);
    }
}

#[test]
fn the_full_resolvent_inverts_the_chain() {
    let chain = chain("random:strength=3,seed=3", 60);
    let shift = shift(0.4, 0.05);
    let z = Complex::new(0.4, 0.05);
    let resolvent = resolvent_matrix(&chain, shift).unwrap();
    for row in 0..60 {
        for column in 0..60 {
            let mut product = (chain.diagonal()[row] - z) * resolvent.element(row, column);
            if row > 0 {
                product += resolvent.element(row - 1, column);
            }
            if row < 59 {
                product += resolvent.element(row + 1, column);
            }
            let expected = if row == column { 1.0 } else { 0.0 };
            assert!((product - expected).norm() < IDENTITY_TOLERANCE, "({row}, {column}): {product}");
        }
    }
}

#[test]
fn bonds_enter_the_full_resolvent_and_the_identity() {
    let bonds = vec![0.5, 2.0, 0.0, 1.5];
    let chain = Chain::with_bonds(vec![0.3, -1.2, 0.5, 0.1, -2.0], bonds.clone()).unwrap();
    let shift = shift(0.2, 0.3);
    let hamiltonian = DenseOperator::new(5, |row, column| match row.abs_diff(column) {
        0 => Complex::new(chain.diagonal()[row] - 0.2, -0.3),
        1 => bonds[row.min(column)].sqrt().into(),
        _ => Complex::default(),
    });
    let expected = hamiltonian.unwrap().inverse_diagonal().unwrap();
    let operator = BirmanSchwinger::new(&chain, shift, FreeResolvent::Chain, Weight::None).unwrap();
    let inverse = operator.operator().plus_identity().inverse_diagonal().unwrap();
    assert!(operator.identity_residual(&inverse, &expected) < IDENTITY_TOLERANCE);
    let error = MourreEstimate::new(&chain, EnergyWindow { from: -1.0, to: 1.0 }).unwrap_err();
    assert_eq!(error, BirmanSchwingerError::Bonds);
}

#[test]
fn the_exponential_kernel_decays_as_advertised() {
    // K = R₀ for a potential of 1 everywhere.
    let operator = BirmanSchwinger::new(
        &chain("constant:1", 40),
        shift(0.7, 1.0),
        FreeResolvent::Exponential,
        Weight::None,
    )
    .unwrap();
    for row in 0..40_usize {
        for column in 0..40_usize {
            let advertised = if row == column { 0.0 } else { 0.5 * (-(row.abs_diff(column) as f64)).exp() };
            let found = operator.operator().element(row, column);
            assert!((found.norm() - advertised).abs() < 1e-15, "({row}, {column}): {found}");
            assert_eq!(found, -operator.operator().element(column, row));
        }
    }
}

#[test]
fn singular_values_are_those_of_a_matrix_known_by_hand() {
    let elements =
        [[Complex::new(3.0, 0.0), Complex::new(0.0, 0.0)], [Complex::new(0.0, 4.0), Complex::new(5.0, 0.0)]];
    let operator = DenseOperator::new(2, |row, column| elements[row][column]).unwrap();
    let values = operator.singular_values().unwrap();
    // A†A = [[25, −20i], [20i, 25]] has the eigenvalues 45 and 5.
    for (found, expected) in values.iter().zip([45.0_f64.sqrt(), 5.0_f64.sqrt()]) {
        assert!((found - expected).abs() < SPECTRAL_TOLERANCE, "{found} instead of {expected}");
    }
    let norms = SchattenNorms::of(&values);
    assert!((norms.hilbert_schmidt - 50.0_f64.sqrt()).abs() < SPECTRAL_TOLERANCE);
    assert!((norms.trace - (45.0_f64.sqrt() + 5.0_f64.sqrt())).abs() < SPECTRAL_TOLERANCE);
    assert!((operator.condition_number().unwrap() - 3.0).abs() < SPECTRAL_TOLERANCE);
}

#[test]
fn clipping_cuts_large_singular_values_and_no_others() {
    let chain = chain("random:strength=6,seed=1", 50);
    let operator = BirmanSchwinger::new(&chain, shift(0.0, 0.1), FreeResolvent::Chain, Weight::None).unwrap();
    let before = operator.operator().singular_values().unwrap();
    let largest = f64::midpoint(before[4], before[5]);
    let after = operator.operator().clipped(largest).unwrap().singular_values().unwrap();
    for (before, after) in before.iter().zip(after) {
        assert!(
            (before.min(largest) - after).abs() < SPECTRAL_TOLERANCE * largest,
            "{before} became {after}"
        );
    }
    // Nothing to clip: the same operator.
    let same = operator.operator().clipped(2.0 * before[0]).unwrap();
    for row in 0..50 {
        let difference = same.element(row, 49 - row) - operator.operator().element(row, 49 - row);
        assert!(difference.norm() < SPECTRAL_TOLERANCE * before[0]);
    }
}

#[test]
fn sizes_have_a_limit() {
    for sites in [0, MOST_DENSE_SITES + 1, 1_000_000_000] {
        let error = DenseOperator::new(sites, |_, _| Complex::default()).unwrap_err();
        assert_eq!(error, BirmanSchwingerError::Sites { sites });
        assert!(error.to_string().contains(&format!("on {sites} sites")));
    }
    let long = chain("constant:0", MOST_DENSE_SITES + 1);
    for free in [FreeResolvent::Chain, FreeResolvent::Exponential] {
        let error = BirmanSchwinger::new(&long, shift(0.0, 1.0), free, Weight::None).unwrap_err();
        assert_eq!(error, BirmanSchwingerError::Sites { sites: MOST_DENSE_SITES + 1 });
    }
    let error = DenseOperator::new(2, |row, column| (row as f64 / column as f64).into()).unwrap_err();
    assert_eq!(error, BirmanSchwingerError::NotFinite { row: 0, column: 0 });
}

#[test]
fn a_singular_operator_says_so() {
    let operator = DenseOperator::new(3, |_, _| Complex::default()).unwrap();
    assert_eq!(operator.condition_number(), Ok(f64::INFINITY));
    assert!(matches!(
        operator.inverse_diagonal(),
        Err(BirmanSchwingerError::NoResult { quantity: "inverse" })
    ));
}

#[test]
fn the_limiting_absorption_weight_keeps_the_norm_bounded() {
    // Inside the band, η → 0: unweighted ‖R₀‖ grows as 1/η until the chain's levels are resolved, weighted it stays.
    let norm = |weight, eta| {
        let operator =
            BirmanSchwinger::new(&chain("constant:1", 256), shift(0.5, eta), FreeResolvent::Chain, weight);
        SchattenNorms::of(&operator.unwrap().operator().singular_values().unwrap()).operator
    };
    assert!(norm(Weight::None, 0.05) > 1.9 * norm(Weight::None, 0.1));
    assert!(norm(Weight::LimitingAbsorption, 0.05) < 1.1 * norm(Weight::LimitingAbsorption, 0.1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_bounds_hold(
        strength in -10.0..10.0_f64, seed in 0..1000_u32, sites in 1..60_usize, energy in -4.0..4.0_f64,
        eta in 0.01..3.0_f64, exponential in prop::bool::ANY, weighted in prop::bool::ANY,
    ) {
        let free = if exponential { FreeResolvent::Exponential } else { FreeResolvent::Chain };
        let weight = if weighted { Weight::LimitingAbsorption } else { Weight::None };
        let chain = chain(&format!("random:strength={strength},seed={seed}"), sites);
        let operator = BirmanSchwinger::new(&chain, shift(energy, eta), free, weight).unwrap();
        let norms = SchattenNorms::of(&operator.operator().singular_values().unwrap());
        let bounds = operator.bounds();
        prop_assert!(bounds.trace_holds(&norms), "{norms:?} {bounds:?}");
        prop_assert!(bounds.hilbert_schmidt_holds(&norms), "{norms:?} {bounds:?}");
        // Norms of one operator are ordered, and bounds that nothing could break would be no bounds.
        prop_assert!(norms.operator <= norms.hilbert_schmidt * (1.0 + SPECTRAL_TOLERANCE));
        prop_assert!(norms.hilbert_schmidt <= norms.trace * (1.0 + SPECTRAL_TOLERANCE));
        let half = SchattenBounds { trace: norms.trace / 2.0, hilbert_schmidt: norms.hilbert_schmidt / 2.0 };
        prop_assert_eq!(half.trace_holds(&norms), norms.trace == 0.0);
    }
}
