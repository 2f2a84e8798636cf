//! The CPU's kernels: blocks of lanes, one sequence a lane, in f32 and f64.
//!
//! Inside, a block is \[site\]\[lane\], so that one instruction serves 4 to 16 sequences and the long latency of the
//! division is shared (resolvent-performance.md §4.3); outside, everything is \[sequence\]\[site\].

#![allow(
    clippy::needless_range_loop,
    reason = "one index over the lanes of several arrays is how these loops read"
)]

mod adjoint;
mod batch;
mod block;
mod causal;
mod chain;
pub(super) mod lanes;
mod meeting;
mod pieces;
mod rows;
mod schedule;
mod totals;
mod two_sided;

pub use adjoint::{green_adjoint, green_with_adjoint};
pub use batch::{Batch, ComplexPlanes, Gradient};
pub use causal::{causal_adjoint, causal_batch, causal_with_adjoint};
pub use chain::{causal_chain, green_chain};
pub use two_sided::green_batch;
