//! Resolvents without potential, and the weights applied to them.

use super::dense::{DenseOperator, check_dense};
use super::error::BirmanSchwingerError;
use crate::{Chain, ComplexPlanes, Shift, causal_chain, green};
use num_complex::Complex;
use serde::{Deserialize, Serialize};

/// The kernel used as the resolvent without potential, R₀(z). Both kinds decay as |j − k| grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FreeResolvent {
    /// The resolvent of the chain without its potential. The Birman–Schwinger identities hold for this kernel.
    #[default]
    Chain,
    /// (i/2)·sgn(j − k)·e^{iz|j − k|}, which is not the resolvent of a chain. It is the published kernel with the
    /// distance that was intended, so that it satisfies the published bound |R₀| ≤ ½e^{−η|j − k|}.
    Exponential,
}

/// The weight w on both sides of R₀.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// No weight: w = 1.
    #[default]
    None,
    /// w(x) = (1 + x²)^{−½}, with x = 0 at the first site. With this weight on both sides, the resolvent of a long
    /// chain stays bounded as η → 0 inside the band (the limiting absorption principle).
    LimitingAbsorption,
}

impl Weight {
    /// Returns w at a site, counted from 0.
    pub fn at(self, site: usize) -> f64 {
        match self {
            Self::None => 1.0,
            Self::LimitingAbsorption => {
                let x = site as f64;
                1.0 / (1.0 + x * x).sqrt()
            }
        }
    }
}

impl FreeResolvent {
    /// Returns the kernel for a chain with the number of sites and the bonds of `chain`.
    pub(super) fn operator(self, chain: &Chain, shift: Shift) -> Result<DenseOperator, BirmanSchwingerError> {
        match self {
            Self::Chain => resolvent_matrix(&chain.without_potential(), shift),
            Self::Exponential => {
                DenseOperator::new(chain.sites(), |row, column| exponential(shift, row, column))
            }
        }
    }
}

/// Returns (i/2)·sgn(row − column)·e^{iz|row − column|}.
fn exponential(shift: Shift, row: usize, column: usize) -> Complex<f64> {
    let distance = row.abs_diff(column) as f64;
    let half = Complex::new(0.0, 0.5 * pxfm::f_exp(-shift.eta() * distance));
    let phase = shift.energy() * distance;
    let value = half * Complex::new(pxfm::f_cos(phase), pxfm::f_sin(phase));
    match row.cmp(&column) {
        std::cmp::Ordering::Greater => value,
        std::cmp::Ordering::Equal => Complex::default(),
        std::cmp::Ordering::Less => -value,
    }
}

/// Returns the full matrix (H − z)⁻¹ for symmetric H. Off the diagonal, G_jk = −b_j L_j G_{j+1,k} for j < k.
/// Relative to the scale of G_kk, all factors are at most 1, so that nothing overflows.
///
/// # Errors
/// [`BirmanSchwingerError::Sites`] above [`MOST_DENSE_SITES`](super::MOST_DENSE_SITES);
/// [`BirmanSchwingerError::Resolvent`] if memory runs out.
pub fn resolvent_matrix(chain: &Chain, shift: Shift) -> Result<DenseOperator, BirmanSchwingerError> {
    let sites = chain.sites();
    check_dense(sites)?;
    let diagonal = green::<f64>(chain, shift);
    let mut left = ComplexPlanes::<f64>::default();
    causal_chain(chain, shift, &mut left)?;
    let coupling = |site: usize| chain.bonds().map_or(1.0, |bonds| bonds[site].sqrt());
    let mut elements = vec![Complex::default(); sites * sites];
    for column in 0..sites {
        let mut element = diagonal[column];
        elements[column * sites + column] = element;
        for row in (0..column).rev() {
            element = Complex::new(left.re[row], left.im[row]) * element * -coupling(row);
            elements[column * sites + row] = element;
            elements[row * sites + column] = element;
        }
    }
    DenseOperator::new(sites, |row, column| elements[column * sites + row])
}
