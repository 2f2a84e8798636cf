//! Memory on the device.

/// A buffer whose memory is given back when it is dropped (once the work submitted with it is done); a browser would
/// keep it until it next collects garbage, and a map takes two large ones a tile.
#[derive(Debug)]
pub(super) struct Buffer(wgpu::Buffer);

impl Buffer {
    /// Memory for `size` bytes, all zero; at least 32, so that it can be bound to any array.
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
