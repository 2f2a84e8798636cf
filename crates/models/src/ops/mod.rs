//! Differentiable operations that candle does not have or computes slowly. Each has a forward pass and an exact
//! adjoint, written as loops over whole tensors for f32 and f64. In the browser only f32 is available; f64 serves the
//! tests of gradients.
//!
//! An operation is a `Kernel`; `Operation` wraps it for candle. Arguments are contiguous and on the CPU.

mod activation;
mod applied;
pub mod attention;
mod convolution;
mod cross_entropy;
mod element;
mod layer_norm;
mod linear;
mod resolvent;
mod scan;
mod stored;

pub use activation::gelu;
pub(super) use activation::{clamp, gate, relu, silu, softplus};
pub use applied::apply_resolvent;
pub use attention::attention;
pub(super) use convolution::causal_convolution;
pub(crate) use cross_entropy::cross_entropy;
pub(crate) use layer_norm::layer_norm;
pub(crate) use linear::add_row;
pub use resolvent::{BASE, PotentialGradient, ResolventForm, resolvent_features};
pub use scan::selective_scan;
pub use stored::{Storage, StoredMatrix};

use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, CustomOp3, DType, Device, Error, Layout, Result, Shape, Tensor,
};
use element::Element;

/// An argument of a kernel: its values in row-major order, and its shape.
#[derive(Clone, Copy)]
struct Argument<'a, T> {
    values: &'a [T],
    dims: &'a [usize],
}

/// An operation on `ARGUMENTS` tensors of one precision.
trait Kernel<const ARGUMENTS: usize>: Send + Sync + 'static {
    /// The name in error messages.
    const NAME: &'static str;

    /// Returns the values of the result and its shape.
    fn forward<T: Element>(&self, arguments: [Argument<'_, T>; ARGUMENTS]) -> Result<(Vec<T>, Shape)>;

    /// Returns the gradient of a loss with respect to each argument, given the gradient with respect to the result.
    fn backward<T: Element>(
        &self,
        arguments: [Argument<'_, T>; ARGUMENTS],
        result: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; ARGUMENTS]>;
}

/// Wraps a kernel as a custom operation of candle.
struct Operation<K>(K);

fn unsupported<K: Kernel<N>, const N: usize>(dtype: DType) -> Error {
    Error::UnsupportedDTypeForOp(dtype, K::NAME)
}

fn forward<K: Kernel<N>, const N: usize>(
    kernel: &K,
    arguments: [(&CpuStorage, &Layout); N],
) -> Result<(CpuStorage, Shape)> {
    match arguments.first().map_or(DType::F32, |(storage, _)| storage_type(storage)) {
        DType::F32 => forward_as::<f32, K, N>(kernel, arguments),
        #[cfg(not(target_arch = "wasm32"))]
        DType::F64 => forward_as::<f64, K, N>(kernel, arguments),
        other => Err(unsupported::<K, N>(other)),
    }
}

fn storage_type(storage: &CpuStorage) -> DType {
    match storage {
        CpuStorage::F32(_) => DType::F32,
        CpuStorage::F64(_) => DType::F64,
        _ => DType::U8,
    }
}

fn forward_as<T: Element, K: Kernel<N>, const N: usize>(
    kernel: &K,
    arguments: [(&CpuStorage, &Layout); N],
) -> Result<(CpuStorage, Shape)> {
    let mut read = [Argument { values: &[], dims: &[] }; N];
    for (argument, (storage, layout)) in read.iter_mut().zip(arguments) {
        *argument = Argument { values: contiguous(storage, layout, K::NAME)?, dims: layout.dims() };
    }
    let (values, shape) = kernel.forward::<T>(read)?;
    Ok((T::to_cpu_storage_owned(values), shape))
}

fn contiguous<'a, T: Element>(storage: &'a CpuStorage, layout: &Layout, op: &'static str) -> Result<&'a [T]> {
    let (from, to) = layout.contiguous_offsets().ok_or(Error::RequiresContiguous { op })?;
    Ok(&storage.as_slice::<T>()?[from..to])
}

fn backward<K: Kernel<N>, const N: usize>(
    kernel: &K,
    arguments: [&Tensor; N],
    result: &Tensor,
    gradient: &Tensor,
) -> Result<[Tensor; N]> {
    match result.dtype() {
        DType::F32 => backward_as::<f32, K, N>(kernel, arguments, result, gradient),
        #[cfg(not(target_arch = "wasm32"))]
        DType::F64 => backward_as::<f64, K, N>(kernel, arguments, result, gradient),
        other => Err(unsupported::<K, N>(other)),
    }
}

fn backward_as<T: Element, K: Kernel<N>, const N: usize>(
    kernel: &K,
    arguments: [&Tensor; N],
    result: &Tensor,
    gradient: &Tensor,
) -> Result<[Tensor; N]> {
    let gradient = gradient.contiguous()?;
    let storages = arguments.map(Tensor::storage_and_layout);
    let mut read = [Argument { values: &[] as &[T], dims: &[] }; N];
    for (argument, (storage, layout)) in read.iter_mut().zip(&storages) {
        *argument = Argument { values: on_cpu(storage, layout, K::NAME)?, dims: layout.dims() };
    }
    let (result, result_layout) = result.storage_and_layout();
    let (gradient, gradient_layout) = gradient.storage_and_layout();
    let by = kernel.backward(
        read,
        on_cpu(&result, result_layout, K::NAME)?,
        on_cpu(&gradient, gradient_layout, K::NAME)?,
    )?;
    let mut tensors = arguments.map(Clone::clone);
    for (tensor, values) in tensors.iter_mut().zip(by) {
        *tensor = Tensor::from_vec(values, tensor.shape().clone(), &Device::Cpu)?;
    }
    Ok(tensors)
}

fn on_cpu<'a, T: Element>(
    storage: &'a candle_core::Storage,
    layout: &Layout,
    op: &'static str,
) -> Result<&'a [T]> {
    match storage {
        candle_core::Storage::Cpu(storage) => contiguous(storage, layout, op),
        _ => Err(Error::UnsupportedDTypeForOp(storage.dtype(), op)),
    }
}

impl<K: Kernel<1>> CustomOp1 for Operation<K> {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        forward(&self.0, [(storage, layout)])
    }

    fn bwd(&self, argument: &Tensor, result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let [by] = backward(&self.0, [argument], result, gradient)?;
        Ok(Some(by))
    }
}

impl<K: Kernel<2>> CustomOp2 for Operation<K> {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn cpu_fwd(
        &self,
        first: &CpuStorage,
        first_layout: &Layout,
        second: &CpuStorage,
        second_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        forward(&self.0, [(first, first_layout), (second, second_layout)])
    }

    fn bwd(
        &self,
        first: &Tensor,
        second: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let [by_first, by_second] = backward(&self.0, [first, second], result, gradient)?;
        Ok((Some(by_first), Some(by_second)))
    }
}

impl<K: Kernel<3>> CustomOp3 for Operation<K> {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn cpu_fwd(
        &self,
        first: &CpuStorage,
        first_layout: &Layout,
        second: &CpuStorage,
        second_layout: &Layout,
        third: &CpuStorage,
        third_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        forward(&self.0, [(first, first_layout), (second, second_layout), (third, third_layout)])
    }

    fn bwd(
        &self,
        first: &Tensor,
        second: &Tensor,
        third: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let [first, second, third] = backward(&self.0, [first, second, third], result, gradient)?;
        Ok((Some(first), Some(second), Some(third)))
    }
}

/// Returns an error unless the shapes fit.
fn check(holds: bool, op: &'static str, what: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::Msg(format!("The shapes given to {op} do not fit: {}.", what()))) }
}
