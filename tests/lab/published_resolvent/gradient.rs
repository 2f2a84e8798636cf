//! The published hybrid gradient.

use bk_lab::studies::resolvent::published::HybridGradient;
use bk_lab::studies::resolvent::record::{Division, GRADIENT_BLEND, Version};
use num_complex::Complex;

use super::{REFERENCE, published_chain, published_shift};

/// The loss Σ Re G + 2 Σ Im G of the reference vectors (resnet-bk.md §1.2).
const COTANGENT: Complex<f64> = Complex::new(1.0, 2.0);

/// The gradients go through a G rounded to single precision and are themselves; their magnitude is up to 5.
const SINGLE_TOLERANCE: f64 = 1e-6;

/// The parts alone are printed to four digits.
const FOUR_DIGITS: f64 = 5e-5;

/// By how much the later routine's own, shifted G moves its gradient here.
const SHIFTED: f64 = 0.007;

/// The reference vectors of both versions are for the G of the original routine, which four sites do not overflow.
fn gradient(version: Version) -> HybridGradient {
    let green = Version::Original.green(&published_chain(&REFERENCE), published_shift(), Division::Scaled);
    version.gradient(&green.values, &[COTANGENT; 4], GRADIENT_BLEND)
}

#[track_caller]
fn assert_close(found: &[f64], expected: [f64; 4], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{found} instead of {expected}");
    }
}

fn blended(gradient: &HybridGradient) -> Vec<f64> {
    gradient.blended.iter().map(|&value| value.into()).collect()
}

#[test]
fn the_original_version_gives_the_reference_vector() {
    let gradient = gradient(Version::Original);
    let expected = [3.05708726, 5.01466177, 2.79154621, 4.01622653];
    assert_close(&blended(&gradient), expected, SINGLE_TOLERANCE);
    assert_close(&gradient.theoretical, [-0.5929, -0.3594, -0.3439, -0.4693], FOUR_DIGITS);
}

#[test]
fn the_later_version_gives_the_reference_vector() {
    let gradient = gradient(Version::Later);
    let expected = [-3.31630376, -3.86427813, -0.86191520, -4.22414044];
    assert_close(&blended(&gradient), expected, SINGLE_TOLERANCE);
    let own = Version::Later.green(&published_chain(&REFERENCE), published_shift(), Division::Scaled);
    let own = Version::Later.gradient(&own.values, &[COTANGENT; 4], GRADIENT_BLEND);
    assert_close(&blended(&own), expected, SHIFTED);
    assert_close(&gradient.theoretical, [0.5534, 0.4561, 0.8058, 0.4484], FOUR_DIGITS);
}

#[test]
fn alpha_chooses_between_the_parts() {
    let green = Version::Original.green(&published_chain(&REFERENCE), published_shift(), Division::Scaled);
    for version in [Version::Original, Version::Later] {
        let theory = version.gradient(&green.values, &[COTANGENT; 4], 0.0);
        let heuristic = version.gradient(&green.values, &[COTANGENT; 4], 1.0);
        for site in 0..4 {
            assert_eq!(theory.blended[site], theory.theoretical[site] as f32);
            assert_eq!(heuristic.blended[site], heuristic.heuristic[site] as f32);
        }
    }
}

#[test]
fn small_values_of_green_are_held_off_the_heuristic_and_large_results_clamped() {
    let green = [Complex::new(0.0f32, 1e-3)];
    let cotangent = [Complex::new(1.0, 0.0)];
    // |G²| = 10⁻⁶ is raised to 10⁻³ and 10⁻⁴; the heuristic is 1/10⁻³ and 1/10⁻⁴ by and large, then clamped.
    let original = Version::Original.gradient(&green, &cotangent, 1.0);
    assert!((original.heuristic[0] - 1000.0).abs() < 5.0, "{original:?}");
    assert!((990.0..=1000.0).contains(&original.blended[0]), "{original:?}");
    let later = Version::Later.gradient(&green, &cotangent, 1.0);
    assert!((9_000.0..11_000.0).contains(&later.heuristic[0]), "{later:?}");
    assert_eq!(later.blended, [100.0]);
}

#[test]
fn cotangents_that_are_not_finite_become_numbers() {
    let green = [Complex::new(0.5f32, 0.5); 3];
    let cotangent =
        [Complex::new(f64::NAN, 0.0), Complex::new(f64::INFINITY, 0.0), Complex::new(0.0, f64::NEG_INFINITY)];
    for version in [Version::Original, Version::Later] {
        let gradient = version.gradient(&green, &cotangent, GRADIENT_BLEND);
        assert!(gradient.blended.iter().all(|value| value.is_finite()), "{version:?}: {gradient:?}");
    }
}
