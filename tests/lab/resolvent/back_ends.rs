//! Every form on every back end: the same batch, the same answer within the precision.

use bk_resolvent::{
    BackendChoice, Batch, ComplexPlanes, Engine, Gradient, ResolventError, causal_batch, causal_with_adjoint,
    green_adjoint, green_batch,
};

use super::adjoint::cotangents;
use super::batch::Problem;

/// η of the first sequence; later ones have larger.
const ETA: f64 = 0.05;
/// Far above the bound of single precision at this η, 10⁻⁵ of |G|, and far below any |G|.
const SINGLE: f64 = 2e-4;
const DOUBLE: f64 = 1e-12;

fn assert_close(what: &str, computed: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(computed.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(1.0, |most: f64, value| most.max(value.abs()));
    for (place, (computed, expected)) in computed.iter().zip(expected).enumerate() {
        assert!((computed - expected).abs() <= tolerance * largest, "{what} {place}: {computed}, {expected}");
    }
}

#[test]
fn every_form_is_the_same_on_every_back_end() {
    for choice in [BackendChoice::F64, BackendChoice::F32, BackendChoice::Gpu] {
        let engine = pollster::block_on(Engine::open(choice)).expect("these tests need a GPU adapter");
        let tolerance = if choice == BackendChoice::F64 { DOUBLE } else { SINGLE };
        for bonded in [false, true] {
            for (sequences, sites) in [(1, 1), (3, 40), (2, 3000)] {
                let problem = Problem::random(sequences, sites, ETA, 31);
                problem.batch(bonded, |batch| {
                    assert_same(&format!("{choice}, bonds {bonded}"), &engine, batch, tolerance)
                });
            }
        }
    }
}

fn assert_same(what: &str, engine: &Engine, batch: &Batch<f64>, tolerance: f64) {
    let g = cotangents(batch.diagonals().len(), 32);
    let (mut green, mut causal) = (ComplexPlanes::default(), ComplexPlanes::default());
    let (mut by_green, mut by_causal) = (Gradient::default(), Gradient::default());
    green_batch(batch, &mut green).unwrap();
    causal_batch(batch, &mut causal).unwrap();
    green_adjoint(batch, &g, &mut by_green).unwrap();
    causal_with_adjoint(batch, &g, &mut causal, &mut by_causal).unwrap();
    for (form, computed, expected) in [
        ("G", pollster::block_on(engine.green_batch(batch)).unwrap(), green),
        ("L", pollster::block_on(engine.causal_batch(batch)).unwrap(), causal),
    ] {
        assert_close(&format!("{what}, Re {form}"), &computed.re, &expected.re, tolerance);
        assert_close(&format!("{what}, Im {form}"), &computed.im, &expected.im, tolerance);
    }
    for (form, computed, expected) in [
        ("G", pollster::block_on(engine.green_adjoint(batch, &g)).unwrap(), by_green),
        ("L", pollster::block_on(engine.causal_adjoint(batch, &g)).unwrap(), by_causal),
    ] {
        assert_close(&format!("{what}, ∂{form}/∂v"), &computed.diagonals, &expected.diagonals, tolerance);
        assert_close(&format!("{what}, ∂{form}/∂β"), &computed.bonds, &expected.bonds, tolerance);
        assert_close(&format!("{what}, ∂{form}/∂E"), &computed.energies, &expected.energies, tolerance);
        assert_close(&format!("{what}, ∂{form}/∂η"), &computed.etas, &expected.etas, tolerance);
    }
}

#[test]
fn a_batch_of_no_sequences_is_answered_by_none() {
    for choice in [BackendChoice::F64, BackendChoice::F32, BackendChoice::Gpu] {
        let engine = pollster::block_on(Engine::open(choice)).unwrap();
        let batch = Batch::<f64>::new(10, &[], &[]).unwrap();
        assert!(pollster::block_on(engine.green_batch(&batch)).unwrap().re.is_empty());
        let gradient = pollster::block_on(engine.causal_adjoint(&batch, &ComplexPlanes::default())).unwrap();
        assert!(gradient.diagonals.is_empty() && gradient.etas.is_empty());
    }
}

#[test]
fn cotangents_that_do_not_fit_are_typed_errors_on_every_back_end() {
    let problem = Problem::random(2, 3, 1e-4, 33);
    for choice in [BackendChoice::F64, BackendChoice::F32, BackendChoice::Gpu] {
        let engine = pollster::block_on(Engine::open(choice)).unwrap();
        let mut g = cotangents::<f64>(6, 34);
        g.im[4] = f64::NAN;
        let error =
            problem.batch(false, |batch| pollster::block_on(engine.green_adjoint(batch, &g))).unwrap_err();
        assert!(
            matches!(error, ResolventError::BatchValue { quantity: "cotangent", sequence: 1, site: 1, .. }),
            "{error}"
        );
        g.re.pop();
        let error =
            problem.batch(false, |batch| pollster::block_on(engine.causal_adjoint(batch, &g))).unwrap_err();
        assert!(matches!(error, ResolventError::BatchShape { quantity: "cotangents", .. }), "{error}");
    }
}
