//! The later routine: minors of a shifted chain, with separate logarithms (resnet-bk.md §1.4 items 1 to 4).

use super::green::{DETERMINANT_GUARD, PublishedGreen};
use super::{Terms, magnitude};
use bk_resolvent::{Chain, Shift};
use num_complex::Complex;

/// Distance by which every diagonal element of H − z is moved away from zero. Published as a safeguard; it changes the
/// result by about as much.
const MASS: f64 = 1e-3;

/// Added to |s_i| before the division by it; also the |s_i| below which the direction is taken as 1.
const TERM_GUARD: f64 = 1e-12;

/// Added to the magnitude by which a minor is scaled.
const SCALE_GUARD: f64 = 1e-20;

/// Limit that exponents approach smoothly, near the largest exponent of single precision.
const LARGEST_EXPONENT: f64 = 88.0;

/// The diagonal is first clamped to this magnitude.
const LARGEST_DIAGONAL: f64 = 100.0;

/// Off-diagonal elements are first clamped to 10, and so bonds to this.
const LARGEST_BOND: f64 = 100.0;

/// A minor t·e^l with |t| ≈ 1.
#[derive(Clone, Copy)]
struct Scaled {
    mantissa: Complex<f64>,
    logarithm: f64,
}

/// Returns the diagonal as the later routine computes it.
pub(super) fn green(chain: &Chain, shift: Shift) -> PublishedGreen {
    let mut terms = Terms::new(chain, shift);
    for (term, value) in terms.sites.iter_mut().zip(chain.diagonal()) {
        term.re = value.clamp(-LARGEST_DIAGONAL, LARGEST_DIAGONAL) - shift.energy();
        *term = with_mass(*term);
    }
    terms.bonds.iter_mut().for_each(|bond| *bond = bond.min(LARGEST_BOND));
    let thetas = minors(&terms);
    let mut phis = minors(&terms.reversed());
    let determinant = thetas[chain.sites()];
    phis.pop();
    let quotients = thetas.iter().zip(phis.iter().rev()).map(|(theta, phi)| {
        let exponent = bent(theta.logarithm + phi.logarithm - determinant.logarithm);
        let mantissa = theta.mantissa * phi.mantissa / (determinant.mantissa + DETERMINANT_GUARD);
        mantissa * pxfm::f_exp(exponent)
    });
    PublishedGreen::guarded(quotients)
}

/// Returns s + 10⁻³·s/|s|.
fn with_mass(term: Complex<f64>) -> Complex<f64> {
    let magnitude = magnitude(term);
    let direction =
        if magnitude < TERM_GUARD { Complex::new(1.0, 0.0) } else { term / (magnitude + TERM_GUARD) };
    term + MASS * direction
}

/// Returns the minors of the first 0, 1, … N sites.
fn minors(terms: &Terms) -> Vec<Scaled> {
    let mut minors = Vec::with_capacity(terms.sites.len() + 1);
    let mut earlier = Scaled { mantissa: Complex::default(), logarithm: 0.0 };
    let mut last = Scaled { mantissa: Complex::new(1.0, 0.0), logarithm: 0.0 };
    minors.push(last);
    for (term, bond) in terms.with_bond_before() {
        let ratio = pxfm::f_exp(bent(earlier.logarithm - last.logarithm));
        let value = term * last.mantissa - earlier.mantissa * (bond * ratio);
        let scale = magnitude(value) + SCALE_GUARD;
        let logarithm = last.logarithm + pxfm::f_log(scale);
        (earlier, last) = (last, Scaled { mantissa: value / scale, logarithm });
        minors.push(last);
    }
    minors
}

/// Returns 88·tanh(x/88): x limited smoothly to ±88. The relative error is (x/88)²/3 even for small x.
fn bent(exponent: f64) -> f64 {
    LARGEST_EXPONENT * pxfm::f_tanh(exponent / LARGEST_EXPONENT)
}
