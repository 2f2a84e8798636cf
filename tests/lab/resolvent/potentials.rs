//! Potentials: what they put on the diagonal, how they are written, and what they refuse.

use bk_resolvent::{
    BumpCenters, Chain, LARGEST_ENERGY, MOST_SITES, Potential, ResolventError, Shift, Shifts,
};
use proptest::prelude::*;

use super::problems::chain;

#[test]
fn every_kind_puts_its_values_on_the_diagonal() {
    assert_eq!(chain("constant:-2", 3).diagonal(), [-2.0; 3]);
    assert_eq!(chain("values:0.3,-0.2", 2).diagonal(), [0.3, -0.2]);
    assert_eq!(chain("impurity:strength=5", 4).diagonal(), [0.0, 0.0, 5.0, 0.0]);
    assert_eq!(chain("impurity:strength=5,site=0", 3).diagonal(), [5.0, 0.0, 0.0]);
    assert_eq!(chain("steps:height=2,width=2", 5).diagonal(), [0.0, 0.0, 2.0, 2.0, 0.0]);
}

#[test]
fn random_draws_the_numbers_of_numpy() {
    // numpy.random.RandomState(42).uniform(-1.5, 1.5, 3), from the uniforms of that generator.
    let uniforms = [0.3745401188473625, 0.9507143064099162, 0.7319939418114051];
    let expected = uniforms.map(|uniform| -1.5 + 3.0 * uniform);
    assert_eq!(chain("random:strength=3,seed=42", 3).diagonal(), expected);
}

#[test]
fn aubry_andre_has_the_golden_frequency() {
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    for (site, value) in chain("aubry-andre:strength=2,phase=0.25", 1000).diagonal().iter().enumerate() {
        let expected = 2.0 * (std::f64::consts::TAU * golden * site as f64 + 0.25).cos();
        // The standard library's cosine may differ in the last place.
        assert!((value - expected).abs() < 1e-15, "site {site}: {value} instead of {expected}");
    }
}

#[test]
fn prime_bumps_sit_at_the_logarithms_of_prime_powers_or_as_published() {
    // The formula of resnet-bk.md §2.6, summed by an independent program at the sites 0, 1, 3, 8 and 20.
    let expected = [
        (
            "prime-bump",
            512,
            [
                0.008227543250288304,
                0.01621798770476418,
                0.011975913476966464,
                0.00011966673695454835,
                1.0966700919194518e-12,
            ],
        ),
        (
            "prime-bump:centers=primes",
            512,
            [
                0.009892689565807564,
                0.01737335344497033,
                0.010607621436569674,
                0.00010556320052041893,
                5.152708187655853e-46,
            ],
        ),
        (
            "prime-bump:scale=1,epsilon=0.25,powers=2",
            30,
            [0.4179804077357826, 2.6477001644429516, 3.71072994815149, 0.0019083892071884675, 0.0],
        ),
    ];
    // What is left out beyond 11 √ε, and the rounding of some hundred terms.
    const TOLERANCE: f64 = 1e-15;
    for (text, sites, values) in expected {
        let chain = chain(text, sites);
        for (site, expected) in [0, 1, 3, 8, 20].into_iter().zip(values) {
            let value = chain.diagonal()[site];
            assert!((value - expected).abs() <= TOLERANCE * expected.max(1.0), "{text} at {site}: {value}");
        }
    }
    assert_eq!(chain("prime-bump", 2).diagonal(), [0.0; 2], "there is no prime below 2");
}

#[test]
fn a_million_sites_have_prime_bumps_at_their_beginning_alone() {
    let chain = chain("prime-bump", MOST_SITES);
    let last = chain.diagonal().iter().rposition(|&value| value != 0.0).unwrap();
    // 3 ln p for the largest p below 2²⁰, and 11 sites.
    assert!((45..=53).contains(&last), "{last}");
}

#[test]
fn settings_left_out_take_their_documented_values() {
    for (short, long) in [
        ("random", "random:strength=1,seed=0"),
        ("aubry-andre:", "aubry-andre:strength=2,phase=0"),
        (" impurity : ", "impurity:strength=5"),
        ("steps: width = 4 ", "steps:height=2,width=4"),
        ("prime-bump:centers=primes", "prime-bump:scale=0.02,epsilon=1,powers=3,centers=primes"),
    ] {
        assert_eq!(short.parse::<Potential>().unwrap().to_string(), long);
    }
}

#[test]
fn a_potential_that_cannot_be_read_says_why() {
    for (text, message) in [
        ("noise:1", "There is no potential of kind “noise”. Choose one of constant:0"),
        ("random:width=3", "has no setting “width”. Its settings are strength and seed"),
        ("random:strength=3,", "has no setting “”"),
        ("random:seed=1,seed=2", "has its setting “seed” twice"),
        ("random:seed=-1", "“-1” cannot be the seed of the potential “random”. Give a whole number from 0"),
        ("steps:width=0", "“0” cannot be the width"),
        ("impurity:site=x", "“x” cannot be the site"),
        (
            "prime-bump:centers=zeros",
            "“zeros” cannot be the centers of the potential “prime-bump”. Give “powers”",
        ),
        ("constant:", "“” cannot be the value"),
        ("constant:1e16", "“1e16” cannot be the value of the potential “constant”. Give a finite number"),
        ("random:strength=inf", "“inf” cannot be the strength"),
        ("values:0.3,,1", "“” cannot be the value at site 1"),
        ("values:0.3,NaN", "The potential at site 1 (counted from 0) is NaN"),
    ] {
        let error = text.parse::<Potential>().unwrap_err().to_string();
        assert!(error.contains(message), "{text}: “{error}” does not contain “{message}”");
    }
}

#[test]
fn a_potential_that_does_not_fit_the_chain_is_refused() {
    let refuse = |text: &str, sites| text.parse::<Potential>().unwrap().chain(sites).unwrap_err();
    assert_eq!(refuse("values:1,2,3", 2), ResolventError::ValueCount { values: 3, sites: 2 });
    assert_eq!(refuse("impurity:site=4", 4), ResolventError::ImpuritySite { site: 4, sites: 4 });
    assert_eq!(refuse("constant:0", 0), ResolventError::Sites { sites: 0 });
    assert_eq!(refuse("constant:0", 1_000_000_000), ResolventError::Sites { sites: 1_000_000_000 });
    assert_eq!(refuse("constant:0", MOST_SITES + 1), ResolventError::Sites { sites: MOST_SITES + 1 });
    assert_eq!(
        refuse("impurity:site=4", 4).to_string(),
        "The impurity sits at site 4, beyond the last site 3 of the chain. Choose a site on it."
    );
}

#[test]
fn a_diagonal_out_of_range_names_its_site() {
    let refuse = |value| Chain::new(vec![0.0, value]).unwrap_err().to_string();
    for (value, written) in
        [(f64::NAN, "NaN"), (f64::NEG_INFINITY, "-inf"), (2.0 * LARGEST_ENERGY, "2000000000000000")]
    {
        let message = refuse(value);
        assert!(message.contains("site 1") && message.contains(written), "{message}");
    }
    let huge = Potential::Constant { value: f64::INFINITY };
    assert_eq!(huge.chain(5), Err(ResolventError::PotentialValue { site: 0, value: f64::INFINITY }));
}

#[test]
fn a_shift_out_of_range_is_refused() {
    for eta in [0.0, -0.0, -1.0, f64::INFINITY, 9e-16, 1.1e15] {
        assert_eq!(Shift::new(0.0, eta), Err(ResolventError::Eta { eta }));
    }
    assert!(matches!(Shift::new(0.0, f64::NAN), Err(ResolventError::Eta { eta }) if eta.is_nan()));
    for energy in [f64::NEG_INFINITY, 1.1e15] {
        assert_eq!(Shift::new(energy, 1.0), Err(ResolventError::Energy { energy }));
        assert_eq!(Shifts::new(&[0.0, energy], 1.0), Err(ResolventError::Energy { energy }));
    }
    assert!(matches!(Shift::new(f64::NAN, 1.0), Err(ResolventError::Energy { energy }) if energy.is_nan()));
    assert_eq!(Shifts::new(&[0.0], 0.0), Err(ResolventError::Eta { eta: 0.0 }));
    assert_eq!(Shifts::new(&[], 1.0), Err(ResolventError::NoEnergies));
}

#[test]
fn prime_bumps_out_of_range_are_refused() {
    for (text, message) in [
        (
            "prime-bump:epsilon=0",
            "“0” cannot be the epsilon of the potential “prime-bump”. Give a number from",
        ),
        ("prime-bump:epsilon=101", "“101” cannot be the epsilon"),
        ("prime-bump:powers=0", "“0” cannot be the powers"),
        ("prime-bump:powers=17", "“17” cannot be the powers"),
    ] {
        let error = text.parse::<Potential>().unwrap().chain(10).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

/// Any potential that can be written.
pub fn any_potential() -> impl Strategy<Value = Potential> {
    let value =
        || prop_oneof![-10.0..10.0, -LARGEST_ENERGY..=LARGEST_ENERGY, Just(0.0), Just(-0.0), Just(5e-324)];
    prop_oneof![
        value().prop_map(|value| Potential::Constant { value }),
        prop::collection::vec(value(), 1..70).prop_map(|values| Potential::Values { values }),
        (value(), any::<u32>()).prop_map(|(strength, seed)| Potential::Random { strength, seed }),
        (value(), value()).prop_map(|(strength, phase)| Potential::AubryAndre { strength, phase }),
        (value(), prop::option::of(0..200_usize))
            .prop_map(|(strength, site)| Potential::Impurity { strength, site }),
        (value(), 1..100_usize)
            .prop_map(|(height, width)| Potential::Steps { height, width: width.try_into().unwrap() }),
        (value(), value(), 0..20_u32, prop::bool::ANY).prop_map(|(scale, epsilon, powers, published)| {
            let centers = if published { BumpCenters::Primes } else { BumpCenters::Powers };
            Potential::PrimeBump { scale, epsilon, powers, centers }
        }),
    ]
}

proptest! {
    #[test]
    fn text_and_json_of_a_potential_give_it_back(potential in any_potential()) {
        prop_assert_eq!(potential.to_string().parse::<Potential>().unwrap(), potential.clone());
        let json = serde_json::to_string(&potential).unwrap();
        prop_assert_eq!(&json, &format!("\"{potential}\""));
        prop_assert_eq!(serde_json::from_str::<Potential>(&json).unwrap(), potential);
    }

    #[test]
    fn any_text_is_a_potential_or_an_error(text in "(constant|values|random|steps|impurity|x):?[a-z0-9.,=e-]{0,20}|.*") {
        if let Ok(potential) = text.parse::<Potential>() {
            prop_assert_eq!(potential.to_string().parse::<Potential>().unwrap(), potential);
        }
    }
}
