//! One chain, which may be long.

use super::batch::{Batch, ComplexPlanes};
use super::{causal_batch, green_batch};
use crate::chain::{Chain, Shift};
use crate::error::ResolventError;
use crate::real::Real;

/// G_ii of a chain at one point, by the fastest kernel that keeps the error bound at its length and η.
///
/// The arithmetic sees v − E, subtracted in f64 and rounded once.
///
/// # Errors
/// [`ResolventError::Memory`] where result or workspace do not fit.
pub fn green_chain<T: Real>(
    chain: &Chain,
    shift: Shift,
    green: &mut ComplexPlanes<T>,
) -> Result<(), ResolventError> {
    as_batch(chain, shift, |batch| green_batch(batch, green))
}

/// L_i of a chain at one point: the last diagonal element of the resolvent of the chain that ends at site i.
///
/// # Errors
/// [`ResolventError::Memory`] where the result does not fit.
pub fn causal_chain<T: Real>(
    chain: &Chain,
    shift: Shift,
    causal: &mut ComplexPlanes<T>,
) -> Result<(), ResolventError> {
    as_batch(chain, shift, |batch| causal_batch(batch, causal))
}

/// The chain as a batch of one, seen from E.
fn as_batch<T: Real, Outcome>(
    chain: &Chain,
    shift: Shift,
    compute: impl FnOnce(&Batch<T>) -> Outcome,
) -> Outcome {
    let diagonal = chain.offset_from(shift.energy());
    let bonds = chain.rounded_bonds();
    compute(&Batch::of_checked(chain.sites(), &diagonal, bonds.as_deref(), &[shift.at_origin()]))
}
