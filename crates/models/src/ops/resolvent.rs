//! The resolvent as an operation: maps potentials to the two features of each site.

use super::element::Element;
use super::{Argument, Kernel, Operation, check};
use bk_resolvent::{
    Batch, ComplexPlanes, Gradient, Real, ResolventError, Shift, causal_adjoint, causal_batch, green_adjoint,
    green_batch,
};
use candle_core::{Error, Result, Shape, Tensor};
use num_complex::Complex;

/// The constant part of the diagonal of H, which is −2 + v: the discrete Laplacian of the published model.
pub const BASE: f64 = -2.0;

/// A replacement for the gradient of a loss with respect to v. Its arguments are G and ∂Loss/∂Re G + i ∂Loss/∂Im G, one
/// value of each per site of one chain. It serves to show the effect of a wrong gradient.
pub type PotentialGradient = fn(&[Complex<f32>], &[Complex<f64>]) -> Vec<f32>;

/// The kind of resolvent, and its gradient.
#[derive(Debug, Clone, Copy, Default)]
pub struct ResolventForm {
    /// Whether the features are G_ii, which depends on all sites, instead of L_i, which depends on the sites up to i.
    pub two_sided: bool,
    /// Whether each head has its own bond; otherwise all bonds are 1.
    pub bonded: bool,
    /// Replaces the exact gradient with respect to v. The gradients with respect to η and β are then 0.
    pub gradient: Option<PotentialGradient>,
}

/// Returns the real and imaginary parts of the resolvent at z = iη for chains with the diagonal −2 + v.
///
/// v is `[batch, sites, heads]`. Each head has its own η and its own bond β between all neighbors; both are `[heads]`.
/// The result is `[batch, sites, 2·heads]`, real parts first. The gradient is exact unless `form` replaces it.
///
/// # Errors
/// Returns an error if the shapes do not fit, and the errors of [`Batch`]: a value that is not finite, or η or β out of
/// range.
pub fn resolvent_features(
    potential: &Tensor,
    eta: &Tensor,
    bond: &Tensor,
    form: ResolventForm,
) -> Result<Tensor> {
    potential.contiguous()?.apply_op3(eta, bond, Operation(Resolvent(form)))
}

struct Resolvent(ResolventForm);

/// The arguments in the layout of the resolvent's kernels: one row per chain.
struct Chains<T> {
    sites: usize,
    heads: usize,
    diagonals: Vec<T>,
    bonds: Vec<T>,
    shifts: Vec<Shift>,
}

impl<T: Element> Chains<T> {
    fn new([potential, eta, bond]: [Argument<'_, T>; 3], bonded: bool) -> Result<Self> {
        let (sites, heads) = match *potential.dims {
            [_, sites, heads] if sites > 0 && heads > 0 => (sites, heads),
            _ => return Err(Error::Msg(format!("Potentials cannot have the shape {:?}.", potential.dims))),
        };
        check(eta.values.len() == heads && bond.values.len() == heads, Resolvent::NAME, || {
            format!("{heads} potentials, {} η and {} bonds", eta.values.len(), bond.values.len())
        })?;
        let base = <T as Real>::round(BASE);
        let diagonals = to_rows(potential.values, sites, heads, |value| value + base);
        let sequences = diagonals.len() / sites / heads;
        let shifts: Vec<Shift> = eta
            .values
            .iter()
            .map(|&eta| Shift::new(0.0, eta.into()))
            .collect::<std::result::Result<_, _>>()
            .map_err(Error::wrap)?;
        let bonds = match bonded {
            true => bond.values.iter().flat_map(|&bond| vec![bond; sites - 1]).collect::<Vec<T>>(),
            false => vec![],
        };
        Ok(Self { sites, heads, diagonals, bonds: bonds.repeat(sequences), shifts: shifts.repeat(sequences) })
    }

    fn batch(&self) -> std::result::Result<Batch<'_, T>, ResolventError> {
        let batch = Batch::new(self.sites, &self.diagonals, &self.shifts)?;
        if self.bonds.is_empty() { Ok(batch) } else { batch.with_bonds(&self.bonds) }
    }
}

/// Transposes `[batch][site][head]` to `[batch][head][site]` and applies f.
fn to_rows<T: Copy, U>(values: &[T], sites: usize, heads: usize, f: impl Fn(T) -> U) -> Vec<U> {
    let mut rows = Vec::with_capacity(values.len());
    for sequence in values.chunks_exact(sites * heads) {
        for head in 0..heads {
            rows.extend((0..sites).map(|site| f(sequence[site * heads + head])));
        }
    }
    rows
}

/// Copies `[batch][head][site]` to `[batch][site][width]`, where head 0 is at index `first`.
fn from_rows<T: Copy>(
    rows: &[T],
    sites: usize,
    heads: usize,
    features: &mut [T],
    width: usize,
    first: usize,
) {
    let sequences = rows.chunks_exact(sites * heads).zip(features.chunks_exact_mut(sites * width));
    for (rows, features) in sequences {
        for (head, row) in rows.chunks_exact(sites).enumerate() {
            let places = features.chunks_exact_mut(width);
            places.zip(row).for_each(|(place, &value)| place[first + head] = value);
        }
    }
}

/// Returns the real and imaginary planes of the features; the imaginary parts are multiplied by `sign`.
fn planes<T: Element>(features: &[T], sites: usize, heads: usize, sign: T) -> ComplexPlanes<T> {
    let mut planes = ComplexPlanes { re: Vec::new(), im: Vec::new() };
    for sequence in features.chunks_exact(2 * sites * heads) {
        for head in 0..heads {
            let part = |first: usize| sequence.iter().skip(first + head).step_by(2 * heads).copied();
            planes.re.extend(part(0));
            planes.im.extend(part(heads).map(|value| sign * value));
        }
    }
    planes
}

/// Returns the gradient with respect to the potentials from a replacement of the exact adjoint.
fn replaced<T: Element>(
    features: &[T],
    upstream: &[T],
    [sites, heads]: [usize; 2],
    gradient: PotentialGradient,
) -> Vec<T> {
    let (green, cotangents) =
        (planes(features, sites, heads, T::ONE), planes(upstream, sites, heads, T::ONE));
    let complex = |planes: &ComplexPlanes<T>| -> Vec<Complex<f64>> {
        planes.re.iter().zip(&planes.im).map(|(&re, &im)| Complex::new(re.into(), im.into())).collect()
    };
    let single = |value: &Complex<f64>| Complex::new(value.re as f32, value.im as f32);
    let green: Vec<Complex<f32>> = complex(&green).iter().map(single).collect();
    let cotangents = complex(&cotangents);
    let chains = green.chunks_exact(sites).zip(cotangents.chunks_exact(sites));
    let rows: Vec<T> = chains
        .flat_map(|(green, cotangents)| gradient(green, cotangents))
        .map(|by| <T as Real>::round(by.into()))
        .collect();
    let mut by = vec![T::default(); rows.len()];
    from_rows(&rows, sites, heads, &mut by, heads, 0);
    by
}

impl Kernel<3> for Resolvent {
    const NAME: &'static str = "the resolvent";

    fn forward<T: Element>(&self, arguments: [Argument<'_, T>; 3]) -> Result<(Vec<T>, Shape)> {
        let chains = Chains::new(arguments, self.0.bonded)?;
        let batch = chains.batch().map_err(Error::wrap)?;
        let mut values = ComplexPlanes::default();
        match self.0.two_sided {
            true => green_batch(&batch, &mut values),
            false => causal_batch(&batch, &mut values),
        }
        .map_err(Error::wrap)?;
        let (sites, heads) = (chains.sites, chains.heads);
        let mut features = vec![T::default(); 2 * values.re.len()];
        from_rows(&values.re, sites, heads, &mut features, 2 * heads, 0);
        from_rows(&values.im, sites, heads, &mut features, 2 * heads, heads);
        Ok((features, (arguments[0].dims[0], sites, 2 * heads).into()))
    }

    fn backward<T: Element>(
        &self,
        arguments: [Argument<'_, T>; 3],
        result: &[T],
        upstream: &[T],
    ) -> Result<[Vec<T>; 3]> {
        let chains = Chains::new(arguments, self.0.bonded)?;
        let batch = chains.batch().map_err(Error::wrap)?;
        let (sites, heads) = (chains.sites, chains.heads);
        if let Some(gradient) = self.0.gradient {
            let by = replaced(result, upstream, [sites, heads], gradient);
            return Ok([by, vec![T::default(); heads], vec![T::default(); heads]]);
        }
        // The kernels expect ∂Loss/∂Re − i ∂Loss/∂Im.
        let cotangents = planes(upstream, sites, heads, -T::ONE);
        let mut by = Gradient::default();
        match self.0.two_sided {
            true => green_adjoint(&batch, &cotangents, &mut by),
            false => causal_adjoint(&batch, &planes(result, sites, heads, T::ONE), &cotangents, &mut by),
        }
        .map_err(Error::wrap)?;
        let mut by_potential = vec![T::default(); by.diagonals.len()];
        from_rows(&by.diagonals, sites, heads, &mut by_potential, heads, 0);
        let (mut by_eta, mut by_bond) = (vec![0.0; heads], vec![0.0; heads]);
        for (chain, &eta) in by.etas.iter().enumerate() {
            by_eta[chain % heads] += eta;
        }
        for (chain, bonds) in by.bonds.chunks(sites.max(2) - 1).enumerate() {
            by_bond[chain % heads] += bonds.iter().map(|&bond| bond.into()).sum::<f64>();
        }
        let rounded = |sums: Vec<f64>| sums.into_iter().map(<T as Real>::round).collect();
        Ok([by_potential, rounded(by_eta), rounded(by_bond)])
    }
}
