//! The GPU back end: `shaders/continued_fraction.wgsl` through wgpu, at WebGPU's default limits.
//!
//! In the browser wgpu speaks WebGPU, natively Vulkan, Metal or DX12; the shader and this file are the same.

use std::num::NonZeroU64;
use std::sync::{Arc, OnceLock};

use futures_channel::oneshot;
use num_complex::Complex;

use super::adapter::AdapterReport;
use super::chain::{Chain, Shifts};
use super::error::ResolventError;

/// The kernel's source.
const SHADER: &str = include_str!("../../shaders/continued_fraction.wgsl");
/// Threads a workgroup: a multiple of the usual subgroup widths, and within what the smallest WebGPU device promises.
const THREADS: u32 = 64;
/// Sites a dispatch. llvmpipe ends a thread's loops after 65,535 rounds, without an error; and a browser resets a
/// GPU that one dispatch holds for seconds, which 16,384 sites at even a microsecond each do not.
const SEGMENT_SITES: usize = 16_384;
/// Bytes from one segment's parameters to the next: the offset alignment that every WebGPU device accepts.
const SEGMENT_STRIDE: usize = 256;
/// Bytes of one output value, (Re G, Im G).
const VALUE_BYTES: usize = size_of::<[f32; 2]>();

/// An open device with the two sweeps compiled for it.
#[derive(Debug)]
pub(super) struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    bindings: wgpu::BindGroupLayout,
    left_sweep: wgpu::ComputePipeline,
    right_sweep: wgpu::ComputePipeline,
    adapter: AdapterReport,
    /// Set once, by the device, when it is lost.
    lost: Arc<OnceLock<String>>,
}

impl Gpu {
    /// Opens the fastest adapter and compiles the kernel.
    ///
    /// Decides by whether an adapter is given, since a browser may have the WebGPU interface and no adapter.
    pub(super) async fn open() -> Result<Self, ResolventError> {
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
            // A second notice would say nothing new.
            let _ = notice.set(format!("{reason:?}: {message}"));
        });

        let watch = Watch::over(&device);
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("continued_fraction"),
            source: wgpu::ShaderSource::Wgsl(SHADER.into()),
        });
        let bindings = layout(&device);
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&bindings)],
            immediate_size: 0,
        });
        let kernel = |entry_point| {
            device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry_point),
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: Some(entry_point),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &[("threads", f64::from(THREADS))],
                    ..Default::default()
                },
                cache: None,
            })
        };
        let (left_sweep, right_sweep) = (kernel("left_sweep"), kernel("right_sweep"));
        watch.outcome().await?;

        let adapter = AdapterReport::of(&device);
        Ok(Self { device, queue, bindings, left_sweep, right_sweep, adapter, lost })
    }

    /// The adapter this device is on.
    pub(super) fn adapter(&self) -> &AdapterReport {
        &self.adapter
    }

    /// Loses the device, as a driver reset does.
    #[cfg(test)]
    pub(super) fn lose(&self) {
        self.device.destroy();
    }

    /// G_ii of the chain at every shift, handed to `visit` as (site, index of the energy, value); there must be at
    /// most [`super::MOST_SITE_ENERGIES`] pairs.
    pub(super) async fn visit_green(
        &self,
        chain: &Chain,
        shifts: &Shifts,
        mut visit: impl FnMut(usize, usize, Complex<f32>),
    ) -> Result<(), ResolventError> {
        let energies = shifts.energies();
        let watch = Watch::over(&self.device);
        let result = self.submit(chain, shifts);
        // Natively this waits for the device; in the browser it does nothing and the event loop resolves the mapping.
        let (sender, receiver) = oneshot::channel();
        result.map_async(wgpu::MapMode::Read, .., move |outcome| {
            // Nobody listens any more where the caller has dropped the computation.
            let _ = sender.send(outcome);
        });
        let polled = self.device.poll(wgpu::PollType::wait_indefinitely());
        let outcome = watch.outcome().await;
        let mapped = receiver.await;
        if let Some(reason) = self.lost.get().cloned() {
            // Whatever else went wrong followed from this.
            return Err(ResolventError::DeviceLost { reason });
        }
        outcome?;
        if polled.is_err() || !matches!(mapped, Ok(Ok(()))) {
            // Only a lost device, of which the notice is still on its way, fails without an error in the watch.
            return Err(ResolventError::DeviceLost { reason: "its result cannot be read".to_owned() });
        }
        let bytes = result
            .get_mapped_range(..)
            .map_err(|error| ResolventError::Gpu { message: error.to_string() })?;
        for (place, value) in bytes.chunks_exact(VALUE_BYTES).enumerate() {
            // Unaligned, because in the browser the bytes are a copy of no particular alignment.
            let [re, im] = bytemuck::pod_read_unaligned::<[f32; 2]>(value);
            let (site, index) = (place / energies.len(), place % energies.len());
            if !(re.is_finite() && im.is_finite()) {
                return Err(ResolventError::NotFinite { site, energy: energies[index] });
            }
            visit(site, index, Complex::new(re, im));
        }
        Ok(())
    }

    /// Uploads one problem, runs both sweeps, and returns the buffer into which the result is being copied.
    fn submit(&self, chain: &Chain, shifts: &Shifts) -> Buffer {
        use wgpu::BufferUsages as Usage;

        let (sites, energies) = (chain.sites(), shifts.energies().len());
        let segments = segments(sites, energies as u32, shifts.eta() as f32);
        let parameters: Vec<u8> = segments.iter().flat_map(Segment::padded_bytes).collect();
        let diagonal = chain.offset_from::<f32>(shifts.origin());
        let offsets = shifts.offset_from_origin::<f32>();
        let result_bytes = (sites * energies * VALUE_BYTES) as u64;

        let parameters = self.upload("segments", Usage::UNIFORM, &parameters);
        let diagonal = self.upload("diagonal", Usage::STORAGE, bytemuck::cast_slice(&diagonal));
        let offsets = self.upload("energies", Usage::STORAGE, bytemuck::cast_slice(&offsets));
        let carry = self.buffer("carry", Usage::STORAGE, (energies * VALUE_BYTES) as u64);
        let green = self.buffer("green", Usage::STORAGE | Usage::COPY_SRC, result_bytes);
        let result = self.buffer("result", Usage::MAP_READ | Usage::COPY_DST, result_bytes);

        let one_segment = wgpu::BufferBinding {
            buffer: &parameters,
            offset: 0,
            size: NonZeroU64::new(size_of::<Segment>() as u64),
        };
        let resources = [
            wgpu::BindingResource::Buffer(one_segment),
            diagonal.as_entire_binding(),
            offsets.as_entire_binding(),
            carry.as_entire_binding(),
            green.as_entire_binding(),
        ];
        let entries: Vec<_> = (0..)
            .zip(resources)
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
            .collect();
        let bindings = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &self.bindings,
            entries: &entries,
        });

        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            let sweep = |pass: &mut wgpu::ComputePass<'_>, segment: usize| {
                pass.set_bind_group(0, &bindings, &[(segment * SEGMENT_STRIDE) as u32]);
                pass.dispatch_workgroups((energies as u32).div_ceil(THREADS), 1, 1);
            };
            pass.set_pipeline(&self.left_sweep);
            (0..segments.len()).for_each(|segment| sweep(&mut pass, segment));
            pass.set_pipeline(&self.right_sweep);
            (0..segments.len()).rev().for_each(|segment| sweep(&mut pass, segment));
        }
        encoder.copy_buffer_to_buffer(&green, 0, &result, 0, result_bytes);
        self.queue.submit([encoder.finish()]);
        result
    }

    fn upload(&self, label: &str, usage: wgpu::BufferUsages, bytes: &[u8]) -> Buffer {
        let buffer = self.buffer(label, usage | wgpu::BufferUsages::COPY_DST, bytes.len() as u64);
        self.queue.write_buffer(&buffer, 0, bytes);
        buffer
    }

    fn buffer(&self, label: &str, usage: wgpu::BufferUsages, size: u64) -> Buffer {
        let descriptor =
            wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
        Buffer(self.device.create_buffer(&descriptor))
    }
}

/// A buffer whose memory is given back when it is dropped (once the work submitted with it is done); a browser would
/// keep it until it next collects garbage, and a map takes two large ones a tile.
struct Buffer(wgpu::Buffer);

impl std::ops::Deref for Buffer {
    type Target = wgpu::Buffer;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.0.destroy();
    }
}

/// What one dispatch sweeps; `Segment` in the shader.
#[derive(Debug, Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Segment {
    first: u32,
    after_last: u32,
    sites: u32,
    energies: u32,
    eta: f32,
}

impl Segment {
    fn padded_bytes(&self) -> [u8; SEGMENT_STRIDE] {
        let mut padded = [0; SEGMENT_STRIDE];
        padded[..size_of::<Self>()].copy_from_slice(bytemuck::bytes_of(self));
        padded
    }
}

/// Cuts a chain into segments, from left to right.
fn segments(sites: usize, energies: u32, eta: f32) -> Vec<Segment> {
    let segment = |first: usize| Segment {
        first: first as u32,
        after_last: (first + SEGMENT_SITES).min(sites) as u32,
        sites: sites as u32,
        energies,
        eta,
    };
    (0..sites).step_by(SEGMENT_SITES).map(segment).collect()
}

/// The bindings of both sweeps, in the order of the shader.
fn layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    use wgpu::BufferBindingType::{Storage, Uniform};

    let kinds = [
        (Uniform, true),
        (Storage { read_only: true }, false),
        (Storage { read_only: true }, false),
        (Storage { read_only: false }, false),
        (Storage { read_only: false }, false),
    ];
    let entries: Vec<_> = (0..)
        .zip(kinds)
        .map(|(binding, (ty, has_dynamic_offset))| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset, min_binding_size: None },
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
}

/// Catches every error of the commands given between its making and its outcome.
struct Watch([wgpu::ErrorScopeGuard; 3]);

impl Watch {
    fn over(device: &wgpu::Device) -> Self {
        use wgpu::ErrorFilter::{Internal, OutOfMemory, Validation};
        Self([Validation, OutOfMemory, Internal].map(|filter| device.push_error_scope(filter)))
    }

    /// Ends the watch at once; the first error, if any, is known when the future resolves.
    fn outcome(self) -> impl Future<Output = Result<(), ResolventError>> {
        let [validation, memory, internal] = self.0;
        // In the reverse order of their making, and before anything is awaited: another computation on the same
        // device may run in between.
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

/// Why there is no adapter. A browser gives no cause, and wgpu then lists the back ends that only native builds have.
fn no_adapter(error: &wgpu::RequestAdapterError) -> String {
    if cfg!(target_arch = "wasm32") {
        "the browser offers no WebGPU adapter".to_owned()
    } else {
        error.to_string()
    }
}
