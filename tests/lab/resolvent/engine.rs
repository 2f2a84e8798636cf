//! The engine's promises: which back end it opens, what it says of it, and what it gives back.

use std::process::Command;

use bk_resolvent::{Backend, BackendChoice, Engine, MOST_SITES, ResolventError, Shifts, green};

use super::problems::{chain, shift};

fn open(choice: BackendChoice) -> Engine {
    pollster::block_on(Engine::open(choice)).unwrap()
}

#[test]
fn auto_leaves_an_adapter_that_is_the_cpu_alone_and_says_why() {
    let gpu = open(BackendChoice::Gpu).report();
    let adapter = gpu.adapter.expect("these tests need a GPU adapter");
    assert!(
        !adapter.name.is_empty() && !adapter.backend.is_empty() && !adapter.device_type.is_empty(),
        "{adapter:?}"
    );
    if adapter.name.contains("llvmpipe") {
        assert!(adapter.software, "llvmpipe runs on the CPU: {adapter:?}");
    }
    let engine = open(BackendChoice::Auto);
    let report = engine.prepared_for(MOST_SITES, 0.1).report();
    if adapter.software {
        assert_eq!((report.backend, report.adapter), (Backend::F32, None));
        assert!(report.reason.contains(&adapter.name), "{}", report.reason);
    } else {
        assert_eq!(report.backend, Backend::Gpu, "{}", report.reason);
        assert_eq!(
            engine.prepared_for(100, 0.1).report().backend,
            Backend::F32,
            "a hundred sites are not worth the way"
        );
    }
}

#[test]
fn auto_takes_double_precision_where_single_is_too_coarse() {
    let engine = open(BackendChoice::Auto);
    let report = engine.prepared_for(MOST_SITES, 9e-5).report();
    assert_eq!(report.backend, Backend::F64);
    assert!(report.reason.contains("9e-5"), "{}", report.reason);
    assert_ne!(engine.prepared_for(MOST_SITES, 1e-4).report().backend, Backend::F64);
}

#[test]
fn the_device_that_was_opened_can_be_used_whatever_was_decided() {
    let auto = open(BackendChoice::Auto).prepared_for(1, 1e-9);
    assert_eq!(auto.report().backend, Backend::F64);
    assert_eq!(auto.on_device().expect("these tests need a GPU adapter").report().backend, Backend::Gpu);
    assert!(open(BackendChoice::F32).on_device().is_none());
}

#[test]
fn what_was_asked_for_by_name_stays() {
    for choice in [BackendChoice::F64, BackendChoice::F32, BackendChoice::Gpu] {
        let engine = open(choice);
        let report = engine.report();
        for (pairs, eta) in [(1, 1.0), (MOST_SITES, 1e-10)] {
            assert_eq!(engine.prepared_for(pairs, eta).report(), report);
        }
    }
}

#[test]
fn a_back_end_asked_for_is_the_one_that_computes() {
    for (choice, backend) in [(BackendChoice::F64, Backend::F64), (BackendChoice::F32, Backend::F32)] {
        let report = open(choice).report();
        assert_eq!((report.backend, report.adapter), (backend, None));
    }
}

#[test]
fn f64_is_the_continued_fraction_itself() {
    let chain = chain("random:strength=3,seed=7", 100);
    let at = shift(0.3, 1e-3);
    let computed = pollster::block_on(open(BackendChoice::F64).green(&chain, at)).unwrap();
    assert_eq!(computed, green::<f64>(&chain, at));
}

#[test]
fn every_back_end_lays_a_map_out_by_site_and_energy() {
    let chain = chain("random:strength=3,seed=7", 33);
    let energies: Vec<f64> = (0..70).map(|index| 0.05 * f64::from(index) - 1.5).collect();
    let shifts = Shifts::new(&energies, 0.1).unwrap();
    for choice in [BackendChoice::F64, BackendChoice::F32, BackendChoice::Gpu] {
        let density = pollster::block_on(open(choice).density_tile(&chain, &shifts)).unwrap();
        for (index, &energy) in energies.iter().enumerate() {
            for (site, exact) in green::<f64>(&chain, shift(energy, 0.1)).into_iter().enumerate() {
                let expected = exact.im / std::f64::consts::PI;
                let computed = f64::from(density[site * energies.len() + index]);
                // The bound for f32 at this η and reach is 2·10⁻⁵.
                assert!((computed - expected).abs() < 1e-4 * expected, "{choice}, site {site}, E = {energy}");
            }
        }
    }
}

#[test]
fn a_huge_tile_is_refused() {
    let engine = open(BackendChoice::F32);
    let many = Shifts::new(&[0.0; 10], 0.1).unwrap();
    let error = pollster::block_on(engine.density_tile(&chain("constant:0", MOST_SITES), &many)).unwrap_err();
    assert_eq!(error, ResolventError::Tile { sites: MOST_SITES, energies: 10 });
}

#[test]
fn names_of_back_ends_are_read_and_written() {
    for choice in [BackendChoice::Auto, BackendChoice::F64, BackendChoice::F32, BackendChoice::Gpu] {
        assert_eq!(choice.to_string().parse(), Ok(choice));
        assert_eq!(serde_json::to_string(&choice).unwrap(), format!("\"{choice}\""));
    }
    let error = "cuda".parse::<BackendChoice>().unwrap_err();
    assert_eq!(error.to_string(), "There is no back end “cuda”. Choose one of auto, f64, f32, gpu.");
}

/// Where no driver lies.
const NOWHERE: &str = "/nonexistent";

#[test]
fn without_an_adapter_auto_computes_on_the_cpu_and_gpu_is_an_error() {
    // Only a fresh process can be without drivers, because the Vulkan loader reads its environment once: this test
    // runs itself in one.
    if std::env::var_os("VK_DRIVER_FILES").is_some_and(|files| files == NOWHERE) {
        return in_a_process_without_adapter();
    }
    let test = "resolvent::engine::without_an_adapter_auto_computes_on_the_cpu_and_gpu_is_an_error";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("VK_DRIVER_FILES", NOWHERE)
        .env("VK_ICD_FILENAMES", NOWHERE)
        .output()
        .unwrap();
    let printed =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}

fn in_a_process_without_adapter() {
    let error = pollster::block_on(Engine::open(BackendChoice::Gpu)).unwrap_err();
    assert!(matches!(error, ResolventError::NoAdapter { .. }), "{error}");
    println!("{error}");

    let engine = open(BackendChoice::Auto);
    let report = engine.report();
    assert_eq!((report.backend, report.adapter), (Backend::F32, None));
    assert!(report.reason.contains("no usable GPU"), "{}", report.reason);
    println!("{}", report.reason);

    let chain = chain("constant:0", 100);
    let green = pollster::block_on(engine.green(&chain, shift(0.3, 0.1))).unwrap();
    assert!(engine.green_deviation(&chain, shift(0.3, 0.1), &green).worst_ratio_to_bound <= 1.0);
}
