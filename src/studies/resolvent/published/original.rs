//! The original routine: minors in double precision (resnet-bk.md §1.1).

use super::Terms;
use super::green::{DETERMINANT_GUARD, PublishedGreen};
use crate::studies::resolvent::record::Division;
use bk_resolvent::{Chain, Shift};
use num_complex::Complex;

/// Returns the diagonal as the original routine computes it: all zeros from [`first_failing_length`] on.
pub(super) fn green(chain: &Chain, shift: Shift, division: Division) -> PublishedGreen {
    let terms = Terms::new(chain, shift);
    let thetas = minors(&terms);
    let mut phis = minors(&terms.reversed());
    let theta_ends = thetas.iter().position(|theta| !theta.is_finite());
    let phi_ends = phis.iter().position(|phi| !phi.is_finite());
    let determinant = thetas[chain.sites()] + DETERMINANT_GUARD;
    // φ_i is the minor of the N − 1 − i sites after i.
    phis.pop();
    let quotients =
        thetas.iter().zip(phis.iter().rev()).map(|(theta, phi)| division.divide(theta * phi, determinant));
    PublishedGreen { theta_ends, phi_ends, ..PublishedGreen::guarded(quotients) }
}

/// Returns the shortest length at which the original routine fails for a chain cut off there, because its determinant
/// is not finite in double precision. Returns `None` if the whole chain is short enough (§1.3).
///
/// The routine may return zeros one site earlier: if the parts of the determinant are finite but their sum is not,
/// which [`Division::Scaled`] computes.
pub fn first_failing_length(chain: &Chain, shift: Shift) -> Option<usize> {
    minors(&Terms::new(chain, shift)).iter().position(|theta| !theta.is_finite())
}

/// Returns the minors of the first 0, 1, … N sites.
fn minors(terms: &Terms) -> Vec<Complex<f64>> {
    let mut minors = Vec::with_capacity(terms.sites.len() + 1);
    let (mut earlier, mut last) = (Complex::default(), Complex::new(1.0, 0.0));
    minors.push(last);
    for (term, bond) in terms.with_bond_before() {
        (earlier, last) = (last, term * last - earlier * bond);
        minors.push(last);
    }
    minors
}
