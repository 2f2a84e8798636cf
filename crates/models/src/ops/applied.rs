//! The causal resolvent applied to values, where otherwise only its diagonal is a feature.

use super::element::Element;
use super::{Argument, Kernel, Operation, check};
use candle_core::{Error, Result, Shape, Tensor};

/// Returns y_i = L_i (u_i + β y_{i−1}) with y_{−1} = 0, for each channel separately. This is the forward half of
/// solving a tridiagonal system; L_i is the left continued fraction and β the bond (measured-feasibility.md §5).
///
/// `green` is `[batch, sites, 2·heads]`: Re L of each head, then Im L, as
/// [`resolvent_features`](super::resolvent_features) returns them. `values` is `[batch, sites, channels]`, real;
/// channel c uses the resolvent of head c mod heads. `bond` is `[heads]`. The result is `[batch, sites, 2·channels]`:
/// Re y, then Im y. The gradient is exact.
///
/// # Errors
/// Returns an error if the shapes do not fit.
pub fn apply_resolvent(green: &Tensor, values: &Tensor, bond: &Tensor) -> Result<Tensor> {
    green.contiguous()?.apply_op3(&values.contiguous()?, bond, Operation(Applied))
}

struct Applied;

/// The sizes of the arguments.
#[derive(Clone, Copy)]
struct Sizes {
    sites: usize,
    heads: usize,
    channels: usize,
}

impl Sizes {
    fn new<T>([green, values, bond]: [Argument<'_, T>; 3]) -> Result<Self> {
        match (green.dims, values.dims, bond.dims) {
            (&[batch, sites, features], &[batch_too, sites_too, channels], &[heads])
                if [batch, sites] == [batch_too, sites_too] && features == 2 * heads && sites * heads > 0 =>
            {
                check(channels > 0 && channels % heads == 0, Applied::NAME, || {
                    format!("{channels} channels and {heads} resolvents")
                })?;
                Ok(Self { sites, heads, channels })
            }
            shapes => Err(Error::Msg(format!("A resolvent cannot be applied to {shapes:?}."))),
        }
    }

    /// Returns the real and the imaginary parts of a row.
    fn parts<T>(row: &[T]) -> [&[T]; 2] {
        let (real, imaginary) = row.split_at(row.len() / 2);
        [real, imaginary]
    }
}

/// Computes u + β y of one site. `before` is y at the previous site; `None` at the first site.
fn sums<T: Element>(values: &[T], bond: &[T], before: Option<&[T]>, [real, imaginary]: &mut [Vec<T>; 2]) {
    real.copy_from_slice(values);
    imaginary.fill(T::default());
    let Some(before) = before else { return };
    let [y_real, y_imaginary] = Sizes::parts(before);
    for first in (0..values.len()).step_by(bond.len()) {
        let each = bond.iter().zip(&mut real[first..]).zip(&mut imaginary[first..]);
        let before = y_real[first..].iter().zip(&y_imaginary[first..]);
        for (((&bond, real), imaginary), (&y_real, &y_imaginary)) in each.zip(before) {
            *real += bond * y_real;
            *imaginary += bond * y_imaginary;
        }
    }
}

impl Kernel<3> for Applied {
    const NAME: &'static str = "the applied resolvent";

    fn forward<T: Element>(&self, arguments: [Argument<'_, T>; 3]) -> Result<(Vec<T>, Shape)> {
        let sizes = Sizes::new(arguments)?;
        let [green, values, bond] = arguments;
        let Sizes { sites, heads, channels } = sizes;
        let mut result = vec![T::default(); 2 * values.values.len()];
        let mut sum = [vec![T::default(); channels], vec![T::default(); channels]];
        let sequences =
            green.values.chunks_exact(sites * 2 * heads).zip(values.values.chunks_exact(sites * channels));
        for ((green, values), result) in sequences.zip(result.chunks_exact_mut(sites * 2 * channels)) {
            let rows = green.chunks_exact(2 * heads).zip(values.chunks_exact(channels));
            for (site, (green, values)) in rows.enumerate() {
                let (before, rest) = result.split_at_mut(site * 2 * channels);
                let before = site.checked_sub(1).map(|site| &before[site * 2 * channels..]);
                sums(values, bond.values, before, &mut sum);
                let [green_real, green_imaginary] = Sizes::parts(green);
                let (real, imaginary) = rest[..2 * channels].split_at_mut(channels);
                for first in (0..channels).step_by(heads) {
                    for head in 0..heads {
                        let (place, re, im) = (first + head, green_real[head], green_imaginary[head]);
                        real[place] = re * sum[0][place] - im * sum[1][place];
                        imaginary[place] = re * sum[1][place] + im * sum[0][place];
                    }
                }
            }
        }
        Ok((result, (values.dims[0], sites, 2 * channels).into()))
    }

    fn backward<T: Element>(
        &self,
        arguments: [Argument<'_, T>; 3],
        result: &[T],
        upstream: &[T],
    ) -> Result<[Vec<T>; 3]> {
        let Sizes { sites, heads, channels } = Sizes::new(arguments)?;
        let [green, values, bond] = arguments;
        let mut by_green = vec![T::default(); green.values.len()];
        let mut by_values = vec![T::default(); values.values.len()];
        let mut by_bond = vec![T::default(); heads];
        let mut sum = [vec![T::default(); channels], vec![T::default(); channels]];
        for sequence in 0..values.dims[0] {
            // β times the gradient of the sums at the next site.
            let mut later = [vec![T::default(); channels], vec![T::default(); channels]];
            for site in (0..sites).rev() {
                let row = sequence * sites + site;
                let y = |row: usize| &result[row * 2 * channels..][..2 * channels];
                let before = (site > 0).then(|| y(row - 1));
                sums(&values.values[row * channels..][..channels], bond.values, before, &mut sum);
                let [up_real, up_imaginary] = Sizes::parts(&upstream[row * 2 * channels..][..2 * channels]);
                let [green_real, green_imaginary] =
                    Sizes::parts(&green.values[row * 2 * heads..][..2 * heads]);
                let (by_real, by_imaginary) = by_green[row * 2 * heads..][..2 * heads].split_at_mut(heads);
                let by_values = &mut by_values[row * channels..][..channels];
                for first in (0..channels).step_by(heads) {
                    for head in 0..heads {
                        let place = first + head;
                        let (re, im) = (green_real[head], green_imaginary[head]);
                        let up = [up_real[place] + later[0][place], up_imaginary[place] + later[1][place]];
                        let sum = [sum[0][place], sum[1][place]];
                        by_real[head] += sum[0] * up[0] + sum[1] * up[1];
                        by_imaginary[head] += sum[0] * up[1] - sum[1] * up[0];
                        let by_sum = [re * up[0] + im * up[1], re * up[1] - im * up[0]];
                        by_values[place] = by_sum[0];
                        if let Some(before) = before {
                            by_bond[head] += before[place] * by_sum[0] + before[channels + place] * by_sum[1];
                        }
                        later[0][place] = bond.values[head] * by_sum[0];
                        later[1][place] = bond.values[head] * by_sum[1];
                    }
                }
            }
        }
        Ok([by_green, by_values, by_bond])
    }
}
