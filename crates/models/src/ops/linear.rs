//! Addition of the bias of a linear map.

use super::element::Element;
use super::{Argument, Kernel, Operation, check};
use candle_core::{Result, Shape, Tensor};

/// Returns x + b for each row of x. x is `[rows, width]`, and b is `[width]`.
pub(crate) fn add_row(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    x.apply_op2(bias, Operation(AddRow))
}

struct AddRow;

impl Kernel<2> for AddRow {
    const NAME: &'static str = "the addition of a bias";

    fn forward<T: Element>(&self, [x, bias]: [Argument<'_, T>; 2]) -> Result<(Vec<T>, Shape)> {
        check(x.dims.last() == bias.dims.last() && !bias.values.is_empty(), Self::NAME, || {
            format!("{:?} and {:?}", x.dims, bias.dims)
        })?;
        let mut result = x.values.to_vec();
        for row in result.chunks_exact_mut(bias.values.len()) {
            row.iter_mut().zip(bias.values).for_each(|(value, &bias)| *value += bias);
        }
        Ok((result, x.dims.into()))
    }

    fn backward<T: Element>(
        &self,
        [_, bias]: [Argument<'_, T>; 2],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 2]> {
        let mut by_bias = vec![T::default(); bias.values.len()];
        for row in gradient.chunks_exact(bias.values.len()) {
            by_bias.iter_mut().zip(row).for_each(|(sum, &term)| *sum += term);
        }
        Ok([gradient.to_vec(), by_bias])
    }
}
