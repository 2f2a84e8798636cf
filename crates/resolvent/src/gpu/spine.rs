//! The spine: the scan that computes the values at the ends of all chunks from their elements, in one or more
//! levels.

use super::{MOST_WORKGROUPS, Program, Work, in_two_dimensions};

/// The size of an element in bytes: two maps of two complex numbers each.
pub(super) const ELEMENT_BYTES: usize = 32;
/// The size of a pair of boundary values in bytes.
pub(super) const BOUNDARY_BYTES: usize = 16;
/// The number of elements that one workgroup scans: 64 threads with 16 elements each.
const GROUP: usize = 1024;
/// The largest number of elements of a sequence that a single thread walks along, without a tree or a second level.
const WALKED: usize = 64;
/// The number of threads per workgroup.
const THREADS: usize = 64;

/// The number of sequences, the number of elements per sequence, and the memory order of the elements.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) sequences: usize,
    pub(super) elements: usize,
    /// Whether elements with the same index lie together, as in a map, rather than all elements of a sequence.
    pub(super) interleaved: bool,
}

/// `Spine` in the shaders.
#[derive(Debug, Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Strides {
    sequences: u32,
    elements: u32,
    element_stride: u32,
    sequence_stride: u32,
}

impl Work<'_> {
    /// Adds the passes that compute the boundary values from `elements`, and returns the buffer of the boundary
    /// values.
    pub(super) fn spine(
        &mut self,
        program: &Program,
        elements: &wgpu::Buffer,
        layout: Layout,
    ) -> wgpu::Buffer {
        let Layout { sequences, elements: count, interleaved } = layout;
        let boundaries = self.workspace("boundaries", sequences * count * BOUNDARY_BYTES);
        let strides = self.uniform("spine", &layout.strides());
        if interleaved || count <= WALKED {
            let bindings = [(3, &strides), (4, elements), (5, &boundaries)];
            let [x, y] = in_two_dimensions(sequences.div_ceil(THREADS));
            self.pass((program, "walk"), false, &bindings, [x, y, 1]);
            return boundaries;
        }
        let groups = count.div_ceil(GROUP);
        let dispatch = [groups as u32, sequences as u32, 1];
        debug_assert!(dispatch.iter().all(|&groups| groups <= MOST_WORKGROUPS));
        let upper_boundaries = if groups == 1 {
            // Nothing enters at the ends of a sequence, and new memory is zero.
            self.workspace("outer boundaries", sequences * BOUNDARY_BYTES)
        } else {
            let upper = self.workspace("upper elements", sequences * groups * ELEMENT_BYTES);
            let bindings = [(3, &strides), (4, elements), (6, &upper)];
            self.pass((program, "fold"), false, &bindings, dispatch);
            self.spine(program, &upper, Layout { elements: groups, ..layout })
        };
        let bindings = [(3, &strides), (4, elements), (5, &boundaries), (7, &upper_boundaries)];
        self.pass((program, "spread"), false, &bindings, dispatch);
        boundaries
    }
}

impl Layout {
    fn strides(self) -> Strides {
        let (element_stride, sequence_stride) =
            if self.interleaved { (self.sequences, 1) } else { (1, self.elements) };
        Strides {
            sequences: self.sequences as u32,
            elements: self.elements as u32,
            element_stride: element_stride as u32,
            sequence_stride: sequence_stride as u32,
        }
    }
}
