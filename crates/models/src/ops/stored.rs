//! Products with quantized matrices. The matrix is stored as codes and decoded only for the duration of a product.

use super::element::Element;
use super::{Argument, Kernel, Operation, check};
use bk_quantize::block::{BlockQuantized, FourBit};
use bk_quantize::rows::RowQuantized;
use bk_quantize::{ByteCount, QuantizeError};
use bk_resolvent::Real;
use candle_core::{Device, Error, Result, Shape, Tensor};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The storage format of a matrix.
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

    /// Returns the name of the format.
    pub fn label(self) -> &'static str {
        match self {
            Storage::Single => "f32",
            Storage::EightBit => "LLM.int8",
            Storage::FourBit => "NF4",
            Storage::FourBitDouble => "NF4, double quantization",
        }
    }
}

/// A stored matrix. It is immutable.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMatrix {
    rows: usize,
    columns: usize,
    codes: Codes,
}

#[derive(Debug, Clone, PartialEq)]
enum Codes {
    Single(Vec<f32>),
    Rows(RowQuantized),
    Blocks(BlockQuantized),
}

impl StoredMatrix {
    /// Stores a matrix given row by row.
    ///
    /// # Errors
    /// Returns [`QuantizeError::Shape`] if the values do not fill whole rows, and [`QuantizeError::NotFinite`] for NaN
    /// and infinities.
    pub fn new(values: &[f32], columns: usize, storage: Storage) -> std::result::Result<Self, QuantizeError> {
        if columns == 0 || !values.len().is_multiple_of(columns) {
            return Err(QuantizeError::Shape { values: values.len(), width: columns });
        }
        let blocks = |double| BlockQuantized::new(values, FourBit::Nf4, double).map(Codes::Blocks);
        let codes = match storage {
            Storage::Single => Codes::Single(values.to_vec()),
            Storage::EightBit => Codes::Rows(RowQuantized::new(values, columns)?),
            Storage::FourBit => blocks(false)?,
            Storage::FourBitDouble => blocks(true)?,
        };
        Ok(Self { rows: values.len() / columns, columns, codes })
    }

    /// Returns the number of rows and columns.
    pub fn dims(&self) -> [usize; 2] {
        [self.rows, self.columns]
    }

    /// Returns the size of the stored matrix, in bytes.
    pub fn bytes(&self) -> ByteCount {
        match &self.codes {
            Codes::Single(values) => {
                ByteCount { codes: size_of_val(values.as_slice()), scales: 0, zero_points: 0 }
            }
            Codes::Rows(rows) => rows.bytes(),
            Codes::Blocks(blocks) => blocks.bytes(),
        }
    }

    /// Returns the values of the codes.
    pub fn values(&self) -> Vec<f32> {
        match &self.codes {
            Codes::Single(values) => values.clone(),
            Codes::Rows(rows) => rows.dequantize(),
            Codes::Blocks(blocks) => blocks.dequantize(),
        }
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
        Tensor::from_vec(values, (self.rows, self.columns), &Device::Cpu)
    }
}

struct StoredProduct(Arc<StoredMatrix>);

impl Kernel<1> for StoredProduct {
    const NAME: &'static str = "the product with a stored matrix";

    fn forward<T: Element>(&self, [x]: [Argument<'_, T>; 1]) -> Result<(Vec<T>, Shape)> {
        let matrix = &*self.0;
        let fits = x.dims.len() == 2 && x.dims.last() == Some(&matrix.columns);
        check(fits, Self::NAME, || format!("{:?} and {:?}", x.dims, matrix.dims()))?;
        let shape = (x.dims[0], matrix.rows).into();
        let product = match &matrix.codes {
            Codes::Rows(rows) => {
                let single: Vec<f32> = x.values.iter().map(|value| value.to_f64() as f32).collect();
                let product = rows.multiply(&single).map_err(Error::wrap)?;
                product.into_iter().map(|value| <T as Real>::round(value.into())).collect()
            }
            Codes::Single(_) | Codes::Blocks(_) => {
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
        let gradient = Tensor::from_slice(gradient, (x.dims[0], self.0.rows), &Device::Cpu)?;
        Ok([gradient.matmul(&self.0.tensor::<T>()?)?.flatten_all()?.to_vec1()?])
    }
}
