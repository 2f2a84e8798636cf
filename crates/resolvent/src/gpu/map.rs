//! Maps over energies, computed on the device and kept there for drawing.

use std::rc::Rc;

use super::buffer::Buffer;
use super::spine::{ELEMENT_BYTES, Layout};
use super::{DENSITY_MAP, Gpu, MOEBIUS_SPINE, Problem, Watch, Work, in_two_dimensions, rescale_mask};
use crate::chain::{Chain, Shifts};
use crate::error::ResolventError;
use crate::kernels::overlap_sites;

/// The number of sites of one element; `CHUNK` in the shader.
const CHUNK: usize = 64;
/// The number of sites that one thread writes; `BLOCK` in the shader.
const BLOCK: usize = 128;
/// The number of threads per workgroup.
const THREADS: usize = 64;

/// A local density of states Im G_ii/π on the device, to be drawn there or read back with [`read`](Self::read). Its
/// memory is released when it is dropped.
#[derive(Debug)]
pub struct DensityOnDevice {
    gpu: Rc<Gpu>,
    density: Buffer,
    sites: usize,
    energies: Vec<f64>,
}

impl DensityOnDevice {
    /// Returns the values: a storage buffer of one f32 per (site, energy) pair, layout `[site][energy]`.
    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.density
    }

    /// Returns the device of the buffer and its queue.
    pub fn device(&self) -> (&wgpu::Device, &wgpu::Queue) {
        (&self.gpu.device, &self.gpu.queue)
    }

    /// Reads the values back.
    ///
    /// # Errors
    /// [`ResolventError::DeviceLost`] or [`ResolventError::Gpu`] if the device fails; [`ResolventError::NotFinite`]
    /// for a value that is not finite.
    pub async fn read(&self) -> Result<Vec<f32>, ResolventError> {
        let watch = Watch::over(&self.gpu.device);
        let width = self.energies.len();
        let density = self.gpu.read(&self.density, self.sites * width, watch).await?;
        match density.iter().position(|value| !value.is_finite()) {
            None => Ok(density),
            Some(place) => {
                Err(ResolventError::NotFinite { site: place / width, energy: self.energies[place % width] })
            }
        }
    }
}

impl Gpu {
    /// Computes the density of states of a chain at many energies, for at most [`MOST_SITE_ENERGIES`] pairs.
    ///
    /// [`MOST_SITE_ENERGIES`]: crate::MOST_SITE_ENERGIES
    pub(crate) async fn density(
        self: Rc<Self>,
        chain: &Chain,
        shifts: &Shifts,
    ) -> Result<DensityOnDevice, ResolventError> {
        let watch = Watch::over(&self.device);
        let density = self.submit_map(chain, shifts);
        self.settle(watch).await?;
        Ok(DensityOnDevice { gpu: self, density, sites: chain.sites(), energies: shifts.energies().to_vec() })
    }

    fn submit_map(&self, chain: &Chain, shifts: &Shifts) -> Buffer {
        let (sites, energies) = (chain.sites(), shifts.energies().len());
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC;
        let density = Buffer::new(&self.device, "density", usage, sites * energies * size_of::<f32>());

        let (chunks, blocks) = (sites.div_ceil(CHUNK), sites.div_ceil(BLOCK));
        let origin = shifts.origin();
        let reach = shifts.energies().iter().map(|energy| chain.reach(*energy)).fold(0.0, f64::max);
        let largest_coupling = chain.largest_coupling();
        let problem = Problem {
            sites: sites as u32,
            sequences: energies as u32,
            chunks: chunks as u32,
            // The warm-up consists of whole chunks.
            warm_up: overlap_sites(shifts.eta()).next_multiple_of(CHUNK) as u32,
            eta: shifts.eta() as f32,
            rescale: rescale_mask(reach, shifts.eta(), largest_coupling * largest_coupling),
            ..Problem::default()
        };
        let mut work = Work::on(self);
        let problem = work.uniform("problem", &problem);
        let diagonal = work.values("diagonal", &chain.offset_from::<f32>(origin));
        let bonds = chain.rounded_bonds::<f32>();
        let bonded = bonds.is_some();
        let bonds = work.values("bonds", bonds.as_deref().unwrap_or_default());
        let offsets = work.values("energies", &shifts.offset_from_origin::<f32>());
        let inputs = [(0, &problem), (1, &diagonal), (2, &bonds), (3, &offsets)];
        let [x, z] = in_two_dimensions(energies.div_ceil(THREADS));

        let boundaries = if blocks == 1 {
            // A chain of one block has no inner boundaries.
            work.workspace("boundaries", 0)
        } else {
            let elements = work.workspace("elements", chunks * energies * ELEMENT_BYTES);
            let bindings: Vec<_> = inputs.into_iter().chain([(4, &elements)]).collect();
            work.pass((&DENSITY_MAP, "map_reduce"), bonded, &bindings, [x, chunks as u32, z]);
            let layout = Layout { sequences: energies, elements: chunks, interleaved: true };
            work.spine(&MOEBIUS_SPINE, &elements, layout)
        };
        let bindings: Vec<_> = inputs.into_iter().chain([(5, &boundaries), (7, &*density)]).collect();
        work.pass((&DENSITY_MAP, "map_apply"), bonded, &bindings, [x, blocks as u32, z]);
        work.submit();
        density
    }
}
