//! Complex numbers in blocks: the results of the kernels, and the cotangents.

use super::batch::{Batch, ComplexPlanes, check_shape, reshape};
use super::blocks::{Blocks, Shape, row};
use super::transpose::{Target, gather, scatter};
use crate::error::ResolventError;
use crate::real::Real;

/// The complex numbers of a site: the real parts of its lanes, then the imaginary parts.
pub(super) type Pair<T, const REGISTERS: usize> = [[<T as Real>::Register; REGISTERS]; 2];

/// Complex numbers, one per site of each sequence, layout \[block\]\[site\]\[re, im\]\[lane\]. The two parts of a
/// site lie next to each other, so that a sweep reads and writes a single stream.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ComplexBlocks<T: Real> {
    shape: Shape,
    values: Vec<T::Register>,
}

impl<T: Real> ComplexBlocks<T> {
    /// Writes the numbers as planes, layout \[sequence\]\[site\].
    ///
    /// # Errors
    /// [`ResolventError::Memory`] if they do not fit in memory.
    pub fn unpack(&self, planes: &mut ComplexPlanes<T>) -> Result<(), ResolventError> {
        planes.reshape(self.shape.sites * self.shape.sequences)?;
        self.unpack_from(planes, 0);
        Ok(())
    }

    /// Writes the numbers to the sequences of `planes` from `first` on.
    pub(super) fn unpack_from(&self, planes: &mut ComplexPlanes<T>, first: usize) {
        let Shape { sites, sequences, .. } = self.shape;
        let [re, im] = [&mut planes.re, &mut planes.im];
        self.unpack_rows(targets(re, sites, first, sequences), targets(im, sites, first, sequences));
    }

    /// Writes the numbers as rows.
    pub(super) fn unpack_rows(&self, mut re: Vec<Target<T>>, mut im: Vec<Target<T>>) {
        let Shape { sites, width, .. } = self.shape;
        let lanes = width.lanes::<T>();
        let values: &[T] = bytemuck::cast_slice(&self.values);
        let rows = re.chunks_mut(lanes).zip(im.chunks_mut(lanes));
        for (block, (re, im)) in values.chunks_exact((2 * sites * lanes).max(1)).zip(rows) {
            scatter(block, 2 * lanes, sites, re);
            scatter(&block[lanes..], 2 * lanes, sites, im);
        }
    }

    /// Packs the sequences of `planes` from `first` on, reusing the memory already allocated.
    pub(super) fn pack_planes(
        &mut self,
        shape: Shape,
        planes: &ComplexPlanes<T>,
        first: usize,
    ) -> Result<(), ResolventError> {
        self.reshape(shape)?;
        let Shape { sites, sequences, width } = shape;
        let lanes = width.lanes::<T>();
        let values: &mut [T] = bytemuck::cast_slice_mut(&mut self.values);
        let firsts = (0..sequences).step_by(lanes);
        for (start, block) in firsts.zip(values.chunks_exact_mut((2 * sites * lanes).max(1))) {
            for (plane, offset) in [(&planes.re, 0), (&planes.im, lanes)] {
                let row = |lane: usize| row(plane, sites, first + (start + lane).min(sequences - 1));
                gather(&(0..lanes).map(row).collect::<Vec<_>>(), &mut block[offset..], 2 * lanes);
            }
        }
        Ok(())
    }

    /// Sets the shape; the content is then unspecified.
    pub(super) fn reshape(&mut self, shape: Shape) -> Result<(), ResolventError> {
        self.shape = shape;
        reshape(&mut self.values, shape.registers::<T>(2 * shape.sites))
    }

    /// Iterates over the sites of each block.
    pub(super) fn each<const REGISTERS: usize>(&self) -> impl Iterator<Item = &[Pair<T, REGISTERS>]> {
        self.values.as_chunks().0.as_chunks().0.chunks_exact(self.shape.sites.max(1))
    }

    /// Iterates mutably over the sites of each block.
    pub(super) fn each_mut<const REGISTERS: usize>(
        &mut self,
    ) -> impl Iterator<Item = &mut [Pair<T, REGISTERS>]> {
        self.values.as_chunks_mut().0.as_chunks_mut().0.chunks_exact_mut(self.shape.sites.max(1))
    }
}

/// Returns `sequences` whole rows of `length` values, from the row `first` on.
pub(super) fn targets<T>(
    values: &mut [T],
    length: usize,
    first: usize,
    sequences: usize,
) -> Vec<Target<'_, T>> {
    let rows = values.chunks_exact_mut(length.max(1)).skip(first).take(sequences);
    rows.map(|row| Target { row, skip: 0 }).collect()
}

/// Cotangents g_i = ∂Loss/∂Re G_ii − i ∂Loss/∂Im G_ii in blocks. They are checked when they are packed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cotangents<T: Real>(ComplexBlocks<T>);

impl<T: Real> Cotangents<T> {
    /// Packs the cotangents of a batch.
    ///
    /// # Errors
    /// [`ResolventError::BatchShape`] if they do not have the shape of the batch; [`ResolventError::BatchValue`]
    /// for one that is not finite or so large that a derivative, which may reach |g|/η³, could overflow;
    /// [`ResolventError::Memory`] if they do not fit in memory.
    pub fn pack(batch: &Batch<T>, cotangents: &ComplexPlanes<T>) -> Result<Self, ResolventError> {
        batch.check_cotangents(cotangents)?;
        let mut packed = Self::default();
        packed.pack_checked(Shape::of(batch), cotangents, 0)?;
        Ok(packed)
    }

    /// Packs the cotangents of the sequences from `first` on, which have been checked, reusing the memory already
    /// allocated.
    pub(super) fn pack_checked(
        &mut self,
        shape: Shape,
        cotangents: &ComplexPlanes<T>,
        first: usize,
    ) -> Result<(), ResolventError> {
        self.0.pack_planes(shape, cotangents, first)
    }

    /// Returns the cotangents in blocks, or an error if their shape is not that of `blocks`.
    pub(crate) fn of(&self, blocks: &Blocks<T>) -> Result<&ComplexBlocks<T>, ResolventError> {
        let (found, Shape { sites, sequences, .. }) = (self.0.shape, blocks.shape);
        check_shape("cotangents", sequences, sites, sites, found.sites * found.sequences)?;
        check_shape("sites of cotangents", 1, sites, sites, found.sites)?;
        Ok(&self.0)
    }
}
