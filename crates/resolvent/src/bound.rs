//! How far a computed resolvent may be from the true one, and how far it is.
//!
//! A computed step of the continued fraction is an exact step for a slightly different v_j, and the Ward identity
//! Σ_j |G_ij|² = Im G_ii/η sums these differences over the whole chain (resolvent-performance.md §2.5):
//!
//! ```text
//! |δG_ii| ≤ C·u·( 4|G_ii| + (reach + 2·max_i √β_i)/η · Im G_ii ),   reach = max_j |v_j − E₀| + |E − E₀|,
//! ```
//!
//! whatever N; a neighbour's share β|L| of a pivot counts as √β, because √β_{j−1}·|L_{j−1}|·|G_ij| = |G_{i,j−1}|. It is the conditioning of the problem too: no method of the same precision can do better than by a
//! constant. It is of first order, so it holds while C·u·reach/η is well below 1; where [`ErrorBound::relative`]
//! comes near 1, single precision cannot resolve η and f64 must be used.

use std::f64::consts::FRAC_1_PI;

use num_complex::Complex;
use serde::{Deserialize, Serialize};

use crate::backend::Backend;
use crate::chain::{Chain, Shift, Shifts};
use crate::continued_fraction::visit_green;

/// Unit roundoff of single precision, 2⁻²⁴.
const SINGLE_ROUNDOFF: f64 = f32::EPSILON as f64 / 2.0;
/// Unit roundoff of double precision, 2⁻⁵³.
const DOUBLE_ROUNDOFF: f64 = f64::EPSILON / 2.0;
/// C on the CPU, where every operation is correctly rounded: measured 0.59 to 0.82, asserted with a factor of
/// about two in hand (§2.6 item 1).
const CPU_CONSTANT: f64 = 1.5;
/// C on the GPU, where WGSL allows division 2.5 units in the last place and free contraction (§2.6 item 1).
const GPU_CONSTANT: f64 = 4.0;
/// C on the GPU below [`GPU_SMALL_ETA`], where terms of second order begin to count (§2.6 item 1).
const GPU_SMALL_ETA_CONSTANT: f64 = 16.0;
/// The η below which [`GPU_SMALL_ETA_CONSTANT`] holds.
const GPU_SMALL_ETA: f64 = 1e-3;

/// The bound on the error of one back end for one chain, ready to be asked site by site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErrorBound {
    /// C·u.
    roundoff: f64,
    /// (reach + 2·max √β)/η.
    condition: f64,
}

impl ErrorBound {
    /// The bound for the resolvent of `chain` at one point.
    pub fn at(backend: Backend, chain: &Chain, shift: Shift) -> Self {
        Self::new(backend, chain, chain.reach(shift.energy()), shift.eta())
    }

    /// The bound for the `index`-th of many points, which single precision sees from their common origin.
    fn among(backend: Backend, chain: &Chain, shifts: &Shifts, index: usize) -> Self {
        let origin = shifts.origin();
        let reach = chain.reach(origin) + (shifts.energies()[index] - origin).abs();
        Self::new(backend, chain, reach, shifts.eta())
    }

    fn new(backend: Backend, chain: &Chain, reach: f64, eta: f64) -> Self {
        let roundoff = match backend {
            Backend::F64 => CPU_CONSTANT * DOUBLE_ROUNDOFF,
            Backend::F32 => CPU_CONSTANT * SINGLE_ROUNDOFF,
            Backend::Gpu if eta >= GPU_SMALL_ETA => GPU_CONSTANT * SINGLE_ROUNDOFF,
            Backend::Gpu => GPU_SMALL_ETA_CONSTANT * SINGLE_ROUNDOFF,
        };
        Self { roundoff, condition: (reach + 2.0 * chain.largest_coupling()) / eta }
    }

    /// The largest |δG| allowed at a site whose exact value is `green`.
    pub fn absolute(&self, green: Complex<f64>) -> f64 {
        self.roundoff * (4.0 * magnitude(green) + self.condition * green.im)
    }

    /// The largest |δG|/|G| allowed at any site, since Im G ≤ |G|.
    pub fn relative(&self) -> f64 {
        self.roundoff * (4.0 + self.condition)
    }
}

/// How far a result is from the f64 reference, and where it is farthest.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Deviation {
    /// The largest difference: |δG|, or for a density of states |δρ|.
    pub max_absolute: f64,
    /// The largest difference relative to |G| (for a density, to |G|/π) at the same place.
    pub max_relative: f64,
    /// The largest ratio of a difference to the [`ErrorBound`] at its place; at most 1 on a sound machine.
    pub worst_ratio_to_bound: f64,
    /// Where that ratio occurs: the site, counted from 0.
    pub worst_site: usize,
    /// Where that ratio occurs: the energy.
    pub worst_energy: f64,
}

impl Deviation {
    /// Measures a Green's function, one value a site, against the f64 continued fraction.
    ///
    /// `computed` must be the result for `chain` at `shift`; values beyond the chain's length are not looked at.
    pub fn of_green(backend: Backend, chain: &Chain, shift: Shift, computed: &[Complex<f64>]) -> Self {
        let bound = ErrorBound::at(backend, chain, shift);
        let mut deviation = Self::default();
        visit_green(chain, &shift.into(), |site, _, exact: Complex<f64>| {
            if let Some(computed) = computed.get(site) {
                let difference = magnitude(computed - exact);
                deviation.include(difference, magnitude(exact), bound.absolute(exact), site, shift.energy());
            }
        });
        deviation
    }

    /// Measures a tile of the density of states, layout \[site\]\[energy\], against the f64 continued fraction.
    ///
    /// The bound is that of Im G/π, plus the rounding of the result to single precision on every back end.
    pub fn of_density(backend: Backend, chain: &Chain, shifts: &Shifts, computed: &[f32]) -> Self {
        let width = shifts.energies().len();
        let bounds: Vec<_> =
            (0..width).map(|index| ErrorBound::among(backend, chain, shifts, index)).collect();
        let mut deviation = Self::default();
        visit_green(chain, shifts, |site, index, exact: Complex<f64>| {
            if let Some(&computed) = computed.get(site * width + index) {
                let difference = (f64::from(computed) - exact.im * FRAC_1_PI).abs();
                let allowed = (bounds[index].absolute(exact) + SINGLE_ROUNDOFF * exact.im) * FRAC_1_PI;
                let energy = shifts.energies()[index];
                deviation.include(difference, magnitude(exact) * FRAC_1_PI, allowed, site, energy);
            }
        });
        deviation
    }

    /// The larger of two deviations, figure by figure, to gather the tiles of a map.
    pub fn or_worse(self, other: Self) -> Self {
        let worst = if other.worst_ratio_to_bound > self.worst_ratio_to_bound { other } else { self };
        Self {
            max_absolute: self.max_absolute.max(other.max_absolute),
            max_relative: self.max_relative.max(other.max_relative),
            ..worst
        }
    }

    fn include(&mut self, difference: f64, magnitude: f64, allowed: f64, site: usize, energy: f64) {
        // max() passes over NaN, which must not look like agreement.
        let difference = if difference.is_nan() { f64::INFINITY } else { difference };
        *self = self.or_worse(Self {
            max_absolute: difference,
            max_relative: difference / magnitude,
            worst_ratio_to_bound: difference / allowed,
            worst_site: site,
            worst_energy: energy,
        });
    }
}

/// |G| without the scaling of `hypot`: within the limits of the chain no square over- or underflows.
fn magnitude(green: Complex<f64>) -> f64 {
    green.norm_sqr().sqrt()
}
