//! The layout of the kernels: blocks of lanes, one sequence per lane, \[block\]\[site\]\[lane\].

use super::batch::{Batch, reshape};
use super::complex::Complexes;
use super::transpose::gather;
use super::width::Width;
use crate::chain::Shift;
use crate::error::ResolventError;
use crate::real::{Real, Register};

/// The shape of a set of sequences in blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shape {
    /// The number of sites of a sequence.
    pub(super) sites: usize,
    /// The number of sequences. The lanes of the last block without a sequence of their own repeat the last
    /// sequence.
    pub(super) sequences: usize,
    /// The width of a block.
    pub(super) width: Width,
}

impl Shape {
    /// Returns the shape of a batch in full blocks.
    pub(crate) fn of<T: Real>(batch: &Batch<T>) -> Self {
        Self { sites: batch.sites(), sequences: batch.sequences(), width: Width::Wide }
    }

    /// Returns the number of blocks.
    pub(super) fn blocks<T: Real>(self) -> usize {
        self.sequences.div_ceil(self.width.lanes::<T>())
    }

    /// Returns the number of registers that hold `numbers` values per sequence.
    pub(super) fn registers<T: Real>(self, numbers: usize) -> usize {
        let lanes = self.width.lanes::<T>() * self.blocks::<T>();
        numbers * lanes / (size_of::<T::Register>() / size_of::<T>())
    }
}

/// The sequences of a batch in the layout of the kernels: v − E, bonds and η, layout \[block\]\[site\]\[lane\]. A
/// block is four registers wide: 16 lanes of f32 or 8 of f64, and twice as many if compiled for AVX.
///
/// In this layout every instruction serves as many sequences as a register has lanes, memory is read in order, and
/// sweeps need no transposition (resolvent-performance.md §4.3). Once packed, the blocks serve any number of
/// kernels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Blocks<T: Real> {
    pub(super) shape: Shape,
    /// v − E, layout \[block\]\[site\]\[register\].
    terms: Vec<T::Register>,
    /// Layout \[block\]\[site on the left\]\[register\].
    pub(super) bonds: Option<Vec<T::Register>>,
    /// Layout \[block\]\[register\].
    etas: Vec<T::Register>,
}

impl<T: Real> Blocks<T> {
    /// Packs the sequences of a batch.
    ///
    /// # Errors
    /// [`ResolventError::Memory`] if they do not fit in memory.
    pub fn pack(batch: &Batch<T>) -> Result<Self, ResolventError> {
        let mut blocks = Self::default();
        blocks.pack_batch(batch, 0, Shape::of(batch))?;
        Ok(blocks)
    }

    /// Packs the sequences of a batch from `first` on, reusing the memory already allocated.
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

    /// Packs sequences given by functions of their index, reusing the memory already allocated.
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

    /// Returns the number of sites N of each sequence.
    pub fn sites(&self) -> usize {
        self.shape.sites
    }

    /// Returns the number of sequences B.
    pub fn sequences(&self) -> usize {
        self.shape.sequences
    }

    /// Iterates over the inputs that the kernels read, block by block.
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

/// Returns one of many rows.
pub(super) fn row<T>(values: &[T], length: usize, index: usize) -> &[T] {
    &values[index * length..(index + 1) * length]
}

/// Packs rows of `numbers` values each and returns the packed values.
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

/// Subtracts a number from each lane: first the rounded number, then its rounding error. The result is as accurate
/// as a subtraction in f64.
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

/// The inputs that the kernels read of one block.
pub(super) struct Block<'a, T: Real, const REGISTERS: usize> {
    /// v − E.
    pub(super) terms: &'a [[T::Register; REGISTERS]],
    /// The bonds, one fewer than sites; `None` if all are 1.
    pub(super) bonds: Option<&'a [[T::Register; REGISTERS]]>,
    /// η.
    pub(super) eta: [T::Register; REGISTERS],
    /// The bond beyond either end, which is 0.
    beyond: [T::Register; REGISTERS],
}

impl<T: Real, const REGISTERS: usize> Block<'_, T, REGISTERS> {
    /// Returns conj(v − z) = (v − E) + iη at a site.
    #[inline(always)]
    pub(super) fn site(&self, site: usize, part: usize) -> Complexes<T::Register> {
        Complexes { re: self.terms[site][part], im: self.eta[part] }
    }

    /// Returns the bond with this index; 0 beyond either end and for blocks without bonds, where [`share`] ignores
    /// it.
    #[inline(always)]
    pub(super) fn bond(&self, index: usize) -> &[T::Register; REGISTERS] {
        self.bonds.and_then(|bonds| bonds.get(index)).unwrap_or(&self.beyond)
    }
}

/// Returns the contribution of a neighbor's number across a bond: bond × number, or the number itself without
/// bonds.
#[inline(always)]
pub(super) fn share<R: Register, const BONDED: bool>(bond: R, neighbour: Complexes<R>) -> Complexes<R> {
    if BONDED { neighbour.scaled(bond) } else { neighbour }
}
