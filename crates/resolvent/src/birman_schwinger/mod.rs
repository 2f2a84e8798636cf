//! The Birman–Schwinger operator of a chain, and what can be said of its size.
//!
//! With H = H₀ + V, H₀ the chain without its potential and R₀(z) = (H₀ − z)⁻¹,
//!
//! ```text
//! K(z) = |V|^½ R₀(z) V^½,   V^½ = sgn V · |V|^½,
//! (1 + K)⁻¹ = 1 − |V|^½ (H − z)⁻¹ V^½,   so   [(1 + K)⁻¹]_ii = 1 − v_i G_ii,
//! ```
//!
//! and z is an eigenvalue of H exactly where −1 is one of K. The operator is dense, so chains are short here:
//! [`MOST_DENSE_SITES`]. Singular values, decompositions and inverses are faer's.
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
