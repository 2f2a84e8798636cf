//! The WGSL kernel on a real adapter: within its bound of the f64 reference, and valid WebGPU.

use bk_lab::resolvent::{BackendChoice, Engine, MOST_SITE_ENERGIES, MOST_SITES, Shifts};

use crate::error_bound::{assert_within, worst, worst_density};
use crate::problems::{ETAS, POTENTIALS, chain, shift};

/// The shader as the engine compiles it.
const SHADER: &str = include_str!("../../shaders/continued_fraction.wgsl");

/// An engine on the GPU; without an adapter the test fails.
fn gpu() -> Engine {
    let engine =
        pollster::block_on(Engine::open(BackendChoice::Gpu)).expect("these tests need a GPU adapter");
    println!("{:?}", engine.report());
    engine
}

#[test]
fn one_energy_keeps_the_bound() {
    let engine = gpu();
    for eta in ETAS {
        assert_within("GPU", &worst(&engine, &POTENTIALS, &[1, 2, 31, 33, 512, 4096], eta));
    }
    for eta in [1e-1, 1e-4] {
        // One site on either side of a segment's end, and more segments than one.
        let lengths = [16_384, 16_385, 65_536];
        assert_within("GPU, long chain", &worst(&engine, &["random:strength=3,seed=7"], &lengths, eta));
    }
}

#[test]
fn the_density_of_states_keeps_the_bound() {
    let engine = gpu();
    for eta in ETAS {
        assert_within("GPU density", &worst_density(&engine, eta));
    }
}

#[test]
fn the_longest_chain_and_the_widest_tile_fit() {
    let engine = gpu();
    let (long, at) = (chain("random:strength=3,seed=7", MOST_SITES), shift(0.3, 1e-2));
    let green = pollster::block_on(engine.green(&long, at)).unwrap();
    assert_within("GPU, N = 2²⁰", &(engine.green_deviation(&long, at, &green), String::new()));

    let energies = vec![0.3; MOST_SITE_ENERGIES];
    let shifts = Shifts::new(&energies, 1.0).unwrap();
    let density = pollster::block_on(engine.density_tile(&chain("constant:0", 1), &shifts)).unwrap();
    assert!(density.iter().all(|value| *value == density[0]), "every energy of the tile is the same");
}

#[test]
fn the_shader_is_valid_at_webgpu_defaults() {
    let module = naga::front::wgsl::parse_str(SHADER)
        .unwrap_or_else(|error| panic!("{}", error.emit_to_string(SHADER)));
    naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty())
        .validate(&module)
        .unwrap_or_else(|error| panic!("{}", error.emit_to_string(SHADER)));
}
