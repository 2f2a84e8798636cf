//! The two-sided continued fraction on the CPU: the reference in f64, the twin of the GPU kernel in f32.
//!
//! With s_i = v_i − z and the bonds β, one sweep from the left and one from the right,
//!
//! ```text
//! L_i = 1/(s_i − β_{i−1} L_{i−1}),   R_i = 1/(s_i − β_i R_{i+1}),   G_ii = 1/(s_i − β_{i−1} L_{i−1} − β_i R_{i+1}),
//! ```
//!
//! give the whole diagonal in O(N). −Im of every denominator is η plus numbers that are never negative, so it
//! never vanishes, nothing can overflow within the limits of [`crate::chain`], and Im G is accurate even where
//! it is small beside |G| (resolvent-performance.md §2.5). The form with one division a site loses all this.

use num_complex::Complex;

use crate::chain::{Chain, Shift, Shifts};
use crate::cpu::Width;
use crate::cpu::complex::Complexes;
use crate::real::Real;

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
    let wide = Width::Wide.lanes::<T>();
    let rest = energies.len() - energies.len() % wide;
    for first in (0..rest).step_by(wide) {
        let block = &energies[first..first + wide];
        sweep::<T, 4>(&diagonal, bonds, block, eta, |site, lane, value| visit(site, first + lane, value));
    }
    for (first, block) in
        (rest..).step_by(Width::Narrow.lanes::<T>()).zip(energies[rest..].chunks(Width::Narrow.lanes::<T>()))
    {
        sweep::<T, 1>(&diagonal, bonds, block, eta, |site, lane, value| visit(site, first + lane, value));
    }
}

/// Both sweeps for as many energies side by side as so many registers hold, or fewer: left to right keeping every
/// β_{i−1} L_{i−1}, then right to left.
fn sweep<T: Real, const REGISTERS: usize>(
    diagonal: &[T],
    bonds: Option<&[T]>,
    energies: &[T],
    eta: T,
    mut visit: impl FnMut(usize, usize, Complex<T>),
) {
    let mut energy = [T::Register::default(); REGISTERS];
    bytemuck::cast_slice_mut(&mut energy)[..energies.len()].copy_from_slice(energies);
    let eta = eta.splat();
    // conj(v − z) = (v − E) + iη.
    let site_term = |value: T, part: usize| Complexes { re: value.splat() - energy[part], im: eta };

    // What a neighbour's L or R counts for across the bond to the right of a site; the last site has none.
    let bond = |site: usize| bonds.map(|bonds| bonds.get(site).copied().unwrap_or_default().splat());
    let share = |bond: Option<T::Register>, neighbour: Complexes<T::Register>| match bond {
        Some(bond) => neighbour.scaled(bond),
        None => neighbour,
    };

    let mut left = Vec::with_capacity(diagonal.len());
    let mut previous = [Complexes::default(); REGISTERS];
    for (site, &value) in diagonal.iter().enumerate() {
        left.push(previous);
        let bond = bond(site);
        for (part, previous) in previous.iter_mut().enumerate() {
            *previous = share(bond, site_term(value, part).minus_conjugate(*previous).reciprocal());
        }
    }

    let mut right = [Complexes::default(); REGISTERS];
    for (site, (&value, left)) in diagonal.iter().zip(&left).enumerate().rev() {
        let mut green = [[T::Register::default(); REGISTERS]; 2];
        let bond = bond(site);
        for (part, right) in right.iter_mut().enumerate() {
            let without_left = site_term(value, part).minus_conjugate(share(bond, *right));
            let here = without_left.minus_conjugate(left[part]).reciprocal();
            *right = without_left.reciprocal();
            (green[0][part], green[1][part]) = (here.re, here.im);
        }
        let (re, im): (&[T], &[T]) = (bytemuck::cast_slice(&green[0]), bytemuck::cast_slice(&green[1]));
        for (lane, (&re, &im)) in re.iter().zip(im).take(energies.len()).enumerate() {
            visit(site, lane, Complex::new(re, im));
        }
    }
}
