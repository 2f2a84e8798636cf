//! The prime-bump potential: a bump for each prime and power, as the published model's potential is meant to be and
//! as it is (resnet-bk.md §2.6).
//!
//! ```text
//! V(x) = scale · Σ_p Σ_k α_{p,k} ε^{−½} exp(−(x − c_{p,k})²/(2ε)),   α_{p,k} = ln p · p^{−k(½ + ε)},
//! ```
//!
//! over the primes p < N and the powers k = 1 … powers, x the site counted from 0. The centres are c = k·ln p, the
//! logarithms of the prime powers.

use std::fmt;
use std::str::FromStr;

/// The range of ε: beyond it bumps are needles between the sites, or so wide that a million sites take minutes.
pub(super) const EPSILONS: std::ops::RangeInclusive<f64> = 1e-6..=100.0;

/// The most powers of a prime: the next would add a part in 2²⁴ at ε = 1.
pub(super) const MOST_POWERS: u32 = 16;

/// From how many √ε off its centre on a bump is left out: it is below e^(−60), or 10⁻²⁶, of its height there.
const CUT_OFF: f64 = 11.0;

/// Where the bumps of a prime's powers sit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BumpCenters {
    /// At k·ln p, the logarithm of the power.
    #[default]
    Powers,
    /// All at ln p, as published: so the potential is one smooth hump near its first sites.
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

/// The potential at the sites 0 … `sites` − 1; ε and the number of powers within their ranges.
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

/// The primes below a limit, by the sieve of Eratosthenes.
fn primes_below(limit: usize) -> impl Iterator<Item = usize> {
    let mut is_prime = vec![true; limit];
    for number in (2..limit).take_while(|number| number * number < limit) {
        if is_prime[number] {
            (number * number..limit).step_by(number).for_each(|multiple| is_prime[multiple] = false);
        }
    }
    is_prime.into_iter().enumerate().skip(2).filter_map(|(number, is_prime)| is_prime.then_some(number))
}
