//! The resolvent of a chain: diag((H − z)⁻¹), the core of every BK model.
//!
//! A chain of N sites has H = diag(v_0 … v_{N−1}) with couplings between neighbours, whose products are the bonds β_i,
//! 1 unless given. Its resolvent at z = E + iη, η > 0, is G(z) = (H − z)⁻¹, and this room computes its diagonal G_ii in
//! O(N), from the two-sided continued fraction
//!
//! ```text
//! L_i = 1/(v_i − z − β_{i−1} L_{i−1}),   R_i = 1/(v_i − z − β_i R_{i+1}),
//! G_ii = 1/(v_i − z − β_{i−1} L_{i−1} − β_i R_{i+1}).
//! ```
//!
//! Im G_ii/π is the local density of states: how much of site i the states near E hold, each line widened to a
//! Lorentzian of half-width η. It is never negative, and the arithmetic here keeps it so.
//!
//! The road through the room:
//!
//! * [`Potential`] (`random:strength=3,seed=7`) → [`Chain`]; E and η → [`Shift`], or many energies → [`Shifts`].
//!   These are checked when they are made, so that no NaN or infinity can arise after.
//! * [`Engine`] computes any of this on the back end asked for ([`BackendChoice`]) or on the one that suits the work, and
//!   tells which it is and why ([`BackendReport`]). f64 on the CPU is the reference; f32, on CPU or GPU, is checked
//!   against it.
//! * [`Kernel`] is the table of what the GPU runs.
//! * [`green_chain`] and [`causal_chain`] compute one chain on the CPU, however long; [`green`] is the plain sequential
//!   continued fraction, the reference.
//! * [`Batch`] is many sequences at once, each with its own z and bonds, in f32 or f64: [`green_batch`],
//!   [`causal_batch`] (L alone, which at site i knows only the sites up to i), and the exact derivatives of both with
//!   respect to everything they depend on, [`green_adjoint`] and [`causal_adjoint`].
//! * [`ErrorBound`] says how far f32 may be off, [`Deviation`] how far it is.
//!
//! Sources: resnet-bk.md §1.1 to 1.3, resolvent-performance.md §0 and §2.5.

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
