//! The road for the speed of the kernels: config in, record out, with progress and cancelling; the record in a file.
//! No test asks how fast anything is.

use bk_lab::kit::context::{Context, StudyError};
use bk_lab::kit::import::SourceFile;
use bk_lab::kit::record::{Provenance, document};
use bk_lab::studies::import::read_files;
use bk_lab::studies::record::Record;
use bk_lab::studies::resolvent::speed::plain::PlainRust;
use bk_lab::studies::resolvent::speed::record::Speed;
use bk_lab::studies::resolvent::speed::record::{Config, ConfigError, FEWEST_REPETITIONS};
use bk_lab::studies::resolvent::speed::study::run;
use bk_resolvent::{BackendChoice, Engine};
use std::cell::{Cell, RefCell};
use std::process::Command;
use std::rc::Rc;

/// What f32 may differ from the plain loop in f64 at η = 0.1, over the largest |G| or derivative: the bound of
/// resolvent-performance.md §2.5, u·(4 + (reach + 2)/η) ≈ 3e-6 with reach 1.8, and for the gradient, which has squares
/// of G in it, some ten times that.
const SINGLE: f64 = 3e-5;
/// The same at η = 0.001.
const SINGLE_SMALL_ETA: f64 = 3e-3;
/// The same of f64.
const DOUBLE: f64 = 1e-13;

/// As little as gives a record.
fn small() -> Config {
    Config { repetitions: FEWEST_REPETITIONS, milliseconds: 0, sites: vec![33], long: vec![40_000] }
}

fn study(config: &Config, context: &Context) -> Result<Speed, StudyError> {
    pollster::block_on(async {
        let engine = Engine::open(BackendChoice::F32).await?;
        run(config, "a machine".into(), &PlainRust, &engine, context).await
    })
}

#[test]
fn every_kernel_is_timed_and_agrees_with_the_plain_loop() {
    let record = study(&small(), &Context::unwatched()).unwrap();
    assert_eq!(record.provenance, Provenance::Measured);
    assert_eq!((record.config.clone(), record.machine.as_str()), (small(), "a machine"));
    let kernels: Vec<&str> = record.timings.iter().map(|timing| timing.kernel.as_str()).collect();
    assert_eq!(
        kernels,
        [
            "batch, f32",
            "batch from rows, f32",
            "causal batch, f32",
            "forward and gradient, f32",
            "batch, f64",
            "batch from rows, f64",
            "causal batch, f64",
            "forward and gradient, f64",
            "one sequence, η = 0.1, f32",
            "one sequence, η = 0.001, f32",
            "map over energies, f32",
            "batch on the GPU, f32",
        ]
    );
    let (gpu, timings) = record.timings.split_last().unwrap();
    for timing in timings {
        assert!(timing.nanoseconds.unwrap() > 0.0, "{timing:?}");
        assert!(timing.gigabytes().unwrap().is_finite() && timing.ratio().unwrap() > 0.0, "{timing:?}");
        let allowed = match timing.kernel.as_str() {
            name if name.contains("0.001") => SINGLE_SMALL_ETA,
            name if name.ends_with("f64") => DOUBLE,
            _ => SINGLE,
        };
        let deviation = timing.deviation.unwrap();
        assert!(deviation <= allowed, "{timing:?}");
        // Single precision that does not differ at all would be the plain loop compared with itself.
        assert!(deviation > 0.0 || timing.kernel.ends_with("f64"), "{timing:?}");
        assert_eq!(timing.forwards.is_some(), timing.kernel.starts_with("forward and gradient"));
    }
    assert_eq!((gpu.nanoseconds, gpu.note.as_str()), (None, "no GPU"));
    let table = record.table();
    assert!(table.heading.contains("a machine") && table.heading.contains("scalar f64 Rust"));
    assert_eq!(table.rows.last().unwrap()[3], "not measured");
}

#[test]
fn a_record_is_read_back_and_what_it_claims_is_not_believed() {
    let record = study(&small(), &Context::unwatched()).unwrap();
    let json = document::to_json(&[Record::Speed(Box::new(record.clone()))]).unwrap();
    assert_eq!(
        bk_lab::studies::record::from_value(serde_json::from_str(&json).unwrap()).unwrap(),
        Record::Speed(Box::new(record.clone()))
    );
    let imported = read_files(&[SourceFile { name: "speed.json".into(), bytes: json.into_bytes() }]);
    assert!(imported.errors.is_empty());
    let [Record::Speed(found)] = imported.records.as_slice() else { panic!("no record") };
    assert_eq!((found.provenance, &found.timings), (Provenance::Imported, &record.timings));
}

#[test]
fn what_cannot_be_measured_is_refused_with_its_value() {
    let refused = |config: Config| match study(&config, &Context::unwatched()) {
        Err(StudyError::Config(error)) => *error.downcast::<ConfigError>().unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(Config { repetitions: 6, ..small() }), ConfigError::Repetitions(6));
    assert_eq!(refused(Config { milliseconds: 1001, ..small() }), ConfigError::Milliseconds(1001));
    assert_eq!(refused(Config { sites: vec![512, 0], ..small() }), ConfigError::Sites(0));
    assert_eq!(refused(Config { long: vec![1 << 21], ..small() }), ConfigError::Sites(1 << 21));
    assert!(refused(Config { repetitions: 6, ..small() }).to_string().contains("7 to 1001"));
}

#[test]
fn progress_is_told_to_the_end_and_a_cancel_is_heard() {
    let told = Rc::new(RefCell::new(vec![]));
    let (cancelled, listener) = (Rc::new(Cell::new(false)), told.clone());
    let context = Context::new(
        move |progress| listener.borrow_mut().push((progress.done, progress.total)),
        || Box::pin(std::future::ready(())),
        cancelled.clone(),
    );
    study(&small(), &context).unwrap();
    let (done, total) = *told.borrow().last().unwrap();
    assert_eq!(done + 1, total);
    assert!(told.borrow().is_sorted());
    cancelled.set(true);
    assert!(matches!(study(&small(), &context), Err(StudyError::Cancelled { done: 0, .. })));
}

#[test]
fn the_command_refuses_too_few_repetitions() {
    let output = Command::new(env!("CARGO_BIN_EXE_bklab"))
        .args(["bench", "resolvent", "--repetitions", "3"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("3 repetitions"));
}

/// The whole measurement, as a person runs it: some twenty seconds in this profile.
#[test]
fn the_command_prints_a_record_that_opens() {
    let output = Command::new(env!("CARGO_BIN_EXE_bklab"))
        .args(["bench", "resolvent", "--json", "--repetitions", "7"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let imported = read_files(&[SourceFile { name: "speed.json".into(), bytes: output.stdout }]);
    let [Record::Speed(record)] = imported.records.as_slice() else { panic!("{:?}", imported.errors) };
    let Config { sites, long, .. } = Config::default();
    assert_eq!(record.timings.len(), 8 * sites.len() + 2 * long.len() + 2);
    assert!(!record.machine.is_empty());
    assert!(record.timings.iter().all(|timing| timing.ratio().is_none_or(|ratio| ratio > 0.0)));
}
