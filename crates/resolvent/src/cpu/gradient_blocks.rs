//! Gradients in the block layout of the kernels.

use super::batch::{Batch, Gradient, check_shape, reshape};
use super::blocks::{Blocks, Shape};
use super::complex_blocks::targets;
use super::transpose::scatter;
use crate::error::ResolventError;
use crate::real::Real;

/// The derivatives of a real loss in blocks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GradientBlocks<T: Real> {
    shape: Shape,
    /// ∂Loss/∂v, layout \[block\]\[site\]\[register\].
    diagonals: Vec<T::Register>,
    /// ∂Loss/∂β, layout \[block\]\[site on the left\]\[register\]; empty for blocks without bonds.
    bonds: Vec<T::Register>,
    /// ∂Loss/∂E, layout \[block\]\[lane\].
    energies: Vec<f64>,
    /// ∂Loss/∂η, layout \[block\]\[lane\].
    etas: Vec<f64>,
    /// Workspace of one block, reused for every block: the values that the first visit of a site leaves for the
    /// second.
    pub(super) sums: Vec<T::Register>,
}

impl<T: Real> GradientBlocks<T> {
    /// Sets the shape to that of `blocks`, and the derivatives with respect to the bonds to 0.
    pub(super) fn reshape(&mut self, blocks: &Blocks<T>) -> Result<(), ResolventError> {
        let shape = blocks.shape;
        self.shape = shape;
        let lanes = shape.width.lanes::<T>();
        reshape(&mut self.diagonals, shape.registers::<T>(shape.sites))?;
        self.bonds.clear();
        reshape(&mut self.bonds, blocks.bonds.as_ref().map_or(0, Vec::len))?;
        reshape(&mut self.energies, shape.blocks::<T>() * lanes)?;
        reshape(&mut self.etas, shape.blocks::<T>() * lanes)?;
        let one = Shape { sequences: 1, ..shape };
        reshape(&mut self.sums, one.registers::<T>(2 * shape.sites))
    }

    /// Writes the gradient in the shapes of the batch.
    ///
    /// # Errors
    /// [`ResolventError::BatchShape`] if the batch has another shape; [`ResolventError::Memory`] if it does not fit
    /// in memory.
    pub fn unpack(&self, batch: &Batch<T>, gradient: &mut Gradient<T>) -> Result<(), ResolventError> {
        let found = self.shape.sites * self.shape.sequences;
        check_shape("derivatives", batch.sequences(), batch.sites(), batch.sites(), found)?;
        gradient.reshape(batch)?;
        self.unpack_from(gradient, 0);
        Ok(())
    }

    /// Writes the gradient to the sequences of `gradient` from `first` on.
    pub(super) fn unpack_from(&self, gradient: &mut Gradient<T>, first: usize) {
        let Shape { sites, sequences, width } = self.shape;
        let lanes = width.lanes::<T>();
        let parts = [
            (&self.diagonals, &mut gradient.diagonals, sites),
            (&self.bonds, &mut gradient.bonds, sites - 1),
        ];
        for (packed, values, numbers) in parts {
            let packed: &[T] = bytemuck::cast_slice(packed);
            let mut rows = targets(values, numbers, first, sequences);
            let blocks = packed.chunks_exact((numbers * lanes).max(1));
            for (block, rows) in blocks.zip(rows.chunks_mut(lanes)) {
                scatter(block, lanes, numbers, rows);
            }
        }
        gradient.energies[first..first + sequences].copy_from_slice(&self.energies[..sequences]);
        gradient.etas[first..first + sequences].copy_from_slice(&self.etas[..sequences]);
    }

    /// Iterates over the outputs that the kernels write, block by block.
    pub(super) fn each_mut<const REGISTERS: usize>(
        &mut self,
    ) -> impl Iterator<Item = GradientBlock<'_, T, REGISTERS>> {
        let (sites, lanes) = (self.shape.sites.max(1), self.shape.width.lanes::<T>());
        let mut bonds = self.bonds.as_chunks_mut().0;
        let diagonals = self.diagonals.as_chunks_mut().0.chunks_exact_mut(sites);
        let totals = self.energies.chunks_exact_mut(lanes).zip(self.etas.chunks_exact_mut(lanes));
        diagonals.zip(totals).map(move |(diagonals, (energies, etas))| GradientBlock {
            diagonals,
            bonds: bonds.split_off_mut(..sites - 1).unwrap_or_default(),
            energies,
            etas,
        })
    }
}

/// The gradient of one block, as the kernels write it.
pub(super) struct GradientBlock<'a, T: Real, const REGISTERS: usize> {
    /// ∂Loss/∂v.
    pub(super) diagonals: &'a mut [[T::Register; REGISTERS]],
    /// ∂Loss/∂β; empty for a block without bonds.
    pub(super) bonds: &'a mut [[T::Register; REGISTERS]],
    /// ∂Loss/∂E, one per lane.
    pub(super) energies: &'a mut [f64],
    /// ∂Loss/∂η, one per lane.
    pub(super) etas: &'a mut [f64],
}
