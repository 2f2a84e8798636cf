//! Elementwise functions.

use super::element::{Element, LANES, Lanes};
use super::{Argument, Kernel, Operation, check};
use bk_resolvent::Real;
use candle_core::{Result, Shape, Tensor};

/// Returns max(x, 0).
pub(crate) fn relu(x: &Tensor) -> Result<Tensor> {
    x.apply_op1(Operation(Each(Relu)))
}

/// Returns x·σ(x).
pub(crate) fn silu(x: &Tensor) -> Result<Tensor> {
    x.apply_op1(Operation(Each(Silu)))
}

/// Returns x·Φ(x), where Φ is the normal distribution function: the exact GELU, not its approximation by tanh.
pub fn gelu(x: &Tensor) -> Result<Tensor> {
    x.apply_op1(Operation(Each(Gelu)))
}

/// Returns ln(1 + eˣ).
pub(crate) fn softplus(x: &Tensor) -> Result<Tensor> {
    x.apply_op1(Operation(Each(Softplus)))
}

/// Clamps x to ±limit. The gradient outside is 0.
pub(crate) fn clamp(x: &Tensor, limit: f64) -> Result<Tensor> {
    x.apply_op1(Operation(Each(Clamp { limit })))
}

/// Returns y·z·σ(z); y and z have the same shape.
pub(crate) fn gate(y: &Tensor, z: &Tensor) -> Result<Tensor> {
    y.apply_op2(z, Operation(Gate))
}

/// An elementwise function, computed on several numbers at once. NaN stays NaN, so that checks for it find it.
trait Pointwise: Send + Sync + 'static {
    const NAME: &'static str;

    fn value<T: Element>(&self, x: Lanes<T>) -> Lanes<T>;

    /// The derivative.
    fn slope<T: Element>(&self, x: Lanes<T>) -> Lanes<T>;
}

struct Each<F>(F);

impl<F: Pointwise> Kernel<1> for Each<F> {
    const NAME: &'static str = F::NAME;

    fn forward<T: Element>(&self, [x]: [Argument<'_, T>; 1]) -> Result<(Vec<T>, Shape)> {
        Ok((each(x.values, |x| self.0.value(x)), x.dims.into()))
    }

    fn backward<T: Element>(
        &self,
        [x]: [Argument<'_, T>; 1],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 1]> {
        Ok([each_with(x.values, gradient, |x| self.0.slope(x))])
    }
}

/// Applies f to each number.
fn each<T: Element>(values: &[T], f: impl Fn(Lanes<T>) -> Lanes<T>) -> Vec<T> {
    let mut result = Vec::with_capacity(values.len());
    let (whole, rest) = values.as_chunks::<LANES>();
    whole.iter().for_each(|&lanes| result.extend_from_slice(&f(lanes)));
    let mut last = [T::default(); LANES];
    last[..rest.len()].copy_from_slice(rest);
    result.extend_from_slice(&f(last)[..rest.len()]);
    result
}

/// Returns gradient·f for each number.
fn each_with<T: Element>(values: &[T], gradient: &[T], f: impl Fn(Lanes<T>) -> Lanes<T>) -> Vec<T> {
    let mut result = each(values, f);
    result.iter_mut().zip(gradient).for_each(|(slope, &upstream)| *slope *= upstream);
    result
}

struct Relu;

impl Pointwise for Relu {
    const NAME: &'static str = "relu";

    fn value<T: Element>(&self, x: Lanes<T>) -> Lanes<T> {
        x.map(|x| if x < T::default() { T::default() } else { x })
    }

    fn slope<T: Element>(&self, x: Lanes<T>) -> Lanes<T> {
        x.map(|x| if x > T::default() { T::ONE } else { T::default() })
    }
}

struct Clamp {
    limit: f64,
}

impl Pointwise for Clamp {
    const NAME: &'static str = "clamp";

    fn value<T: Element>(&self, x: Lanes<T>) -> Lanes<T> {
        let limit = <T as Real>::round(self.limit);
        x.map(|x| match x {
            x if x > limit => limit,
            x if x < -limit => -limit,
            x => x,
        })
    }

    fn slope<T: Element>(&self, x: Lanes<T>) -> Lanes<T> {
        let limit = <T as Real>::round(self.limit);
        x.map(|x| if x > limit || x < -limit { T::default() } else { T::ONE })
    }
}

/// Returns 1/(1 + e⁻ˣ).
#[inline(always)]
fn sigmoid<T: Element>(x: Lanes<T>) -> Lanes<T> {
    T::exp(x.map(|x| -x)).map(|power| T::ONE / (T::ONE + power))
}

struct Silu;

impl Pointwise for Silu {
    const NAME: &'static str = "silu";

    fn value<T: Element>(&self, x: Lanes<T>) -> Lanes<T> {
        let sigmoid = sigmoid(x);
        std::array::from_fn(|lane| x[lane] * sigmoid[lane])
    }

    /// σ(1 + x(1 − σ)).
    fn slope<T: Element>(&self, x: Lanes<T>) -> Lanes<T> {
        let sigmoid = sigmoid(x);
        std::array::from_fn(|lane| sigmoid[lane] * (T::ONE + x[lane] * (T::ONE - sigmoid[lane])))
    }
}

struct Gelu;

/// Returns Φ(x) as erfc(−x/√2)/2, which is accurate even for x far below 0.
fn normal_distribution<T: Element>(x: T) -> T {
    let half = <T as Real>::round(0.5);
    half * (-x * <T as Real>::round(std::f64::consts::FRAC_1_SQRT_2)).complementary_error()
}

impl Pointwise for Gelu {
    const NAME: &'static str = "gelu";

    fn value<T: Element>(&self, x: Lanes<T>) -> Lanes<T> {
        x.map(|x| x * normal_distribution(x))
    }

    /// Φ(x) + x·e^{−x²/2}/√(2π).
    fn slope<T: Element>(&self, x: Lanes<T>) -> Lanes<T> {
        /// 1/√(2π).
        const DENSITY: f64 = 0.398_942_280_401_432_7;
        let power = T::exp(x.map(|x| -(x * x) * <T as Real>::round(0.5)));
        std::array::from_fn(|lane| {
            let x = x[lane];
            normal_distribution(x) + x * power[lane] * <T as Real>::round(DENSITY)
        })
    }
}

struct Softplus;

impl Pointwise for Softplus {
    const NAME: &'static str = "softplus";

    /// max(x, 0) + ln(1 + e^{−|x|}), which never overflows.
    fn value<T: Element>(&self, x: Lanes<T>) -> Lanes<T> {
        let power = T::exp(x.map(|x| if x > T::default() { -x } else { x }));
        let positive = Relu.value(x);
        std::array::from_fn(|lane| positive[lane] + power[lane].ln_one_plus())
    }

    fn slope<T: Element>(&self, x: Lanes<T>) -> Lanes<T> {
        sigmoid(x)
    }
}

struct Gate;

impl Kernel<2> for Gate {
    const NAME: &'static str = "gate";

    fn forward<T: Element>(&self, [y, z]: [Argument<'_, T>; 2]) -> Result<(Vec<T>, Shape)> {
        check(y.dims == z.dims, Self::NAME, || format!("{:?} and {:?}", y.dims, z.dims))?;
        Ok((each_with(z.values, y.values, |z| Silu.value(z)), y.dims.into()))
    }

    fn backward<T: Element>(
        &self,
        [y, z]: [Argument<'_, T>; 2],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 2]> {
        let by_y = each_with(z.values, gradient, |z| Silu.value(z));
        let mut by_z = each_with(z.values, gradient, |z| Silu.slope(z));
        by_z.iter_mut().zip(y.values).for_each(|(by_z, &y)| *by_z *= y);
        Ok([by_y, by_z])
    }
}
