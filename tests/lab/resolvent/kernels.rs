//! The table of GPU kernels, walked: every kernel against its twin on the CPU in f64, over the problems of
//! resolvent-performance.md §2.6.

use std::collections::BTreeSet;

use bk_resolvent::{
    Backend, BackendChoice, Batch, Chain, ComplexPlanes, Engine, ErrorBound, Gradient, Kernel,
    MOST_FUSED_SITES, MOST_SITES, SequenceKernel, Shift, causal_adjoint, causal_batch, green_adjoint,
    green_batch,
};

use super::adjoint::cotangents;
use super::batch::{Problem, row};
use super::error_bound::{assert_within, worst_density};
use super::problems::{ENERGIES, ETAS, POTENTIALS, chain, shift};

/// One chain at one point.
type Case = (Chain, Shift);

/// Every potential at every energy.
fn cases(potentials: &[&str], sites: usize, eta: f64) -> Vec<Case> {
    let at = |potential| ENERGIES.map(|energy| (chain(potential, sites), shift(energy, eta)));
    potentials.iter().flat_map(|potential| at(potential)).collect()
}

/// Chains of one length as a batch.
fn with_batch<Outcome>(cases: &[Case], compute: impl FnOnce(&Batch<f64>) -> Outcome) -> Outcome {
    let diagonals: Vec<f64> = cases.iter().flat_map(|(chain, _)| chain.diagonal()).copied().collect();
    let bonds: Vec<f64> = cases.iter().filter_map(|(chain, _)| chain.bonds()).flatten().copied().collect();
    let shifts: Vec<Shift> = cases.iter().map(|(_, shift)| *shift).collect();
    let batch = Batch::new(cases[0].0.sites(), &diagonals, &shifts).unwrap();
    compute(&if cases[0].0.bonds().is_some() { batch.with_bonds(&bonds).unwrap() } else { batch })
}

/// The largest difference between kernel and twin, in units of what the table allows.
fn worst_ratio(engine: &Engine, kernel: SequenceKernel, cases: &[Case]) -> f64 {
    use SequenceKernel as Of;
    let ratio = with_batch(cases, |batch| match kernel {
        Of::Halo | Of::Fused | Of::Sequence => {
            let mut twin = ComplexPlanes::default();
            green_batch(batch, &mut twin).unwrap();
            values_ratio(cases, &twin, &pollster::block_on(engine.green_batch(batch)).unwrap())
        }
        Of::CausalHalo | Of::CausalSequence => {
            let mut twin = ComplexPlanes::default();
            causal_batch(batch, &mut twin).unwrap();
            values_ratio(cases, &twin, &pollster::block_on(engine.causal_batch(batch)).unwrap())
        }
        Of::AdjointHalo | Of::AdjointSequence => {
            let g = cotangents(batch.diagonals().len(), 5);
            let mut twin = Gradient::default();
            green_adjoint(batch, &g, &mut twin).unwrap();
            gradient_ratio(cases, &twin, &pollster::block_on(engine.green_adjoint(batch, &g)).unwrap())
        }
        Of::CausalAdjointHalo | Of::CausalAdjointSequence => {
            let g = cotangents(batch.diagonals().len(), 6);
            let (mut values, mut twin) = (ComplexPlanes::default(), Gradient::default());
            causal_batch(batch, &mut values).unwrap();
            causal_adjoint(batch, &values, &g, &mut twin).unwrap();
            gradient_ratio(cases, &twin, &pollster::block_on(engine.causal_adjoint(batch, &g)).unwrap())
        }
    });
    assert_eq!(engine.kernel_used(), Some(kernel), "another kernel than the one under test has run");
    ratio
}

/// L_i is an element of a resolvent as G_ii is, so one bound serves both.
fn values_ratio(cases: &[Case], twin: &ComplexPlanes<f64>, computed: &ComplexPlanes<f64>) -> f64 {
    let sites = cases[0].0.sites();
    assert_eq!(computed.re.len(), cases.len() * sites);
    let ratios = cases.iter().enumerate().flat_map(|(sequence, (chain, at))| {
        let bound = ErrorBound::at(Backend::Gpu, chain, *at);
        row(computed, sequence, sites).into_iter().zip(row(twin, sequence, sites)).map(
            move |(computed, exact)| {
                assert!(computed.im > 0.0, "Im = {}", computed.im);
                (computed - exact).norm() / bound.absolute(exact)
            },
        )
    });
    ratios.fold(0.0, f64::max)
}

/// Norm by norm and sequence by sequence, in units of the norm of s: that is at least the norm of its real part, and at
/// least its sum over √N.
fn gradient_ratio(cases: &[Case], twin: &Gradient<f64>, computed: &Gradient<f64>) -> f64 {
    let sites = cases[0].0.sites();
    let ratios = cases.iter().enumerate().flat_map(|(sequence, (chain, at))| {
        let [exact, found] = [twin, computed].map(|of| &of.diagonals[sequence * sites..][..sites]);
        let sum = twin.energies[sequence].hypot(twin.etas[sequence]);
        let unit = norm(exact).max(sum / (sites as f64).sqrt()) * Kernel::gradient_tolerance(chain, *at);
        let by_bond = chain.bonds().map_or(0.0, |bonds| {
            let [exact, found] =
                [twin, computed].map(|of| &of.bonds[sequence * bonds.len()..][..bonds.len()]);
            distance(exact, found) / unit
        });
        let by_energy = (twin.energies[sequence] - computed.energies[sequence]).abs();
        let by_eta = (twin.etas[sequence] - computed.etas[sequence]).abs();
        let of_sums = by_energy.hypot(by_eta) / (unit * (sites as f64).sqrt());
        [distance(exact, found) / unit, by_bond, of_sums]
    });
    ratios.fold(0.0, |worst: f64, ratio| if ratio.is_nan() { f64::INFINITY } else { worst.max(ratio) })
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// The kernels of sequences, each with an engine that uses it.
fn kernels() -> impl Iterator<Item = (SequenceKernel, Engine)> {
    Kernel::ALL.into_iter().filter_map(|kernel| match kernel {
        Kernel::OfSequences(kernel) => {
            let engine = pollster::block_on(Engine::open_with_kernel(kernel));
            Some((kernel, engine.expect("these tests need a GPU adapter")))
        }
        Kernel::Map => None,
    })
}

/// Whether a kernel is made for this length and η.
fn serves(kernel: SequenceKernel, sites: usize, eta: f64) -> bool {
    (!kernel.is_halo() || eta >= 0.1) && (kernel != SequenceKernel::Fused || sites <= MOST_FUSED_SITES)
}

/// Prints the worst ratio and asserts that it is allowed.
#[track_caller]
fn assert_kernel(kernel: SequenceKernel, engine: &Engine, eta: f64, what: &str, cases: &[Case]) {
    let ratio = worst_ratio(engine, kernel, cases);
    let sites = cases[0].0.sites();
    println!("{kernel:?}, {what}, N = {sites}, η = {eta:e}: {ratio:.3} of the tolerance");
    assert!(ratio <= 1.0, "{kernel:?}, {what}, N = {sites}, η = {eta:e}: {ratio} times the tolerance");
}

#[test]
fn every_kernel_agrees_with_its_twin() {
    for (kernel, engine) in kernels() {
        for eta in ETAS {
            for sites in [1, 2, 31, 33, 512, 4096] {
                if serves(kernel, sites, eta) {
                    assert_kernel(kernel, &engine, eta, "all potentials", &cases(&POTENTIALS, sites, eta));
                }
            }
        }
    }
}

#[test]
fn every_kernel_agrees_with_its_twin_on_long_chains() {
    for (kernel, engine) in kernels() {
        for eta in ETAS {
            // More chunks than one thread walks, more than one workgroup scans, and one more than that.
            for sites in [4097, 65_536] {
                if serves(kernel, sites, eta) {
                    let random = cases(&["random:strength=1,seed=1"], sites, eta);
                    assert_kernel(kernel, &engine, eta, "a random potential", &random);
                }
            }
        }
        let eta = if kernel.is_halo() { 1e-1 } else { 1e-4 };
        if serves(kernel, MOST_SITES, eta) {
            // Where scans lose most: next to the band edge, with weak disorder.
            let long = vec![(chain("random:strength=1,seed=2", MOST_SITES), shift(1.999, eta))];
            assert_kernel(kernel, &engine, eta, "weak disorder at the band edge", &long);
        }
    }
}

#[test]
fn every_kernel_takes_bonds() {
    for (kernel, engine) in kernels() {
        for (sequences, sites) in [(70, 1), (65, 2), (33, 31), (17, 33), (5, 500), (3, 2048), (2, 5000)] {
            for eta in [1.0, 1e-3] {
                if serves(kernel, sites, eta / 2.0) {
                    let problem = Problem::random(sequences, sites, eta, 5);
                    let of = |sequence| (problem.chain(sequence, true), problem.shifts[sequence]);
                    let cases: Vec<Case> = (0..sequences).map(of).collect();
                    assert_kernel(kernel, &engine, eta, "bonds", &cases);
                }
            }
        }
    }
}

/// More sequences than one submission takes, and more workgroups than one dimension of a dispatch has.
#[test]
fn batches_beyond_every_limit_are_split() {
    for (kernel, sites, sequences) in
        [(SequenceKernel::Sequence, 1_000_000, 5), (SequenceKernel::Halo, 1, 4_200_000)]
    {
        let engine = pollster::block_on(Engine::open_with_kernel(kernel)).unwrap();
        let diagonals: Vec<f32> =
            (0..sites * sequences).map(|place| (place % 7919) as f32 / 7919.0).collect();
        let shifts = vec![shift(0.3, 0.5); sequences];
        let batch = Batch::new(sites, &diagonals, &shifts).unwrap();
        let (computed, mut twin) = (pollster::block_on(engine.green_batch(&batch)), ComplexPlanes::default());
        green_batch(&batch, &mut twin).unwrap();
        let computed = computed.unwrap();
        assert_eq!(computed.re.len(), twin.re.len());
        for (place, (computed, twin)) in computed.re.iter().zip(&twin.re).enumerate() {
            assert!((computed - twin).abs() < 1e-5, "{kernel:?}, place {place}: {computed} and {twin}");
        }
    }
}

#[test]
fn the_map_agrees_with_its_twin() {
    let engine =
        pollster::block_on(Engine::open(BackendChoice::Gpu)).expect("these tests need a GPU adapter");
    for eta in ETAS {
        assert_within("Map", &worst_density(&engine, eta));
    }
}

#[test]
fn every_shader_belongs_to_a_kernel_and_is_valid_at_webgpu_defaults() {
    let mut listed = BTreeSet::new();
    for kernel in Kernel::ALL {
        assert!(!kernel.twin().is_empty());
        for program in kernel.programs() {
            let source = program.source();
            let module = naga::front::wgsl::parse_str(&source)
                .unwrap_or_else(|error| panic!("{}: {}", program.name, error.emit_to_string(&source)));
            let capabilities = naga::valid::Capabilities::empty();
            naga::valid::Validator::new(naga::valid::ValidationFlags::all(), capabilities)
                .validate(&module)
                .unwrap_or_else(|error| panic!("{}: {}", program.name, error.emit_to_string(&source)));
            let entry_points: Vec<_> = module.entry_points.iter().map(|entry| entry.name.as_str()).collect();
            assert_eq!(entry_points, program.entry_points, "{}", program.name);
            listed.extend(program.files.iter().map(|file| file.name.to_owned()));
        }
    }
    let present: BTreeSet<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(listed, present, "every file of shaders/ belongs to a kernel of the table");
}
