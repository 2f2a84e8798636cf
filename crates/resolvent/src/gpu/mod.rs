//! The GPU back end: the kernels of `shaders/`, run by wgpu at the default limits of WebGPU.
//!
//! wgpu uses WebGPU in the browser, and Vulkan, Metal or DX12 natively. The shaders and this module are the same
//! everywhere.

mod buffer;
mod map;
mod sequences;
mod shader;
mod spine;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use futures_channel::oneshot;

use crate::adapter::AdapterReport;
use crate::error::ResolventError;
use buffer::Buffer;
pub use map::DensityOnDevice;
pub(super) use sequences::{Planes, Sequences};
pub(super) use shader::{
    AFFINE_SPINE, CAUSAL_FORM, CAUSAL_FORM_ADJOINT, DENSITY_MAP, FUSED_GREEN, GREEN_ADJOINT, HALO_GREEN,
    MOEBIUS_SPINE, SEQUENCE_GREEN,
};
pub use shader::{Program, ShaderFile};

/// The largest number of workgroups in one dimension of a dispatch that WebGPU guarantees.
const MOST_WORKGROUPS: u32 = 65_535;

/// An open device, with the kernels compiled so far.
#[derive(Debug)]
pub(super) struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    modules: RefCell<HashMap<&'static str, wgpu::ShaderModule>>,
    pipelines: RefCell<HashMap<(&'static str, &'static str, bool), wgpu::ComputePipeline>>,
    adapter: AdapterReport,
    /// The reason of the loss, set once by the device when it is lost.
    lost: Arc<OnceLock<String>>,
}

impl Gpu {
    /// Opens the fastest adapter.
    ///
    /// Succeeds only if the browser gives an adapter: a browser may have the WebGPU interface without one.
    pub(crate) async fn open() -> Result<Self, ResolventError> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance
            .request_adapter(&options)
            .await
            .map_err(|error| ResolventError::NoAdapter { reason: no_adapter(&error) })?;
        let (device, queue) = adapter
            .request_device(&wgpu::DeviceDescriptor::default())
            .await
            .map_err(|error| ResolventError::NoAdapter { reason: error.to_string() })?;

        let lost = Arc::new(OnceLock::new());
        let notice = Arc::clone(&lost);
        device.set_device_lost_callback(move |reason, message| {
            // Only the first notice counts.
            let _ = notice.set(format!("{reason:?}: {message}"));
        });
        let adapter = AdapterReport::of(&device);
        let (modules, pipelines) = Default::default();
        Ok(Self { device, queue, modules, pipelines, adapter, lost })
    }

    /// Returns the adapter of this device.
    pub(super) fn adapter(&self) -> &AdapterReport {
        &self.adapter
    }

    /// Loses the device, as a driver reset does.
    #[cfg(test)]
    pub(super) fn lose(&self) {
        self.device.destroy();
    }

    fn pipeline(&self, program: &Program, entry_point: &'static str, bonded: bool) -> wgpu::ComputePipeline {
        let mut pipelines = self.pipelines.borrow_mut();
        let compile = || {
            let mut modules = self.modules.borrow_mut();
            let module = modules.entry(program.name).or_insert_with(|| {
                self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
                    label: Some(program.name),
                    source: wgpu::ShaderSource::Wgsl(program.source().into()),
                })
            });
            self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry_point),
                layout: None,
                module,
                entry_point: Some(entry_point),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &[("bonded", f64::from(u8::from(bonded)))],
                    // Every kernel writes workgroup memory before it reads it.
                    zero_initialize_workgroup_memory: false,
                },
                cache: None,
            })
        };
        pipelines.entry((program.name, entry_point, bonded)).or_insert_with(compile).clone()
    }

    /// Copies `values` numbers to memory that the CPU can read, and returns them. Also returns errors of earlier
    /// commands if `watch` was started before them.
    async fn read(
        &self,
        buffer: &wgpu::Buffer,
        values: usize,
        watch: Watch,
    ) -> Result<Vec<f32>, ResolventError> {
        use wgpu::BufferUsages as Usage;
        let size = values * size_of::<f32>();
        let result = Buffer::new(&self.device, "result", Usage::MAP_READ | Usage::COPY_DST, size);
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &result, 0, size as u64);
        self.queue.submit([encoder.finish()]);
        let (sender, receiver) = oneshot::channel();
        result.map_async(wgpu::MapMode::Read, .., move |outcome| {
            // The receiver is gone if the caller has dropped the computation.
            let _ = sender.send(outcome);
        });
        self.settle(watch).await?;
        if !matches!(receiver.await, Ok(Ok(()))) {
            return Err(self.lost().unwrap_or_else(unreadable));
        }
        let bytes = result
            .get_mapped_range(..size as u64)
            .map_err(|error| ResolventError::Gpu { message: error.to_string() })?;
        // Copied element by element, because in the browser the bytes have no particular alignment.
        Ok(bytemuck::pod_collect_to_vec(&bytes))
    }

    /// Waits until all submitted work is done, and returns the errors since the watch was started.
    ///
    /// Natively this waits for the device; in the browser it waits only for the errors.
    async fn settle(&self, watch: Watch) -> Result<(), ResolventError> {
        let polled = self.device.poll(wgpu::PollType::wait_indefinitely());
        let outcome = watch.outcome().await;
        // A loss of the device causes all other errors.
        self.lost().map_or(outcome, Err)?;
        // Polling without an error in the watch fails only if the device is lost and the notice has not arrived
        // yet.
        polled.map(drop).map_err(|_| unreadable())
    }

    fn lost(&self) -> Option<ResolventError> {
        self.lost.get().map(|reason| ResolventError::DeviceLost { reason: reason.clone() })
    }
}

/// Dispatches that are submitted together, and the buffers they share. The buffers are released when this is
/// dropped.
struct Work<'g> {
    gpu: &'g Gpu,
    passes: Vec<Pass>,
    memory: Vec<Buffer>,
}

/// One dispatch.
struct Pass {
    pipeline: wgpu::ComputePipeline,
    bindings: wgpu::BindGroup,
    groups: [u32; 3],
}

impl<'g> Work<'g> {
    fn on(gpu: &'g Gpu) -> Self {
        Self { gpu, passes: vec![], memory: vec![] }
    }

    /// Adds a dispatch and compiles its kernel if necessary. `bindings` are the buffers that the entry point uses.
    fn pass(
        &mut self,
        (program, entry_point): (&Program, &'static str),
        bonded: bool,
        bindings: &[(u32, &wgpu::Buffer)],
        groups: [u32; 3],
    ) {
        let pipeline = self.gpu.pipeline(program, entry_point, bonded);
        let entries: Vec<_> = bindings
            .iter()
            .map(|&(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        let bindings = self.gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(entry_point),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        self.passes.push(Pass { pipeline, bindings, groups });
    }

    fn submit(&mut self) {
        let descriptor = wgpu::CommandEncoderDescriptor::default();
        let mut encoder = self.gpu.device.create_command_encoder(&descriptor);
        {
            let mut compute = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for pass in self.passes.drain(..) {
                compute.set_pipeline(&pass.pipeline);
                compute.set_bind_group(0, &pass.bindings, &[]);
                let [x, y, z] = pass.groups;
                compute.dispatch_workgroups(x, y, z);
            }
        }
        self.gpu.queue.submit([encoder.finish()]);
    }

    fn upload(&mut self, label: &str, usage: wgpu::BufferUsages, bytes: &[u8]) -> wgpu::Buffer {
        let usage = usage | wgpu::BufferUsages::COPY_DST;
        let buffer = self.keep(Buffer::new(&self.gpu.device, label, usage, bytes.len()));
        self.gpu.queue.write_buffer(&buffer, 0, bytes);
        buffer
    }

    fn uniform(&mut self, label: &str, parameters: &impl bytemuck::Pod) -> wgpu::Buffer {
        self.upload(label, wgpu::BufferUsages::UNIFORM, bytemuck::bytes_of(parameters))
    }

    fn values(&mut self, label: &str, values: &[f32]) -> wgpu::Buffer {
        self.upload(label, wgpu::BufferUsages::STORAGE, bytemuck::cast_slice(values))
    }

    /// Allocates a buffer of zeros.
    fn workspace(&mut self, label: &str, bytes: usize) -> wgpu::Buffer {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC;
        self.keep(Buffer::new(&self.gpu.device, label, usage, bytes))
    }

    fn keep(&mut self, buffer: Buffer) -> wgpu::Buffer {
        let handle = (*buffer).clone();
        self.memory.push(buffer);
        handle
    }
}

/// `Problem` in the shaders.
#[derive(Debug, Clone, Copy, Default, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Problem {
    sites: u32,
    sequences: u32,
    chunks: u32,
    warm_up: u32,
    eta: f32,
    rescale: u32,
    levels: u32,
}

/// Returns the mask of the sites after which a product of the chain's matrices is rescaled, so that it neither
/// overflows nor vanishes: every 8, 4 or 2 sites (resolvent-performance.md §2.4, “Overflow”).
///
/// Each site multiplies the entries by at most |v − z| + β, and by no less than about η. If this is too much even
/// for 2 sites, the product is rescaled after every site.
fn rescale_mask(reach: f64, eta: f64, largest_bond: f64) -> u32 {
    /// Below the largest single and the inverse of the smallest normal one, with room for the sums of a product.
    const LARGEST_GROWTH: f64 = 1e36;
    let growth = (reach + eta + largest_bond).max(1.0 / eta);
    let two = growth * growth;
    let four = two * two;
    let powers = [(8, four * four), (4, four), (2, two)];
    powers.into_iter().find(|(_, growth)| *growth < LARGEST_GROWTH).map_or(1, |(sites, _)| sites) - 1
}

/// Returns the dispatch size of `groups` workgroups: one dimension, or two above the limit of WebGPU.
fn in_two_dimensions(groups: usize) -> [u32; 2] {
    let groups = u32::try_from(groups).unwrap_or(u32::MAX);
    if groups <= MOST_WORKGROUPS { [groups, 1] } else { [MOST_WORKGROUPS, groups.div_ceil(MOST_WORKGROUPS)] }
}

fn unreadable() -> ResolventError {
    ResolventError::DeviceLost { reason: "its result cannot be read".to_owned() }
}

/// Collects all errors of the commands between its creation and [`outcome`](Self::outcome).
struct Watch([wgpu::ErrorScopeGuard; 3]);

impl Watch {
    fn over(device: &wgpu::Device) -> Self {
        use wgpu::ErrorFilter::{Internal, OutOfMemory, Validation};
        Self([Validation, OutOfMemory, Internal].map(|filter| device.push_error_scope(filter)))
    }

    /// Ends the watch immediately, and returns a future that resolves to the first error, if any.
    fn outcome(self) -> impl Future<Output = Result<(), ResolventError>> {
        let [validation, memory, internal] = self.0;
        // Popped in reverse order, and before anything is awaited: another computation on the same device may run
        // in between.
        let internal = internal.pop();
        let memory = memory.pop();
        let validation = validation.pop();
        async move {
            match (validation.await, memory.await, internal.await) {
                (None, None, None) => Ok(()),
                (Some(error), ..) | (_, Some(error), _) | (.., Some(error)) => {
                    Err(ResolventError::Gpu { message: error.to_string() })
                }
            }
        }
    }
}

/// Returns the reason why there is no adapter. A browser gives none, and wgpu would list the back ends that only
/// native builds have.
fn no_adapter(error: &wgpu::RequestAdapterError) -> String {
    if cfg!(target_arch = "wasm32") {
        "the browser offers no WebGPU adapter".to_owned()
    } else {
        error.to_string()
    }
}
