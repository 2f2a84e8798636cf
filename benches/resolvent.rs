//! `cargo bench --bench resolvent`: the CPU's kernels in their own layout, and what packing costs besides. Beside a plain
//! loop of the same run, and as a record: `bklab bench resolvent`. See docs/performance.md.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark fails by panicking, and its macro writes functions"
)]

use bk_lab::studies::resolvent::speed::plain::{Plain, PlainRust, Rows};
use bk_python::random::LegacyRandom;
use bk_resolvent::{
    Batch, Blocks, ComplexBlocks, ComplexPlanes, Cotangents, GradientBlocks, Real, Shift, causal_blocks,
    green_batch, green_blocks, green_blocks_with_adjoint,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

/// E and η of every case.
const POINT: (f64, f64) = (0.3, 0.1);
/// (Sequence, site) pairs of a batch.
const PAIRS: usize = 1 << 20;

/// Every kernel for sequences of these lengths.
fn kernels(criterion: &mut Criterion) {
    for sites in [512, 4096, 65_536] {
        batch::<f32>(criterion, "f32", sites);
        batch::<f64>(criterion, "f64", sites);
    }
    alone(criterion);
}

fn batch<T: Real>(criterion: &mut Criterion, precision: &str, sites: usize) {
    let values: Vec<T> = potential(PAIRS).into_iter().map(T::round).collect();
    let shifts = vec![Shift::new(POINT.0, POINT.1).unwrap(); PAIRS / sites];
    let batch = Batch::new(sites, &values, &shifts).unwrap();
    let planes = ComplexPlanes { re: values.clone(), im: values.clone() };
    let cotangents = Cotangents::pack(&batch, &planes).unwrap();
    let blocks = Blocks::pack(&batch).unwrap();
    let (mut green, mut gradient) = (ComplexBlocks::default(), GradientBlocks::default());
    let mut rows = ComplexPlanes::default();
    let mut group = criterion.benchmark_group(format!("batch {precision}"));
    group.throughput(Throughput::Elements(PAIRS as u64));
    let id = |kernel| BenchmarkId::new(kernel, sites);
    group.bench_function(id("two-sided"), |bencher| {
        bencher.iter(|| green_blocks(black_box(&blocks), &mut green).unwrap());
    });
    group.bench_function(id("causal"), |bencher| {
        bencher.iter(|| causal_blocks(black_box(&blocks), &mut green).unwrap());
    });
    group.bench_function(id("forward and gradient"), |bencher| {
        bencher.iter(|| {
            green_blocks_with_adjoint(black_box(&blocks), &cotangents, &mut green, &mut gradient).unwrap();
        });
    });
    group.bench_function(id("packing"), |bencher| {
        bencher.iter(|| Blocks::pack(black_box(&batch)).unwrap());
    });
    group.bench_function(id("unpacking"), |bencher| {
        bencher.iter(|| black_box(&green).unpack(&mut rows).unwrap());
    });
    group.finish();
}

/// One sequence, in pieces and whole, beside the plain loop.
fn alone(criterion: &mut Criterion) {
    const SITES: usize = 65_536;
    let wide = potential(SITES);
    let values: Vec<f32> = wide.iter().map(|&value| value as f32).collect();
    let mut green = ComplexPlanes::default();
    let mut group = criterion.benchmark_group("one sequence f32");
    group.throughput(Throughput::Elements(SITES as u64));
    for eta in [POINT.1, 1e-3] {
        let shift = [Shift::new(POINT.0, eta).unwrap()];
        let batch = Batch::new(SITES, &values, &shift).unwrap();
        group.bench_function(BenchmarkId::new("two-sided", eta), |bencher| {
            bencher.iter(|| green_batch(black_box(&batch), &mut green).unwrap());
        });
    }
    let [mut re, mut im] = [0; 2].map(|_| vec![0.0; SITES]);
    let rows = Rows { sites: SITES, energy: POINT.0, eta: POINT.1, diagonals: &wide };
    group.bench_function("plain loop", |bencher| {
        bencher.iter(|| PlainRust.green(black_box(&rows), &mut re, &mut im));
    });
    group.finish();
}

/// Numbers in ±1.5 that no compiler foresees.
fn potential(count: usize) -> Vec<f64> {
    let mut random = LegacyRandom::new(7);
    (0..count).map(|_| 3.0 * (random.uniform() - 0.5)).collect()
}

criterion_group!(benches, kernels);
criterion_main!(benches);
