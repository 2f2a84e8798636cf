//! The Birman–Schwinger operator of a chain, its norms and their bounds.
//!
//! Let H = H₀ + V, where H₀ is the chain without its potential, and R₀(z) = (H₀ − z)⁻¹. Then
//!
//! ```text
//! K(z) = |V|^½ R₀(z) V^½,   V^½ = sgn V · |V|^½,
//! (1 + K)⁻¹ = 1 − |V|^½ (H − z)⁻¹ V^½,   so   [(1 + K)⁻¹]_ii = 1 − v_i G_ii,
//! ```
//!
//! and z is an eigenvalue of H exactly if −1 is an eigenvalue of K. The operator is dense, so that chains are
//! limited to [`MOST_DENSE_SITES`]. Singular values, decompositions and inverses are computed by faer.
//!
//! Sources: resnet-bk.md §2; Reed and Simon, *Methods of Modern Mathematical Physics* IV, XIII.3.

mod bounds;
mod dense;
mod error;
mod free;
mod low_rank;
mod mourre;
mod operator;

pub use bounds::SchattenBounds;
pub use dense::{DenseOperator, MOST_DENSE_SITES, SchattenNorms};
pub use error::BirmanSchwingerError;
pub use free::{FreeResolvent, Weight, resolvent_matrix};
pub use low_rank::{Factors, low_rank_diagonal};
pub use mourre::{EnergyWindow, MourreEstimate};
pub use operator::BirmanSchwinger;
