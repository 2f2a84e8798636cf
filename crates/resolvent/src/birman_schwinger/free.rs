//! Resolvents without potential, and the weights put beside them.

use super::dense::{DenseOperator, check_dense};
use super::error::BirmanSchwingerError;
use crate::{Chain, ComplexPlanes, Shift, causal_chain, green};
use num_complex::Complex;
use serde::{Deserialize, Serialize};

/// Which kernel stands for the resolvent without potential, R₀(z). Both decay as |j − k| grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FreeResolvent {
    /// The resolvent of the chain itself without its potential: the one for which the Birman–Schwinger identities hold.
    #[default]
    Chain,
    /// (i/2)·sgn(j − k)·e^{iz|j − k|}: the published kernel with the distance it was meant to have, so that the
    /// published bound |R₀| ≤ ½e^{−η|j − k|} is true of it. Not the resolvent of a chain.
    Exponential,
}

/// The weight w on both sides of R₀.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// None: w = 1.
    #[default]
    None,
    /// w(x) = (1 + x²)^{−½}, x = 0 at the first site: with such a weight on both sides the resolvent of a long chain
    /// stays bounded as η → 0 inside the band (the limiting absorption principle).
    LimitingAbsorption,
}

impl Weight {
    /// w at a site.
    pub fn at(self, site: usize) -> f64 {
        match self {
            Self::None => 1.0,
            Self::LimitingAbsorption => 1.0 / (1.0 + (site as f64).powi(2)).sqrt(),
        }
    }
}

impl FreeResolvent {
    /// The kernel for a chain of as many sites and with the same bonds as `chain`.
    pub(super) fn operator(self, chain: &Chain, shift: Shift) -> Result<DenseOperator, BirmanSchwingerError> {
        match self {
            Self::Chain => resolvent_matrix(&chain.without_potential(), shift),
            Self::Exponential => {
                DenseOperator::new(chain.sites(), |row, column| exponential(shift, row, column))
            }
        }
    }
}

/// (i/2)·sgn(row − column)·e^{iz|row − column|}.
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

/// (H − z)⁻¹ in full, H symmetric: off the diagonal it is G_jk = −b_j L_j G_{j+1,k} for j < k, whose factors are all at
/// most 1 beside G_kk's own scale, so that nothing overflows.
///
/// # Errors
/// [`BirmanSchwingerError::Sites`] beyond [`MOST_DENSE_SITES`](super::MOST_DENSE_SITES);
/// [`BirmanSchwingerError::Resolvent`] where memory runs out.
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
