//! The GPU back end at its limits, and what it leaves on the device.

use bk_resolvent::{BackendChoice, Engine, MOST_SITE_ENERGIES, MOST_SITES, Shifts};

use super::error_bound::assert_within;
use super::problems::{chain, shift};

/// An engine on the GPU; without an adapter the test fails.
fn gpu() -> Engine {
    let engine =
        pollster::block_on(Engine::open(BackendChoice::Gpu)).expect("these tests need a GPU adapter");
    println!("{:?}", engine.report());
    engine
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
fn a_map_can_stay_on_the_device() {
    let engine = gpu();
    let chain = chain("random:strength=3,seed=7", 300);
    let shifts = Shifts::new(&[0.1, 0.2, 0.3], 0.05).unwrap();
    let on_device = pollster::block_on(engine.density_on_device(&chain, &shifts)).unwrap().unwrap();
    assert!(on_device.buffer().usage().contains(wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC));
    assert_eq!(on_device.buffer().size(), 300 * 3 * 4);
    let read = pollster::block_on(on_device.read()).unwrap();
    assert_eq!(read, pollster::block_on(engine.density_tile(&chain, &shifts)).unwrap());

    let cpu = pollster::block_on(Engine::open(BackendChoice::F32)).unwrap();
    assert!(pollster::block_on(cpu.density_on_device(&chain, &shifts)).unwrap().is_none());
}
