//! The table of the GPU's kernels: what each computes, of which WGSL it is made, which CPU function is its twin, and
//! how far the two may differ.

use crate::backend::Backend;
use crate::bound::ErrorBound;
use crate::chain::{Chain, Shift};
use crate::gpu::{
    AFFINE_SPINE, CAUSAL_FORM, CAUSAL_FORM_ADJOINT, DENSITY_MAP, FUSED_GREEN, GREEN_ADJOINT, HALO_GREEN,
    MOEBIUS_SPINE, Program, SEQUENCE_GREEN,
};

/// A way in which the GPU computes something of sequences.
///
/// *Halo* kernels are one dispatch and need η so large that a wrong start is forgotten within [`MOST_HALO_SITES`];
/// the others scan the chain, and serve every η.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SequenceKernel {
    /// G_ii, large η.
    Halo,
    /// G_ii of at most [`MOST_FUSED_SITES`] sites.
    Fused,
    /// G_ii.
    Sequence,
    /// L_i, large η.
    CausalHalo,
    /// L_i.
    CausalSequence,
    /// The gradient through G_ii, large η.
    AdjointHalo,
    /// The gradient through G_ii.
    AdjointSequence,
    /// The gradient through L_i, large η.
    CausalAdjointHalo,
    /// The gradient through L_i.
    CausalAdjointSequence,
}

/// A way in which the GPU computes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// Something of sequences.
    OfSequences(SequenceKernel),
    /// Im G_ii/π of one chain at many energies.
    Map,
}

/// The longest halo a kernel is given: at η ≥ 0.1 and bonds of 1 it suffices (resolvent-performance.md §0 item 4).
/// Beyond, scanning takes less work.
pub const MOST_HALO_SITES: usize = 256;

/// The longest sequences that one workgroup can hold.
pub const MOST_FUSED_SITES: usize = 2048;

impl Kernel {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::OfSequences(SequenceKernel::Halo),
        Self::OfSequences(SequenceKernel::Fused),
        Self::OfSequences(SequenceKernel::Sequence),
        Self::OfSequences(SequenceKernel::CausalHalo),
        Self::OfSequences(SequenceKernel::CausalSequence),
        Self::OfSequences(SequenceKernel::AdjointHalo),
        Self::OfSequences(SequenceKernel::AdjointSequence),
        Self::OfSequences(SequenceKernel::CausalAdjointHalo),
        Self::OfSequences(SequenceKernel::CausalAdjointSequence),
        Self::Map,
    ];

    /// The WGSL programs it dispatches, in the order of their first use.
    pub fn programs(self) -> &'static [&'static Program] {
        let Self::OfSequences(kernel) = self else { return &[&DENSITY_MAP, &MOEBIUS_SPINE] };
        match kernel {
            SequenceKernel::Halo => &[&HALO_GREEN],
            SequenceKernel::Fused => &[&FUSED_GREEN],
            SequenceKernel::Sequence => &[&SEQUENCE_GREEN, &MOEBIUS_SPINE],
            SequenceKernel::CausalHalo => &[&CAUSAL_FORM],
            SequenceKernel::CausalSequence => &[&SEQUENCE_GREEN, &MOEBIUS_SPINE, &CAUSAL_FORM],
            SequenceKernel::AdjointHalo => &[&GREEN_ADJOINT],
            SequenceKernel::AdjointSequence => {
                &[&SEQUENCE_GREEN, &MOEBIUS_SPINE, &GREEN_ADJOINT, &AFFINE_SPINE]
            }
            SequenceKernel::CausalAdjointHalo => &[&CAUSAL_FORM_ADJOINT],
            SequenceKernel::CausalAdjointSequence => {
                &[&SEQUENCE_GREEN, &MOEBIUS_SPINE, &CAUSAL_FORM_ADJOINT, &AFFINE_SPINE]
            }
        }
    }

    /// How far a gradient may be from its twin in f64, relative to its norm.
    ///
    /// Of s_j = Σ_i g_i G_ij² each G_ij obeys the bound of the Green's function, so the norm of s is as far off,
    /// relatively, as G may be: [`ErrorBound::relative`]. Measured on the CPU: 2·10⁻⁷ at η = 1 to 3·10⁻⁴ at 10⁻⁴, a tenth of
    /// this and less (resolvent-performance.md §3).
    pub fn gradient_tolerance(chain: &Chain, shift: Shift) -> f64 {
        ErrorBound::at(Backend::Gpu, chain, shift).relative()
    }

    /// The function of this room that computes the same on the CPU.
    pub fn twin(self) -> &'static str {
        let Self::OfSequences(kernel) = self else { return "visit_green" };
        match kernel {
            SequenceKernel::Halo | SequenceKernel::Fused | SequenceKernel::Sequence => "green_batch",
            SequenceKernel::CausalHalo | SequenceKernel::CausalSequence => "causal_batch",
            SequenceKernel::AdjointHalo | SequenceKernel::AdjointSequence => "green_adjoint",
            SequenceKernel::CausalAdjointHalo | SequenceKernel::CausalAdjointSequence => "causal_adjoint",
        }
    }
}

/// How many sites away a wrong value of L or R no longer matters in single precision:
///
/// ```text
/// h = (16.7 + 2 ln(1 + 1/η′))/(2 asinh(η′/2)),   η′ = η/max √β
/// ```
///
/// from |G_ij| ≤ e^(−m|i−j|)/(η′ − 2 sinh m) for every m < asinh(η′/2) (resolvent-performance.md §0 item 4, §2.5).
/// 16.7 is ln 2²⁴.
pub(super) fn halo_sites(eta: f64, largest_coupling: f64) -> usize {
    let eta = eta / largest_coupling.max(f64::MIN_POSITIVE);
    let digits = 16.7 + 2.0 * pxfm::f_log1p(1.0 / eta);
    // A quotient beyond every chain, as for the smallest η, is as good as any.
    (digits / (2.0 * pxfm::f_asinh(eta / 2.0))).ceil() as usize
}

impl SequenceKernel {
    /// Whether it starts from nothing a halo before the sites it writes.
    pub fn is_halo(self) -> bool {
        matches!(self, Self::Halo | Self::CausalHalo | Self::AdjointHalo | Self::CausalAdjointHalo)
    }
}

/// How many sites early a scanning kernel takes the continued fraction up, so that it forgets what the matrix products
/// of the scan have lost: they lose most just at a band edge and where disorder is weak.
///
/// Measured on lavapipe, worst ratio to u(4|G| + (reach + 2)/η Im G) over N up to 2²⁰, four energies from inside the band
/// over its edge to outside, clean, random of strength 1 to 20, quasi-periodic and stepped potentials: 32 sites 1.5 at
/// η = 10⁻², but 4.9 at 10⁻³ and 149 at 10⁻⁴; 64 sites 2 at 10⁻³ and 22 at 10⁻⁴; 128 sites 2.8 at 10⁻⁴.
pub(super) fn overlap_sites(eta: f64) -> usize {
    if eta >= 1e-2 {
        32
    } else if eta >= 1e-3 {
        64
    } else {
        128
    }
}
