//! The exact adjoint of both forms: against dense inversion, finite differences and the Ward bound.

use bk_python::random::LegacyRandom;
use bk_resolvent::{
    Batch, Chain, ComplexPlanes, Gradient, Real, ResolventError, Shift, causal_adjoint, causal_batch,
    causal_with_adjoint, green_adjoint, green_batch, green_with_adjoint,
};
use num_complex::Complex;

use super::batch::{Problem, row};
use super::dense::dense_inverse;

/// What the adjoint must keep against dense inversion, relative to the largest derivative: 10⁻¹⁵ to 10⁻¹⁴ was measured
/// (resolvent-performance.md §3).
const DENSE_TOLERANCE: f64 = 1e-12;
/// Central differences of a step of 10⁻⁵ in f64 at η = 0.3: truncation and rounding each stay below 10⁻⁸.
const DIFFERENCE_TOLERANCE: f64 = 1e-7;

/// Random cotangents g of magnitude up to 1 in both parts.
pub fn cotangents<T: Real>(count: usize, seed: u32) -> ComplexPlanes<T> {
    let mut random = LegacyRandom::new(seed);
    let mut plane =
        |_| (0..count).map(|_| T::round(f64::from((2.0 * random.uniform() - 1.0) as f32))).collect();
    let [re, im] = [0, 1].map(&mut plane);
    ComplexPlanes { re, im }
}

/// The derivatives of one sequence.
struct Derivatives {
    diagonal: Vec<f64>,
    bonds: Vec<f64>,
    energy: f64,
    eta: f64,
}

/// dLoss = Re Σ_i g_i dG_ii with dG = −G dH G for the dense inverse G of the chain; `sites` is how much of the chain
/// there is.
fn dense_derivatives(chain: &Chain, at: Shift, g: &[Complex<f64>], causal: bool) -> Derivatives {
    let sites = chain.sites();
    let mut derivatives =
        Derivatives { diagonal: vec![0.0; sites], bonds: vec![0.0; sites - 1], energy: 0.0, eta: 0.0 };
    let z = Complex::new(at.energy(), at.eta());
    let whole = dense_inverse(chain, z);
    for (i, g) in g.iter().enumerate() {
        let end = if causal { i + 1 } else { sites };
        let inverse = if causal { dense_inverse(&cut(chain, end), z) } else { whole.clone() };
        let mut all = Complex::new(0.0, 0.0);
        for (j, row) in inverse.iter().enumerate() {
            let product = g * inverse[i][j] * row[i];
            derivatives.diagonal[j] -= product.re;
            all += product;
        }
        for j in 0..end - 1 {
            // H has √β on both sides of the diagonal: dH/dβ = 1/(2√β).
            let root = chain.bonds().map_or(1.0, |bonds| bonds[j].sqrt());
            let product = g * (inverse[i][j] * inverse[j + 1][i] + inverse[i][j + 1] * inverse[j][i]);
            derivatives.bonds[j] -= product.re / (2.0 * root);
        }
        derivatives.energy += all.re;
        derivatives.eta -= all.im;
    }
    derivatives
}

/// The chain's first `sites` sites.
fn cut(chain: &Chain, sites: usize) -> Chain {
    let bonds = chain.bonds().map_or(vec![1.0; sites - 1], |bonds| bonds[..sites - 1].to_vec());
    Chain::with_bonds(chain.diagonal()[..sites].to_vec(), bonds).unwrap()
}

#[track_caller]
fn assert_close(what: &str, computed: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(computed.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(0.0, |scale: f64, value| scale.max(value.abs()));
    for (place, (computed, expected)) in computed.iter().zip(expected).enumerate() {
        let difference = (computed - expected).abs();
        assert!(difference <= tolerance * scale, "{what} {place}: {computed} instead of {expected}");
    }
}

#[test]
fn both_adjoints_agree_with_dense_inversion() {
    for (sequences, sites, eta) in [(1, 1, 0.1), (3, 2, 0.05), (17, 19, 0.2), (2, 64, 0.1), (2, 33, 1e-2)] {
        let problem = Problem::random(sequences, sites, eta, 11);
        let g = cotangents::<f64>(sequences * sites, 12);
        for causal in [false, true] {
            let mut gradient = Gradient::default();
            let mut value = ComplexPlanes::default();
            problem
                .batch(true, |batch| match causal {
                    true => causal_with_adjoint(batch, &g, &mut value, &mut gradient),
                    false => green_adjoint(batch, &g, &mut gradient),
                })
                .unwrap();
            for (sequence, &at) in problem.shifts.iter().enumerate() {
                let chain = problem.chain(sequence, true);
                let expected = dense_derivatives(&chain, at, &row(&g, sequence, sites), causal);
                let diagonal = &gradient.diagonals[sequence * sites..][..sites];
                let bonds = &gradient.bonds[sequence * (sites - 1)..][..sites - 1];
                assert_close("∂v", diagonal, &expected.diagonal, DENSE_TOLERANCE);
                assert_close("∂β", bonds, &expected.bonds, DENSE_TOLERANCE);
                assert_close("∂E", &[gradient.energies[sequence]], &[expected.energy], DENSE_TOLERANCE);
                assert_close("∂η", &[gradient.etas[sequence]], &[expected.eta], DENSE_TOLERANCE);
            }
        }
    }
}

/// Bonds of 1, given or not, are the same chain.
#[test]
fn bonds_of_one_change_nothing() {
    let mut problem = Problem::random(19, 50, 1e-2, 13);
    problem.bonds.fill(1.0);
    let g = cotangents::<f32>(19 * 50, 14);
    let compute = |bonded| {
        let (mut green, mut causal) = (ComplexPlanes::default(), ComplexPlanes::default());
        let (mut by_green, mut by_causal) = (Gradient::default(), Gradient::default());
        problem.batch(bonded, |batch| {
            green_with_adjoint(batch, &g, &mut green, &mut by_green).unwrap();
            causal_with_adjoint(batch, &g, &mut causal, &mut by_causal).unwrap();
        });
        assert_eq!(by_green.bonds.is_empty(), !bonded);
        (by_green.bonds, by_causal.bonds) = (vec![], vec![]);
        (green, causal, by_green, by_causal)
    };
    assert_eq!(compute(false), compute(true));
}

/// The fused kernel gives what the two kernels give.
#[test]
fn fusing_forward_and_gradient_changes_nothing() {
    for bonded in [false, true] {
        let problem = Problem::random(21, 70, 1e-3, 15);
        let g = cotangents::<f32>(21 * 70, 16);
        let (mut fused, mut alone) = (ComplexPlanes::default(), ComplexPlanes::default());
        let (mut fused_gradient, mut gradient) = (Gradient::default(), Gradient::default());
        problem.batch(bonded, |batch| {
            green_with_adjoint(batch, &g, &mut fused, &mut fused_gradient).unwrap();
            green_batch(batch, &mut alone).unwrap();
            green_adjoint(batch, &g, &mut gradient).unwrap();
        });
        assert_eq!((fused, fused_gradient), (alone, gradient));
    }
}

/// Along a random direction in (v, β, E, η) the loss Σ Re(w G) changes as the gradient says.
#[test]
fn finite_differences_agree() {
    let (sequences, sites, step) = (17, 200, 1e-5);
    let mut problem = Problem::random(sequences, sites, 0.3, 17);
    problem.bonds.iter_mut().for_each(|bond| *bond += 0.1);
    let g = cotangents::<f64>(sequences * sites, 18);
    let mut random = LegacyRandom::new(19);
    let mut direction = |count| (0..count).map(|_| 2.0 * random.uniform() - 1.0).collect::<Vec<f64>>();
    let (by_v, by_bond) = (direction(problem.diagonals.len()), direction(problem.bonds.len()));
    let (by_energy, by_eta) = (direction(sequences), direction(sequences));

    for causal in [false, true] {
        let losses = |sign: f64| -> Vec<f64> {
            let moved = |values: &[f64], direction: &[f64]| {
                values.iter().zip(direction).map(|(value, by)| value + sign * step * by).collect()
            };
            let shifts = problem.shifts.iter().zip(by_energy.iter().zip(&by_eta)).map(|(at, (e, eta))| {
                Shift::new(at.energy() + sign * step * e, at.eta() + sign * step * eta).unwrap()
            });
            let problem = Problem {
                sites,
                diagonals: moved(&problem.diagonals, &by_v),
                bonds: moved(&problem.bonds, &by_bond),
                shifts: shifts.collect(),
            };
            let mut value = ComplexPlanes::default();
            problem
                .batch(true, |batch: &Batch<f64>| match causal {
                    true => causal_batch(batch, &mut value),
                    false => green_batch(batch, &mut value),
                })
                .unwrap();
            let loss = |sequence| {
                let pairs = row(&value, sequence, sites).into_iter().zip(row(&g, sequence, sites));
                pairs.map(|(value, g)| (value * g).re).sum()
            };
            (0..sequences).map(loss).collect()
        };
        let (ahead, behind) = (losses(1.0), losses(-1.0));
        let mut gradient = Gradient::default();
        let mut value = ComplexPlanes::default();
        problem
            .batch(true, |batch| match causal {
                true => causal_with_adjoint(batch, &g, &mut value, &mut gradient),
                false => green_with_adjoint(batch, &g, &mut value, &mut gradient),
            })
            .unwrap();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let parts = |values: &[f64], by: &[f64], row: usize, sequence: usize| {
            dot(&values[sequence * row..][..row], &by[sequence * row..][..row])
        };
        for sequence in 0..sequences {
            let predicted = parts(&gradient.diagonals, &by_v, sites, sequence)
                + parts(&gradient.bonds, &by_bond, sites - 1, sequence)
                + gradient.energies[sequence] * by_energy[sequence]
                + gradient.etas[sequence] * by_eta[sequence];
            let measured = (ahead[sequence] - behind[sequence]) / (2.0 * step);
            assert!(
                (predicted - measured).abs() <= DIFFERENCE_TOLERANCE * measured.abs().max(1.0),
                "sequence {sequence}, causal {causal}: {predicted} instead of {measured}"
            );
        }
    }
}

/// |s_j| ≤ max|g| · Im G_jj/η, by the Ward identity; in single precision with room for its rounding.
#[test]
fn the_ward_identity_bounds_the_gradient() {
    for eta in [1.0, 1e-1, 1e-2, 1e-3, 1e-4] {
        let problem = Problem::random(16, 512, eta, 20);
        let g = cotangents::<f32>(16 * 512, 21);
        let largest = row(&g, 0, 16 * 512).iter().fold(0.0, |most: f64, g| most.max(g.norm()));
        let (mut green, mut gradient) = (ComplexPlanes::default(), Gradient::default());
        problem.batch(true, |batch| green_with_adjoint(batch, &g, &mut green, &mut gradient)).unwrap();
        for (place, &derivative) in gradient.diagonals.iter().enumerate() {
            let eta = problem.shifts[place / 512].eta();
            let bound = largest * f64::from(green.im[place]) / eta;
            assert!(f64::from(derivative.abs()) <= bound * 1.01, "{derivative} beyond {bound} at {place}");
        }
    }
}

#[test]
fn cotangents_that_could_overflow_are_typed_errors() {
    let problem = Problem::random(2, 3, 1e-4, 22);
    let mut gradient = Gradient::default();
    let mut value = ComplexPlanes::default();
    let mut g = cotangents::<f32>(6, 23);
    for bad in [f32::NAN, f32::INFINITY, 1e25] {
        g.im[4] = bad;
        let error = problem.batch(false, |batch| green_adjoint(batch, &g, &mut gradient)).unwrap_err();
        let ResolventError::BatchValue { quantity, sequence, site, value: found, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!((*quantity, *sequence, *site), ("cotangent", 1, 1));
        assert_eq!(found.to_bits(), f64::from(bad).to_bits());
    }
    g.re.pop();
    let error =
        problem.batch(false, |batch| causal_with_adjoint(batch, &g, &mut value, &mut gradient)).unwrap_err();
    assert!(matches!(error, ResolventError::BatchShape { quantity: "cotangents", .. }), "{error}");
    let error = problem
        .batch(false, |batch| causal_adjoint(batch, &ComplexPlanes::default(), &g, &mut gradient))
        .unwrap_err();
    assert!(matches!(error, ResolventError::BatchShape { quantity: "causal resolvents", .. }), "{error}");
}
