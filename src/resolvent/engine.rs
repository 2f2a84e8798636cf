//! The engine: one object that computes the resolvent on the back end asked for, and says which that is.

use std::cell::RefCell;
use std::f64::consts::FRAC_1_PI;
use std::rc::Rc;

use num_complex::Complex;

use super::backend::{Backend, BackendChoice, BackendReport};
use super::bound::Deviation;
use super::chain::{Chain, Shift, Shifts};
use super::continued_fraction::visit_green;
use super::error::ResolventError;
use super::gpu::Gpu;
use super::real::Real;

/// The most (site, energy) pairs of one tile: their 8 bytes each make 32 MB, within the 128 MiB binding that
/// WebGPU promises, and even a chain of one site then needs fewer than the 65,535 workgroups it promises.
pub const MOST_SITE_ENERGIES: usize = 4_000_000;

/// The (site, energy) pairs of a tile where a CPU computes, itself or playing the GPU. In Chromium on two busy cores
/// SwiftShader takes 60 to 160 ns a pair, WebAssembly 14 to 40: tiles of 4 to 40 ms, between which cancelling feels
/// immediate.
const CPU_SITE_ENERGIES: usize = 250_000;

/// Computes G_ii on one back end. Open once, use for many problems; not `Send`, since no GPU object is in a browser.
#[derive(Debug)]
pub struct Engine {
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    gpu: Option<Rc<Gpu>>,
    report: BackendReport,
}

impl Engine {
    /// Opens the back end asked for.
    ///
    /// # Errors
    /// Only for [`BackendChoice::Gpu`]: [`ResolventError::NoAdapter`], or [`ResolventError::Gpu`] where the kernel
    /// cannot be compiled.
    pub async fn open(choice: BackendChoice) -> Result<Self, ResolventError> {
        let state = match choice {
            BackendChoice::F64 => State::on_cpu(Backend::F64, "it was chosen".to_owned()),
            BackendChoice::F32 => State::on_cpu(Backend::F32, "it was chosen".to_owned()),
            BackendChoice::Gpu => State::on_gpu(Gpu::open().await?, "it was chosen"),
            BackendChoice::Auto => match Gpu::open().await {
                Ok(gpu) => State::on_gpu(gpu, "there is a usable GPU adapter"),
                Err(ResolventError::NoAdapter { reason } | ResolventError::Gpu { message: reason }) => {
                    let reason = format!("there is no usable GPU: {reason}");
                    State::on_cpu(Backend::F32, reason)
                }
                Err(error) => return Err(error),
            },
        };
        Ok(Self { state: RefCell::new(state) })
    }

    /// Which back end computes now, on which adapter, and why. Changes when a device is lost.
    pub fn report(&self) -> BackendReport {
        self.state.borrow().report.clone()
    }

    /// G_ii of the chain at one point, one value a site, widened to f64 whatever the back end.
    ///
    /// Finite always, with Im G ≥ 0 (0 only where single precision has no smaller number).
    ///
    /// # Errors
    /// [`ResolventError::Gpu`] or [`ResolventError::NotFinite`] where the GPU fails.
    pub async fn green(&self, chain: &Chain, shift: Shift) -> Result<Vec<Complex<f64>>, ResolventError> {
        let mut green = vec![Complex::default(); chain.sites()];
        self.visit(chain, &shift.into(), |site, _, value| green[site] = value).await?;
        Ok(green)
    }

    /// The local density of states Im G_ii/π of the chain at many energies, layout `[site][energy]`.
    ///
    /// One tile of a map: progress and cancelling belong to the caller, between tiles; see
    /// [`tile_width`](Self::tile_width).
    ///
    /// # Errors
    /// [`ResolventError::Tile`] for a tile beyond [`MOST_SITE_ENERGIES`]; [`ResolventError::Gpu`] or
    /// [`ResolventError::NotFinite`] where the GPU fails.
    pub async fn density_tile(&self, chain: &Chain, shifts: &Shifts) -> Result<Vec<f32>, ResolventError> {
        let (sites, energies) = (chain.sites(), shifts.energies().len());
        if sites.saturating_mul(energies) > MOST_SITE_ENERGIES {
            return Err(ResolventError::Tile { sites, energies });
        }
        let mut density = vec![0.0; sites * energies];
        self.visit(chain, shifts, |site, index, value| {
            density[site * energies + index] = (value.im * FRAC_1_PI) as f32;
        })
        .await?;
        Ok(density)
    }

    /// How many energies to take in one tile of a map of `sites` × `energies`: tiles of about equal width, each
    /// short enough to cancel between them and within the limits of [`density_tile`](Self::density_tile).
    pub fn tile_width(&self, sites: usize, energies: usize) -> usize {
        let on_gpu = self.state.borrow().report.adapter.as_ref().is_some_and(|adapter| !adapter.software);
        equal_tiles(if on_gpu { MOST_SITE_ENERGIES } else { CPU_SITE_ENERGIES }, sites, energies)
    }

    /// How far a result of [`green`](Self::green) is from the f64 reference.
    pub fn green_deviation(&self, chain: &Chain, shift: Shift, green: &[Complex<f64>]) -> Deviation {
        Deviation::of_green(self.report().backend, chain, shift, green)
    }

    /// How far a result of [`density_tile`](Self::density_tile) is from the f64 reference.
    pub fn density_deviation(&self, chain: &Chain, shifts: &Shifts, density: &[f32]) -> Deviation {
        Deviation::of_density(self.report().backend, chain, shifts, density)
    }

    /// Computes on the current back end; where its device is lost, falls back to the CPU and finishes there.
    async fn visit(
        &self,
        chain: &Chain,
        shifts: &Shifts,
        mut visit: impl FnMut(usize, usize, Complex<f64>),
    ) -> Result<(), ResolventError> {
        let gpu = self.state.borrow().gpu.clone();
        if let Some(gpu) = gpu {
            match gpu.visit_green(chain, shifts, |site, index, value| visit(site, index, widen(value))).await
            {
                Err(ResolventError::DeviceLost { reason }) => {
                    let reason = format!("the GPU device was lost: {reason}");
                    *self.state.borrow_mut() = State::on_cpu(Backend::F32, reason);
                }
                outcome => return outcome,
            }
        }
        if self.state.borrow().report.backend == Backend::F64 {
            visit_green(chain, shifts, visit);
        } else {
            visit_green(chain, shifts, |site, index, value: Complex<f32>| visit(site, index, widen(value)));
        }
        Ok(())
    }
}

impl State {
    fn on_cpu(backend: Backend, reason: String) -> Self {
        Self { gpu: None, report: BackendReport { backend, adapter: None, reason } }
    }

    fn on_gpu(gpu: Gpu, reason: &str) -> Self {
        let adapter = gpu.adapter().clone();
        let reason = if adapter.software {
            format!("{reason}; the CPU plays the GPU, so its speed says nothing about GPUs")
        } else {
            reason.to_owned()
        };
        Self {
            gpu: Some(Rc::new(gpu)),
            report: BackendReport { backend: Backend::Gpu, adapter: Some(adapter), reason },
        }
    }
}

/// The width of the fewest tiles of at most `pairs` (site, energy) pairs that cover a map; at least 1.
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
    use crate::resolvent::{MOST_SITES, Potential};

    #[test]
    fn tiles_cover_a_map_within_the_limits() {
        for pairs in [CPU_SITE_ENERGIES, MOST_SITE_ENERGIES] {
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

    #[test]
    fn losing_the_device_falls_back_to_the_cpu_and_finishes() {
        let engine =
            pollster::block_on(Engine::open(BackendChoice::Gpu)).expect("this test needs a GPU adapter");
        let chain = Potential::Random { strength: 3.0, seed: 7 }.chain(100).unwrap();
        let shift = Shift::new(0.3, 1e-2).unwrap();
        pollster::block_on(engine.green(&chain, shift)).unwrap();
        assert_eq!(engine.report().backend, Backend::Gpu);

        engine.state.borrow().gpu.as_ref().unwrap().lose();
        let green = pollster::block_on(engine.green(&chain, shift)).unwrap();

        let report = engine.report();
        assert_eq!((report.backend, report.adapter), (Backend::F32, None));
        assert!(report.reason.contains("lost"), "{}", report.reason);
        assert!(engine.green_deviation(&chain, shift, &green).worst_ratio_to_bound <= 1.0);
    }
}
