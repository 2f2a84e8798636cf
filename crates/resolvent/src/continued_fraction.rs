//! The two-sided continued fraction on the CPU: the reference in f64, the counterpart of the GPU kernels in f32.
//!
//! With s_i = v_i − z and the bonds β, one sweep from the left and one from the right
//!
//! ```text
//! L_i = 1/(s_i − β_{i−1} L_{i−1}),   R_i = 1/(s_i − β_i R_{i+1}),   G_ii = 1/(s_i − β_{i−1} L_{i−1} − β_i R_{i+1}),
//! ```
//!
//! compute the whole diagonal in O(N). −Im of every denominator is η plus non-negative numbers. Hence no
//! denominator vanishes, nothing overflows within the limits of [`crate::chain`], and Im G is accurate even where
//! it is much smaller than |G| (resolvent-performance.md §2.5). The recursion with one division per site has none
//! of these properties.

use num_complex::Complex;

use crate::chain::{Chain, Shift, Shifts};
use crate::cpu::Width;
use crate::cpu::complex::Complexes;
use crate::real::Real;

/// Returns G_ii of the chain at one point, one value per site, in the precision `T`.
pub fn green<T: Real>(chain: &Chain, shift: Shift) -> Vec<Complex<T>> {
    let mut green = vec![Complex::default(); chain.sites()];
    visit_green(chain, &shift.into(), |site, _, value| green[site] = value);
    green
}

/// Computes G_ii of the chain at many energies and calls `visit(site, index of the energy, value)` once for each
/// pair, in unspecified order. Allocates nothing of the size of the whole map.
///
/// Computes with v − E₀ and E − E₀, each rounded once, where E₀ is [`Shifts::origin`].
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

/// Runs both sweeps for at most as many energies as `REGISTERS` registers hold. The sweep from left to right keeps
/// every β_{i−1} L_{i−1} for the sweep from right to left.
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

    // The contribution of a neighbor's L or R across the bond to the right of a site. The last site has no such
    // bond.
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
