//! The engine, which computes the resolvent on a chosen back end and reports which one it uses and why.

mod batch;

use std::cell::{Cell, RefCell};
use std::f64::consts::FRAC_1_PI;
use std::rc::Rc;

use num_complex::Complex;

use crate::backend::{Backend, BackendChoice, BackendReport};
use crate::bound::Deviation;
use crate::chain::{Chain, Shift, Shifts};
use crate::continued_fraction::visit_green;
use crate::cpu::{Batch, ComplexPlanes};
use crate::error::ResolventError;
use crate::gpu::{DensityOnDevice, Gpu};
use crate::kernels::SequenceKernel;
use crate::real::Real;
use batch::Form;

/// The largest number of (site, energy) pairs in one tile, which is that of the largest map. At 4 bytes per pair
/// they take 32 MiB, within the 128 MiB binding that WebGPU guarantees.
pub const MOST_SITE_ENERGIES: usize = 1 << 23;

/// The number of (site, energy) pairs in a tile on a GPU. The GPU takes milliseconds for it, and the f64 reference
/// that each tile is compared to takes less than a second.
const GPU_SITE_ENERGIES: usize = 1 << 22;

/// The number of (site, energy) pairs in a tile on a CPU, including a CPU that emulates a GPU. In Chromium on two
/// busy cores SwiftShader takes 60 to 160 ns per pair and WebAssembly 14 to 40 ns: tiles take 4 to 40 ms, between
/// which canceling feels immediate.
const CPU_SITE_ENERGIES: usize = 250_000;

/// The number of (site, energy) pairs below which the CPU finishes before the result of a GPU is back: submitting
/// and reading back cost as much as about 10⁵ to 10⁶ sites on one core (resolvent-performance.md §2.2).
const FEWEST_GPU_SITES: usize = 200_000;

/// The smallest η at which single precision is tested. Below it, single precision keeps three digits or fewer
/// (resolvent-performance.md §0 item 1), and [`BackendChoice::Auto`] selects f64.
const SMALLEST_SINGLE_ETA: f64 = 1e-4;

/// Computes the resolvent on one back end. Open it once and use it for many problems. Not `Send`, since GPU objects
/// in a browser are not.
#[derive(Debug)]
pub struct Engine {
    choice: BackendChoice,
    /// The open device, or the reason why none is used.
    gpu: Result<Rc<Gpu>, String>,
    /// Changes when the device is lost.
    report: RefCell<BackendReport>,
    /// The kernel to use wherever it is usable, for tests and timing.
    forced: Option<SequenceKernel>,
    /// The kernel used last.
    used: Cell<Option<SequenceKernel>>,
}

impl Engine {
    /// Opens a back end. [`BackendChoice::Auto`] opens a GPU if there is one; [`prepared_for`](Self::prepared_for)
    /// then selects the back end for each size of work.
    ///
    /// # Errors
    /// [`ResolventError::NoAdapter`], for [`BackendChoice::Gpu`] only.
    pub async fn open(choice: BackendChoice) -> Result<Self, ResolventError> {
        let gpu = match choice {
            BackendChoice::F64 | BackendChoice::F32 => Err("it was not asked for".to_owned()),
            BackendChoice::Gpu => Ok(Gpu::open().await?),
            BackendChoice::Auto => match Gpu::open().await {
                Ok(gpu) => Ok(gpu),
                Err(ResolventError::NoAdapter { reason } | ResolventError::Gpu { message: reason }) => {
                    Err(format!("there is no usable GPU: {reason}"))
                }
                Err(error) => return Err(error),
            },
        };
        Ok(Self::with(choice, gpu.map(Rc::new), usize::MAX, f64::MAX))
    }

    /// Opens the GPU and uses this kernel wherever η and the length allow it, for tests and timing.
    ///
    /// # Errors
    /// [`ResolventError::NoAdapter`] if there is no usable GPU.
    pub async fn open_with_kernel(kernel: SequenceKernel) -> Result<Self, ResolventError> {
        let engine = Self::open(BackendChoice::Gpu).await?;
        Ok(Self { forced: Some(kernel), ..engine })
    }

    /// Returns an engine on the same device for work of `pairs` (site, energy) pairs at this η. An explicit choice
    /// of back end is kept. An automatic choice selects the GPU if there is one and the pairs are many; the CPU if
    /// they are few or the adapter is the CPU itself; and f64 if η is too small for single precision.
    /// [`report`](Self::report) tells which back end and why.
    pub fn prepared_for(&self, pairs: usize, eta: f64) -> Self {
        Self { forced: self.forced, ..Self::with(self.choice, self.gpu.clone(), pairs, eta) }
    }

    /// Returns an engine that uses the open device whatever back end this one selected; `None` if no device is
    /// open.
    pub fn on_device(&self) -> Option<Self> {
        let gpu = self.gpu.clone().ok()?;
        Some(Self::with(BackendChoice::Gpu, Ok(gpu), usize::MAX, f64::MAX))
    }

    fn with(choice: BackendChoice, gpu: Result<Rc<Gpu>, String>, pairs: usize, eta: f64) -> Self {
        let report = RefCell::new(decide(choice, &gpu, pairs, eta));
        Self { choice, gpu, report, forced: None, used: Cell::default() }
    }

    /// Returns the back end in use, its adapter, and the reason for it. Changes when the device is lost.
    pub fn report(&self) -> BackendReport {
        self.report.borrow().clone()
    }

    /// Returns the kernel that the GPU used last for sequences; `None` if it has not computed any.
    pub fn kernel_used(&self) -> Option<SequenceKernel> {
        self.used.get()
    }

    /// Computes G_ii of the chain at one point, one value per site, converted to f64 on every back end.
    ///
    /// G_ii is always finite, with Im G ≥ 0; Im G is 0 only where single precision underflows.
    ///
    /// # Errors
    /// [`ResolventError::Gpu`] or [`ResolventError::NotFinite`] if the GPU fails.
    pub async fn green(&self, chain: &Chain, shift: Shift) -> Result<Vec<Complex<f64>>, ResolventError> {
        let diagonal = chain.offset_from::<f32>(shift.energy());
        let bonds = chain.rounded_bonds::<f32>();
        let shifts = [shift];
        let batch = Batch::of_checked(chain.sites(), &diagonal, bonds.as_deref(), &shifts);
        if let Some(planes) = self.planes(Form::Green, &shifts, &batch, None).await? {
            let ComplexPlanes { re, im } = planes.values;
            return Ok(re.into_iter().zip(im).map(|(re, im)| widen(Complex::new(re, im))).collect());
        }
        let mut green = vec![Complex::default(); chain.sites()];
        self.visit(chain, &shift.into(), |site, _, value| green[site] = value);
        Ok(green)
    }

    /// Computes the local density of states Im G_ii/π of the chain at many energies, layout `[site][energy]`.
    ///
    /// This is one tile of a map. The caller reports progress and cancels between tiles; see
    /// [`tile_width`](Self::tile_width).
    ///
    /// # Errors
    /// [`ResolventError::Tile`] for a tile larger than [`MOST_SITE_ENERGIES`]; [`ResolventError::Gpu`] or
    /// [`ResolventError::NotFinite`] if the GPU fails.
    pub async fn density_tile(&self, chain: &Chain, shifts: &Shifts) -> Result<Vec<f32>, ResolventError> {
        check_tile(chain, shifts)?;
        let computed = self.on_gpu(async |gpu| gpu.density(chain, shifts).await?.read().await);
        if let Some(density) = computed.await? {
            return Ok(density);
        }
        let energies = shifts.energies().len();
        let mut density = vec![0.0; chain.sites() * energies];
        self.visit(chain, shifts, |site, index, value| {
            density[site * energies + index] = (value.im * FRAC_1_PI) as f32;
        });
        Ok(density)
    }

    /// Computes the same as [`density_tile`](Self::density_tile) and keeps the result on the GPU, to be drawn
    /// there; `None` if the CPU computes.
    ///
    /// # Errors
    /// The errors of [`density_tile`](Self::density_tile).
    pub async fn density_on_device(
        &self,
        chain: &Chain,
        shifts: &Shifts,
    ) -> Result<Option<DensityOnDevice>, ResolventError> {
        check_tile(chain, shifts)?;
        self.on_gpu(async |gpu| gpu.density(chain, shifts).await).await
    }

    /// Returns the number of energies per tile for a map of `sites` × `energies`. Tiles have about equal widths,
    /// are short enough that canceling between them feels immediate, and are within the limits of
    /// [`density_tile`](Self::density_tile).
    pub fn tile_width(&self, sites: usize, energies: usize) -> usize {
        let on_gpu = self.report.borrow().adapter.as_ref().is_some_and(|adapter| !adapter.software);
        equal_tiles(if on_gpu { GPU_SITE_ENERGIES } else { CPU_SITE_ENERGIES }, sites, energies)
    }

    /// Compares a result of [`green`](Self::green) to the f64 reference.
    pub fn green_deviation(&self, chain: &Chain, shift: Shift, green: &[Complex<f64>]) -> Deviation {
        Deviation::of_green(self.report().backend, chain, shift, green)
    }

    /// Compares a result of [`density_tile`](Self::density_tile) to the f64 reference.
    pub fn density_deviation(&self, chain: &Chain, shifts: &Shifts, density: &[f32]) -> Deviation {
        Deviation::of_density(self.report().backend, chain, shifts, density)
    }

    /// Computes on the GPU; `None` if the GPU is not the back end, or if its device is lost, which makes the CPU
    /// the back end.
    async fn on_gpu<T>(
        &self,
        compute: impl AsyncFnOnce(Rc<Gpu>) -> Result<T, ResolventError>,
    ) -> Result<Option<T>, ResolventError> {
        let Ok(gpu) = &self.gpu else { return Ok(None) };
        if self.report.borrow().backend != Backend::Gpu {
            return Ok(None);
        }
        match compute(gpu.clone()).await {
            Err(ResolventError::DeviceLost { reason }) => {
                let reason = format!("the GPU device was lost: {reason}");
                *self.report.borrow_mut() = on_cpu(Backend::F32, reason);
                Ok(None)
            }
            outcome => outcome.map(Some),
        }
    }

    /// Computes on the CPU.
    fn visit(&self, chain: &Chain, shifts: &Shifts, mut visit: impl FnMut(usize, usize, Complex<f64>)) {
        if self.report.borrow().backend == Backend::F64 {
            visit_green(chain, shifts, visit);
        } else {
            visit_green(chain, shifts, |site, index, value: Complex<f32>| visit(site, index, widen(value)));
        }
    }
}

/// Selects the back end for work of `pairs` (site, energy) pairs at this η, and gives the reason.
fn decide(choice: BackendChoice, gpu: &Result<Rc<Gpu>, String>, pairs: usize, eta: f64) -> BackendReport {
    match (choice, gpu) {
        (BackendChoice::F64, _) => on_cpu(Backend::F64, CHOSEN),
        (BackendChoice::F32, _) => on_cpu(Backend::F32, CHOSEN),
        (BackendChoice::Gpu, Ok(gpu)) => on_gpu(gpu, CHOSEN),
        (_, _) if eta < SMALLEST_SINGLE_ETA => on_cpu(
            Backend::F64,
            format!("η = {eta:e} is below {SMALLEST_SINGLE_ETA:e}, too small for single precision"),
        ),
        (_, Err(reason)) => on_cpu(Backend::F32, reason),
        (_, Ok(gpu)) if gpu.adapter().software => on_cpu(
            Backend::F32,
            format!(
                "the adapter, {}, is the CPU playing a GPU, which is slower than the CPU by itself",
                gpu.adapter().name
            ),
        ),
        (_, Ok(_)) if pairs < FEWEST_GPU_SITES => {
            on_cpu(Backend::F32, format!("{pairs} sites are done here before a GPU’s answer would be back"))
        }
        (_, Ok(gpu)) => on_gpu(gpu, "there is a GPU and enough for it to do"),
    }
}

/// The reason for an explicit choice.
const CHOSEN: &str = "it was chosen";

fn on_cpu(backend: Backend, reason: impl Into<String>) -> BackendReport {
    BackendReport { backend, adapter: None, reason: reason.into() }
}

fn on_gpu(gpu: &Gpu, reason: &str) -> BackendReport {
    let adapter = gpu.adapter().clone();
    let reason = if adapter.software {
        format!("{reason}; the CPU plays the GPU, so its speed says nothing about GPUs")
    } else {
        reason.to_owned()
    };
    BackendReport { backend: Backend::Gpu, adapter: Some(adapter), reason }
}

/// Returns an error for a tile that is too large.
fn check_tile(chain: &Chain, shifts: &Shifts) -> Result<(), ResolventError> {
    let (sites, energies) = (chain.sites(), shifts.energies().len());
    if sites.saturating_mul(energies) > MOST_SITE_ENERGIES {
        return Err(ResolventError::Tile { sites, energies });
    }
    Ok(())
}

/// Returns the width of the fewest equal tiles of at most `pairs` (site, energy) pairs that cover a map; at
/// least 1.
fn equal_tiles(pairs: usize, sites: usize, energies: usize) -> usize {
    let widest = (pairs / sites.max(1)).max(1);
    let tiles = energies.div_ceil(widest).max(1);
    energies.div_ceil(tiles).max(1)
}

fn widen<T: Real>(value: Complex<T>) -> Complex<f64> {
    Complex::new(value.re.into(), value.im.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by failing")]

    use super::*;
    use crate::{MOST_SITES, Potential};

    #[test]
    fn tiles_cover_a_map_within_the_limits() {
        for pairs in [CPU_SITE_ENERGIES, GPU_SITE_ENERGIES] {
            for sites in [1, 2, 1000, 4096, 65_536, MOST_SITES] {
                for energies in [0, 1, 2, 511, 512, 2048, 100_000] {
                    let width = equal_tiles(pairs, sites, energies);
                    assert!(
                        width >= 1 && width <= energies.max(1),
                        "{sites} × {energies} in tiles of {width}"
                    );
                    assert!(width == 1 || sites * width <= pairs, "{sites} × {energies} in tiles of {width}");
                }
            }
        }
        assert_eq!(equal_tiles(500_000, 1000, 600), 300, "two equal tiles rather than 500 and 100");
        assert_eq!(equal_tiles(CPU_SITE_ENERGIES, MOST_SITES, 10), 1, "a tile is never empty");
    }

    /// Returns an engine whose device has just been lost.
    fn lost() -> Engine {
        let engine =
            pollster::block_on(Engine::open(BackendChoice::Gpu)).expect("this test needs a GPU adapter");
        engine.gpu.as_ref().unwrap().lose();
        assert_eq!(engine.report().backend, Backend::Gpu, "it is not known yet");
        engine
    }

    fn assert_on_the_cpu(engine: &Engine) {
        let report = engine.report();
        assert_eq!((report.backend, report.adapter), (Backend::F32, None));
        assert!(report.reason.contains("lost"), "{}", report.reason);
    }

    #[test]
    fn losing_the_device_falls_back_to_the_cpu_and_finishes() {
        let engine = lost();
        let chain = Potential::Random { strength: 3.0, seed: 7 }.chain(100).unwrap();
        let shift = Shift::new(0.3, 1e-2).unwrap();
        let green = pollster::block_on(engine.green(&chain, shift)).unwrap();
        assert_on_the_cpu(&engine);
        assert!(engine.green_deviation(&chain, shift, &green).worst_ratio_to_bound <= 1.0);
    }

    #[test]
    fn every_operation_survives_the_loss_of_the_device() {
        let chain = Potential::Random { strength: 3.0, seed: 7 }.chain(100).unwrap();
        let (shift, energies) = (Shift::new(0.3, 1e-2).unwrap(), Shifts::new(&[0.1, 0.2], 1e-2).unwrap());
        let batch = Batch::new(100, chain.diagonal(), std::slice::from_ref(&shift)).unwrap();
        let g = ComplexPlanes { re: vec![1.0; 100], im: vec![-0.5; 100] };
        let cpu = pollster::block_on(Engine::open(BackendChoice::F32)).unwrap();
        pollster::block_on(async {
            let engine = lost();
            assert_eq!(engine.green_batch(&batch).await, cpu.green_batch(&batch).await);
            assert_on_the_cpu(&engine);
            let engine = lost();
            assert_eq!(engine.causal_batch(&batch).await, cpu.causal_batch(&batch).await);
            assert_on_the_cpu(&engine);
            let engine = lost();
            assert_eq!(engine.green_adjoint(&batch, &g).await, cpu.green_adjoint(&batch, &g).await);
            assert_on_the_cpu(&engine);
            let engine = lost();
            assert_eq!(engine.causal_adjoint(&batch, &g).await, cpu.causal_adjoint(&batch, &g).await);
            assert_on_the_cpu(&engine);
            let engine = lost();
            let density = engine.density_tile(&chain, &energies).await;
            assert_eq!(density, cpu.density_tile(&chain, &energies).await);
            assert_on_the_cpu(&engine);
            let engine = lost();
            assert!(engine.density_on_device(&chain, &energies).await.unwrap().is_none());
            assert_on_the_cpu(&engine);
        });
    }
}
