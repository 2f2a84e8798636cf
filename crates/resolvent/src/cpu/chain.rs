//! Functions on one chain, which may be long.

use super::batch::{Batch, ComplexPlanes};
use super::{causal_batch, green_batch};
use crate::chain::{Chain, Shift};
use crate::error::ResolventError;
use crate::real::Real;

/// Computes G_ii of a chain at one point, with the fastest kernel that keeps the error bound at its length and η.
///
/// Computes with v − E, subtracted in f64 and rounded once.
///
/// # Errors
/// [`ResolventError::Memory`] if the result or the workspace does not fit in memory.
pub fn green_chain<T: Real>(
    chain: &Chain,
    shift: Shift,
    green: &mut ComplexPlanes<T>,
) -> Result<(), ResolventError> {
    as_batch(chain, shift, |batch| green_batch(batch, green))
}

/// Computes L_i of a chain at one point: the last diagonal element of the resolvent of the chain that ends at site
/// i.
///
/// # Errors
/// [`ResolventError::Memory`] if the result does not fit in memory.
pub fn causal_chain<T: Real>(
    chain: &Chain,
    shift: Shift,
    causal: &mut ComplexPlanes<T>,
) -> Result<(), ResolventError> {
    as_batch(chain, shift, |batch| causal_batch(batch, causal))
}

/// Calls `compute` with a batch that holds the chain alone, with energies relative to E.
fn as_batch<T: Real, Outcome>(
    chain: &Chain,
    shift: Shift,
    compute: impl FnOnce(&Batch<T>) -> Outcome,
) -> Outcome {
    let diagonal = chain.offset_from(shift.energy());
    let bonds = chain.rounded_bonds();
    compute(&Batch::of_checked(chain.sites(), &diagonal, bonds.as_deref(), &[shift.at_origin()]))
}
