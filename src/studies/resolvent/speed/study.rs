//! The speed of the resolvent's kernels on this machine, beside a plain loop.
//!
//! Cases that are compared run in turn, so that other load on the machine affects all of them alike, and medians are
//! compared. Times are of one thread.

use super::plain::{Plain, Rows};

use super::record::{Config, Speed, Timing};
use crate::kit::context::{Context, StudyError};
use crate::kit::record::{Manifest, Provenance};
use bk_python::random::LegacyRandom;
use bk_resolvent::{
    Batch, Blocks, Chain, ComplexBlocks, ComplexPlanes, Cotangents, Engine, Gradient, GradientBlocks, Real,
    ResolventError, Shift, Shifts, causal_blocks, green_batch, green_blocks, green_blocks_with_adjoint,
    visit_green,
};
use web_time::Instant;

/// E of every case.
const ENERGY: f64 = 0.3;
/// η of every case but one.
const ETA: f64 = 0.1;
/// η of the sequence that cannot be split into pieces.
const SMALL_ETA: f64 = 1e-3;
/// The potential lies in ±1.5, like `random:strength=3`.
const STRENGTH: f64 = 3.0;
/// Sequences per batch, unless [`BATCH_PAIRS`] requires more.
const SEQUENCES: usize = 32;
/// Pairs of sequence and site in a batch of short sequences.
const BATCH_PAIRS: usize = 1 << 17;
/// Sites of the map.
const MAP_SITES: usize = 1024;
/// Energies of the map.
const MAP_ENERGIES: usize = 256;
/// Limit of the calls in a row in one measurement, however fast a case is.
const MOST_CALLS: usize = 1 << 20;

/// The instruction set that the kernels are compiled for.
pub const INSTRUCTIONS: &str = if cfg!(target_arch = "wasm32") {
    "WebAssembly SIMD128"
} else if cfg!(target_feature = "avx") {
    "AVX"
} else if cfg!(target_arch = "x86_64") {
    "SSE2"
} else {
    std::env::consts::ARCH
};

/// Measures the cases of a config on the machine with the given name. Includes the GPU's kernels if `engine` has a GPU
/// that is not emulated by the CPU.
///
/// # Errors
/// [`StudyError::Config`] for a config that cannot be measured, [`StudyError::Engine`] if memory is exhausted,
/// [`StudyError::Cancelled`].
pub async fn run(
    config: &Config,
    machine: String,
    plain: &dyn Plain,
    engine: &Engine,
    context: &Context,
) -> Result<Speed, StudyError> {
    config.check()?;
    let mut run = Run { config, plain, context, timings: vec![], done: 0 };
    for &sites in &config.sites {
        run.batch::<f32>("f32", sites).await?;
        run.batch::<f64>("f64", sites).await?;
    }
    for &sites in &config.long {
        run.alone(sites).await?;
    }
    run.map().await?;
    run.gpu(engine).await?;
    Ok(Speed {
        provenance: Provenance::Measured,
        manifest: Manifest::new(
            vec![],
            "Timed by this lab on the machine it runs on, whatever else ran there.",
        ),
        config: config.clone(),
        machine,
        plain: plain.language().into(),
        timings: run.timings,
    })
}

/// A computation to be timed.
type Case<'a> = Box<dyn FnMut() -> Result<(), ResolventError> + 'a>;

struct Run<'a> {
    config: &'a Config,
    plain: &'a dyn Plain,
    context: &'a Context,
    timings: Vec<Timing>,
    done: u64,
}

impl Run<'_> {
    /// Returns the median nanoseconds per pair of each case; the cases run in turn.
    async fn medians(&mut self, pairs: usize, cases: &mut [Case<'_>]) -> Result<Vec<f64>, StudyError> {
        let groups = 2 * self.config.sites.len() + self.config.long.len() + 1;
        // The first round is the warm-up, which also determines the number of calls per measurement.
        let total = (groups * (self.config.repetitions + 1)) as u64;
        let mut calls = vec![1; cases.len()];
        for (case, calls) in cases.iter_mut().zip(&mut calls) {
            self.context.step(self.done, total).await?;
            while time(case, *calls)? * 1e3 < f64::from(self.config.milliseconds) && *calls < MOST_CALLS {
                *calls *= 2;
            }
        }
        self.done += 1;
        let mut times = vec![vec![]; cases.len()];
        for _ in 0..self.config.repetitions {
            for ((case, &calls), times) in cases.iter_mut().zip(&calls).zip(&mut times) {
                self.context.step(self.done, total).await?;
                times.push(time(case, calls)? * 1e9 / (pairs * calls) as f64);
            }
            self.done += 1;
        }
        Ok(times.into_iter().map(median).collect())
    }

    async fn batch<T: Real>(&mut self, precision: &str, sites: usize) -> Result<(), StudyError> {
        let sequences = SEQUENCES.max(BATCH_PAIRS / sites);
        let pairs = sequences * sites;
        let wide = potential(pairs);
        let rounded: Vec<T> = wide.iter().map(|&value| T::round(value)).collect();
        let shifts = vec![Shift::new(ENERGY, ETA)?; sequences];
        let batch = Batch::new(sites, &rounded, &shifts)?;
        let cotangents = ComplexPlanes { re: rounded.clone(), im: rounded.clone() };
        let cotangents = Cotangents::pack(&batch, &cotangents)?;
        let blocks = Blocks::pack(&batch)?;
        let (mut green, mut causal) = (ComplexBlocks::default(), ComplexBlocks::default());
        let (mut fused, mut gradient) = (ComplexBlocks::default(), GradientBlocks::default());
        let mut planes = ComplexPlanes::default();
        let plain = self.plain;
        let rows = Rows { sites, energy: ENERGY, eta: ETA, diagonals: &wide };
        let [mut re, mut im, mut left_re, mut left_im, mut derivatives] = [0; 5].map(|_| vec![0.0; pairs]);
        let [mut fused_re, mut fused_im] = [0; 2].map(|_| vec![0.0; pairs]);
        let mut cases: [Case<'_>; 7] = [
            Box::new(|| {
                plain.green(&rows, &mut re, &mut im);
                Ok(())
            }),
            Box::new(|| {
                plain.causal(&rows, &mut left_re, &mut left_im);
                Ok(())
            }),
            Box::new(|| {
                plain.gradient(&rows, [&wide, &wide], &mut fused_re, &mut fused_im, &mut derivatives);
                Ok(())
            }),
            Box::new(|| green_blocks(&blocks, &mut green)),
            Box::new(|| causal_blocks(&blocks, &mut causal)),
            Box::new(|| green_blocks_with_adjoint(&blocks, &cotangents, &mut fused, &mut gradient)),
            Box::new(|| green_batch(&batch, &mut planes)),
        ];
        let times = self.medians(pairs, &mut cases).await?;
        drop(cases);
        let &[plain, plain_causal, plain_fused, forward, left, both, from_rows] = times.as_slice() else {
            return Ok(());
        };
        let mut add = |kernel: &str, times: [f64; 2], forwards, deviation, note: &str| {
            self.timings.push(Timing {
                kernel: format!("{kernel}, {precision}"),
                sequences,
                sites,
                nanoseconds: Some(times[0]),
                bytes: 3.0 * size_of::<T>() as f64,
                plain: Some(times[1]),
                deviation: Some(deviation),
                forwards,
                note: note.into(),
            });
        };
        let from_planes = deviation(&planes, [&re, &im]);
        green.unpack(&mut planes)?;
        add("batch", [forward, plain], None, deviation(&planes, [&re, &im]), "");
        add("batch from rows", [from_rows, plain], None, from_planes, "packing included");
        causal.unpack(&mut planes)?;
        add("causal batch", [left, plain_causal], None, deviation(&planes, [&left_re, &left_im]), "");
        let mut unpacked = Gradient::default();
        gradient.unpack(&batch, &mut unpacked)?;
        let far = distance([(unpacked.diagonals.as_slice(), derivatives.as_slice())]);
        add("forward and gradient", [both, plain_fused], Some(both / forward), far, "");
        Ok(())
    }

    async fn alone(&mut self, sites: usize) -> Result<(), StudyError> {
        let wide = potential(sites);
        let rounded: Vec<f32> = wide.iter().map(|&value| value as f32).collect();
        let shifts = [[Shift::new(ENERGY, ETA)?], [Shift::new(ENERGY, SMALL_ETA)?]];
        let [large, small] =
            [Batch::new(sites, &rounded, &shifts[0])?, Batch::new(sites, &rounded, &shifts[1])?];
        let (mut cut, mut whole) = (ComplexPlanes::default(), ComplexPlanes::default());
        let plain = self.plain;
        let at = |eta| Rows { sites, energy: ENERGY, eta, diagonals: &wide };
        let [mut re, mut im, mut small_re, mut small_im] = [0; 4].map(|_| vec![0.0; sites]);
        let mut cases: [Case<'_>; 4] = [
            Box::new(|| {
                plain.green(&at(ETA), &mut re, &mut im);
                Ok(())
            }),
            Box::new(|| {
                plain.green(&at(SMALL_ETA), &mut small_re, &mut small_im);
                Ok(())
            }),
            Box::new(|| green_batch(&large, &mut cut)),
            Box::new(|| green_batch(&small, &mut whole)),
        ];
        let times = self.medians(sites, &mut cases).await?;
        drop(cases);
        let deviations = [deviation(&cut, [&re, &im]), deviation(&whole, [&small_re, &small_im])];
        for (index, eta) in [ETA, SMALL_ETA].into_iter().enumerate() {
            self.timings.push(Timing {
                kernel: format!("one sequence, η = {eta}, f32"),
                sequences: 1,
                sites,
                nanoseconds: Some(times[index + 2]),
                bytes: 12.0,
                plain: Some(times[index]),
                deviation: Some(deviations[index]),
                forwards: None,
                note: String::new(),
            });
        }
        Ok(())
    }

    async fn map(&mut self) -> Result<(), StudyError> {
        let pairs = MAP_SITES * MAP_ENERGIES;
        let wide = potential(MAP_SITES);
        let chain = Chain::new(wide.clone())?;
        let energies: Vec<f64> =
            (0..MAP_ENERGIES).map(|index| 5.0 * index as f64 / MAP_ENERGIES as f64 - 2.5).collect();
        let shifts = Shifts::new(&energies, ETA)?;
        let mut density = vec![0.0f32; pairs];
        let [mut re, mut im] = [0; 2].map(|_| vec![0.0; pairs]);
        let plain = self.plain;
        let mut cases: [Case<'_>; 2] = [
            Box::new(|| {
                let results = re.chunks_exact_mut(MAP_SITES).zip(im.chunks_exact_mut(MAP_SITES));
                for (&energy, (re, im)) in energies.iter().zip(results) {
                    plain.green(&Rows { sites: MAP_SITES, energy, eta: ETA, diagonals: &wide }, re, im);
                }
                Ok(())
            }),
            Box::new(|| {
                visit_green::<f32>(&chain, &shifts, |site, energy, value| {
                    density[energy * MAP_SITES + site] = value.im;
                });
                Ok(())
            }),
        ];
        let times = self.medians(pairs, &mut cases).await?;
        drop(cases);
        self.timings.push(Timing {
            kernel: "map over energies, f32".into(),
            sequences: MAP_ENERGIES,
            sites: MAP_SITES,
            nanoseconds: Some(times[1]),
            bytes: 4.0,
            plain: Some(times[0]),
            deviation: Some(distance([(density.as_slice(), im.as_slice())])),
            forwards: None,
            note: "Im G alone is kept".into(),
        });
        Ok(())
    }

    async fn gpu(&mut self, engine: &Engine) -> Result<(), StudyError> {
        let report = engine.report();
        let (sequences, sites) = (SEQUENCES, *self.config.sites.iter().max().unwrap_or(&MAP_SITES));
        let mut timing = Timing {
            kernel: "batch on the GPU, f32".into(),
            sequences,
            sites,
            nanoseconds: None,
            bytes: 12.0,
            plain: None,
            deviation: None,
            forwards: None,
            note: String::new(),
        };
        match &report.adapter {
            None => timing.note = "no GPU".into(),
            Some(adapter) if adapter.software => timing.note = format!("{} is no GPU", adapter.name),
            Some(adapter) => {
                let rounded: Vec<f32> =
                    potential(sequences * sites).iter().map(|&value| value as f32).collect();
                let shifts = vec![Shift::new(ENERGY, ETA)?; sequences];
                let batch = Batch::new(sites, &rounded, &shifts)?;
                let mut times = vec![];
                // The first call is the warm-up.
                for _ in 0..=self.config.repetitions {
                    let started = Instant::now();
                    engine.green_batch(&batch).await?;
                    times.push(started.elapsed().as_secs_f64() * 1e9 / (sequences * sites) as f64);
                }
                timing.nanoseconds = Some(median(times.split_off(1)));
                timing.note = format!("{}; upload and reading back included", adapter.name);
            }
        }
        self.timings.push(timing);
        Ok(())
    }
}

/// Returns the seconds that a number of calls take.
fn time(case: &mut Case<'_>, calls: usize) -> Result<f64, ResolventError> {
    let started = Instant::now();
    for _ in 0..calls {
        case()?;
    }
    Ok(started.elapsed().as_secs_f64())
}

/// Returns numbers in ±1.5 that the compiler cannot predict and that both precisions represent exactly.
fn potential(count: usize) -> Vec<f64> {
    let mut random = LegacyRandom::new(7);
    (0..count).map(|_| f64::from((STRENGTH * (random.uniform() - 0.5)) as f32)).collect()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Returns the deviation of complex numbers from the plain loop's.
fn deviation<T: Real>(found: &ComplexPlanes<T>, [re, im]: [&[f64]; 2]) -> f64 {
    distance([(found.re.as_slice(), re), (found.im.as_slice(), im)])
}

/// Returns the largest difference divided by the largest magnitude of the plain loop's numbers; NaN if a number is NaN.
fn distance<'a, T: Real>(pairs: impl IntoIterator<Item = (&'a [T], &'a [f64])>) -> f64 {
    let (mut difference, mut magnitude) = (0.0f64, 0.0f64);
    for (found, expected) in pairs {
        for (&found, &expected) in found.iter().zip(expected) {
            let apart = (found.into() - expected).abs();
            if !apart.is_finite() {
                return f64::NAN;
            }
            (difference, magnitude) = (difference.max(apart), magnitude.max(expected.abs()));
        }
    }
    difference / magnitude
}
