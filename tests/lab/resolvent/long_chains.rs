//! One long chain by the kernels that cut it into pieces and let two sweeps meet: the bound at every η and length.

use bk_resolvent::{
    Backend, Chain, ComplexPlanes, Deviation, ErrorBound, Real, Shift, causal_chain, green_chain,
};
use num_complex::Complex;

use super::batch::row;
use super::problems::{ENERGIES, ETAS, POTENTIALS, chain, shift};

/// The sum of log|L_i| and that of log|R_i| are both −log|det(H − z)|. Each term is off by its share of the bound, which
/// at η = 10⁻³ is 10⁻³ in single precision and 10⁻¹² in double; the errors are independent, and the sums grow like N.
const LOG_DETERMINANT_TOLERANCE: [f64; 2] = [1e-5, 1e-13];

fn green<T: Real>(chain: &Chain, at: Shift) -> Vec<Complex<f64>> {
    let mut planes = ComplexPlanes::<T>::default();
    green_chain(chain, at, &mut planes).unwrap();
    row(&planes, 0, chain.sites())
}

fn causal<T: Real>(chain: &Chain, at: Shift) -> Vec<Complex<f64>> {
    let mut planes = ComplexPlanes::<T>::default();
    causal_chain(chain, at, &mut planes).unwrap();
    row(&planes, 0, chain.sites())
}

/// L_i in f64 by the plain recursion.
fn plain_causal(chain: &Chain, at: Shift) -> Vec<Complex<f64>> {
    let mut left = Complex::new(0.0, 0.0);
    let terms = chain.diagonal().iter().map(|value| value - Complex::new(at.energy(), at.eta()));
    terms
        .map(|term| {
            left = (term - left).inv();
            left
        })
        .collect()
}

#[track_caller]
fn assert_both_forms_keep_the_bound<T: Real>(backend: Backend, potential: &str, chain: &Chain, at: Shift) {
    let place = || format!("{backend} {potential}, N = {}, {at:?}", chain.sites());
    let computed = green::<T>(chain, at);
    assert!(computed.iter().all(|value| value.im > 0.0), "{}", place());
    let deviation = Deviation::of_green(backend, chain, at, &computed);
    assert!(deviation.worst_ratio_to_bound <= 1.0, "{}: {deviation:?}", place());

    // L_i is the G_ii of the chain that ends at i, so the same bound holds.
    let bound = ErrorBound::at(backend, chain, at);
    for (site, (computed, exact)) in causal::<T>(chain, at).iter().zip(plain_causal(chain, at)).enumerate() {
        let allowed = bound.absolute(exact);
        let difference = (computed - exact).norm();
        assert!(computed.im > 0.0, "{} causal {site}: {computed}", place());
        assert!(difference <= allowed, "{} causal {site}: {}", place(), difference / allowed);
    }
}

#[test]
fn every_length_and_eta_keeps_the_bound() {
    for potential in POTENTIALS {
        for sites in [1, 2, 31, 33, 512, 4096] {
            let chain = chain(potential, sites);
            for eta in ETAS {
                for energy in ENERGIES {
                    let at = shift(energy, eta);
                    assert_both_forms_keep_the_bound::<f32>(Backend::F32, potential, &chain, at);
                    assert_both_forms_keep_the_bound::<f64>(Backend::F64, potential, &chain, at);
                }
            }
        }
    }
}

#[test]
fn sixty_five_thousand_sites_keep_the_bound() {
    for potential in POTENTIALS {
        let chain = chain(potential, 65_536);
        for (eta, energy) in ETAS.into_iter().zip([0.3, 1.999, 2.0, -2.5, 0.3]) {
            let at = shift(energy, eta);
            assert_both_forms_keep_the_bound::<f32>(Backend::F32, potential, &chain, at);
            assert_both_forms_keep_the_bound::<f64>(Backend::F64, potential, &chain, at);
        }
    }
}

#[test]
fn a_million_sites_keep_the_bound() {
    for potential in ["constant:0", "random:strength=3,seed=7"] {
        let chain = chain(potential, 1 << 20);
        for eta in ETAS {
            assert_both_forms_keep_the_bound::<f32>(Backend::F32, potential, &chain, shift(0.3, eta));
        }
        assert_both_forms_keep_the_bound::<f64>(Backend::F64, potential, &chain, shift(0.3, 1e-1));
    }
}

/// det(H − z) = Π 1/L_i = Π 1/R_i: needs no reference.
#[test]
fn both_products_of_pivots_are_the_determinant() {
    fn check<T: Real>(tolerance: f64) {
        for potential in POTENTIALS {
            let forward = chain(potential, 4096);
            let mirrored = Chain::new(forward.diagonal().iter().rev().copied().collect()).unwrap();
            for eta in [1.0, 1e-1, 1e-2, 1e-3] {
                let at = shift(0.3, eta);
                let log = |chain| causal::<T>(chain, at).iter().map(|left| left.norm().ln()).sum::<f64>();
                let (left, right) = (log(&forward), log(&mirrored));
                let scale = causal::<T>(&forward, at).iter().map(|left| left.norm().ln().abs()).sum::<f64>();
                assert!(
                    (left - right).abs() <= tolerance * scale,
                    "{potential}, η = {eta}: {left} and {right}"
                );
            }
        }
    }
    check::<f32>(LOG_DETERMINANT_TOLERANCE[0]);
    check::<f64>(LOG_DETERMINANT_TOLERANCE[1]);
}

/// Pieces with bonds are cut where the bonds are.
#[test]
fn bonds_are_cut_with_their_sites() {
    let sites = 40_000;
    let bonds: Vec<f64> = (0..sites - 1).map(|bond| 0.5 + f64::from(bond as u32 % 7) / 7.0).collect();
    let diagonal = chain("random:strength=3,seed=7", sites).diagonal().to_vec();
    let chain = Chain::with_bonds(diagonal, bonds).unwrap();
    for eta in [1.0, 1e-1] {
        let at = shift(0.3, eta);
        for (backend, computed) in
            [(Backend::F32, green::<f32>(&chain, at)), (Backend::F64, green::<f64>(&chain, at))]
        {
            let deviation = Deviation::of_green(backend, &chain, at, &computed);
            assert!(deviation.worst_ratio_to_bound <= 1.0, "{backend}, η = {eta}: {deviation:?}");
        }
    }
}
