//! Products with quantized matrices. The matrix is stored as codes and decoded only for the duration of a product.

use super::element::Element;
use super::{Argument, Kernel, Operation, check};
use bk_quantize::rows::multiply;
use bk_quantize::{ByteCount, Format, Packed, QuantizeError, Rounding};
use bk_resolvent::Real;
use candle_core::{Device, Error, Result, Shape, Tensor};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The storage formats of the base of an adapted model, under the keys of its experiments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Storage {
    /// Single precision.
    Single,
    /// LLM.int8: 8 bits per number and one scale per row, multiplied with activations of 8 bits.
    EightBit,
    /// NF4: 4 bits per number and one scale per block of 64.
    FourBit,
    /// NF4 with scales in 8 bits (double quantization).
    FourBitDouble,
}

impl Storage {
    /// All formats, largest first.
    pub const ALL: [Storage; 4] =
        [Storage::Single, Storage::EightBit, Storage::FourBit, Storage::FourBitDouble];

    /// Returns the format in the table.
    pub fn format(self) -> Format {
        match self {
            Storage::Single => Format::Fp32,
            Storage::EightBit => Format::LlmInt8,
            Storage::FourBit => Format::Nf4,
            Storage::FourBitDouble => Format::Nf4Double,
        }
    }

    /// Returns the name of the format.
    pub fn label(self) -> &'static str {
        match self {
            Storage::Single => "f32",
            other => other.format().label(),
        }
    }
}

/// A stored matrix. It is immutable.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMatrix(Packed);

impl StoredMatrix {
    /// Stores a matrix given row by row, in groups of the default size if the format has groups.
    ///
    /// # Errors
    /// Returns [`QuantizeError::Shape`] if the values do not fill whole rows, and [`QuantizeError::NotFinite`] for NaN
    /// and infinities.
    pub fn new(values: &[f32], columns: usize, format: Format) -> std::result::Result<Self, QuantizeError> {
        Packed::new(values, columns, format, Rounding::default()).map(Self)
    }

    /// Returns the number of rows and columns.
    pub fn dims(&self) -> [usize; 2] {
        self.0.dims()
    }

    /// Returns the size of the stored matrix, in bytes.
    pub fn bytes(&self) -> ByteCount {
        self.0.bytes()
    }

    /// Returns the values of the codes.
    pub fn values(&self) -> Vec<f32> {
        self.0.values()
    }

    /// Returns x·Wᵀ for each row of x: `[rows, columns of W]` to `[rows, rows of W]`. LLM.int8 also rounds the
    /// activations, as its definition requires. The gradient with respect to x uses the values of the codes, as if the
    /// activations were not rounded; W has no gradient.
    ///
    /// # Errors
    /// Returns an error if the width of x does not fit, and for LLM.int8 also if x is not finite.
    pub fn product(self: &Arc<Self>, x: &Tensor) -> Result<Tensor> {
        x.apply_op1(Operation(StoredProduct(Arc::clone(self))))
    }

    fn tensor<T: Element>(&self) -> Result<Tensor> {
        let values: Vec<T> =
            self.values().into_iter().map(|value| <T as Real>::round(value.into())).collect();
        Tensor::from_vec(values, self.dims().as_slice(), &Device::Cpu)
    }
}

struct StoredProduct(Arc<StoredMatrix>);

impl Kernel<1> for StoredProduct {
    const NAME: &'static str = "the product with a stored matrix";

    fn forward<T: Element>(&self, [x]: [Argument<'_, T>; 1]) -> Result<(Vec<T>, Shape)> {
        let matrix = &*self.0;
        let [rows, columns] = matrix.dims();
        let fits = x.dims.len() == 2 && x.dims.last() == Some(&columns);
        check(fits, Self::NAME, || format!("{:?} and {:?}", x.dims, matrix.dims()))?;
        let shape = (x.dims[0], rows).into();
        let product = match matrix.0.format() {
            Format::LlmInt8 => {
                let single: Vec<f32> = x.values.iter().map(|value| value.to_f64() as f32).collect();
                let product = multiply(&matrix.0, &single).map_err(Error::wrap)?;
                product.into_iter().map(|value| <T as Real>::round(value.into())).collect()
            }
            _ => {
                let x = Tensor::from_slice(x.values, x.dims, &Device::Cpu)?;
                x.matmul(&matrix.tensor::<T>()?.t()?)?.flatten_all()?.to_vec1()?
            }
        };
        Ok((product, shape))
    }

    fn backward<T: Element>(
        &self,
        [x]: [Argument<'_, T>; 1],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 1]> {
        let gradient = Tensor::from_slice(gradient, (x.dims[0], self.0.dims()[0]), &Device::Cpu)?;
        Ok([gradient.matmul(&self.0.tensor::<T>()?)?.flatten_all()?.to_vec1()?])
    }
}
