//! A thousand random problems over the whole range that is accepted: no NaN, no infinity, no negative density.

use bk_lab::resolvent::{
    BackendChoice, Chain, Engine, LARGEST_ENERGY, LARGEST_ETA, ResolventError, SMALLEST_ETA, Shift, Shifts,
};
use proptest::prelude::*;

/// Numbers of either sign spread evenly over their orders of magnitude, up to the largest energy.
fn any_energy() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -4.0..4.0,
        1 => Just(0.0),
        4 => (-15.0..15.0_f64, any::<bool>())
            .prop_map(|(exponent, negative)| 10_f64.powf(exponent) * if negative { -1.0 } else { 1.0 }),
        1 => Just(LARGEST_ENERGY),
        1 => Just(-LARGEST_ENERGY),
    ]
}

fn any_eta() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (-15.0..15.0_f64).prop_map(|exponent| 10_f64.powf(exponent).clamp(SMALLEST_ETA, LARGEST_ETA)),
        1 => Just(SMALLEST_ETA),
        1 => Just(LARGEST_ETA),
    ]
}

fn any_chain() -> impl Strategy<Value = Chain> {
    prop::collection::vec(any_energy(), 1..80).prop_map(|diagonal| Chain::new(diagonal).unwrap())
}

fn check(engine: &Engine, chain: &Chain, energies: &[f64], eta: f64) -> Result<(), TestCaseError> {
    let at = Shift::new(energies[0], eta).unwrap();
    for value in pollster::block_on(engine.green(chain, at)).unwrap() {
        prop_assert!(value.re.is_finite() && value.im.is_finite() && value.im >= 0.0, "{value}");
    }
    let shifts = Shifts::new(energies, eta).unwrap();
    for value in pollster::block_on(engine.density_tile(chain, &shifts)).unwrap() {
        prop_assert!(value.is_finite() && value >= 0.0, "{value}");
    }
    Ok(())
}

fn run(choice: BackendChoice, cases: u32) {
    let engine = pollster::block_on(Engine::open(choice)).unwrap();
    let problem = (any_chain(), prop::collection::vec(any_energy(), 1..40), any_eta());
    let config = ProptestConfig { cases, source_file: Some(file!()), ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner.run(&problem, |(chain, energies, eta)| check(&engine, &chain, &energies, eta)).unwrap();
}

#[test]
fn f64_stays_finite_and_positive() {
    run(BackendChoice::F64, 1000);
}

#[test]
fn f32_stays_finite_and_positive() {
    run(BackendChoice::F32, 1000);
}

#[test]
fn the_gpu_stays_finite_and_positive() {
    run(BackendChoice::Gpu, 1000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn an_invalid_problem_is_a_typed_error(
        chain in any_chain(),
        place in any::<prop::sample::Index>(),
        bad in prop_oneof![
            Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY),
            1.000_001e15..f64::MAX, -f64::MAX..-1.000_001e15
        ],
        bad_eta in prop_oneof![Just(f64::NAN), Just(f64::INFINITY), -1e3..=0.0, 0.0..9.99e-16, 1.001e15..1e300],
    ) {
        let mut diagonal = chain.diagonal().to_vec();
        let at = place.index(diagonal.len());
        diagonal[at] = bad;
        match Chain::new(diagonal) {
            Err(ResolventError::PotentialValue { site, value }) => {
                prop_assert_eq!((site, value.to_bits()), (at, bad.to_bits()));
            }
            other => prop_assert!(false, "{other:?}"),
        }
        match Shift::new(bad, 1.0) {
            Err(ResolventError::Energy { energy }) => prop_assert_eq!(energy.to_bits(), bad.to_bits()),
            other => prop_assert!(false, "{other:?}"),
        }
        match Shift::new(0.0, bad_eta) {
            Err(ResolventError::Eta { eta }) => prop_assert_eq!(eta.to_bits(), bad_eta.to_bits()),
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
