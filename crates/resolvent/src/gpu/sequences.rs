//! Sequences of one length on the GPU: G_ii, its causal form, and their gradients, by any [`SequenceKernel`].

use std::ops::Range;

use super::spine::{ELEMENT_BYTES, Layout};
use super::{
    AFFINE_SPINE, CAUSAL_FORM, CAUSAL_FORM_ADJOINT, FUSED_GREEN, GREEN_ADJOINT, Gpu, HALO_GREEN,
    MOEBIUS_SPINE, Problem, Program, SEQUENCE_GREEN, Watch, Work, in_two_dimensions, rescale_mask,
};
use crate::cpu::ComplexPlanes;
use crate::error::ResolventError;
use crate::kernels::{SequenceKernel, halo_sites, overlap_sites};

/// The number of sites per thread; `CHUNK` in the shaders.
const CHUNK: usize = 32;
/// The number of threads per workgroup, each with one chunk.
const LANES: usize = 64;
/// The largest number of sites of one submission. Its three planes of results take 48 MiB, within the 128 MiB that
/// WebGPU guarantees for a binding, and little enough for a phone.
const MOST_SITES_AT_ONCE: usize = 1 << 22;

/// Sequences of one length, as the kernels read them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sequences<'a> {
    /// The number of sites of each sequence.
    pub(crate) sites: usize,
    /// v − E, with each sequence's own energy subtracted before rounding; layout \[sequence\]\[site\].
    pub(crate) diagonals: &'a [f32],
    /// β, one fewer than sites per sequence; `None` if all are 1.
    pub(crate) bonds: Option<&'a [f32]>,
    /// η, one per sequence.
    pub(crate) etas: &'a [f32],
    /// g, one per site, for an adjoint.
    pub(crate) cotangents: Option<&'a ComplexPlanes<f32>>,
}

/// The results of a kernel, in the layout of the diagonals.
#[derive(Debug, Default)]
pub(crate) struct Planes {
    /// G or L; s for an adjoint.
    pub(crate) values: ComplexPlanes<f32>,
    /// ∂Loss/∂β, padded to one value per site, for an adjoint; otherwise empty.
    pub(crate) bonds: Vec<f32>,
}

impl Sequences<'_> {
    /// Returns the number of sequences.
    pub(crate) fn count(&self) -> usize {
        self.etas.len()
    }

    fn largest_bond(&self) -> f64 {
        self.bonds.map_or(1.0, largest)
    }

    fn smallest_eta(&self) -> f64 {
        self.etas.iter().copied().fold(f32::INFINITY, f32::min).into()
    }

    /// Returns max |v − E|.
    fn reach(&self) -> f64 {
        largest(self.diagonals)
    }

    /// Returns the number of sites after which a wrong start no longer matters in any sequence.
    pub(crate) fn halo_sites(&self) -> usize {
        halo_sites(self.smallest_eta(), self.largest_bond().sqrt())
    }
}

/// Returns the largest magnitude; 0 for an empty slice.
fn largest(values: &[f32]) -> f64 {
    values.iter().map(|value| value.abs()).fold(0.0, f32::max).into()
}

impl Gpu {
    /// Runs a kernel over all sequences, as many at a time as one submission holds.
    pub(crate) async fn sequences(
        &self,
        kernel: SequenceKernel,
        sequences: Sequences<'_>,
    ) -> Result<Planes, ResolventError> {
        let (sites, count) = (sequences.sites, sequences.count());
        let mut planes = Planes::default();
        let at_once = (MOST_SITES_AT_ONCE / sites).max(1);
        for first in (0..count).step_by(at_once) {
            let range = first..(first + at_once).min(count);
            let size = range.len() * sites;
            let watch = Watch::over(&self.device);
            let mut work = Work::on(self);
            let output = work.sequences(kernel, sequences, range);
            work.submit();
            let values = self.read(&output, self::planes(sequences) * size, watch).await?;
            let mut parts = values.chunks_exact(size);
            for plane in [&mut planes.values.re, &mut planes.values.im, &mut planes.bonds] {
                plane.extend_from_slice(parts.next().unwrap_or_default());
            }
        }
        Ok(planes)
    }
}

/// The inputs of the dispatches for some of the sequences.
struct Inputs {
    problem: wgpu::Buffer,
    diagonals: wgpu::Buffer,
    bonds: wgpu::Buffer,
    etas: wgpu::Buffer,
    cotangents: Option<wgpu::Buffer>,
    bonded: bool,
    groups: [u32; 3],
}

impl Inputs {
    /// Returns the bindings common to all kernels, the cotangents if any, and `more`.
    fn with<'b>(&'b self, more: &[(u32, &'b wgpu::Buffer)]) -> Vec<(u32, &'b wgpu::Buffer)> {
        let mut bindings = self.without_cotangents(more);
        bindings.extend(self.cotangents.iter().map(|cotangents| (6, cotangents)));
        bindings
    }

    fn without_cotangents<'b>(&'b self, more: &[(u32, &'b wgpu::Buffer)]) -> Vec<(u32, &'b wgpu::Buffer)> {
        let common = [(0, &self.problem), (1, &self.diagonals), (2, &self.bonds), (3, &self.etas)];
        common.into_iter().chain(more.iter().copied()).collect()
    }
}

impl Work<'_> {
    /// Adds the passes of a kernel over some of the sequences, and returns the buffer of its output planes.
    fn sequences(
        &mut self,
        kernel: SequenceKernel,
        sequences: Sequences<'_>,
        range: Range<usize>,
    ) -> wgpu::Buffer {
        let (sites, count) = (sequences.sites, range.len());
        let chunks = sites.div_ceil(CHUNK);
        let layout = Layout { sequences: count, elements: chunks, interleaved: false };
        let inputs = self.inputs(kernel, sequences, range);
        let output = self.workspace("planes", planes(sequences) * count * sites * size_of::<f32>());
        let (reduce_adjoint, apply) = match kernel.road() {
            Road::Whole(entry) => {
                self.pass(entry, inputs.bonded, &inputs.with(&[(7, &output)]), inputs.groups);
                return output;
            }
            Road::Scanned { apply } => (None, apply),
            Road::ScannedAdjoint { reduce, apply } => (Some(reduce), apply),
        };

        let element_bytes = count * chunks * ELEMENT_BYTES;
        let elements = self.workspace("elements", element_bytes);
        let bindings = inputs.without_cotangents(&[(4, &elements)]);
        self.pass((&SEQUENCE_GREEN, "reduce"), inputs.bonded, &bindings, inputs.groups);
        let ends = self.spine(&MOEBIUS_SPINE, &elements, layout);
        let adjoint_ends = reduce_adjoint.map(|reduce| {
            let maps = self.workspace("affine maps", element_bytes);
            self.pass(reduce, inputs.bonded, &inputs.with(&[(4, &maps), (5, &ends)]), inputs.groups);
            self.spine(&AFFINE_SPINE, &maps, layout)
        });
        let mut bindings = inputs.with(&[(5, &ends), (7, &output)]);
        bindings.extend(adjoint_ends.iter().map(|ends| (8, ends)));
        self.pass(apply, inputs.bonded, &bindings, inputs.groups);
        output
    }

    /// Uploads the inputs for some of the sequences.
    fn inputs(&mut self, kernel: SequenceKernel, sequences: Sequences<'_>, range: Range<usize>) -> Inputs {
        let count = range.len();
        let chunks = sequences.sites.div_ceil(CHUNK);
        let values = range.start * sequences.sites..range.end * sequences.sites;
        // In the fused kernel, the chunks of a sequence share a tree whose number of leaves is the next power of
        // two.
        let levels = chunks.next_power_of_two().trailing_zeros();
        let lanes = match kernel {
            SequenceKernel::Fused => count << levels,
            _ => count * chunks,
        };
        let [x, y] = in_two_dimensions(lanes.div_ceil(LANES));
        let warm_up =
            if kernel.is_halo() { sequences.halo_sites() } else { overlap_sites(sequences.smallest_eta()) };
        let problem = Problem {
            sites: sequences.sites as u32,
            sequences: count as u32,
            chunks: chunks as u32,
            warm_up: warm_up as u32,
            rescale: rescale_mask(sequences.reach(), sequences.smallest_eta(), sequences.largest_bond()),
            levels,
            ..Problem::default()
        };
        let bonds = sequences.bonds.map(|bonds| padded_bonds(bonds, sequences.sites, range.clone()));
        let cotangents = sequences.cotangents.map(|planes| interleaved(planes, values.clone()));
        Inputs {
            problem: self.uniform("problem", &problem),
            diagonals: self.values("diagonals", &sequences.diagonals[values]),
            bonds: self.values("bonds", bonds.as_deref().unwrap_or_default()),
            etas: self.values("etas", &sequences.etas[range]),
            cotangents: cotangents.map(|cotangents| self.values("cotangents", &cotangents)),
            bonded: bonds.is_some(),
            groups: [x, y, 1],
        }
    }
}

/// Returns the number of output planes: real and imaginary parts and, for an adjoint, the derivatives with respect
/// to the bonds.
fn planes(sequences: Sequences<'_>) -> usize {
    if sequences.cotangents.is_some() { 3 } else { 2 }
}

/// Returns the bonds padded to one per site, so that they have the layout of the sites. The added bond has no
/// effect.
fn padded_bonds(bonds: &[f32], sites: usize, range: Range<usize>) -> Vec<f32> {
    let row = |sequence: usize| bonds[sequence * (sites - 1)..][..sites - 1].iter().copied().chain([1.0]);
    range.flat_map(row).collect()
}

fn interleaved(planes: &ComplexPlanes<f32>, values: Range<usize>) -> Vec<f32> {
    values.flat_map(|place| [planes.re[place], planes.im[place]]).collect()
}

/// An entry point and its program.
type Entry = (&'static Program, &'static str);

/// The dispatches of a kernel.
enum Road {
    /// One entry point computes everything.
    Whole(Entry),
    /// `reduce`, the Moebius spine, then `apply`.
    Scanned { apply: Entry },
    /// `reduce` of the values, the Moebius spine, this `reduce`, the affine spine, then `apply`.
    ScannedAdjoint { reduce: Entry, apply: Entry },
}

impl SequenceKernel {
    fn road(self) -> Road {
        match self {
            Self::Halo => Road::Whole((&HALO_GREEN, "halo_green")),
            Self::Fused => Road::Whole((&FUSED_GREEN, "fused_green")),
            Self::CausalHalo => Road::Whole((&CAUSAL_FORM, "halo_causal")),
            Self::AdjointHalo => Road::Whole((&GREEN_ADJOINT, "halo_adjoint")),
            Self::CausalAdjointHalo => Road::Whole((&CAUSAL_FORM_ADJOINT, "halo_causal_adjoint")),
            Self::Sequence => Road::Scanned { apply: (&SEQUENCE_GREEN, "apply_green") },
            Self::CausalSequence => Road::Scanned { apply: (&CAUSAL_FORM, "apply_causal") },
            Self::AdjointSequence => Road::ScannedAdjoint {
                reduce: (&GREEN_ADJOINT, "reduce_adjoint"),
                apply: (&GREEN_ADJOINT, "apply_adjoint"),
            },
            Self::CausalAdjointSequence => Road::ScannedAdjoint {
                reduce: (&CAUSAL_FORM_ADJOINT, "reduce_causal_adjoint"),
                apply: (&CAUSAL_FORM_ADJOINT, "apply_causal_adjoint"),
            },
        }
    }
}
