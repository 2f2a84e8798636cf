//! The base of an adapted model: frozen, with the linear maps of its blocks quantized.

use super::architecture::{Linear, VisionTransformer};
use super::error::VisionError;
use crate::ops::{Storage, StoredMatrix};
use crate::{ModelError, Parameters};
use bk_quantize::ByteCount;
use candle_core::{DType, Tensor};
use std::collections::HashMap;
use std::sync::Arc;

/// A model whose blocks store their linear maps in one storage format. Everything else is in single precision, as in
/// vit-lora.md §2.5.
#[derive(Debug, Clone)]
pub struct Base {
    architecture: VisionTransformer,
    storage: Storage,
    matrices: HashMap<String, Arc<StoredMatrix>>,
    /// The parameters that are not quantized.
    tensors: HashMap<String, Tensor>,
}

impl Base {
    /// Stores the parameters of a model.
    ///
    /// # Errors
    /// Returns the errors of [`VisionTransformer::check`], [`ModelError::Missing`] or [`ModelError::Shape`] for the
    /// first parameter that does not fit, and [`ModelError::Quantize`] for one that is not finite.
    pub fn new(
        architecture: &VisionTransformer,
        parameters: &Parameters,
        storage: Storage,
    ) -> Result<Self, VisionError> {
        architecture.check()?;
        let weights = parameters.frozen();
        let (mut matrices, mut tensors) = (HashMap::new(), HashMap::new());
        let quantized: Vec<String> = (0..architecture.depth)
            .flat_map(|block| Linear::ALL.map(|linear| format!("{}.weight", linear.name(block))))
            .collect();
        for parameter in architecture.parameters() {
            let tensor = weights.get(&parameter.name, &parameter.shape)?.to_dtype(DType::F32)?;
            if quantized.contains(&parameter.name) {
                let values: Vec<f32> = tensor.flatten_all()?.to_vec1()?;
                let columns = parameter.shape.last().copied().unwrap_or_default();
                let matrix =
                    StoredMatrix::new(&values, columns, storage.format()).map_err(ModelError::from)?;
                matrices.insert(parameter.name, Arc::new(matrix));
            } else {
                // Copied, so that the frozen tensors do not follow a training that continues.
                tensors.insert(parameter.name, tensor.copy()?);
            }
        }
        Ok(Self { architecture: architecture.clone(), storage, matrices, tensors })
    }

    /// Returns the architecture.
    pub fn architecture(&self) -> &VisionTransformer {
        &self.architecture
    }

    /// Returns the storage format of the linear maps in the blocks.
    pub fn storage(&self) -> Storage {
        self.storage
    }

    /// Returns the size of all stored parameters, in bytes.
    pub fn bytes(&self) -> ByteCount {
        let kept: usize = self.tensors.values().map(|tensor| tensor.elem_count() * size_of::<f32>()).sum();
        let kept = ByteCount { codes: kept, scales: 0, zero_points: 0 };
        self.matrices.values().fold(kept, |sum, matrix| sum + matrix.bytes())
    }

    /// Returns a stored matrix by the name of its parameter.
    pub fn matrix(&self, name: &str) -> Option<&Arc<StoredMatrix>> {
        self.matrices.get(name)
    }

    /// Returns the stored matrix with this name, or an error if it is missing.
    pub(super) fn needed(&self, name: &str) -> Result<Arc<StoredMatrix>, ModelError> {
        self.matrix(name).cloned().ok_or_else(|| ModelError::Missing { name: name.into() })
    }

    /// Returns the unquantized parameter with this name, in the given precision. Checks that it has as many elements as
    /// `shape`.
    pub(super) fn tensor(&self, name: &str, shape: &[usize], precision: DType) -> Result<Tensor, ModelError> {
        let tensor = self.tensors.get(name).ok_or_else(|| ModelError::Missing { name: name.into() })?;
        if tensor.elem_count() != shape.iter().product::<usize>() {
            let found = tensor.dims().to_vec();
            return Err(ModelError::Shape { name: name.into(), found, expected: shape.to_vec() });
        }
        Ok(tensor.to_dtype(precision)?)
    }
}
