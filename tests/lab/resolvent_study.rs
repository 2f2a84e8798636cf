//! The road for the resolvent: config in, record out, panel by panel, with progress and cancelling.

use bk_lab::kit::context::{Context, StudyError};
use bk_lab::kit::record::{Provenance, document};
use bk_lab::studies::record::Record;
use bk_lab::studies::resolvent::record::Resolvent;
use bk_lab::studies::resolvent::record::{
    Causality, Config, ConfigError, Density, Division, Finding, Gradient, Green, MOST_MAP_SITES, Panel,
    Precision, Published, Version,
};
use bk_lab::studies::resolvent::study::run;
use bk_resolvent::birman_schwinger::MOST_DENSE_SITES;
use bk_resolvent::{Backend, BackendChoice, Engine, Potential};
use num_complex::Complex;
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

fn config(panel: Panel) -> Config {
    Config { sites: 200, map_energies: 150, backend: BackendChoice::F32, panel, ..Config::default() }
}

fn study(config: &Config, context: &Context) -> Result<Resolvent, StudyError> {
    pollster::block_on(async { run(config, &Engine::open(config.backend).await?, context).await })
}

fn record(config: &Config) -> Resolvent {
    study(config, &Context::unwatched()).unwrap()
}

fn green(config: &Config) -> Green {
    let Finding::Green(found) = record(&Config { panel: Panel::Green, ..config.clone() }).finding else {
        panic!("no G")
    };
    found
}

fn density(config: &Config) -> Density {
    let Finding::Density(found) = record(&Config { panel: Panel::Density, ..config.clone() }).finding else {
        panic!("no ρ")
    };
    found
}

fn causality(config: &Config) -> Causality {
    let Finding::Causality(found) = record(&Config { panel: Panel::Causality, ..config.clone() }).finding
    else {
        panic!("no derivatives")
    };
    found
}

fn precision(config: &Config) -> Precision {
    let Finding::Precision(found) = record(&Config { panel: Panel::Precision, ..config.clone() }).finding
    else {
        panic!("no deviations")
    };
    found
}

#[test]
fn every_panel_gives_its_finding_with_the_diagonal_and_a_table_of_it() {
    for panel in Panel::ALL {
        let record = record(&config(panel));
        assert_eq!((record.finding.panel(), record.provenance), (panel, Provenance::Computed));
        assert_eq!(record.diagonal.len(), 200);
        let numbers = record.finding.numbers();
        assert!(numbers.rows() > 1 && !numbers.facts().is_empty(), "{panel}");
        for row in [0, numbers.rows() - 1] {
            let cells = numbers.row(row, 6);
            assert_eq!(cells.len(), numbers.headings().len(), "{panel}");
            assert!(cells.iter().all(|cell| !cell.is_empty() && !cell.contains("NaN")), "{panel}: {cells:?}");
        }
        assert_eq!(panel.to_string().parse(), Ok(panel));
    }
}

#[test]
fn lines_and_map_deviate_within_the_bound_and_agree_where_they_meet() {
    // Energy 0 is the middle of an odd number of energies.
    let config = Config { map_energies: 151, ..config(Panel::Green) };
    let lines = green(&config);
    assert_eq!((lines.re.len(), lines.im.len()), (200, 200));
    assert!(lines.deviation.max_absolute > 0.0 && lines.deviation.worst_ratio_to_bound <= 1.0);
    assert!(lines.deviation.max_absolute <= lines.deviation_bound);

    let map = density(&config);
    assert_eq!((map.sites(), map.values.len()), (200, 200 * 151));
    assert_eq!((map.energies[0], map.energies[75], map.energies[150]), (-4.0, 0.0, 4.0));
    assert!(map.deviation.worst_ratio_to_bound <= 1.0 && map.values.iter().all(|value| *value > 0.0));
    for site in 0..200 {
        let (line, map) = (lines.im[site] / std::f64::consts::PI, f64::from(map.values[site * 151 + 75]));
        assert!((line - map).abs() <= 2.0 * lines.deviation_bound, "site {site}: {line} and {map}");
    }
}

#[test]
fn a_site_feels_its_successor_as_published() {
    // resnet-bk.md §9.5: 0.2309 and 0.0533, in the middle of a long chain with v = −2 and z = i.
    let potential = Potential::Constant { value: -2.0 };
    let found = causality(&Config { sites: 101, potential, eta: 1.0, ..Config::default() });
    assert_eq!(found.source, 50);
    assert!((found.leak(1).unwrap() - 0.2309).abs() < 5e-5, "{:?}", found.leak(1));
    assert!((found.leak(2).unwrap() - 0.0533).abs() < 5e-5, "{:?}", found.leak(2));
    assert!(found.share_before() > 0.1);
    assert!(found.one_sided[..50].iter().all(|&effect| effect == 0.0));
    assert!(found.one_sided[50..60].iter().all(|&effect| effect > 0.0));
}

/// (H − z)⁻¹ of a chain, by Gauss–Jordan elimination with the largest pivots.
fn inverse(diagonal: &[f64], z: Complex<f64>) -> Vec<Vec<Complex<f64>>> {
    let sites = diagonal.len();
    let mut rows: Vec<Vec<Complex<f64>>> = (0..sites)
        .map(|row| {
            let element = |column: usize| match row.abs_diff(column) {
                0 => diagonal[row] - z,
                1 => Complex::ONE,
                _ => Complex::ZERO,
            };
            let unit = |column: usize| if row == column { Complex::ONE } else { Complex::ZERO };
            (0..sites).map(element).chain((0..sites).map(unit)).collect()
        })
        .collect();
    for column in 0..sites {
        let pivot = (column..sites)
            .max_by(|&one, &other| rows[one][column].norm().total_cmp(&rows[other][column].norm()));
        rows.swap(column, pivot.unwrap());
        let scale = rows[column][column].inv();
        rows[column].iter_mut().for_each(|value| *value *= scale);
        let pivot = rows[column].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(index, _)| *index != column) {
            let factor = row[column];
            row.iter_mut().zip(&pivot).for_each(|(value, pivot)| *value -= factor * pivot);
        }
    }
    rows.into_iter().map(|row| row[sites..].to_vec()).collect()
}

/// Relative; both sides are sums of a few dozen products in double precision.
const DENSE: f64 = 1e-9;

proptest! {
    #[test]
    fn derivatives_are_those_of_the_dense_inverse(
        diagonal in prop::collection::vec(-3.0f64..3.0, 1..24), place in 0.0f64..1.0, energy in -3.0f64..3.0, eta in 0.05f64..2.0,
    ) {
        let sites = diagonal.len();
        let source = (place * sites as f64) as usize;
        let z = Complex::new(energy, eta);
        let potential = Potential::Values { values: diagonal.clone() };
        let found = causality(&Config { sites, potential, energy, eta, source: Some(source), ..Config::default() });
        let dense = inverse(&diagonal, z);
        for site in 0..sites {
            let exact = dense[site][source].norm_sqr();
            prop_assert!((found.two_sided[site] - exact).abs() <= DENSE * exact, "site {site}");
            // The chain that ends at the site, whose last element is its output.
            let exact = if site < source { 0.0 } else { inverse(&diagonal[..=site], z)[site][source].norm_sqr() };
            prop_assert!((found.one_sided[site] - exact).abs() <= DENSE * exact, "site {site}");
            for (other, element) in dense[site].iter().enumerate() {
                let shown = f64::from(found.window.two_sided[other * sites + site]);
                let exact = element.norm_sqr();
                prop_assert!((shown - exact).abs() <= f64::from(f32::EPSILON) * exact, "{other} on {site}");
            }
        }
    }
}

fn published(config: &Config) -> Published {
    let Finding::Published(found) = record(&Config { panel: Panel::Published, ..config.clone() }).finding
    else {
        panic!("no published routines")
    };
    found
}

fn gradient(config: &Config) -> Gradient {
    let Finding::Gradient(found) = record(&Config { panel: Panel::Gradient, ..config.clone() }).finding
    else {
        panic!("no gradient")
    };
    found
}

#[test]
fn the_original_recursion_dies_at_969_sites_and_the_later_one_is_shifted() {
    let potential = Potential::Constant { value: -2.0 };
    let at =
        |sites| published(&Config { sites, potential: potential.clone(), eta: 1.0, ..Config::default() });
    // resnet-bk.md §1.3: the first failing length at v = 0 is 969.
    let (before, after) = (at(968), at(969));
    assert_eq!((before.readings[0].version, before.readings[0].is_silent()), (Version::Original, false));
    assert_eq!((after.readings[0].is_silent(), after.readings[0].theta_ends), (true, Some(969)));
    assert!(before.deviations(&before.readings[0]).into_iter().all(|off| off < 1e-6));
    // §1.4 item 1: 4·10⁻⁴ to 7·10⁻⁴ for random potentials, less here.
    let later = after.deviations(&after.readings[1]).into_iter().fold(0.0, f64::max);
    assert!(later > 1e-4 && later < 7e-4, "{later}");
    let naive = Config { sites: 600, potential, eta: 1.0, division: Division::Naive, ..Config::default() };
    assert!(published(&naive).readings[0].is_silent());
}

#[test]
fn gradients_have_the_reference_values() {
    // resnet-bk.md §1.2.
    let potential = Potential::Values { values: vec![-1.7, -2.2, -1.5, -1.9] };
    let config = Config { sites: 4, potential, eta: 1.0, ..Config::default() };
    let found = gradient(&config);
    let exact = [0.58851852, 0.52934964, 0.85779441, 0.47831696];
    let original = [3.05708726, 5.01466177, 2.79154621, 4.01622653];
    for site in 0..4 {
        assert!((found.exact[site] - exact[site]).abs() < 1e-8, "{:?}", found.exact);
        // In single precision.
        assert!(
            (f64::from(found.published[0].values[site]) - original[site]).abs() < 1e-6,
            "{:?}",
            found.published
        );
    }
    assert_eq!(found.sites, [0, 1, 2, 3]);
    assert!(found.disagreement() < DIFFERENCES, "{}", found.disagreement());
    assert!(
        found.published[1].cosine(&found.exact).unwrap() < 0.0,
        "the later one points against the true gradient"
    );
    for alpha in [-0.1, 1.1, f64::NAN] {
        assert!(matches!(
            Config { alpha, panel: Panel::Gradient, ..config.clone() }.check(),
            Err(ConfigError::Alpha(_))
        ));
    }
}

/// What a central difference of step 10⁻⁴·η leaves out, 10⁻⁸, with room for its constant.
const DIFFERENCES: f64 = 1e-6;

#[test]
fn finite_differences_agree_with_the_adjoint_on_long_chains() {
    for (potential, eta) in [
        (Potential::Random { strength: 3.0, seed: 7 }, 0.05),
        (Potential::AubryAndre { strength: 1.5, phase: 0.0 }, 0.3),
    ] {
        let found = gradient(&Config { sites: 2000, potential, eta, ..Config::default() });
        assert_eq!(found.sites.len(), 48);
        assert!(found.sites.is_sorted() && found.sites[47] < 2000);
        assert!(found.disagreement() < DIFFERENCES, "{}", found.disagreement());
    }
}

#[test]
fn the_window_lies_around_the_source_and_on_the_chain() {
    for (source, first) in [(0, 0), (150, 102), (299, 204)] {
        let found = causality(&Config { sites: 300, source: Some(source), ..Config::default() });
        assert_eq!((found.window.first, found.window.sites), (first, 96));
        let (row, column) = (source - first, source - first);
        assert_eq!(found.window.two_sided[row * 96 + column], found.two_sided[source] as f32);
    }
}

#[test]
fn deviations_stay_below_the_bound_and_grow_as_the_broadening_falls() {
    let potential = Potential::Constant { value: 0.0 };
    let found = precision(&Config { sites: 512, potential, energy: 0.3, ..config(Panel::Precision) });
    assert_eq!((found.etas[0], found.etas.len()), (1.0, 25));
    assert!((found.etas[24] / 1e-6 - 1.0).abs() < 1e-12);
    let [curve] = found.curves.as_slice() else {
        panic!("a curve without a GPU, not {}", found.curves.len())
    };
    assert_eq!(curve.backend, Backend::F32);
    assert!(curve.ratios.iter().all(|&ratio| ratio > 0.0 && ratio <= 1.0), "{:?}", curve.ratios);
    assert!(curve.deviations[24] > 100.0 * curve.deviations[0]);
    let pairs = curve.deviations.iter().zip(&curve.bounds);
    assert!(pairs.clone().count() == 25 && pairs.into_iter().all(|(measured, bound)| measured <= bound));
}

#[test]
fn a_gpu_has_its_own_curve() {
    let config = Config { sites: 64, backend: BackendChoice::Gpu, ..Config::default() };
    let found = precision(&config);
    let backends: Vec<Backend> = found.curves.iter().map(|curve| curve.backend).collect();
    assert_eq!(backends, [Backend::F32, Backend::Gpu]);
    assert!(found.curves[1].adapter.is_some());
}

#[test]
fn progress_rises_to_the_whole_and_a_cancel_stops_between_two_steps() {
    for panel in [Panel::Density, Panel::Precision] {
        let cancelled = Rc::new(Cell::new(false));
        let seen = Rc::new(RefCell::new(Vec::new()));
        let (flag, log) = (cancelled.clone(), seen.clone());
        let config = Config { sites: 4096, map_energies: 1024, ..config(panel) };
        let context = Context::new(
            move |progress| {
                log.borrow_mut().push(progress);
                if progress.done > progress.total / 3 {
                    flag.set(true);
                }
            },
            || Box::pin(std::future::ready(())),
            cancelled,
        );
        let stopped = study(&config, &context).unwrap_err();
        assert!(matches!(stopped, StudyError::Cancelled { .. }), "{stopped}");
        let seen = seen.borrow();
        assert!(seen.windows(2).all(|pair| pair[0].done <= pair[1].done));
        assert!(
            seen.iter().all(|progress| progress.total == config.work() && progress.done <= progress.total)
        );
        assert!(seen.last().unwrap().done < config.work() / 2, "it went on after the cancel");
    }
}

#[test]
fn what_cannot_be_computed_is_an_error_that_says_why() {
    let density = config(Panel::Density);
    let energies = |map_energies| Config { map_energies, ..density.clone() }.check();
    assert_eq!(energies(0), Err(ConfigError::Energies(0)));
    assert_eq!(energies(4000), Err(ConfigError::Energies(4000)));
    let long = Config { sites: MOST_MAP_SITES + 1, ..density.clone() };
    assert_eq!(long.check(), Err(ConfigError::MapSites(MOST_MAP_SITES + 1)));
    let dense = Config { sites: MOST_DENSE_SITES + 1, ..config(Panel::BirmanSchwinger) };
    assert_eq!(dense.check(), Err(ConfigError::DenseSites(MOST_DENSE_SITES + 1)));
    // Neither waits for the reader to press Run before it says so.
    assert_eq!((long.work(), dense.work()), (0, 0));
    assert_eq!(
        Config { map_from: 1.0, map_to: 1.0, ..density.clone() }.check(),
        Err(ConfigError::Window { from: 1.0, to: 1.0 })
    );
    let beyond = Config { source: Some(200), ..config(Panel::Causality) };
    assert_eq!(beyond.check(), Err(ConfigError::Source { site: 200, sites: 200 }));
    for panel in Panel::ALL {
        assert!(Config { eta: 0.0, ..config(panel) }.check().is_err());
        assert!(Config { sites: 1_000_000_000, ..config(panel) }.check().is_err());
        assert!(matches!(
            study(&Config { sites: 0, ..config(panel) }, &Context::unwatched()),
            Err(StudyError::Config(_))
        ));
    }
    // What belongs to another panel is no obstacle.
    assert_eq!(Config { map_energies: 0, source: Some(900), ..config(Panel::Green) }.check(), Ok(()));
    assert!("mountain".parse::<Panel>().unwrap_err().to_string().contains("“mountain”"));
}

#[test]
fn records_survive_their_files() {
    for panel in Panel::ALL {
        let config = Config { potential: Potential::Random { strength: 3.0, seed: 7 }, ..config(panel) };
        let record = Record::Resolvent(Box::new(record(&config)));
        let json = document::to_json(std::slice::from_ref(&record)).unwrap();
        let value = serde_json::from_str(&json).unwrap();
        assert_eq!(bk_lab::studies::record::from_value(value).unwrap(), record);
    }
}

#[test]
fn a_file_of_the_first_version_is_a_green_function() {
    let json = r#"{"schema":"bk-lab/1","study":"resolvent","provenance":"computed",
        "manifest":{"application":"bk-lab 0.1.0","origin":"The diagonal."},
        "config":{"sites":2,"potential":"constant:0","energy":0.0,"eta":1.0,"backend":"f64","map_energies":0},
        "backend":"f64","adapter":null,"reason":"it was chosen","wall_seconds":0.1,"deviation_bound":1e-15,
        "deviation":{"max_absolute":0.0,"max_relative":0.0,"worst_ratio_to_bound":0.0,"worst_site":0,"worst_energy":0.0},
        "re":[0.0,0.25],"im":[0.5,0.75]}"#;
    let Record::Resolvent(record) =
        bk_lab::studies::record::from_value(serde_json::from_str(json).unwrap()).unwrap()
    else {
        panic!("no resolvent")
    };
    let Finding::Green(found) = &record.finding else { panic!("no G") };
    assert_eq!((found.re.as_slice(), found.im.as_slice()), ([0.0, 0.25].as_slice(), [0.5, 0.75].as_slice()));
    assert_eq!((record.config.sites, record.config.panel), (2, Panel::Green));
}
