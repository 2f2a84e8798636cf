//! The operator as published: it gives the published numbers, and breaks the published bound.

use bk_lab::studies::resolvent::published::birman_schwinger::{DensePath, MemoryEstimate, kernel};
use bk_resolvent::Chain;
use bk_resolvent::birman_schwinger::{
    BirmanSchwinger, BirmanSchwingerError, FreeResolvent, SchattenNorms, Weight,
};

use super::{chain, shift};

/// `torch.manual_seed(1); torch.randn(64)`, whose beginnings are `randn(16)` and `randn(32)`: of the generators and
/// seeds one would try first, the one that gives the norms of resnet-bk.md §2.2.
const NORMALS: &str = include_str!("torch_normals_of_seed_1.txt");

/// Those norms are printed to two digits.
const TWO_DIGITS: f64 = 0.02;

fn normals(sites: usize) -> Chain {
    let values: Vec<f64> = NORMALS.trim().split(',').map(|text| text.parse().unwrap()).collect();
    Chain::new(values[..sites].to_vec()).unwrap()
}

#[test]
fn the_kernel_grows_above_the_diagonal() {
    let z = shift(0.0, 1.0);
    // §2.2: R₀[0, 3] = −10.04i.
    let corner = kernel(z, 0, 3);
    assert!((corner.im + 10.04).abs() < 5e-3 && corner.re == 0.0, "{corner}");
    // Below the diagonal it is what was advertised.
    assert!((kernel(z, 3, 0).norm() - 0.5 * (-3.0_f64).exp()).abs() < 1e-15);
    assert_eq!(kernel(z, 2, 2).norm(), 0.0);
}

#[test]
fn the_norms_explode_as_published() {
    for (sites, expected) in [(16, 9.4e4), (32, 2.9e11), (64, 2.5e25)] {
        let path = DensePath::new(&normals(sites), shift(0.0, 1.0), true).unwrap();
        let norms = path.norms.unwrap();
        println!(
            "{sites} sites: S₂ = {:.3e}, bound {:.2}",
            norms.hilbert_schmidt, path.bounds.hilbert_schmidt
        );
        assert!((norms.hilbert_schmidt / expected - 1.0).abs() < TWO_DIGITS, "{sites} sites: {norms:?}");
        // “Bounds ≈ 2 to 5.”
        assert!((1.5..5.0).contains(&path.bounds.hilbert_schmidt), "{:?}", path.bounds);
        assert!(path.clipped);
    }
}

#[test]
fn single_precision_overflows_from_90_sites_on() {
    let run = |sites| DensePath::new(&chain("constant:1", sites), shift(0.0, 1.0), false).unwrap();
    assert!(run(89).norms.is_some());
    for sites in [90, 128] {
        let path = run(sites);
        assert_eq!(path.norms, None);
        assert!(path.clipped && path.upgraded && path.condition_number.is_infinite());
    }
}

#[test]
fn the_exact_operator_keeps_the_bound_that_the_published_one_breaks() {
    for sites in [16, 32, 64] {
        let z = shift(0.0, 1.0);
        let path = DensePath::new(&normals(sites), z, false).unwrap();
        assert!(!path.bounds.hilbert_schmidt_holds(&path.norms.unwrap()));
        let exact =
            BirmanSchwinger::new(&normals(sites), z, FreeResolvent::Exponential, Weight::None).unwrap();
        assert_eq!(exact.bounds(), path.bounds);
        let norms = SchattenNorms::of(&exact.operator().singular_values().unwrap());
        assert!(exact.bounds().hilbert_schmidt_holds(&norms) && exact.bounds().trace_holds(&norms));
    }
}

#[test]
fn a_clipped_operator_is_not_within_its_bound() {
    // The bound is 2 to 5, singular values are cut off at 100.
    let path = DensePath::new(&normals(8), shift(0.0, 1.0), false).unwrap();
    assert!(path.clipped && !path.upgraded, "{path:?}");
    assert!(path.bounds.hilbert_schmidt < 5.0);
    let short = DensePath::new(&normals(2), shift(0.0, 1.0), true).unwrap();
    let green = short.green.unwrap();
    assert_eq!((green.values.len(), green.replaced), (2, 0));
}

#[test]
fn a_bad_condition_brings_the_unclipped_operator_back() {
    let path = DensePath::new(&normals(64), shift(0.0, 1.0), true).unwrap();
    assert!(path.clipped && !path.upgraded && path.condition_number > 1e5, "{path:?}");
    let path = DensePath::new(&chain("constant:1", 100), shift(0.0, 1.0), false).unwrap();
    assert!(path.upgraded);
}

#[test]
fn too_many_sites_are_refused() {
    let error = DensePath::new(&chain("constant:1", 513), shift(0.0, 1.0), true).unwrap_err();
    assert_eq!(error, BirmanSchwingerError::Sites { sites: 513 });
}

#[test]
fn the_memory_estimate_gives_the_published_bytes() {
    let rank = MemoryEstimate::default_rank(512);
    assert_eq!(rank, 9);
    let memory = MemoryEstimate::new(512, 8, rank, false);
    let parts = [memory.tridiagonal, memory.low_rank, memory.activations, memory.optimizer];
    assert_eq!(parts, [6144, 36864, 32768, 86016]);
    assert_eq!((memory.total(), memory.dense), (161_792, 19_922_944));
    assert!((memory.savings() - 0.99188).abs() < 5e-6, "{}", memory.savings());
    let checkpointed = MemoryEstimate::new(512, 8, rank, true);
    assert_eq!(checkpointed.activations, 6144);
    assert_eq!([1, 2, 3, 1024, 1025].map(MemoryEstimate::default_rank), [1, 1, 2, 10, 11]);
}
