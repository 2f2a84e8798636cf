//! Woodbury's identity, exact and as published.

use bk_lab::studies::resolvent::published::birman_schwinger::low_rank_correction;
use bk_python::random::LegacyRandom;
use bk_resolvent::birman_schwinger::{
    BirmanSchwingerError, DenseOperator, Factors, low_rank_diagonal, resolvent_matrix,
};
use bk_resolvent::green;
use num_complex::Complex;

use super::{chain, shift};

/// Rounding of two inverses of well-conditioned matrices.
const TOLERANCE: f64 = 1e-12;

/// The published factors are normals times 0.01; resnet-bk.md §2.3 tries them times 30.
const SCALE: f64 = 0.3;

fn factors(sites: usize, rank: usize, scale: f64) -> [Vec<f64>; 2] {
    let mut random = LegacyRandom::new(5);
    [(); 2].map(|()| (0..sites * rank).map(|_| scale * random.normal()).collect())
}

#[test]
fn the_exact_identity_is_the_inverse() {
    let (sites, rank) = (24, 5);
    let (chain, shift) = (chain("random:strength=2,seed=4", sites), shift(0.0, 1.0));
    let [left, right] = factors(sites, rank, SCALE);
    let dense = DenseOperator::new(sites, |row, column| {
        let low_rank: f64 =
            (0..rank).map(|index| left[row * rank + index] * right[column * rank + index]).sum();
        let tridiagonal = match row.abs_diff(column) {
            0 => Complex::new(chain.diagonal()[row], -1.0),
            1 => Complex::new(1.0, 0.0),
            _ => Complex::default(),
        };
        tridiagonal + low_rank
    });
    let expected = dense.unwrap().inverse_diagonal().unwrap();
    let factors = Factors::new(sites, rank, &left, &right).unwrap();
    let found = low_rank_diagonal(&resolvent_matrix(&chain, shift).unwrap(), &factors).unwrap();
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).norm() < TOLERANCE, "{found} instead of {expected}");
    }

    // As published, it is off by about as much as there was to correct.
    let green = green::<f64>(&chain, shift);
    let published = low_rank_correction(&green, &factors).unwrap();
    let largest = |other: &[Complex<f64>]| {
        other.iter().zip(&expected).map(|(other, expected)| (other - expected).norm()).fold(0.0, f64::max)
    };
    let (error, correction) = (largest(&published), largest(&green));
    println!("published error {error:.3}, correction {correction:.3}");
    assert!(error > 0.3 * correction, "{error} of {correction}");
}

#[test]
fn factors_of_zero_correct_nothing() {
    let (chain, shift) = (chain("random:seed=4", 10), shift(0.0, 1.0));
    let green = green::<f64>(&chain, shift);
    let factors = Factors::new(10, 4, &[0.0; 40], &[0.0; 40]).unwrap();
    assert_eq!(low_rank_correction(&green, &factors).unwrap(), green);
}

#[test]
fn the_published_identity_is_right_for_a_diagonal_chain() {
    let green: Vec<_> = (1..6).map(|value| Complex::new(f64::from(value), -1.0).inv()).collect();
    let [left, right] = factors(5, 2, SCALE);
    let found = low_rank_correction(&green, &Factors::new(5, 2, &left, &right).unwrap()).unwrap();
    let dense = DenseOperator::new(5, |row, column| {
        let low_rank: f64 = (0..2).map(|index| left[row * 2 + index] * right[column * 2 + index]).sum();
        let diagonal = if row == column { Complex::new(row as f64 + 1.0, -1.0) } else { Complex::default() };
        diagonal + low_rank
    });
    for (found, expected) in found.iter().zip(dense.unwrap().inverse_diagonal().unwrap()) {
        assert!((found - expected).norm() < TOLERANCE, "{found} instead of {expected}");
    }
}

#[test]
fn factors_of_other_shapes_are_refused() {
    let error = Factors::new(3, 2, &[0.0; 6], &[0.0; 5]).unwrap_err();
    assert_eq!(error, BirmanSchwingerError::Factors { left: 6, right: 5, sites: 3, rank: 2 });
    assert!(Factors::new(usize::MAX, 2, &[0.0; 6], &[0.0; 6]).is_err());
    assert!(Factors::new(1, 1, &[f64::NAN], &[0.0]).is_err());
    let factors = Factors::new(3, 1, &[0.0; 3], &[0.0; 3]).unwrap();
    assert!(low_rank_correction(&[Complex::new(0.0, 1.0); 4], &factors).is_err());
}
