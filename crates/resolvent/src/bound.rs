//! The bound on the error of a computed resolvent, and the measured error.
//!
//! A computed step of the continued fraction is an exact step for a slightly different v_j, and the Ward identity
//! Σ_j |G_ij|² = Im G_ii/η sums these differences over the whole chain (resolvent-performance.md §2.5):
//!
//! ```text
//! |δG_ii| ≤ C·u·( 4|G_ii| + (reach + 2·max_i √β_i)/η · Im G_ii ),   reach = max_j |v_j − E₀| + |E − E₀|,
//! ```
//!
//! for every N. A neighbor's term β|L| in a pivot counts as √β, because √β_{j−1}·|L_{j−1}|·|G_ij| = |G_{i,j−1}|.
//! The bound is also the conditioning of the problem: no method of the same precision can improve on it by more
//! than a constant. It is of first order and holds while C·u·reach/η is well below 1. Where
//! [`ErrorBound::relative`] comes near 1, single precision cannot resolve η and f64 must be used.

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
/// C on the CPU, where every operation is correctly rounded. Measured: 0.59 to 0.82; the value leaves a margin of a
/// factor of about two (§2.6 item 1).
const CPU_CONSTANT: f64 = 1.5;
/// C on the GPU, where WGSL allows an error of 2.5 units in the last place in divisions, and free contraction (§2.6
/// item 1).
const GPU_CONSTANT: f64 = 4.0;
/// C on the GPU below [`GPU_SMALL_ETA`], where second-order terms matter (§2.6 item 1).
const GPU_SMALL_ETA_CONSTANT: f64 = 16.0;
/// The η below which [`GPU_SMALL_ETA_CONSTANT`] applies.
const GPU_SMALL_ETA: f64 = 1e-3;

/// The bound on the error of one back end for one chain and one point z.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErrorBound {
    /// C·u.
    roundoff: f64,
    /// (reach + 2·max √β)/η.
    condition: f64,
}

impl ErrorBound {
    /// Returns the bound for the resolvent of `chain` at one point.
    pub fn at(backend: Backend, chain: &Chain, shift: Shift) -> Self {
        Self::new(backend, chain, chain.reach(shift.energy()), shift.eta())
    }

    /// Returns the bound for the `index`-th of many points. In single precision, energies are relative to the
    /// common origin of all points.
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

    /// Returns the largest |δG| allowed at a site whose exact value is `green`.
    pub fn absolute(&self, green: Complex<f64>) -> f64 {
        self.roundoff * (4.0 * magnitude(green) + self.condition * green.im)
    }

    /// Returns the largest |δG|/|G| allowed at any site, since Im G ≤ |G|.
    pub fn relative(&self) -> f64 {
        self.roundoff * (4.0 + self.condition)
    }
}

/// The largest differences between a result and the f64 reference, and where they occur.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Deviation {
    /// The largest difference: |δG|, or |δρ| for a density of states.
    pub max_absolute: f64,
    /// The largest difference relative to |G| at the same place (for a density of states, to |G|/π).
    pub max_relative: f64,
    /// The largest ratio of a difference to the [`ErrorBound`] at the same place. At most 1 on a machine whose
    /// arithmetic is sound.
    pub worst_ratio_to_bound: f64,
    /// The site of the largest ratio, counted from 0.
    pub worst_site: usize,
    /// The energy of the largest ratio.
    pub worst_energy: f64,
}

impl Deviation {
    /// Compares a Green's function, one value per site, to the f64 continued fraction.
    ///
    /// `computed` must be the result for `chain` at `shift`; values beyond the length of the chain are ignored.
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

    /// Compares a tile of the density of states, layout \[site\]\[energy\], to the f64 continued fraction.
    ///
    /// The bound is that of Im G/π plus, on every back end, the rounding of the result to single precision.
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

    /// Returns the larger of two deviations, field by field, to combine the tiles of a map.
    pub fn or_worse(self, other: Self) -> Self {
        let worst = if other.worst_ratio_to_bound > self.worst_ratio_to_bound { other } else { self };
        Self {
            max_absolute: self.max_absolute.max(other.max_absolute),
            max_relative: self.max_relative.max(other.max_relative),
            ..worst
        }
    }

    fn include(&mut self, difference: f64, magnitude: f64, allowed: f64, site: usize, energy: f64) {
        // `max` ignores NaN, which must not pass for agreement.
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

/// Returns |G| without the scaling of `hypot`: within the limits of [`Chain`], no square overflows or underflows.
fn magnitude(green: Complex<f64>) -> f64 {
    green.norm_sqr().sqrt()
}
