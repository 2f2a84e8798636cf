//! The two-sided continued fraction on the CPU: the reference in f64, the twin of the GPU kernel in f32.
//!
//! With s_i = v_i − z and the bonds β, one sweep from the left and one from the right,
//!
//! ```text
//! L_i = 1/(s_i − β_{i−1} L_{i−1}),   R_i = 1/(s_i − β_i R_{i+1}),   G_ii = 1/(s_i − β_{i−1} L_{i−1} − β_i R_{i+1}),
//! ```
//!
//! give the whole diagonal in O(N). −Im of every denominator is η plus numbers that are never negative, so it
//! never vanishes, nothing can overflow within the limits of [`super::chain`], and Im G is accurate even where
//! it is small beside |G| (resolvent-performance.md §2.5). The form with one division a site loses all this.

use num_complex::Complex;

use super::chain::{Chain, Shift, Shifts};
use super::cpu::lanes::Lanes;
use super::real::Real;

/// Energies computed side by side, so that the compiler can use vector instructions: 16 fill every register
/// width from SSE2 to AVX-512, and more gain nothing (resolvent-performance.md §4.3).
const LANES: usize = 16;

/// G_ii of the chain at one point, one value a site, in the precision `T`.
pub fn green<T: Real>(chain: &Chain, shift: Shift) -> Vec<Complex<T>> {
    let mut green = vec![Complex::default(); chain.sites()];
    visit_green(chain, &shift.into(), |site, _, value| green[site] = value);
    green
}

/// G_ii of the chain at many energies, handed to `visit` as (site, index of the energy, value): each pair once, in
/// no promised order. Nothing of the size of the whole map is allocated.
///
/// The arithmetic sees v − E₀ and E − E₀, each rounded once, with E₀ from [`Shifts::origin`].
pub fn visit_green<T: Real>(chain: &Chain, shifts: &Shifts, mut visit: impl FnMut(usize, usize, Complex<T>)) {
    let diagonal = chain.offset_from(shifts.origin());
    let energies = shifts.offset_from_origin::<T>();
    let bonds = chain.rounded_bonds::<T>();
    let bonds = bonds.as_deref();
    let eta = T::round(shifts.eta());
    let (blocks, rest) = energies.as_chunks::<LANES>();
    for (block, energies) in blocks.iter().enumerate() {
        sweep(&diagonal, bonds, energies, eta, |site, lane, value| visit(site, block * LANES + lane, value));
    }
    for (index, &energy) in rest.iter().enumerate() {
        sweep(&diagonal, bonds, &[energy], eta, |site, _, value| {
            visit(site, blocks.len() * LANES + index, value)
        });
    }
}

/// Both sweeps for `WIDTH` energies side by side: left to right keeping every β_{i−1} L_{i−1}, then right to left.
fn sweep<T: Real, const WIDTH: usize>(
    diagonal: &[T],
    bonds: Option<&[T]>,
    energies: &[T; WIDTH],
    eta: T,
    mut visit: impl FnMut(usize, usize, Complex<T>),
) {
    // conj(v − z) = (v − E) + iη.
    let site_term = |value: T| Lanes { re: energies.map(|energy| value - energy), im: [eta; WIDTH] };

    // What a neighbour's L or R counts for across the bond to the right of a site; the last site has none.
    let share = |site: usize, lanes: Lanes<T, WIDTH>| match bonds {
        Some(bonds) => lanes.scaled(&[bonds.get(site).copied().unwrap_or_default(); WIDTH]),
        None => lanes,
    };

    let mut left = Vec::with_capacity(diagonal.len());
    let mut previous = Lanes::zero();
    for (site, &value) in diagonal.iter().enumerate() {
        left.push(previous);
        previous = share(site, site_term(value).minus_conjugate(&previous).reciprocal());
    }

    let mut right = Lanes::zero();
    for (site, (&value, left)) in diagonal.iter().zip(&left).enumerate().rev() {
        let without_left = site_term(value).minus_conjugate(&share(site, right));
        let green = without_left.minus_conjugate(left).reciprocal();
        right = without_left.reciprocal();
        for lane in 0..WIDTH {
            visit(site, lane, Complex::new(green.re[lane], green.im[lane]));
        }
    }
}
