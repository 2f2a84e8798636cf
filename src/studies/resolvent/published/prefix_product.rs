//! The default routine of the later code: prefix products of transfer matrices, wrong in two places (resnet-bk.md §1.4
//! item 5 and §9.5).
//!
//! The correct product is (θ_{i+1}, θ_i) = M_i … M_1 (s_0, 1) with M_i = [[s_i, −β_{i−1}], [1, 0]]. The published
//! product is M_i … M_0, so that site 0 enters twice, with β_i in place of β_{i−1}. The product from the right has the
//! same defect, and one matrix too many: φ_i starts at site i instead of the site after it.

use super::Terms;
use super::green::{DETERMINANT_GUARD, PublishedGreen, to_single};
use crate::studies::resolvent::record::Division;
use bk_resolvent::{Chain, Shift};
use num_complex::Complex;

/// The value that the published layer uses where the routine's value is not finite.
pub const REPLACEMENT: Complex<f32> = Complex::new(1.0, 0.0);

/// Returns the diagonal of the routine, with [`REPLACEMENT`] where it is not finite.
pub(super) fn green(chain: &Chain, shift: Shift, division: Division) -> PublishedGreen {
    let terms = Terms::new(chain, shift);
    let thetas = products(&terms);
    let phis = products(&terms.reversed());
    let theta_ends = thetas.iter().position(|theta| !theta.is_finite());
    let phi_ends = phis.iter().position(|phi| !phi.is_finite());
    let sites = chain.sites();
    let determinant = thetas[sites] + DETERMINANT_GUARD;
    let mut replaced = 0;
    let values = (0..sites).map(|site| {
        let phi = if site + 1 < sites { phis[sites - site] } else { phis[0] };
        let value = division.divide(thetas[site] * phi, determinant);
        if value.is_finite() {
            return to_single(value);
        }
        replaced += 1;
        REPLACEMENT
    });
    PublishedGreen { values: values.collect(), replaced, clipped: 0, theta_ends, phi_ends }
}

/// Returns the routine's minors of the first 0, 1, … N sites: those of 0 and 1 sites are correct, the others are the
/// upper element of M_i … M_0 (s_0, 1).
fn products(terms: &Terms) -> Vec<Complex<f64>> {
    let mut minors = vec![Complex::new(1.0, 0.0), terms.sites[0]];
    let (mut upper, mut lower) = (terms.sites[0], Complex::new(1.0, 0.0));
    for (site, (term, bond)) in terms.with_bond_after().enumerate() {
        (upper, lower) = (term * upper - lower * bond, upper);
        if site > 0 {
            minors.push(upper);
        }
    }
    minors
}
