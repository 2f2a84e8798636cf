//! The resolvent of a chain, diag((H − z)⁻¹): the core of every BK model.
//!
//! A chain of N sites has H = diag(v_0 … v_{N−1}) plus couplings between neighbors. The product of the two
//! couplings between the sites i and i + 1 is the bond β_i, which defaults to 1. The resolvent at z = E + iη, η >
//! 0, is G(z) = (H − z)⁻¹. This crate computes its diagonal G_ii in O(N) by the two-sided continued fraction
//!
//! ```text
//! L_i = 1/(v_i − z − β_{i−1} L_{i−1}),   R_i = 1/(v_i − z − β_i R_{i+1}),
//! G_ii = 1/(v_i − z − β_{i−1} L_{i−1} − β_i R_{i+1}).
//! ```
//!
//! Im G_ii/π is the local density of states: the weight at site i of the states near E, with each line broadened to
//! a Lorentzian of half-width η. It is never negative, and the arithmetic of this crate preserves this.
//!
//! Overview:
//!
//! * [`Potential`] (`random:strength=3,seed=7`) creates a [`Chain`]. [`Shift`] holds E and η, [`Shifts`] many
//!   energies and one η. Their constructors check all values, so that no NaN or infinity can arise later.
//! * [`Engine`] computes on the requested back end ([`BackendChoice`]), or on one that it selects for the work, and
//!   reports which one and why ([`BackendReport`]). f64 on the CPU is the reference; f32, on the CPU or GPU, is
//!   checked against it.
//! * [`Kernel`] is the table of the GPU kernels.
//! * [`green_chain`] and [`causal_chain`] compute one chain of any length on the CPU; [`green`] is the plain
//!   sequential continued fraction, the reference.
//! * [`Batch`] holds many sequences, each with its own z and bonds, in f32 or f64. [`green_batch`] computes G_ii of
//!   all sequences and [`causal_batch`] L_i alone, which at site i depends only on the sites up to i.
//!   [`green_adjoint`] and [`causal_adjoint`] compute the exact derivatives with respect to all inputs.
//! * [`ErrorBound`] bounds the error of f32; [`Deviation`] is the measured error.
//!
//! Sources: resnet-bk.md §1.1 to 1.3, resolvent-performance.md §0 and §2.5.
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests compare with the standard library"))]

mod adapter;
mod backend;
pub mod birman_schwinger;
mod bound;
mod chain;
mod continued_fraction;
mod cpu;
mod engine;
mod error;
mod gpu;
mod kernels;
mod potential;
mod potential_text;
mod prime_bump;
mod real;

pub use adapter::AdapterReport;
pub use backend::{Backend, BackendChoice, BackendReport};
pub use bound::{Deviation, ErrorBound};
pub use chain::{Chain, LARGEST_BOND, LARGEST_ENERGY, LARGEST_ETA, MOST_SITES, SMALLEST_ETA, Shift, Shifts};
pub use continued_fraction::{green, visit_green};
pub use cpu::{
    Batch, Blocks, ComplexBlocks, ComplexPlanes, Cotangents, Gradient, GradientBlocks, causal_adjoint,
    causal_batch, causal_blocks, causal_chain, causal_with_adjoint, green_adjoint, green_batch, green_blocks,
    green_blocks_with_adjoint, green_chain, green_with_adjoint,
};
pub use engine::{Engine, MOST_SITE_ENERGIES};
pub use error::ResolventError;
pub use gpu::{DensityOnDevice, Program, ShaderFile};
pub use kernels::{Kernel, MOST_FUSED_SITES, MOST_HALO_SITES, SequenceKernel};
pub use potential::{GOLDEN_RATIO_CONJUGATE, Potential};
pub use potential_text::ACCEPTED_POTENTIALS;
pub use prime_bump::BumpCenters;
pub use real::Real;
