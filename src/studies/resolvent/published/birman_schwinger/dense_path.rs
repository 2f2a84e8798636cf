//! The dense path, which computes K.

use crate::studies::resolvent::published::PublishedGreen;
use bk_resolvent::birman_schwinger::{BirmanSchwingerError, DenseOperator, SchattenBounds, SchattenNorms};
use bk_resolvent::{Chain, Shift};
use num_complex::Complex;

/// Limit to which singular values are clipped once S₂ exceeds its bound. Published as spectral clipping; the limit is
/// not the bound.
pub const SINGULAR_VALUE_THRESHOLD: f64 = 100.0;

/// Condition number above which K is computed again in double precision, without clipping.
pub const UPGRADE_THRESHOLD: f64 = 1e6;

/// Added to |V| under the square root.
const ROOT_GUARD: f64 = 1e-10;

/// Added to the smallest singular value before the division by it.
const CONDITION_GUARD: f64 = 1e-10;

/// The results that the dense path computes and reports.
#[derive(Debug, Clone, PartialEq)]
pub struct DensePath {
    /// The norms of K in single precision. `None` if K is not finite or its singular values fail; the published code
    /// then reports infinite norms.
    pub norms: Option<SchattenNorms>,
    /// The published bounds, which assume a decaying kernel.
    pub bounds: SchattenBounds,
    /// Whether S₂ exceeded its bound, so that singular values were clipped to [`SINGULAR_VALUE_THRESHOLD`].
    pub clipped: bool,
    /// The condition number of 1 + K; infinite if its singular values fail.
    pub condition_number: f64,
    /// Whether K was computed again in double precision, without clipping.
    pub upgraded: bool,
    /// diag((1 + K)⁻¹), which the published code passes on as G_ii; `None` if no inverse was found.
    pub green: Option<PublishedGreen>,
}

/// Returns the published kernel R₀(z; row, column) in double precision.
pub fn kernel(shift: Shift, row: usize, column: usize) -> Complex<f64> {
    half_sign(row, column) * exponential(shift, row, column)
}

/// Returns e^{iz(row − column)}, which grows where row < column.
fn exponential(shift: Shift, row: usize, column: usize) -> Complex<f64> {
    let difference = row as f64 - column as f64;
    let phase = shift.energy() * difference;
    Complex::new(pxfm::f_cos(phase), pxfm::f_sin(phase)) * pxfm::f_exp(-shift.eta() * difference)
}

/// Returns (i/2)·sgn(row − column).
fn half_sign(row: usize, column: usize) -> Complex<f64> {
    Complex::new(0.0, f64::from(row.cmp(&column) as i8) / 2.0)
}

/// Returns the published weight 1/(1 + |x|); the published text beside it states (1 + x²)^(−½).
pub fn weight(site: usize) -> f64 {
    1.0 / (1.0 + site as f64)
}

impl DensePath {
    /// Runs the dense path on the potential on the diagonal of a chain; it ignores the chain's bonds.
    ///
    /// The condition number of a K that is not finite counts as infinite, because its treatment is not published.
    ///
    /// # Errors
    /// [`BirmanSchwingerError::Sites`] if the chain is too long.
    pub fn new(chain: &Chain, shift: Shift, weighted: bool) -> Result<Self, BirmanSchwingerError> {
        let potential = chain.diagonal();
        let bounds = SchattenBounds::published(potential, shift);
        let single = match operator(potential, shift, weighted, to_single) {
            Err(error @ BirmanSchwingerError::Sites { .. }) => return Err(error),
            outcome => outcome.ok(),
        };
        let norms = single.as_ref().and_then(|operator| operator.singular_values().ok());
        let norms = norms.map(|values| SchattenNorms::of(&values));
        let clipped = norms.is_none_or(|norms| norms.hilbert_schmidt > bounds.hilbert_schmidt);
        let used = match single {
            Some(operator) if clipped => operator.clipped(SINGULAR_VALUE_THRESHOLD).ok().or(Some(operator)),
            single => single,
        };
        let shifted = used.map(|operator| operator.plus_identity());
        let condition_number = shifted.as_ref().map_or(f64::INFINITY, guarded_condition);
        let upgraded = condition_number > UPGRADE_THRESHOLD;
        let shifted = match upgraded {
            true => operator(potential, shift, weighted, |value| value)
                .ok()
                .map(|operator| operator.plus_identity()),
            false => shifted,
        };
        let diagonal = shifted.and_then(|operator| operator.inverse_diagonal().ok());
        let green = diagonal.map(|diagonal| PublishedGreen::guarded(diagonal.into_iter()));
        Ok(Self { norms, bounds, clipped, condition_number, upgraded, green })
    }
}

/// Returns K = D R₀ D with D = √(|V| + 10⁻¹⁰), rounded in every step. The exponential is rounded first, so single
/// precision overflows where it exceeds 3.4·10³⁸.
fn operator(
    potential: &[f64],
    shift: Shift,
    weighted: bool,
    round: impl Fn(Complex<f64>) -> Complex<f64>,
) -> Result<DenseOperator, BirmanSchwingerError> {
    let weight = |site| if weighted { weight(site) } else { 1.0 };
    let root = |site: usize| (potential[site].abs() + ROOT_GUARD).sqrt();
    DenseOperator::new(potential.len(), |row, column| {
        let exponential = round(exponential(shift, row, column));
        let free = round(half_sign(row, column) * exponential * weight(row) * weight(column));
        round(free * root(row) * root(column))
    })
}

/// Returns σ_max/(σ_min + 10⁻¹⁰).
fn guarded_condition(operator: &DenseOperator) -> f64 {
    match operator.singular_values().as_deref() {
        Ok([largest, .., smallest]) => largest / (smallest + CONDITION_GUARD),
        Ok([only]) => only / (only + CONDITION_GUARD),
        _ => f64::INFINITY,
    }
}

fn to_single(value: Complex<f64>) -> Complex<f64> {
    Complex::new(f64::from(value.re as f32), f64::from(value.im as f32))
}
