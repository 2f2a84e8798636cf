//! The table of the GPU kernels: what each computes, its WGSL programs, the CPU function that computes the same,
//! and the tolerance between the two.

use crate::backend::Backend;
use crate::bound::ErrorBound;
use crate::chain::{Chain, Shift};
use crate::gpu::{
    AFFINE_SPINE, CAUSAL_FORM, CAUSAL_FORM_ADJOINT, DENSITY_MAP, FUSED_GREEN, GREEN_ADJOINT, HALO_GREEN,
    MOEBIUS_SPINE, Program, SEQUENCE_GREEN,
};

/// A GPU kernel that computes a quantity of sequences.
///
/// *Halo* kernels take one dispatch and need η so large that the effect of a wrong start decays within
/// [`MOST_HALO_SITES`]. The others scan the chain and work at every η.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SequenceKernel {
    /// G_ii at large η.
    Halo,
    /// G_ii of at most [`MOST_FUSED_SITES`] sites.
    Fused,
    /// G_ii.
    Sequence,
    /// L_i at large η.
    CausalHalo,
    /// L_i.
    CausalSequence,
    /// The gradient through G_ii at large η.
    AdjointHalo,
    /// The gradient through G_ii.
    AdjointSequence,
    /// The gradient through L_i at large η.
    CausalAdjointHalo,
    /// The gradient through L_i.
    CausalAdjointSequence,
}

/// A GPU kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// A kernel for sequences.
    OfSequences(SequenceKernel),
    /// Im G_ii/π of one chain at many energies.
    Map,
}

/// The longest halo of a kernel, which suffices at η ≥ 0.1 and bonds of 1 (resolvent-performance.md §0 item 4). For
/// longer halos, scanning takes less work.
pub const MOST_HALO_SITES: usize = 256;

/// The largest number of sites of a sequence that fits in one workgroup.
pub const MOST_FUSED_SITES: usize = 2048;

impl Kernel {
    /// All kernels.
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

    /// Returns the WGSL programs that the kernel dispatches, in the order of their first use.
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

    /// Returns the largest allowed difference between a gradient and the same gradient in f64, relative to its
    /// norm.
    ///
    /// Each G_ij in s_j = Σ_i g_i G_ij² obeys the bound of the Green's function, so that the relative error of the
    /// norm of s is at most that of G: [`ErrorBound::relative`]. Measured on the CPU: 2·10⁻⁷ at η = 1 to 3·10⁻⁴ at
    /// 10⁻⁴, a tenth of this bound or less (resolvent-performance.md §3).
    pub fn gradient_tolerance(chain: &Chain, shift: Shift) -> f64 {
        ErrorBound::at(Backend::Gpu, chain, shift).relative()
    }

    /// Returns the name of the function of this crate that computes the same on the CPU.
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

/// Returns the number of sites after which a wrong value of L or R no longer matters in single precision:
///
/// ```text
/// h = (16.7 + 2 ln(1 + 1/η′))/(2 asinh(η′/2)),   η′ = η/max √β
/// ```
///
/// It follows from |G_ij| ≤ e^(−m|i−j|)/(η′ − 2 sinh m) for every m < asinh(η′/2) (resolvent-performance.md §0 item
/// 4, §2.5); 16.7 is ln 2²⁴.
pub(super) fn halo_sites(eta: f64, largest_coupling: f64) -> usize {
    let eta = eta / largest_coupling.max(f64::MIN_POSITIVE);
    let digits = 16.7 + 2.0 * pxfm::f_log1p(1.0 / eta);
    // At the smallest η the quotient exceeds the length of every chain, and its exact value does not matter.
    (digits / (2.0 * pxfm::f_asinh(eta / 2.0))).ceil() as usize
}

impl SequenceKernel {
    /// Returns whether the kernel starts from zero, a halo away from the sites it writes.
    pub fn is_halo(self) -> bool {
        matches!(self, Self::Halo | Self::CausalHalo | Self::AdjointHalo | Self::CausalAdjointHalo)
    }
}

/// Returns the number of sites by which a scanning kernel starts the continued fraction early, so that the rounding
/// errors of the scan's matrix products decay. These errors are largest at a band edge and for weak disorder.
///
/// Measured on lavapipe: the worst ratio to u(4|G| + (reach + 2)/η Im G) over N up to 2²⁰, four energies from
/// inside the band across its edge to outside, and clean, random (strength 1 to 20), quasi-periodic and stepped
/// potentials. 32 sites: 1.5 at η = 10⁻², 4.9 at 10⁻³, 149 at 10⁻⁴. 64 sites: 2 at 10⁻³, 22 at 10⁻⁴. 128 sites: 2.8
/// at 10⁻⁴.
pub(super) fn overlap_sites(eta: f64) -> usize {
    if eta >= 1e-2 {
        32
    } else if eta >= 1e-3 {
        64
    } else {
        128
    }
}
