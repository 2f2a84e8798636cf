//! The spine: from the elements of all chunks to the values at their ends, in one level or two.

use super::{MOST_WORKGROUPS, Program, Work, in_two_dimensions};

/// Bytes of an element: two maps of two complex numbers each.
pub(super) const ELEMENT_BYTES: usize = 32;
/// Bytes of a pair of boundary values.
pub(super) const BOUNDARY_BYTES: usize = 16;
/// Elements that one workgroup scans: 64 threads of 16.
const GROUP: usize = 1024;
/// Up to so many elements of a sequence one thread walks along, which needs neither a tree nor a second level.
const WALKED: usize = 64;
/// Threads a workgroup.
const THREADS: usize = 64;

/// The elements of many sequences: where they are, how many a sequence has, and how they lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) sequences: usize,
    pub(super) elements: usize,
    /// Whether the same element of all sequences lies together, as in a map, not all elements of a sequence.
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
    /// Adds the passes from `elements` to the boundary values, and returns where these will be.
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
