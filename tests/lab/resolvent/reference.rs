//! The f64 continued fraction against values published, derived by hand, in closed form and by dense inversion.

use bk_resolvent::{Chain, green};
use num_complex::Complex;

use super::dense::dense_diagonal;
use super::problems::{ENERGIES, POTENTIALS, chain, shift};

/// The digits to which resnet-bk.md §1.2 prints its reference values.
const PRINTED_DIGITS: f64 = 1e-8;
/// What issue 2 asks of the f64 continued fraction; its error bound at η = 10⁻² and a reach of 23 is 4·10⁻¹³.
const DOUBLE_TOLERANCE: f64 = 1e-12;

fn green_at_i(diagonal: &[f64]) -> Vec<Complex<f64>> {
    green(&Chain::new(diagonal.to_vec()).unwrap(), shift(0.0, 1.0))
}

#[track_caller]
fn assert_close(computed: &[Complex<f64>], expected: &[Complex<f64>], tolerance: f64) {
    assert_eq!(computed.len(), expected.len());
    for (site, (computed, expected)) in computed.iter().zip(expected).enumerate() {
        let difference = (computed - expected).norm() / expected.norm().max(1.0);
        assert!(
            difference <= tolerance,
            "site {site}: {computed} instead of {expected}, off by {difference:e}"
        );
    }
}

#[test]
fn four_sites_give_the_reference_vector() {
    let expected = [
        Complex::new(-0.39178325, 0.36570327),
        Complex::new(-0.28386146, 0.35911613),
        Complex::new(-0.26246452, 0.54757421),
        Complex::new(-0.34647166, 0.33109829),
    ];
    assert_close(&green_at_i(&[-1.7, -2.2, -1.5, -1.9]), &expected, PRINTED_DIGITS);
}

#[test]
fn one_and_eight_sites_give_their_reference_values() {
    let one = [Complex::new(-0.48327137546, 0.37174721190)];
    assert_close(&green_at_i(&[-1.3]), &one, PRINTED_DIGITS);

    let half = [
        Complex::new(-0.37518855, 0.30024627),
        Complex::new(-0.32655072, 0.39998461),
        Complex::new(-0.3016777, 0.39402801),
        Complex::new(-0.30161613, 0.38782515),
    ];
    let whole: Vec<_> = half.iter().chain(half.iter().rev()).copied().collect();
    assert_close(&green_at_i(&[-2.0; 8]), &whole, PRINTED_DIGITS);
}

#[test]
fn one_and_two_sites_agree_with_the_formula_by_hand() {
    let z = Complex::new(0.4, 0.05);
    let one = green(&Chain::new(vec![0.7]).unwrap(), shift(z.re, z.im));
    assert_close(&one, &[(0.7 - z).inv()], DOUBLE_TOLERANCE);

    let (first, second) = (0.7 - z, -0.3 - z);
    let determinant = first * second - 1.0;
    let two = green(&Chain::new(vec![0.7, -0.3]).unwrap(), shift(z.re, z.im));
    assert_close(&two, &[second / determinant, first / determinant], DOUBLE_TOLERANCE);
}

/// With q + 1/q = v − z and |q| < 1, G_ii = q(1 − q^{2i+2})(1 − q^{2N−2i}) / ((1 − q²)(1 − q^{2N+2})), up to the sign
/// of the off-diagonal elements, which drops out of the diagonal.
#[test]
fn the_clean_chain_agrees_with_its_closed_form() {
    for sites in [1_i32, 2, 3, 64, 1000] {
        for (value, energy, eta) in [(0.0, 0.3, 1.0), (0.0, 1.999, 0.1), (-2.0, -2.5, 0.01), (0.5, 3.0, 0.01)]
        {
            let half = Complex::new(value - energy, -eta) / 2.0;
            let root = (half * half - 1.0).sqrt();
            let q = if (half - root).norm() < 1.0 { half - root } else { half + root };
            let one_minus = |power: i32| 1.0 - q.powi(power);
            let expected: Vec<_> = (0..sites)
                .map(|site| {
                    q * one_minus(2 * site + 2) * one_minus(2 * (sites - site))
                        / (one_minus(2) * one_minus(2 * sites + 2))
                })
                .collect();
            let computed = green(&chain(&format!("constant:{value}"), sites as usize), shift(energy, eta));
            assert_close(&computed, &expected, DOUBLE_TOLERANCE);
        }
    }
}

#[test]
fn dense_inversion_agrees() {
    for potential in POTENTIALS.into_iter().filter(|potential| *potential != "impurity:strength=1000") {
        for sites in [1, 2, 3, 7, 33, 64] {
            for energy in ENERGIES {
                for eta in [1.0, 1e-1, 1e-2] {
                    let chain = chain(potential, sites);
                    let z = Complex::new(energy, eta);
                    let computed = green(&chain, shift(energy, eta));
                    assert_close(&computed, &dense_diagonal(&chain, z), DOUBLE_TOLERANCE);
                }
            }
        }
    }
}

#[test]
fn a_mirrored_chain_has_the_mirrored_resolvent() {
    let chain = chain("random:strength=3,seed=7", 501);
    let mirrored = Chain::new(chain.diagonal().iter().rev().copied().collect()).unwrap();
    let at = shift(0.3, 1e-2);
    let expected: Vec<_> = green(&chain, at).into_iter().rev().collect();
    assert_close(&green(&mirrored, at), &expected, DOUBLE_TOLERANCE);
}
