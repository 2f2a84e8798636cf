//! Where the original routine dies.

use bk_lab::studies::resolvent::published::first_failing_length;
use bk_lab::studies::resolvent::record::{Division, Version};
use bk_python::random::LegacyRandom;
use bk_resolvent::green;

use super::{published_chain, published_shift};

/// `numpy.random.default_rng(1).standard_normal(920).clip(-3, 3)`, to four decimals: of NumPy's and PyTorch's generators
/// and the seeds one would try first, the one that gives the 906 of resnet-bk.md §1.3.
const NORMALS: &str = include_str!("normals_of_seed_1.txt");

fn normals() -> Vec<f64> {
    NORMALS.split([',', '\n']).filter(|text| !text.is_empty()).map(|text| text.parse().unwrap()).collect()
}

#[track_caller]
fn assert_fails_at(length: usize, potential: &[f64]) {
    let found = first_failing_length(&published_chain(potential), published_shift());
    assert_eq!(found, Some(length));
    let run = |sites| {
        Version::Original.green(&published_chain(&potential[..sites]), published_shift(), Division::Scaled)
    };
    let failed = run(length);
    assert!(failed.is_silent());
    assert_eq!(failed.theta_ends, Some(length));
    // Two sites less: the sum of the determinant's parts, which the division takes, may overflow a site earlier.
    let sound = run(length - 2);
    assert!(!sound.is_silent());
    assert_eq!((sound.theta_ends, sound.phi_ends, sound.replaced), (None, None, 0));
}

#[test]
fn it_dies_at_the_published_lengths() {
    assert_fails_at(969, &[0.0; 1000]);
    assert_fails_at(446, &[-3.0; 500]);
    assert_fails_at(1339, &[3.0; 1400]);
    assert_fails_at(906, &normals());
}

#[test]
fn normals_of_the_legacy_generator_die_about_there_too() {
    for (seed, length) in [(0, 900), (35, 907), (42, 923)] {
        let mut random = LegacyRandom::new(seed);
        let potential: Vec<f64> = (0..1000).map(|_| random.normal().clamp(-3.0, 3.0)).collect();
        assert_fails_at(length, &potential);
    }
}

#[test]
fn naive_division_halves_the_length() {
    let run = |sites, division| {
        Version::Original.green(&published_chain(&vec![0.0; sites]), published_shift(), division)
    };
    let first_zero =
        (1..969).find(|&sites| run(sites, Division::Naive).values.iter().any(|value| value.norm() == 0.0));
    println!("naive division first fails at {first_zero:?}");
    // “Already near N ≈ 480”: half the length at which the determinant itself overflows.
    assert!(first_zero.is_some_and(|sites| (480..490).contains(&sites)), "{first_zero:?}");
    assert!(!run(700, Division::Scaled).is_silent());
    assert!(run(700, Division::Naive).is_silent());
}

#[test]
fn every_longer_chain_is_silent_and_the_exact_one_is_not() {
    for sites in [2048, 16_384] {
        let chain = published_chain(&vec![0.0; sites]);
        let published = Version::Original.green(&chain, published_shift(), Division::Scaled);
        assert!(published.is_silent());
        assert_eq!(published.replaced, sites);
        assert_eq!((published.theta_ends, published.phi_ends), (Some(969), Some(969)));
        let exact = green::<f64>(&chain, published_shift());
        // The clean infinite chain has |G| = 1/|√((2 + i)² − 4)| = 0.49.
        assert!(exact.iter().all(|value| value.norm() > 0.4));
    }
}
