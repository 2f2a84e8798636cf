//! The prime-bump potential, a sum of bumps for the powers of primes, as intended by the published model and as
//! published (resnet-bk.md §2.6).
//!
//! ```text
//! V(x) = scale · Σ_p Σ_k α_{p,k} ε^{−½} exp(−(x − c_{p,k})²/(2ε)),   α_{p,k} = ln p · p^{−k(½ + ε)},
//! ```
//!
//! over the primes p < N and the powers k = 1 … powers, where x is the site, counted from 0. The centers are c =
//! k·ln p, the logarithms of the prime powers; as published, c = ln p.

use std::fmt;
use std::str::FromStr;

/// The range of ε. Below it, bumps are so narrow that they fall between the sites; above it, they are so wide that
/// a million sites take minutes.
pub(super) const EPSILONS: std::ops::RangeInclusive<f64> = 1e-6..=100.0;

/// The largest number of powers per prime: at ε = 1 the next bump of the prime 2 has 2⁻²⁴ of the height of its
/// first.
pub(super) const MOST_POWERS: u32 = 16;

/// The distance from its center, in units of √ε, beyond which a bump is left out. There it is below e^(−60), or
/// 10⁻²⁶, of its height.
const CUT_OFF: f64 = 11.0;

/// The centers of the bumps of a prime's powers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BumpCenters {
    /// At k·ln p, the logarithm of the power.
    #[default]
    Powers,
    /// All at ln p, as published. The potential is then one smooth hump near its first sites.
    Primes,
}

impl fmt::Display for BumpCenters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Powers => "powers",
            Self::Primes => "primes",
        })
    }
}

impl FromStr for BumpCenters {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "powers" => Ok(Self::Powers),
            "primes" => Ok(Self::Primes),
            _ => Err(()),
        }
    }
}

/// Returns the potential at the sites 0 … `sites` − 1. ε and the number of powers must be within their ranges.
pub(super) fn prime_bump(
    sites: usize,
    scale: f64,
    epsilon: f64,
    powers: u32,
    centers: BumpCenters,
) -> Vec<f64> {
    let mut diagonal = vec![0.0; sites];
    let reach = CUT_OFF * epsilon.sqrt();
    for prime in primes_below(sites) {
        let logarithm = pxfm::f_log(prime as f64);
        for power in 1..=powers {
            let power = f64::from(power);
            let height = logarithm * pxfm::f_exp(-power * (0.5 + epsilon) * logarithm) / epsilon.sqrt();
            let center = match centers {
                BumpCenters::Powers => power * logarithm,
                BumpCenters::Primes => logarithm,
            };
            let first = (center - reach).ceil().max(0.0) as usize;
            let last = (center + reach).floor() as usize;
            for (site, value) in diagonal.iter_mut().enumerate().take(last.saturating_add(1)).skip(first) {
                let distance = site as f64 - center;
                *value += height * pxfm::f_exp(-distance * distance / (2.0 * epsilon));
            }
        }
    }
    for value in &mut diagonal {
        *value *= scale;
    }
    diagonal
}

/// Returns the primes below a limit, by the sieve of Eratosthenes.
fn primes_below(limit: usize) -> impl Iterator<Item = usize> {
    let mut is_prime = vec![true; limit];
    for number in (2..limit).take_while(|number| number * number < limit) {
        if is_prime[number] {
            (number * number..limit).step_by(number).for_each(|multiple| is_prime[multiple] = false);
        }
    }
    is_prime.into_iter().enumerate().skip(2).filter_map(|(number, is_prime)| is_prime.then_some(number))
}
