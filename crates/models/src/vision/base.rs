//! A trained model as it is stored to be adapted: frozen, the linear maps of its blocks quantized.

use super::architecture::{Linear, VisionTransformer};
use super::error::VisionError;
use crate::ops::{Storage, StoredMatrix};
use crate::{ModelError, Parameters};
use bk_quantize::ByteCount;
use candle_core::{DType, Tensor};
use std::collections::HashMap;
use std::sync::Arc;

/// A model whose blocks' linear maps are stored in a way; everything else is in single precision, as in vit-lora.md §2.5.
#[derive(Debug, Clone)]
pub struct Base {
    architecture: VisionTransformer,
    storage: Storage,
    matrices: HashMap<String, Arc<StoredMatrix>>,
    /// What is not quantized.
    tensors: HashMap<String, Tensor>,
}

impl Base {
    /// Stores a model's parameters.
    ///
    /// # Errors
    /// What [`VisionTransformer::check`] finds; [`ModelError::Missing`] and [`ModelError::Shape`] for the first parameter
    /// that does not fit, [`ModelError::Quantize`] for one that is not finite.
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
                let matrix = StoredMatrix::new(&values, columns, storage).map_err(ModelError::from)?;
                matrices.insert(parameter.name, Arc::new(matrix));
            } else {
                // A copy: what is frozen must not follow a training that goes on.
                tensors.insert(parameter.name, tensor.copy()?);
            }
        }
        Ok(Self { architecture: architecture.clone(), storage, matrices, tensors })
    }

    /// What the model is.
    pub fn architecture(&self) -> &VisionTransformer {
        &self.architecture
    }

    /// How the linear maps of its blocks are stored.
    pub fn storage(&self) -> Storage {
        self.storage
    }

    /// Bytes of all parameters, counted from what is stored.
    pub fn bytes(&self) -> ByteCount {
        let kept: usize = self.tensors.values().map(|tensor| tensor.elem_count() * size_of::<f32>()).sum();
        let kept = ByteCount { codes: kept, scales: 0, zero_points: 0 };
        self.matrices.values().fold(kept, |sum, matrix| sum + matrix.bytes())
    }

    /// A matrix as it is stored, by the name of its parameter.
    pub fn matrix(&self, name: &str) -> Option<&Arc<StoredMatrix>> {
        self.matrices.get(name)
    }

    /// The matrix of a name, which the model needs.
    pub(super) fn needed(&self, name: &str) -> Result<Arc<StoredMatrix>, ModelError> {
        self.matrix(name).cloned().ok_or_else(|| ModelError::Missing { name: name.into() })
    }

    /// What is not quantized, of a name and shape, in a precision.
    pub(super) fn tensor(&self, name: &str, shape: &[usize], precision: DType) -> Result<Tensor, ModelError> {
        let tensor = self.tensors.get(name).ok_or_else(|| ModelError::Missing { name: name.into() })?;
        if tensor.elem_count() != shape.iter().product::<usize>() {
            let found = tensor.dims().to_vec();
            return Err(ModelError::Shape { name: name.into(), found, expected: shape.to_vec() });
        }
        Ok(tensor.to_dtype(precision)?)
    }
}
