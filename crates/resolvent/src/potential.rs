//! Potentials: rules for the diagonal of a chain.

use std::f64::consts::TAU;
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

use crate::chain::{Chain, check_sites};
use crate::error::ResolventError;
use crate::potential_text::unreadable;
use crate::prime_bump::{BumpCenters, EPSILONS, MOST_POWERS, prime_bump};
use bk_python::random::LegacyRandom;

/// The conjugate golden ratio (√5 − 1)/2, the frequency of the Aubry–André potential. It is the number hardest to
/// approximate by fractions.
pub const GOLDEN_RATIO_CONJUGATE: f64 = 0.618_033_988_749_894_9;

/// A rule for the diagonal v_0 … v_{N−1} of a chain.
///
/// Displayed, parsed and serialized as one line of text, which is shown with each kind. The default of each setting
/// is given in parentheses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Potential {
    /// `constant:0`: the same value at every site, a clean chain.
    Constant {
        /// The value, which has no default.
        value: f64,
    },
    /// `values:0.3,-0.2`: the diagonal itself, one value per site.
    Values {
        /// v_0 … v_{N−1}.
        values: Vec<f64>,
    },
    /// `random:strength=3,seed=7`: Anderson disorder, uniform in [−strength/2, strength/2);
    /// `numpy.random.RandomState(seed).uniform(-strength/2, strength/2, N)` gives the same numbers.
    Random {
        /// Full width of the distribution (1).
        strength: f64,
        /// Seed of NumPy's legacy generator (0).
        seed: u32,
    },
    /// `aubry-andre:strength=2,phase=0`: v_j = strength·cos(2π·j·(√5−1)/2 + phase), quasi-periodic; in the
    /// infinite chain every state is extended below strength 2 and localized above (Aubry and André, 1980).
    AubryAndre {
        /// Amplitude (2).
        strength: f64,
        /// Phase in radians (0).
        phase: f64,
    },
    /// `impurity:strength=5,site=3`: zero except at one site.
    Impurity {
        /// The value at the site (5).
        strength: f64,
        /// The site, counted from 0 (N/2, rounded down).
        site: Option<usize>,
    },
    /// `steps:height=2,width=32`: plateaus of 0 and `height` alternating, starting with 0.
    Steps {
        /// The value of the upper plateaus (2).
        height: f64,
        /// The number of sites per plateau (32).
        width: NonZeroUsize,
    },
    /// `prime-bump:scale=0.02,epsilon=1,powers=3,centers=powers`: a bump for each power of each prime below N,
    /// centered at the logarithm of the power; with `centers=primes`, as published, at the logarithm of the prime.
    PrimeBump {
        /// The factor common to all bumps (0.02).
        scale: f64,
        /// ε (1), from 10⁻⁶ to 100. A bump has the width √ε; the height of that of the k-th power of p is ln
        /// p·p^(−k(½ + ε))/√ε.
        epsilon: f64,
        /// The number of powers of each prime (3), from 1 to 16.
        powers: u32,
        /// The centers of the bumps (the logarithms of the powers).
        centers: BumpCenters,
    },
}

impl Potential {
    /// Returns the chain of `sites` sites with this potential and bonds of 1.
    ///
    /// # Errors
    /// [`ResolventError::Sites`] for a length out of range, before anything is allocated;
    /// [`ResolventError::ValueCount`] or [`ResolventError::ImpuritySite`] if the potential does not fit the length;
    /// [`ResolventError::SettingValue`] for a setting out of range; [`ResolventError::PotentialValue`] for a value
    /// out of range.
    pub fn chain(&self, sites: usize) -> Result<Chain, ResolventError> {
        check_sites(sites)?;
        let diagonal = match self {
            Self::Constant { value } => vec![*value; sites],
            Self::Values { values } if values.len() != sites => {
                return Err(ResolventError::ValueCount { values: values.len(), sites });
            }
            Self::Values { values } => values.clone(),
            Self::Random { strength, seed } => {
                let mut random = LegacyRandom::new(*seed);
                let low = -strength / 2.0;
                let high = strength / 2.0;
                (0..sites).map(|_| low + (high - low) * random.uniform()).collect()
            }
            Self::AubryAndre { strength, phase } => (0..sites)
                // pxfm's cosine is the same natively and in WebAssembly; that of the standard library is not.
                .map(|site| strength * pxfm::f_cos(TAU * GOLDEN_RATIO_CONJUGATE * site as f64 + phase))
                .collect(),
            Self::Impurity { strength, site } => {
                let site = site.unwrap_or(sites / 2);
                let mut diagonal = vec![0.0; sites];
                *diagonal.get_mut(site).ok_or(ResolventError::ImpuritySite { site, sites })? = *strength;
                diagonal
            }
            Self::Steps { height, width } => {
                (0..sites).map(|site| if (site / width.get()) % 2 == 1 { *height } else { 0.0 }).collect()
            }
            Self::PrimeBump { scale, epsilon, powers, centers } => {
                check_setting(
                    EPSILONS.contains(epsilon),
                    "epsilon",
                    epsilon,
                    "a number from 0.000001 to 100",
                )?;
                let in_range = (1..=MOST_POWERS).contains(powers);
                check_setting(in_range, "powers", powers, "a whole number from 1 to 16")?;
                prime_bump(sites, *scale, *epsilon, *powers, *centers)
            }
        };
        Chain::new(diagonal)
    }
}

/// Returns an error for a setting of the prime-bump potential that is out of range.
fn check_setting(
    in_range: bool,
    key: &str,
    value: &impl ToString,
    expected: &str,
) -> Result<(), ResolventError> {
    if in_range { Ok(()) } else { Err(unreadable("prime-bump", key, &value.to_string(), expected)) }
}
