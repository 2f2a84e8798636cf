//! The CPU kernels: blocks of lanes, one sequence per lane, in f32 and f64.
//!
//! The kernels compute in the layout \[block\]\[site\]\[lane\] of [`Blocks`], so that one instruction serves 4 to
//! 16 sequences and the long latency of the division is shared (resolvent-performance.md §4.3). Callers that
//! compute more than once pack once. A [`Batch`] has the more common layout \[sequence\]\[site\] and is packed and
//! unpacked by each call.

#![allow(
    clippy::needless_range_loop,
    reason = "one index over the lanes of several arrays is how these loops read"
)]

mod adjoint;
mod ahead;
mod batch;
mod blocks;
mod causal;
mod chain;
pub(crate) mod complex;
mod complex_blocks;
mod gradient_blocks;
mod meeting;
mod pieces;
mod schedule;
mod totals;
mod transpose;
mod two_sided;
mod width;

pub use adjoint::{green_adjoint, green_blocks_with_adjoint, green_with_adjoint};
pub use batch::{Batch, ComplexPlanes, Gradient};
pub use blocks::Blocks;
pub use causal::{causal_adjoint, causal_batch, causal_blocks, causal_with_adjoint};
pub use chain::{causal_chain, green_chain};
pub use complex_blocks::{ComplexBlocks, Cotangents};
pub use gradient_blocks::GradientBlocks;
pub use two_sided::{green_batch, green_blocks};
pub(super) use width::Width;
