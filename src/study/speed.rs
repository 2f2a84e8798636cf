//! How fast the resolvent's kernels are on this machine, beside the plain loop anybody would write.
//!
//! Cases that are compared run in turn, so that whatever else the machine does falls on all of them alike, and medians
//! are compared. Times are of one thread.

use super::{Context, StudyError};
use crate::random::LegacyRandom;
use crate::record::speed::{Config, Speed, Timing};
use crate::record::{Manifest, Provenance};
use crate::resolvent::{
    Batch, Blocks, Chain, ComplexBlocks, ComplexPlanes, Cotangents, Engine, GradientBlocks, Real,
    ResolventError, Shift, Shifts, causal_blocks, green_batch, green_blocks, green_blocks_with_adjoint,
    visit_green,
};
use web_time::Instant;

/// E of every case.
const ENERGY: f64 = 0.3;
/// η of every case but one.
const ETA: f64 = 0.1;
/// η of the sequence that cannot be cut into pieces.
const SMALL_ETA: f64 = 1e-3;
/// The potential lies in ±1.5, like `random:strength=3`.
const STRENGTH: f64 = 3.0;
/// The least number of (sequence, site) pairs that are timed at once: milliseconds, beside which the coarse clock of a
/// browser counts little.
const LEAST_PAIRS: usize = 1 << 20;
/// Sequences of a batch, or as many as make [`BATCH_PAIRS`].
const SEQUENCES: usize = 64;
/// (Sequence, site) pairs of a batch of short sequences.
const BATCH_PAIRS: usize = 1 << 17;
/// Sites of the map.
const MAP_SITES: usize = 1024;
/// Energies of the map.
const MAP_ENERGIES: usize = 256;

/// A plain loop over sequences, one after the other, in f64, at E = 0.3 and η = 0.1.
pub trait Plain {
    /// What it is written in.
    fn language(&self) -> &'static str;
    /// G_ii of rows of so many sites, by two sweeps, into as many real and imaginary parts.
    fn green(&self, sites: usize, diagonals: &[f64], re: &mut [f64], im: &mut [f64]);
    /// L_i, by one sweep.
    fn causal(&self, sites: usize, diagonals: &[f64], re: &mut [f64], im: &mut [f64]);
}

/// The plain loop in Rust.
pub struct PlainRust;

impl Plain for PlainRust {
    fn language(&self) -> &'static str {
        "scalar f64 Rust"
    }

    fn green(&self, sites: usize, diagonals: &[f64], re: &mut [f64], im: &mut [f64]) {
        let rows = re.chunks_exact_mut(sites).zip(im.chunks_exact_mut(sites));
        for (row, (re, im)) in diagonals.chunks_exact(sites).zip(rows) {
            let (mut left_re, mut left_im) = (0.0, 0.0);
            for site in 0..sites {
                (re[site], im[site]) = (left_re, left_im);
                (left_re, left_im) = reciprocal(row[site] - ENERGY - left_re, ETA + left_im);
            }
            let (mut right_re, mut right_im) = (0.0, 0.0);
            for site in (0..sites).rev() {
                let (x, y) = (row[site] - ENERGY - right_re, ETA + right_im);
                (re[site], im[site]) = reciprocal(x - re[site], y + im[site]);
                (right_re, right_im) = reciprocal(x, y);
            }
        }
    }

    fn causal(&self, sites: usize, diagonals: &[f64], re: &mut [f64], im: &mut [f64]) {
        let rows = re.chunks_exact_mut(sites).zip(im.chunks_exact_mut(sites));
        for (row, (re, im)) in diagonals.chunks_exact(sites).zip(rows) {
            let (mut left_re, mut left_im) = (0.0, 0.0);
            for site in 0..sites {
                (left_re, left_im) = reciprocal(row[site] - ENERGY - left_re, ETA + left_im);
                (re[site], im[site]) = (left_re, left_im);
            }
        }
    }
}

/// 1/(x − iy).
fn reciprocal(x: f64, y: f64) -> (f64, f64) {
    let inverse = 1.0 / (x * x + y * y);
    (x * inverse, y * inverse)
}

/// Measures what the config says; the GPU's kernels too if `engine` has a GPU that is not played by the CPU.
pub async fn run(
    config: &Config,
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
        provenance: Provenance::Computed,
        manifest: Manifest::new(
            vec![],
            "Timed by this lab on the machine it runs on, whatever else ran there.",
        ),
        config: config.clone(),
        plain: plain.language().into(),
        timings: run.timings,
    })
}

/// Something to be timed.
type Case<'a> = Box<dyn FnMut() -> Result<(), ResolventError> + 'a>;

struct Run<'a> {
    config: &'a Config,
    plain: &'a dyn Plain,
    context: &'a Context,
    timings: Vec<Timing>,
    done: u64,
}

impl Run<'_> {
    /// Median nanoseconds a pair of each case, in turn.
    async fn medians(&mut self, pairs: usize, cases: &mut [Case<'_>]) -> Result<Vec<f64>, StudyError> {
        let groups = 2 * self.config.sites.len() + self.config.long.len() + 2;
        let total = (groups * self.config.repetitions) as u64;
        let inner = LEAST_PAIRS.div_ceil(pairs);
        let mut times = vec![vec![]; cases.len()];
        for _ in 0..self.config.repetitions {
            for (case, times) in cases.iter_mut().zip(&mut times) {
                self.context.step(self.done.min(total), total).await?;
                let started = Instant::now();
                for _ in 0..inner {
                    case()?;
                }
                times.push(started.elapsed().as_secs_f64() * 1e9 / (pairs * inner) as f64);
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
        let [mut re, mut im, mut left_re, mut left_im] = [0; 4].map(|_| vec![0.0; pairs]);
        let plain = self.plain;
        let mut cases: [Case<'_>; 6] = [
            Box::new(|| {
                plain.green(sites, &wide, &mut re, &mut im);
                Ok(())
            }),
            Box::new(|| {
                plain.causal(sites, &wide, &mut left_re, &mut left_im);
                Ok(())
            }),
            Box::new(|| green_blocks(&blocks, &mut green)),
            Box::new(|| causal_blocks(&blocks, &mut causal)),
            Box::new(|| green_blocks_with_adjoint(&blocks, &cotangents, &mut fused, &mut gradient)),
            Box::new(|| green_batch(&batch, &mut planes)),
        ];
        let times = self.medians(pairs, &mut cases).await?;
        let [plain, plain_causal, green, causal, fused, rows] = times[..] else { return Ok(()) };
        let bytes = 3.0 * size_of::<T>() as f64;
        let mut add = |kernel: &str, nanoseconds, plain, forwards, note: &str| {
            self.timings.push(Timing {
                kernel: format!("{kernel}, {precision}"),
                sequences,
                sites,
                nanoseconds: Some(nanoseconds),
                bytes,
                plain: Some(plain),
                forwards,
                note: note.into(),
            });
        };
        add("batch", green, plain, None, "");
        add("batch from rows", rows, plain, None, "packing and unpacking included");
        add("causal batch", causal, plain_causal, None, "");
        add("forward and gradient", fused, plain, Some(fused / green), "plain loop: forward alone");
        Ok(())
    }

    async fn alone(&mut self, sites: usize) -> Result<(), StudyError> {
        let wide = potential(sites);
        let rounded: Vec<f32> = wide.iter().map(|&value| value as f32).collect();
        let [large, small] = [[Shift::new(ENERGY, ETA)?], [Shift::new(ENERGY, SMALL_ETA)?]];
        let [large, small] = [Batch::new(sites, &rounded, &large)?, Batch::new(sites, &rounded, &small)?];
        let (mut cut, mut whole) = (ComplexPlanes::default(), ComplexPlanes::default());
        let [mut re, mut im] = [0; 2].map(|_| vec![0.0; sites]);
        let plain = self.plain;
        let mut cases: [Case<'_>; 3] = [
            Box::new(|| {
                plain.green(sites, &wide, &mut re, &mut im);
                Ok(())
            }),
            Box::new(|| green_batch(&large, &mut cut)),
            Box::new(|| green_batch(&small, &mut whole)),
        ];
        let times = self.medians(sites, &mut cases).await?;
        for (&nanoseconds, eta) in times[1..].iter().zip([ETA, SMALL_ETA]) {
            self.timings.push(Timing {
                kernel: format!("one sequence, η = {eta}, f32"),
                sequences: 1,
                sites,
                nanoseconds: Some(nanoseconds),
                bytes: 12.0,
                plain: Some(times[0]),
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
        let repeated = wide.repeat(MAP_ENERGIES);
        let [mut re, mut im] = [0; 2].map(|_| vec![0.0; pairs]);
        let plain = self.plain;
        let mut cases: [Case<'_>; 2] = [
            Box::new(|| {
                plain.green(MAP_SITES, &repeated, &mut re, &mut im);
                Ok(())
            }),
            Box::new(|| {
                visit_green::<f32>(&chain, &shifts, |site, energy, value| {
                    density[site * MAP_ENERGIES + energy] = value.im;
                });
                Ok(())
            }),
        ];
        let times = self.medians(pairs, &mut cases).await?;
        self.timings.push(Timing {
            kernel: "map over energies, f32".into(),
            sequences: MAP_ENERGIES,
            sites: MAP_SITES,
            nanoseconds: Some(times[1]),
            bytes: 8.0,
            plain: Some(times[0]),
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
                // The first is the warming up.
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

/// Numbers in ±1.5 that no compiler foresees.
fn potential(count: usize) -> Vec<f64> {
    let mut random = LegacyRandom::new(7);
    (0..count).map(|_| STRENGTH * (random.uniform() - 0.5)).collect()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
