//! Functions of single numbers.

use super::element::{Element, LANES, Lanes};
use super::{Argument, Kernel, Operation, check};
use crate::resolvent::Real;
use candle_core::{Result, Shape, Tensor};

/// max(x, 0).
pub(in crate::model) fn relu(x: &Tensor) -> Result<Tensor> {
    x.apply_op1(Operation(Relu))
}

/// x·σ(x).
pub(in crate::model) fn silu(x: &Tensor) -> Result<Tensor> {
    x.apply_op1(Operation(Silu))
}

/// ln(1 + eˣ).
pub(in crate::model) fn softplus(x: &Tensor) -> Result<Tensor> {
    x.apply_op1(Operation(Softplus))
}

/// x where it lies within ±limit, else the limit; its derivative there is 0.
pub(in crate::model) fn clamp(x: &Tensor, limit: f64) -> Result<Tensor> {
    x.apply_op1(Operation(Clamp { limit }))
}

/// y·z·σ(z), for y and z of one shape.
pub(in crate::model) fn gate(y: &Tensor, z: &Tensor) -> Result<Tensor> {
    y.apply_op2(z, Operation(Gate))
}

struct Relu;
struct Silu;
struct Softplus;
struct Gate;
struct Clamp {
    limit: f64,
}

/// f of every number, some at a time.
fn each<T: Element>(values: &[T], f: impl Fn(Lanes<T>) -> Lanes<T>) -> Vec<T> {
    let mut result = Vec::with_capacity(values.len());
    let (whole, rest) = values.as_chunks::<LANES>();
    whole.iter().for_each(|&lanes| result.extend_from_slice(&f(lanes)));
    let mut last = [T::default(); LANES];
    last[..rest.len()].copy_from_slice(rest);
    result.extend_from_slice(&f(last)[..rest.len()]);
    result
}

/// gradient·f for every number.
fn each_with<T: Element>(values: &[T], gradient: &[T], f: impl Fn(Lanes<T>) -> Lanes<T>) -> Vec<T> {
    let mut result = each(values, f);
    result.iter_mut().zip(gradient).for_each(|(slope, &upstream)| *slope *= upstream);
    result
}

/// 1/(1 + e⁻ˣ).
#[inline(always)]
fn sigmoid<T: Element>(x: Lanes<T>) -> Lanes<T> {
    T::exp(x.map(|x| -x)).map(|power| T::ONE / (T::ONE + power))
}

impl Kernel<1> for Relu {
    const NAME: &'static str = "relu";

    fn forward<T: Element>(&self, [x]: [Argument<'_, T>; 1]) -> Result<(Vec<T>, Shape)> {
        // NaN is kept: whoever looks for one must find it.
        let positive = |x: &T| if *x < T::default() { T::default() } else { *x };
        Ok((x.values.iter().map(positive).collect(), x.dims.into()))
    }

    fn backward<T: Element>(
        &self,
        [x]: [Argument<'_, T>; 1],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 1]> {
        let pairs = x.values.iter().zip(gradient);
        Ok([pairs.map(|(&x, &upstream)| if x > T::default() { upstream } else { T::default() }).collect()])
    }
}

impl Kernel<1> for Clamp {
    const NAME: &'static str = "clamp";

    fn forward<T: Element>(&self, [x]: [Argument<'_, T>; 1]) -> Result<(Vec<T>, Shape)> {
        let limit = <T as Real>::round(self.limit);
        let clamped = |&x: &T| match x {
            x if x > limit => limit,
            x if x < -limit => -limit,
            x => x,
        };
        Ok((x.values.iter().map(clamped).collect(), x.dims.into()))
    }

    fn backward<T: Element>(
        &self,
        [x]: [Argument<'_, T>; 1],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 1]> {
        let limit = <T as Real>::round(self.limit);
        let inside = |(&x, &upstream): (&T, &T)| match x {
            x if x > limit || x < -limit => T::default(),
            _ => upstream,
        };
        Ok([x.values.iter().zip(gradient).map(inside).collect()])
    }
}

impl Kernel<1> for Silu {
    const NAME: &'static str = "silu";

    fn forward<T: Element>(&self, [x]: [Argument<'_, T>; 1]) -> Result<(Vec<T>, Shape)> {
        let silu = |x: Lanes<T>| {
            let sigmoid = sigmoid(x);
            std::array::from_fn(|lane| x[lane] * sigmoid[lane])
        };
        Ok((each(x.values, silu), x.dims.into()))
    }

    fn backward<T: Element>(
        &self,
        [x]: [Argument<'_, T>; 1],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 1]> {
        Ok([each_with(x.values, gradient, silu_slope)])
    }
}

/// σ(1 + x(1 − σ)).
#[inline(always)]
fn silu_slope<T: Element>(x: Lanes<T>) -> Lanes<T> {
    let sigmoid = sigmoid(x);
    std::array::from_fn(|lane| sigmoid[lane] * (T::ONE + x[lane] * (T::ONE - sigmoid[lane])))
}

impl Kernel<1> for Softplus {
    const NAME: &'static str = "softplus";

    fn forward<T: Element>(&self, [x]: [Argument<'_, T>; 1]) -> Result<(Vec<T>, Shape)> {
        let zero = T::default();
        // max(x, 0) + ln(1 + e^{−|x|}), which overflows nowhere.
        let softplus = |x: Lanes<T>| {
            let power = T::exp(x.map(|x| if x > zero { -x } else { x }));
            std::array::from_fn(|lane| {
                let positive = if x[lane] < zero { zero } else { x[lane] };
                positive + power[lane].ln_one_plus()
            })
        };
        Ok((each(x.values, softplus), x.dims.into()))
    }

    fn backward<T: Element>(
        &self,
        [x]: [Argument<'_, T>; 1],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 1]> {
        Ok([each_with(x.values, gradient, sigmoid)])
    }
}

impl Kernel<2> for Gate {
    const NAME: &'static str = "gate";

    fn forward<T: Element>(&self, [y, z]: [Argument<'_, T>; 2]) -> Result<(Vec<T>, Shape)> {
        check(y.dims == z.dims, Self::NAME, || format!("{:?} and {:?}", y.dims, z.dims))?;
        let (gated, shape) = Silu.forward([z])?;
        Ok((gated.iter().zip(y.values).map(|(&gate, &y)| gate * y).collect(), shape))
    }

    fn backward<T: Element>(
        &self,
        [y, z]: [Argument<'_, T>; 2],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 2]> {
        let (mut by_y, _) = Silu.forward([z])?;
        let mut by_z = each_with(z.values, gradient, silu_slope);
        for (((by_y, by_z), &upstream), &y) in by_y.iter_mut().zip(&mut by_z).zip(gradient).zip(y.values) {
            *by_y *= upstream;
            *by_z *= y;
        }
        Ok([by_y, by_z])
    }
}
