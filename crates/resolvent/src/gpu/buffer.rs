//! Buffers on the device.

/// A buffer whose memory is released when it is dropped, as soon as the submitted work that uses it is done. A
/// browser would otherwise keep the memory until its next garbage collection, and a map allocates two large buffers
/// per tile.
#[derive(Debug)]
pub(super) struct Buffer(wgpu::Buffer);

impl Buffer {
    /// Allocates `size` bytes of zeros; at least 32, so that the buffer can be bound to an array of any type.
    pub(crate) fn new(device: &wgpu::Device, label: &str, usage: wgpu::BufferUsages, size: usize) -> Self {
        let size = size.max(32) as u64;
        let descriptor =
            wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
        Self(device.create_buffer(&descriptor))
    }
}

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
