//! A thousand random problems over the whole range that is accepted: no NaN, no infinity, no negative density.

use bk_resolvent::{
    BackendChoice, Batch, Chain, ComplexPlanes, Engine, Gradient, LARGEST_BOND, LARGEST_ENERGY, LARGEST_ETA,
    Real, ResolventError, SMALLEST_ETA, Shift, Shifts, causal_with_adjoint, green_with_adjoint,
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

/// Bonds over their whole range, each sequence with its own point.
fn any_batch() -> impl Strategy<Value = (usize, Vec<f64>, Vec<f64>, Vec<Shift>)> {
    fn any_shift() -> impl Strategy<Value = Shift> {
        (any_energy(), any_eta()).prop_map(|(energy, eta)| Shift::new(energy, eta).unwrap())
    }
    fn any_bond() -> impl Strategy<Value = f64> {
        let small = (-30.0..3.0_f64).prop_map(|exponent| 10_f64.powf(exponent));
        prop_oneof![Just(0.0), Just(1.0), Just(LARGEST_BOND), small]
    }
    (1usize..40, 1usize..20).prop_flat_map(move |(sites, sequences)| {
        (
            Just(sites),
            prop::collection::vec(any_energy(), sites * sequences),
            prop::collection::vec(any_bond(), (sites - 1) * sequences),
            prop::collection::vec(any_shift(), sequences),
        )
    })
}

/// Every kernel of a batch, with the largest cotangents it accepts.
fn check_kernels<T: Real>(
    sites: usize,
    diagonals: &[f64],
    bonds: &[f64],
    shifts: &[Shift],
) -> Result<(), TestCaseError> {
    let round = |values: &[f64]| values.iter().map(|&value| T::round(value)).collect::<Vec<T>>();
    let (diagonals, bonds) = (round(diagonals), round(bonds));
    let batch = Batch::new(sites, &diagonals, shifts).unwrap().with_bonds(&bonds).unwrap();
    let largest = |place: usize| T::LARGEST_DERIVATIVE * shifts[place / sites].eta().powi(3).min(1.0) * 0.999;
    let g: Vec<T> = (0..diagonals.len()).map(|place| T::round(largest(place))).collect();
    let g = ComplexPlanes { re: g.clone(), im: g };
    let (mut green, mut causal) = (ComplexPlanes::default(), ComplexPlanes::default());
    let (mut by_green, mut by_causal) = (Gradient::default(), Gradient::default());
    green_with_adjoint(&batch, &g, &mut green, &mut by_green).unwrap();
    causal_with_adjoint(&batch, &g, &mut causal, &mut by_causal).unwrap();
    let finite = |values: &[T]| values.iter().all(|&value| value.into().is_finite());
    for planes in [&green, &causal] {
        prop_assert!(finite(&planes.re) && finite(&planes.im));
        prop_assert!(planes.im.iter().all(|&value| value.into() >= 0.0));
    }
    for gradient in [&by_green, &by_causal] {
        prop_assert!(finite(&gradient.diagonals) && finite(&gradient.bonds));
        prop_assert!(gradient.energies.iter().chain(&gradient.etas).all(|value| value.is_finite()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn batches_and_their_gradients_stay_finite((sites, diagonals, bonds, shifts) in any_batch()) {
        check_kernels::<f32>(sites, &diagonals, &bonds, &shifts)?;
        check_kernels::<f64>(sites, &diagonals, &bonds, &shifts)?;
    }
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
