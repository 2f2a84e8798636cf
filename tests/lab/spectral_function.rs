//! The spectral function of one site against the eigenvectors of the dense matrix, its sum rule, its links, its command.

use bk_lab::kit::context::Context;
use bk_lab::kit::permalink::{parse, to_fragment};
use bk_lab::studies::resolvent::ROOM;
use bk_lab::studies::resolvent::panels::spectral_function::record::{SpectralFunction, SumRule};
use bk_lab::studies::resolvent::record::{Config, ConfigError, Finding, Panel};
use bk_lab::studies::resolvent::study::run;
use bk_resolvent::{BackendChoice, Engine, Potential};
use faer::{Mat, Side};
use serde_json::Value;
use std::f64::consts::PI;
use std::process::{Command, Output};

/// Rounding of both sides at the smallest η of these tests, relative to 1/η.
const ROUNDING: f64 = 1e-10;

fn config(sites: usize, potential: Potential, eta: f64) -> Config {
    let backend = BackendChoice::F64;
    Config { sites, potential, eta, backend, panel: Panel::SpectralFunction, ..Config::default() }
}

/// Chains of several kinds, at a broadening each.
fn cases() -> Vec<Config> {
    vec![
        config(1, Potential::Constant { value: 0.7 }, 0.3),
        config(2, Potential::Constant { value: -2.0 }, 1.0),
        Config { source: Some(0), ..config(40, Potential::Constant { value: 0.0 }, 0.05) },
        Config { source: Some(59), ..config(60, Potential::Random { strength: 6.0, seed: 7 }, 0.1) },
        Config { source: Some(17), ..config(60, Potential::Random { strength: 6.0, seed: 7 }, 0.02) },
        config(65, Potential::Impurity { strength: 5.0, site: None }, 0.05),
        config(30, Potential::Constant { value: 1000.0 }, 20.0),
    ]
}

fn found(config: &Config) -> SpectralFunction {
    let record = pollster::block_on(async {
        run(config, &Engine::open(config.backend).await.unwrap(), &Context::unwatched()).await
    });
    match record.unwrap().finding {
        Finding::SpectralFunction(found) => found,
        other => panic!("not a spectral function: {:?}", other.panel()),
    }
}

/// The levels of the chain, each with its share at the site, from the dense matrix.
fn levels(config: &Config) -> Vec<(f64, f64)> {
    let chain = config.potential.chain(config.sites).unwrap();
    let matrix = Mat::from_fn(config.sites, config.sites, |row, column| match row.abs_diff(column) {
        0 => chain.diagonal()[row],
        1 => 1.0,
        _ => 0.0,
    });
    let decomposition = matrix.self_adjoint_eigen(Side::Lower).unwrap();
    let (values, states) = (decomposition.S().column_vector(), decomposition.U());
    let site = config.source().unwrap();
    (0..config.sites).map(|level| (values[level], states[(site, level)].powi(2))).collect()
}

#[test]
fn values_are_those_of_the_dense_matrix() {
    for config in cases() {
        let (found, levels, eta) = (found(&config), levels(&config), config.eta);
        assert_eq!((found.energies.len(), found.im.len()), (256, 256));
        assert_eq!((found.energies[0], found.energies[255]), (-4.0, 4.0));
        let exact = |energy: f64| -> f64 {
            levels.iter().map(|(level, share)| share * eta / ((energy - level).powi(2) + eta * eta)).sum()
        };
        let marked = (&found.marked_energy, &found.marked_im);
        for (energy, im) in found.energies.iter().zip(&found.im).chain([marked]) {
            let off = (im - exact(*energy)).abs();
            assert!(off <= ROUNDING / eta, "{config:?} at E = {energy}: off by {off:e}");
        }
    }
}

#[test]
fn the_weight_in_the_window_is_that_of_the_levels_within_its_bound() {
    for config in cases() {
        // As many energies as the bound needs to say something.
        let found = found(&Config { map_energies: 2048, ..config.clone() });
        let angle = |end: f64, level: f64| ((end - level) / config.eta).atan();
        let parts = levels(&config)
            .into_iter()
            .map(|(level, share)| share * (angle(config.map_to, level) - angle(config.map_from, level)) / PI);
        let (exact, weight) = (parts.sum::<f64>(), found.window_weight);
        assert!(weight.error_bound < 0.01, "{config:?}: {weight:?}");
        assert!((weight.value - exact).abs() <= weight.error_bound + ROUNDING, "{weight:?}, not {exact}");
    }
}

#[test]
fn the_sum_rule_holds_within_a_narrow_tolerance() {
    for config in cases() {
        let rule = found(&config).sum_rule;
        let off = (rule.total.value - 1.0).abs();
        assert_eq!(rule.holds(), Some(true), "{config:?}: {rule:?}");
        assert!(off <= rule.tolerance() && rule.rounding_bound < 1e-9, "{config:?}: {rule:?}");
        if config.eta >= 0.05 {
            assert!(rule.tolerance() < 1e-8, "{config:?}: {rule:?}");
        }
    }
}

#[test]
fn the_bound_of_the_sum_rule_is_right_where_the_points_are_few() {
    // The points lie so far apart that rounding does not matter.
    for eta in [3e-3, 4e-3, 5e-3] {
        let rule = found(&config(2, Potential::Constant { value: 0.0 }, eta)).sum_rule;
        let off = (rule.total.value - 1.0).abs();
        assert!(rule.total.error_bound > 1e-9, "{rule:?}");
        assert!(off <= rule.tolerance(), "η = {eta}: off by {off:e}, {rule:?}");
    }
    // Too small an η gives no verdict instead of a lenient one.
    let rule = found(&config(2, Potential::Constant { value: 0.0 }, 1e-5)).sum_rule;
    assert_eq!(rule.holds(), None, "{rule:?}");
}

#[test]
fn the_sum_rule_fails_where_weight_is_missing() {
    let rule = found(&cases()[3]).sum_rule;
    let mut missing = rule;
    missing.total.value -= 1e-6;
    assert_eq!((rule.holds(), missing.holds()), (Some(true), Some(false)));
    let lenient = SumRule { rounding_bound: 0.02, ..missing };
    assert_eq!(lenient.holds(), None);
}

#[test]
fn a_site_or_a_window_that_is_not_there_is_an_error() {
    let good = cases()[3].clone();
    let beyond = Config { source: Some(60), ..good.clone() };
    assert_eq!(beyond.check(), Err(ConfigError::Source { site: 60, sites: 60 }));
    assert_eq!(
        beyond.check().unwrap_err().to_string(),
        "The site 60 lies beyond the last site 59 of the chain. Choose a site on it."
    );
    let empty = Config { map_from: 2.0, map_to: 1.0, ..good.clone() };
    assert_eq!(empty.check(), Err(ConfigError::Window { from: 2.0, to: 1.0 }));
    assert_eq!(Config { map_energies: 0, ..good.clone() }.check(), Err(ConfigError::Energies(0)));
    // A map would be too large; one site is not.
    assert_eq!(Config { sites: 100_000, ..good }.check(), Ok(()));
}

#[test]
fn a_link_restores_panel_site_and_window() {
    let config = Config { map_from: -1.5, map_to: 2.5, map_energies: 99, energy: 0.25, ..cases()[4].clone() };
    let fragment = to_fragment(ROOM, &config);
    assert!(fragment.contains("panel=spectral-function") && fragment.contains("source=17"), "{fragment}");
    let restored = parse(&fragment, bk_lab::studies::ROOMS, ROOM).unwrap().restore::<Config>().unwrap();
    assert_eq!((restored.config, restored.unknown), (config, vec![]));
}

fn bklab(arguments: &[&str]) -> Output {
    let panel = ["resolvent", "--panel", "spectral-function", "--sites", "24", "--eta", "0.1"];
    Command::new(env!("CARGO_BIN_EXE_bklab")).args([&panel[..], arguments].concat()).output().unwrap()
}

#[test]
fn the_command_takes_a_site_and_writes_every_format() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("spectral-function");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let stem = folder.join("line");
    let (files, site) = (["--out", stem.to_str().unwrap()], ["--site", "5", "--json"]);
    let output = bklab(&[&site[..], &files, &["--format", "svg,pdf,eps,png,json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&record["finding"], &record["site"]), (&"spectral-function".into(), &5.into()));
    for extension in ["svg", "pdf", "eps", "png", "json"] {
        assert!(stem.with_extension(extension).metadata().unwrap().len() > 100, "{extension}");
    }
    // The earlier name of the setting chooses the same site.
    let earlier: Value = serde_json::from_slice(&bklab(&["--source", "5", "--json"]).stdout).unwrap();
    assert_eq!((&earlier["im"], &earlier["config"]), (&record["im"], &record["config"]));
    let text = String::from_utf8(bklab(&["--site", "5"]).stdout).unwrap();
    assert!(text.contains("j = 5") && text.contains("holds: deviation from 1"), "{text}");
    let beyond = bklab(&["--site", "24"]);
    assert_eq!(beyond.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&beyond.stderr).contains("The site 24 lies beyond the last site 23"));
}
