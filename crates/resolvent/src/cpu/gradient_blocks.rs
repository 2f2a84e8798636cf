//! Derivatives in blocks.

use super::batch::{Batch, Gradient, check_shape, reshape};
use super::blocks::{Blocks, Shape};
use super::complex_blocks::targets;
use super::transpose::scatter;
use crate::error::ResolventError;
use crate::real::Real;

/// Derivatives of a real loss in blocks.
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
    /// What a sweep leaves for the other, for one block: used again from block to block.
    pub(super) sums: Vec<T::Register>,
}

impl<T: Real> GradientBlocks<T> {
    /// Makes room for the gradient of `blocks`; 0 by every bond.
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

    /// Writes it in the shapes of the batch.
    ///
    /// # Errors
    /// [`ResolventError::BatchShape`] where the batch has another shape, [`ResolventError::Memory`] where it does not fit.
    pub fn unpack(&self, batch: &Batch<T>, gradient: &mut Gradient<T>) -> Result<(), ResolventError> {
        let found = self.shape.sites * self.shape.sequences;
        check_shape("derivatives", batch.sequences(), batch.sites(), batch.sites(), found)?;
        gradient.reshape(batch)?;
        self.unpack_from(gradient, 0);
        Ok(())
    }

    /// Writes it for the sequences from `first` on.
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

    /// What the kernels write of each block.
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

/// What the kernels write of the gradient of a block.
pub(super) struct GradientBlock<'a, T: Real, const REGISTERS: usize> {
    /// ∂Loss/∂v.
    pub(super) diagonals: &'a mut [[T::Register; REGISTERS]],
    /// ∂Loss/∂β; empty for a block without bonds.
    pub(super) bonds: &'a mut [[T::Register; REGISTERS]],
    /// ∂Loss/∂E, one a lane.
    pub(super) energies: &'a mut [f64],
    /// ∂Loss/∂η, one a lane.
    pub(super) etas: &'a mut [f64],
}
