//! The errors of dense operators.

use super::dense::MOST_DENSE_SITES;
use crate::ResolventError;

/// The reason why a dense operator, or a quantity derived from it, cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BirmanSchwingerError {
    /// The number of sites is 0 or too large for a dense matrix.
    #[error(
        "A dense operator on {sites} sites cannot be computed here. Choose from 1 to {MOST_DENSE_SITES} sites: its singular values cost N³ operations."
    )]
    Sites {
        /// The requested number of sites.
        sites: usize,
    },
    /// An element of the operator is not finite.
    #[error(
        "The operator's element ({row}, {column}) is not finite: its kernel overflows at this length. Choose fewer sites or a kernel that decays."
    )]
    NotFinite {
        /// The row, counted from 0.
        row: usize,
        /// The column, counted from 0.
        column: usize,
    },
    /// A decomposition did not converge or overflowed.
    #[error(
        "The operator's {quantity} could not be computed: its elements span too many orders of magnitude. Choose fewer sites or a kernel that decays."
    )]
    NoResult {
        /// The quantity that was to be computed.
        quantity: &'static str,
    },
    /// A low-rank factor has the wrong number of values or a value that is not finite.
    #[error(
        "The low-rank factors have {left} and {right} values, not {sites} sites × rank {rank} each. Give every factor sites × rank finite values."
    )]
    Factors {
        /// The number of values of the left factor.
        left: usize,
        /// The number of values of the right factor.
        right: usize,
        /// The number of sites of the chain.
        sites: usize,
        /// The rank.
        rank: usize,
    },
    /// The resolvent of the chain could not be computed.
    #[error("{0}")]
    Resolvent(#[from] ResolventError),
    /// The chain has bonds other than 1.
    #[error(
        "The Mourre estimate needs a chain whose bonds are all 1, for which its commutator is derived. This chain has other bonds. Leave the bonds out."
    )]
    Bonds,
    /// The energy window is empty or has an end that is not finite.
    #[error(
        "The energy window from {from:?} to {to:?} is empty or not finite. Give two finite energies, the lower one first."
    )]
    Window {
        /// The lower end of the window.
        from: f64,
        /// The upper end of the window.
        to: f64,
    },
}
