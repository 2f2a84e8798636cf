//! What can go wrong with dense operators.

use super::dense::MOST_DENSE_SITES;
use crate::ResolventError;

/// Why a dense operator, or a quantity of it, could not be had.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BirmanSchwingerError {
    /// Too many sites for a dense matrix, or none.
    #[error(
        "A dense operator on {sites} sites cannot be computed here. Choose from 1 to {MOST_DENSE_SITES} sites: its singular values cost N³ operations."
    )]
    Sites {
        /// The number of sites asked for.
        sites: usize,
    },
    /// An element of the operator is not finite.
    #[error(
        "The operator's element ({row}, {column}) is not finite: its kernel overflows at this length. Choose fewer sites or a kernel that decays."
    )]
    NotFinite {
        /// Row, counted from 0.
        row: usize,
        /// Column, counted from 0.
        column: usize,
    },
    /// A decomposition did not converge, or overflowed.
    #[error(
        "The operator's {quantity} could not be computed: its elements span too many orders of magnitude. Choose fewer sites or a kernel that decays."
    )]
    NoResult {
        /// What was computed.
        quantity: &'static str,
    },
    /// Low-rank factors of unequal shapes.
    #[error(
        "The low-rank factors have {left} and {right} values, which is not {sites} sites × rank {rank}. Give both factors that many."
    )]
    Factors {
        /// Values of the left factor.
        left: usize,
        /// Values of the right factor.
        right: usize,
        /// Sites of the chain.
        sites: usize,
        /// Rank.
        rank: usize,
    },
    /// The resolvent of the chain could not be computed.
    #[error("{0}")]
    Resolvent(#[from] ResolventError),
    /// A chain whose bonds are not all 1.
    #[error(
        "The Mourre estimate is for chains whose bonds are all 1, because its commutator is. This chain has others. Leave the bonds out."
    )]
    Bonds,
    /// An energy window that is none.
    #[error(
        "The energy window from {from:?} to {to:?} holds no energies. Both ends must be finite and the end must lie above the beginning."
    )]
    Window {
        /// Lowest energy.
        from: f64,
        /// Highest energy.
        to: f64,
    },
}
