//! The road for the resolvent: config in, record out, with progress, cancelling and a map.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bk_lab::record::resolvent::{Config, MOST_MAP_SITES, MapError};
use bk_lab::record::{Provenance, Record, document};
use bk_lab::resolvent::{BackendChoice, Engine, Potential};
use bk_lab::study::resolvent::run;
use bk_lab::study::{Context, StudyError};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

fn config() -> Config {
    Config { sites: 200, map_energies: 150, backend: BackendChoice::F32, ..Config::default() }
}

fn study(config: &Config, context: &Context) -> Result<bk_lab::record::Resolvent, StudyError> {
    pollster::block_on(async { run(config, &Engine::open(config.backend).await?, context).await })
}

#[test]
fn the_record_holds_lines_map_and_deviations_within_the_bound() {
    let record = study(&config(), &Context::unwatched()).unwrap();
    assert_eq!((record.re.len(), record.im.len()), (200, 200));
    assert!(record.deviation.max_absolute > 0.0 && record.deviation.worst_ratio_to_bound <= 1.0);
    assert!(record.deviation.max_absolute <= record.deviation_bound);
    let map = record.map.as_ref().unwrap();
    assert_eq!(map.values.len(), 200 * 150);
    assert_eq!((map.energies[0], map.energies[149]), (-4.0, 4.0));
    assert!(map.deviation.worst_ratio_to_bound <= 1.0 && map.values.iter().all(|value| *value > 0.0));
    assert_eq!(record.provenance, Provenance::Computed);
}

#[test]
fn the_map_agrees_with_the_lines_where_they_meet() {
    // Energy 0 is the middle of an odd number of energies.
    let record = study(&Config { map_energies: 151, ..config() }, &Context::unwatched()).unwrap();
    let map = record.map.unwrap();
    assert_eq!(map.energies[75], 0.0);
    for site in 0..200 {
        let (line, map) = (record.im[site] / std::f64::consts::PI, f64::from(map.values[site * 151 + 75]));
        assert!((line - map).abs() <= 2.0 * record.deviation_bound, "site {site}: {line} and {map}");
    }
}

#[test]
fn progress_rises_to_the_whole_and_a_cancel_stops_between_two_steps() {
    let cancelled = Rc::new(Cell::new(false));
    let seen = Rc::new(RefCell::new(Vec::new()));
    let (flag, log) = (cancelled.clone(), seen.clone());
    let config = Config { sites: 4096, map_energies: 1024, ..config() };
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
    assert!(seen.iter().all(|progress| progress.total == config.work() && progress.done <= progress.total));
    assert!(seen.last().unwrap().done < config.work() / 2, "it went on after the cancel");
}

#[test]
fn long_chains_have_no_map_and_bad_windows_are_errors() {
    let long = Config { sites: MOST_MAP_SITES + 1, ..config() };
    assert!(study(&long, &Context::unwatched()).unwrap().map.is_none());
    assert_eq!(
        Config { map_from: 1.0, map_to: 1.0, ..config() }.map_grid(),
        Err(MapError::Window { from: 1.0, to: 1.0 })
    );
    assert_eq!(Config { map_energies: 4000, ..config() }.map_grid(), Err(MapError::Energies(4000)));
    assert!(Config { eta: 0.0, ..config() }.problem().is_err());
    assert!(Config { sites: 1_000_000_000, ..config() }.problem().is_err());
}

#[test]
fn a_record_survives_its_file() {
    let config = Config { potential: Potential::Random { strength: 3.0, seed: 7 }, ..config() };
    let record = Record::Resolvent(Box::new(study(&config, &Context::unwatched()).unwrap()));
    let json = document::to_json(std::slice::from_ref(&record)).unwrap();
    let value = serde_json::from_str(&json).unwrap();
    assert_eq!(document::from_value(value).unwrap(), record);
}
