//! Batches: every sequence as if it were alone, whatever its neighbours, its bonds and the size of the batch.

use bk_python::random::LegacyRandom;
use bk_resolvent::{
    Backend, Batch, Chain, ComplexPlanes, Deviation, Real, ResolventError, Shift, causal_batch, causal_chain,
    green_batch, green_chain,
};
use num_complex::Complex;

use super::problems::shift;

/// Sequences of random diagonals, bonds and shifts: a batch with everything different.
pub struct Problem {
    pub sites: usize,
    pub diagonals: Vec<f64>,
    pub bonds: Vec<f64>,
    pub shifts: Vec<Shift>,
}

impl Problem {
    pub fn random(sequences: usize, sites: usize, eta: f64, seed: u32) -> Self {
        let mut random = LegacyRandom::new(seed);
        let mut numbers = |count: usize, low: f64, high: f64| -> Vec<f64> {
            // Rounded to f32, so that both precisions see the same problem.
            (0..count).map(|_| f64::from((low + (high - low) * random.uniform()) as f32)).collect()
        };
        let diagonals = numbers(sequences * sites, -1.5, 1.5);
        let bonds = numbers(sequences * (sites - 1), 0.0, 2.0);
        let energies = numbers(sequences, -2.5, 2.5);
        let shifts =
            (0..sequences).map(|index| shift(energies[index], eta * (1.0 + index as f64 / 7.0))).collect();
        Self { sites, diagonals, bonds, shifts }
    }

    pub fn sequences(&self) -> usize {
        self.shifts.len()
    }

    /// One sequence as a chain of its own.
    pub fn chain(&self, sequence: usize, bonded: bool) -> Chain {
        let diagonal = self.diagonals[sequence * self.sites..][..self.sites].to_vec();
        if bonded {
            let bonds = self.bonds[sequence * (self.sites - 1)..][..self.sites - 1].to_vec();
            Chain::with_bonds(diagonal, bonds).unwrap()
        } else {
            Chain::new(diagonal).unwrap()
        }
    }

    /// Calls back with the batch in the precision `T`.
    pub fn batch<T: Real, Outcome>(
        &self,
        bonded: bool,
        compute: impl FnOnce(&Batch<T>) -> Outcome,
    ) -> Outcome {
        let round = |values: &[f64]| values.iter().map(|&value| T::round(value)).collect::<Vec<T>>();
        let (diagonals, bonds) = (round(&self.diagonals), round(&self.bonds));
        let batch = Batch::new(self.sites, &diagonals, &self.shifts).unwrap();
        compute(&if bonded { batch.with_bonds(&bonds).unwrap() } else { batch })
    }
}

/// One sequence of the planes, widened.
pub fn row<T: Real>(planes: &ComplexPlanes<T>, sequence: usize, sites: usize) -> Vec<Complex<f64>> {
    let places = sequence * sites..(sequence + 1) * sites;
    places.map(|place| Complex::new(planes.re[place].into(), planes.im[place].into())).collect()
}

fn assert_every_sequence_keeps_the_bound<T: Real>(backend: Backend, problem: &Problem, bonded: bool) {
    let mut green = ComplexPlanes::<T>::default();
    problem.batch(bonded, |batch| green_batch(batch, &mut green)).unwrap();
    for (sequence, &at) in problem.shifts.iter().enumerate() {
        let chain = problem.chain(sequence, bonded);
        let computed = row(&green, sequence, problem.sites);
        assert!(computed.iter().all(|value| value.im > 0.0));
        let deviation = Deviation::of_green(backend, &chain, at, &computed);
        assert!(
            deviation.worst_ratio_to_bound <= 1.0,
            "sequence {sequence} of {}, {} sites, bonds {bonded}: {deviation:?}",
            problem.sequences(),
            problem.sites
        );
    }
}

#[test]
fn every_sequence_keeps_the_bound_whatever_the_shape() {
    for sequences in [1, 2, 3, 4, 5, 15, 16, 17, 33] {
        for sites in [1, 2, 15, 16, 17, 31, 33, 100] {
            for bonded in [false, true] {
                let problem = Problem::random(sequences, sites, 1e-3, 5);
                assert_every_sequence_keeps_the_bound::<f32>(Backend::F32, &problem, bonded);
                assert_every_sequence_keeps_the_bound::<f64>(Backend::F64, &problem, bonded);
            }
        }
    }
}

/// L_i is the last element of the resolvent of the chain cut after site i.
#[test]
fn the_causal_form_is_the_end_of_the_chain_so_far() {
    for bonded in [false, true] {
        let problem = Problem::random(18, 35, 1e-2, 6);
        let mut causal = ComplexPlanes::<f64>::default();
        problem.batch(bonded, |batch| causal_batch(batch, &mut causal)).unwrap();
        for (sequence, &at) in problem.shifts.iter().enumerate() {
            let whole = problem.chain(sequence, bonded);
            for (site, computed) in row(&causal, sequence, problem.sites).into_iter().enumerate() {
                let diagonal = whole.diagonal()[..=site].to_vec();
                let bonds = whole.bonds().map_or(vec![1.0; site], |bonds| bonds[..site].to_vec());
                let cut = Chain::with_bonds(diagonal, bonds).unwrap();
                let last = *bk_resolvent::green::<f64>(&cut, at).last().unwrap();
                assert!((computed - last).norm() <= 1e-12 * last.norm(), "{computed} instead of {last}");
            }
        }
    }
}

#[test]
fn a_chain_with_bonds_is_one_sequence() {
    let problem = Problem::random(1, 200, 1e-3, 7);
    let (chain, at) = (problem.chain(0, true), problem.shifts[0]);
    let mut green = ComplexPlanes::<f32>::default();
    green_chain(&chain, at, &mut green).unwrap();
    let deviation = Deviation::of_green(Backend::F32, &chain, at, &row(&green, 0, 200));
    assert!(deviation.worst_ratio_to_bound <= 1.0, "{deviation:?}");
    let (mut causal, mut alone) = (ComplexPlanes::<f64>::default(), ComplexPlanes::<f64>::default());
    causal_chain(&chain, at, &mut causal).unwrap();
    problem.batch(true, |batch| causal_batch(batch, &mut alone)).unwrap();
    for (computed, expected) in row(&causal, 0, 200).iter().zip(row(&alone, 0, 200)) {
        assert!((computed - expected).norm() <= 1e-10 * expected.norm());
    }
}

#[test]
fn bonds_that_are_none_are_typed_errors() {
    let error = Chain::with_bonds(vec![0.0; 3], vec![1.0; 3]).unwrap_err();
    assert_eq!(error, ResolventError::BondCount { bonds: 3, sites: 3 });
    for bad in [-1.0, f64::NAN, f64::INFINITY, 1.001e3] {
        let error = Chain::with_bonds(vec![0.0; 3], vec![1.0, bad]).unwrap_err();
        assert!(matches!(error, ResolventError::BondValue { bond: 1, .. }), "{error}");
    }
    assert!(Chain::with_bonds(vec![0.0; 3], vec![0.0, 1e3]).is_ok());
}

#[test]
fn arrays_that_do_not_fit_are_typed_errors() {
    let shifts = [shift(0.0, 1.0); 2];
    assert_eq!(Batch::<f32>::new(0, &[], &shifts).unwrap_err(), ResolventError::Sites { sites: 0 });
    assert_eq!(
        Batch::new(3, &[0.0f32; 5], &shifts).unwrap_err(),
        ResolventError::BatchShape { quantity: "diagonals", sequences: 2, sites: 3, expected: 6, found: 5 }
    );
    let values = [0.0, 0.0, 0.0, 0.0, f32::INFINITY, 0.0];
    let error = Batch::new(3, &values, &shifts).unwrap_err();
    assert!(matches!(error, ResolventError::BatchValue { sequence: 1, site: 1, .. }), "{error}");
    let batch = Batch::new(3, &[0.0f64; 6], &shifts).unwrap();
    let error = batch.with_bonds(&[1.0, 1.0, 1.0, -0.5]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The bond of sequence 1 at site 1 (both counted from 0) is -0.5. Give a finite number from 0e0 to 1e3."
    );
    let none = Batch::<f32>::new(5, &[], &[]).unwrap();
    let mut green = ComplexPlanes::default();
    green_batch(&none, &mut green).unwrap();
    assert!(green.re.is_empty());
}
