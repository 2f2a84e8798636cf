//! The diagonals that the published routines return.

use bk_lab::studies::resolvent::published::{PublishedGreen, REPLACEMENT};
use bk_lab::studies::resolvent::record::{Division, Version};
use bk_python::random::LegacyRandom;
use bk_resolvent::{Chain, Shift, green};
use num_complex::Complex;

use super::{PRINTED_DIGITS, REFERENCE, published_chain, published_shift};

/// Half a unit in the last place of the single-precision values near 0.5 that the original routine returns, added to
/// half a unit of the printed ones.
const SINGLE_TOLERANCE: f64 = 3e-8 + PRINTED_DIGITS;

/// The deviation of the later routine from the resolvent, as measured in resnet-bk.md §1.4 for random potentials,
/// N = 8 … 2048.
const MEASURED_DEVIATION: std::ops::RangeInclusive<f64> = 3.5e-4..=7.5e-4;

/// The deviation of the later routine for the clean chain is at least this.
const CLEAN_DEVIATION: f64 = 2.5e-4;

fn run(version: Version, potential: &[f64]) -> PublishedGreen {
    version.green(&published_chain(potential), published_shift(), Division::Scaled)
}

fn wide(value: Complex<f32>) -> Complex<f64> {
    Complex::new(value.re.into(), value.im.into())
}

#[track_caller]
fn assert_close(found: &[Complex<f32>], expected: &[Complex<f64>], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (site, (&found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((wide(found) - expected).norm() <= tolerance, "site {site}: {found}, not {expected}");
    }
}

fn largest_deviation(found: &[Complex<f32>], chain: &Chain, shift: Shift) -> f64 {
    let exact = green::<f64>(chain, shift);
    found.iter().zip(exact).map(|(&found, exact)| (wide(found) - exact).norm()).fold(0.0, f64::max)
}

#[test]
fn the_original_routine_gives_the_reference_vectors() {
    let four = [
        Complex::new(-0.39178325, 0.36570327),
        Complex::new(-0.28386146, 0.35911613),
        Complex::new(-0.26246452, 0.54757421),
        Complex::new(-0.34647166, 0.33109829),
    ];
    assert_close(&run(Version::Original, &REFERENCE).values, &four, SINGLE_TOLERANCE);
    let one = [Complex::new(-0.48327137546, 0.37174721190)];
    assert_close(&run(Version::Original, &[0.7]).values, &one, SINGLE_TOLERANCE);
    let half = [
        Complex::new(-0.37518855, 0.30024627),
        Complex::new(-0.32655072, 0.39998461),
        Complex::new(-0.3016777, 0.39402801),
        Complex::new(-0.30161613, 0.38782515),
    ];
    let eight: Vec<_> = half.iter().chain(half.iter().rev()).copied().collect();
    assert_close(&run(Version::Original, &[0.0; 8]).values, &eight, SINGLE_TOLERANCE);
}

#[test]
fn both_divisions_agree_where_no_minor_is_large() {
    let chain = published_chain(&REFERENCE);
    let naive = Version::Original.green(&chain, published_shift(), Division::Naive);
    assert_close(
        &naive.values,
        &run(Version::Original, &REFERENCE).values.iter().map(|&value| wide(value)).collect::<Vec<_>>(),
        SINGLE_TOLERANCE,
    );
}

#[test]
fn a_large_value_is_clipped_at_fifty() {
    let chain = Chain::new(vec![0.0]).unwrap();
    let shift = Shift::new(0.0, 1e-3).unwrap();
    let clipped = Version::Original.green(&chain, shift, Division::Scaled);
    assert_eq!(clipped.clipped, 1);
    // The guard of 10⁻⁹ in the divisor and the rounding to single precision.
    assert!((clipped.values[0].im - 50.0).abs() < 1e-5, "{:?}", clipped.values);
    assert_eq!(run(Version::Original, &REFERENCE).clipped, 0);
}

#[test]
fn the_later_routine_computes_the_resolvent_of_another_chain() {
    for sites in [8, 64, 512, 2048] {
        for seed in [1, 42] {
            let mut random = LegacyRandom::new(seed);
            let potential: Vec<f64> = (0..sites).map(|_| random.normal()).collect();
            let chain = published_chain(&potential);
            let found = run(Version::Later, &potential);
            assert_eq!((found.replaced, found.clipped), (0, 0));
            let deviation = largest_deviation(&found.values, &chain, published_shift());
            println!("{sites} sites, seed {seed}: {deviation:.2e}");
            assert!(MEASURED_DEVIATION.contains(&deviation), "{sites} sites, seed {seed}: {deviation:e}");
        }
    }
}

#[test]
fn the_later_routine_speaks_where_the_original_is_silent() {
    let potential = vec![0.0; 4096];
    assert!(run(Version::Original, &potential).is_silent());
    let found = run(Version::Later, &potential);
    let deviation = largest_deviation(&found.values, &published_chain(&potential), published_shift());
    assert!((CLEAN_DEVIATION..*MEASURED_DEVIATION.end()).contains(&deviation), "{deviation:e}");
}

#[test]
fn the_prefix_product_is_not_the_resolvent() {
    let found = run(Version::PrefixProduct, &[0.3, -0.2, 0.5, 0.1, 0.0, 0.2]);
    // §1.4 prints three digits, of the truth too.
    assert!((wide(found.values[0]) - Complex::new(1.028, -0.037)).norm() < 1e-3, "{}", found.values[0]);
    let chain = published_chain(&[0.3, -0.2, 0.5, 0.1, 0.0, 0.2]);
    let exact = green::<f64>(&chain, published_shift());
    assert!((exact[0] - Complex::new(-0.394, 0.366)).norm() < 1e-3, "{}", exact[0]);
}

#[test]
fn where_the_prefix_product_overflows_the_layer_sees_ones() {
    let found = run(Version::PrefixProduct, &[0.0; 1024]);
    assert_eq!(found.replaced, 1024);
    assert!(found.values.iter().all(|&value| value == REPLACEMENT));
    assert_eq!(run(Version::PrefixProduct, &[0.0; 512]).replaced, 0);
}

#[test]
fn without_bonds_the_prefix_product_returns_the_last_site_everywhere() {
    // §9.5: diagonal 1 + v, no coupling, z = i; the truth is 1/(1 + v_i − i).
    let diagonal = [0.3, -0.2, 0.5, 0.1, 0.0, 0.2, -0.4, 0.25].map(|value| 1.0 + value);
    let chain = Chain::with_bonds(diagonal.to_vec(), vec![0.0; 7]).unwrap();
    let found = Version::PrefixProduct.green(&chain, published_shift(), Division::Scaled);
    assert_close(&found.values[2..7], &[Complex::new(1.25, -1.0); 5], SINGLE_TOLERANCE);
    let truth: Vec<_> = diagonal.iter().map(|value| Complex::new(*value, -1.0).inv()).collect();
    let original = Version::Original.green(&chain, published_shift(), Division::Scaled);
    assert_close(&original.values, &truth, SINGLE_TOLERANCE);
}

#[test]
fn bonds_enter_both_recursions() {
    let bonds = vec![0.5, 2.0, 0.0, 1.5, 0.7];
    let chain = Chain::with_bonds(vec![0.3, -1.2, 0.5, 0.1, -2.0, 0.2], bonds).unwrap();
    let exact = green::<f64>(&chain, published_shift());
    let found = Version::Original.green(&chain, published_shift(), Division::Scaled);
    assert_close(&found.values, &exact, SINGLE_TOLERANCE);
    let later = Version::Later.green(&chain, published_shift(), Division::Scaled);
    let deviation = largest_deviation(&later.values, &chain, published_shift());
    assert!((1e-4..2e-3).contains(&deviation), "{deviation:e}");
}
