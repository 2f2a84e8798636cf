//! The kernels' own layout: blocks of lanes, one sequence a lane, \[block\]\[site\]\[lane\].

use super::batch::{Batch, ComplexPlanes, Gradient, check_shape, reshape};
use super::complex::Complexes;
use super::transpose::{Target, gather, scatter};
use super::width::Width;
use crate::resolvent::chain::Shift;
use crate::resolvent::error::ResolventError;
use crate::resolvent::real::{Real, Register};

/// How many sequences of how many sites lie in blocks of what width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shape {
    /// Sites of a sequence.
    pub(super) sites: usize,
    /// Sequences. The lanes of the last block that have no sequence of their own repeat the last one.
    pub(super) sequences: usize,
    /// How wide a block is.
    pub(super) width: Width,
}

impl Shape {
    /// The shape of a batch in full blocks.
    fn of<T: Real>(batch: &Batch<T>) -> Self {
        Self { sites: batch.sites(), sequences: batch.sequences(), width: Width::Wide }
    }

    /// Blocks.
    fn blocks<T: Real>(self) -> usize {
        self.sequences.div_ceil(self.width.lanes::<T>())
    }

    /// Registers for so many numbers a sequence.
    fn registers<T: Real>(self, numbers: usize) -> usize {
        let lanes = self.width.lanes::<T>() * self.blocks::<T>();
        numbers * lanes / (size_of::<T::Register>() / size_of::<T>())
    }
}

/// The sequences of a batch as the kernels want them: v − E, bonds and η, layout \[block\]\[site\]\[lane\]. A block has
/// four registers side by side: 16 lanes of f32 or 8 of f64, and twice as many where AVX is compiled for.
///
/// Every instruction then serves as many sequences as a register has lanes, memory is read in order, and no sweep
/// transposes anything (resolvent-performance.md §4.3). Packed once, it serves any number of kernels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Blocks<T: Real> {
    pub(super) shape: Shape,
    /// v − E, layout \[block\]\[site\]\[register\].
    terms: Vec<T::Register>,
    /// Layout \[block\]\[site on the left\]\[register\].
    bonds: Option<Vec<T::Register>>,
    /// Layout \[block\]\[register\].
    etas: Vec<T::Register>,
}

impl<T: Real> Blocks<T> {
    /// The sequences of a batch.
    ///
    /// # Errors
    /// [`ResolventError::Memory`] where they do not fit.
    pub fn pack(batch: &Batch<T>) -> Result<Self, ResolventError> {
        let mut blocks = Self::default();
        blocks.pack_batch(batch, 0, Shape::of(batch))?;
        Ok(blocks)
    }

    /// Sequences of a batch from `first` on, in the memory there is.
    pub(super) fn pack_batch(
        &mut self,
        batch: &Batch<T>,
        first: usize,
        shape: Shape,
    ) -> Result<(), ResolventError> {
        self.pack_rows(
            shape,
            |sequence| row(batch.diagonals(), shape.sites, first + sequence),
            batch.bonds().map(|bonds| move |sequence| row(bonds, shape.sites - 1, first + sequence)),
            |sequence| batch.shifts()[first + sequence],
        )
    }

    /// Sequences from anywhere, in the memory there is.
    pub(super) fn pack_rows<'a>(
        &mut self,
        shape: Shape,
        diagonals: impl Fn(usize) -> &'a [T],
        bonds: Option<impl Fn(usize) -> &'a [T]>,
        shifts: impl Fn(usize) -> Shift,
    ) -> Result<(), ResolventError> {
        self.shape = shape;
        let Shape { sites, sequences, width } = shape;
        reshape(&mut self.terms, shape.registers::<T>(sites))?;
        reshape(&mut self.etas, shape.registers::<T>(1))?;
        let lanes = width.lanes::<T>();
        let terms = pack(shape, sites, diagonals, &mut self.terms);
        for (first, terms) in (0..sequences).step_by(lanes).zip(terms.chunks_exact_mut(sites * lanes)) {
            let energy = |lane: usize| shifts((first + lane).min(sequences - 1)).energy();
            subtract(terms, &(0..lanes).map(energy).collect::<Vec<_>>());
        }
        let etas: &mut [T] = bytemuck::cast_slice_mut(&mut self.etas);
        for (sequence, eta) in etas.iter_mut().enumerate() {
            *eta = T::round(shifts(sequence.min(sequences - 1)).eta());
        }
        let Some(bonds) = bonds else {
            self.bonds = None;
            return Ok(());
        };
        let packed = self.bonds.get_or_insert_default();
        reshape(packed, shape.registers::<T>(sites - 1))?;
        pack(shape, sites - 1, bonds, packed);
        Ok(())
    }

    /// The number of sites N of each sequence.
    pub fn sites(&self) -> usize {
        self.shape.sites
    }

    /// The number of sequences B.
    pub fn sequences(&self) -> usize {
        self.shape.sequences
    }

    /// What the kernels read of each block.
    pub(super) fn each<const REGISTERS: usize>(&self) -> impl Iterator<Item = Block<'_, T, REGISTERS>> {
        let sites = self.shape.sites.max(1);
        let mut bonds = self.bonds.as_deref().map(|bonds| bonds.as_chunks().0);
        let terms = self.terms.as_chunks().0.chunks_exact(sites);
        terms.zip(self.etas.as_chunks().0).map(move |(terms, eta)| Block {
            terms,
            bonds: bonds.as_mut().and_then(|bonds| bonds.split_off(..sites - 1)),
            eta: *eta,
            beyond: [T::Register::default(); REGISTERS],
        })
    }
}

/// One row of many.
fn row<T>(values: &[T], length: usize, index: usize) -> &[T] {
    &values[index * length..(index + 1) * length]
}

/// Packs rows of so many numbers; gives the numbers as they then lie.
fn pack<'p, 'r, T: Real>(
    shape: Shape,
    numbers: usize,
    rows: impl Fn(usize) -> &'r [T],
    packed: &'p mut [T::Register],
) -> &'p mut [T] {
    let lanes = shape.width.lanes::<T>();
    let values: &mut [T] = bytemuck::cast_slice_mut(packed);
    for (first, block) in (0..).step_by(lanes).zip(values.chunks_exact_mut((numbers * lanes).max(1))) {
        let row = |lane: usize| rows((first + lane).min(shape.sequences - 1));
        gather(&(0..lanes).map(row).collect::<Vec<_>>(), block, lanes);
    }
    values
}

/// Subtracts a number from each lane: rounded, and then what rounding left over, which is as exact as if it had been
/// subtracted in f64.
fn subtract<T: Real>(block: &mut [T], numbers: &[f64]) {
    if numbers.iter().all(|&number| number == 0.0) {
        return;
    }
    let rounded: Vec<T> = numbers.iter().map(|&number| T::round(number)).collect();
    let remainder = |(number, rounded): (&f64, &T)| T::round(*number - (*rounded).into());
    let remainder: Vec<T> = numbers.iter().zip(&rounded).map(remainder).collect();
    for site in block.chunks_exact_mut(numbers.len()) {
        for ((value, rounded), remainder) in site.iter_mut().zip(&rounded).zip(&remainder) {
            *value = (*value - *rounded) - *remainder;
        }
    }
}

/// What the kernels read of a block.
pub(super) struct Block<'a, T: Real, const REGISTERS: usize> {
    /// v − E.
    pub(super) terms: &'a [[T::Register; REGISTERS]],
    /// One fewer; `None` where all are 1.
    pub(super) bonds: Option<&'a [[T::Register; REGISTERS]]>,
    /// η.
    pub(super) eta: [T::Register; REGISTERS],
    /// The bond beyond either end: 0.
    beyond: [T::Register; REGISTERS],
}

impl<T: Real, const REGISTERS: usize> Block<'_, T, REGISTERS> {
    /// conj(v − z) = (v − E) + iη at a site.
    #[inline(always)]
    pub(super) fn site(&self, site: usize, part: usize) -> Complexes<T::Register> {
        Complexes { re: self.terms[site][part], im: self.eta[part] }
    }

    /// The bond that has this index, beyond either end none: see [`share`].
    #[inline(always)]
    pub(super) fn bond(&self, index: usize) -> &[T::Register; REGISTERS] {
        self.bonds.and_then(|bonds| bonds.get(index)).unwrap_or(&self.beyond)
    }
}

/// What a neighbour's number counts for across a bond; without bonds, all of it.
#[inline(always)]
pub(super) fn share<R: Register, const BONDED: bool>(bond: R, neighbour: Complexes<R>) -> Complexes<R> {
    if BONDED { neighbour.scaled(bond) } else { neighbour }
}

/// The complex numbers of a site: the real parts of its lanes, then the imaginary ones.
pub(super) type Pair<T, const REGISTERS: usize> = [[<T as Real>::Register; REGISTERS]; 2];

/// Complex numbers, one a site of each sequence, layout \[block\]\[site\]\[re, im\]\[lane\]: the two parts of a site lie
/// next to each other, so that a sweep reads and writes one stream of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ComplexBlocks<T: Real> {
    shape: Shape,
    values: Vec<T::Register>,
}

impl<T: Real> ComplexBlocks<T> {
    /// Writes them as planes, layout \[sequence\]\[site\].
    ///
    /// # Errors
    /// [`ResolventError::Memory`] where they do not fit.
    pub fn unpack(&self, planes: &mut ComplexPlanes<T>) -> Result<(), ResolventError> {
        planes.reshape(self.shape.sites * self.shape.sequences)?;
        self.unpack_from(planes, 0);
        Ok(())
    }

    /// Writes them for the sequences from `first` on.
    pub(super) fn unpack_from(&self, planes: &mut ComplexPlanes<T>, first: usize) {
        let Shape { sites, sequences, .. } = self.shape;
        let [re, im] = [&mut planes.re, &mut planes.im];
        self.unpack_rows(targets(re, sites, first, sequences), targets(im, sites, first, sequences));
    }

    /// Writes them as rows.
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

    /// Packs the sequences from `first` on of planes that have them, in the memory there is.
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

    /// Makes room for a shape; the content is then of no meaning.
    pub(super) fn reshape(&mut self, shape: Shape) -> Result<(), ResolventError> {
        self.shape = shape;
        reshape(&mut self.values, shape.registers::<T>(2 * shape.sites))
    }

    /// The sites of each block.
    pub(super) fn each<const REGISTERS: usize>(&self) -> impl Iterator<Item = &[Pair<T, REGISTERS>]> {
        self.values.as_chunks().0.as_chunks().0.chunks_exact(self.shape.sites.max(1))
    }

    /// The sites of each block, to be written.
    pub(super) fn each_mut<const REGISTERS: usize>(
        &mut self,
    ) -> impl Iterator<Item = &mut [Pair<T, REGISTERS>]> {
        self.values.as_chunks_mut().0.as_chunks_mut().0.chunks_exact_mut(self.shape.sites.max(1))
    }
}

/// So many rows of `length` values from the row `first` on, whole.
fn targets<T>(values: &mut [T], length: usize, first: usize, sequences: usize) -> Vec<Target<'_, T>> {
    let rows = values.chunks_exact_mut(length.max(1)).skip(first).take(sequences);
    rows.map(|row| Target { row, skip: 0 }).collect()
}

/// Cotangents g_i = ∂Loss/∂Re G_ii − i ∂Loss/∂Im G_ii in blocks, checked when they are packed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cotangents<T: Real>(ComplexBlocks<T>);

impl<T: Real> Cotangents<T> {
    /// The cotangents of a batch.
    ///
    /// # Errors
    /// [`ResolventError::BatchShape`] where they are not of the batch's shape, [`ResolventError::BatchValue`] for one that
    /// is not finite or so large that a derivative, which may be |g|/η³, could overflow, [`ResolventError::Memory`]
    /// where they do not fit.
    pub fn pack(batch: &Batch<T>, cotangents: &ComplexPlanes<T>) -> Result<Self, ResolventError> {
        batch.check_cotangents(cotangents)?;
        let mut packed = Self::default();
        packed.pack_checked(Shape::of(batch), cotangents, 0)?;
        Ok(packed)
    }

    /// Those of the sequences from `first` on, checked already, in the memory there is.
    pub(super) fn pack_checked(
        &mut self,
        shape: Shape,
        cotangents: &ComplexPlanes<T>,
        first: usize,
    ) -> Result<(), ResolventError> {
        self.0.pack_planes(shape, cotangents, first)
    }

    /// The sites of each block; refuses to be of another shape than `blocks`.
    pub(super) fn of(&self, blocks: &Blocks<T>) -> Result<&ComplexBlocks<T>, ResolventError> {
        let (found, Shape { sites, sequences, .. }) = (self.0.shape, blocks.shape);
        check_shape("cotangents", sequences, sites, sites, found.sites * found.sequences)?;
        check_shape("sites of cotangents", 1, sites, sites, found.sites)?;
        Ok(&self.0)
    }
}

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
