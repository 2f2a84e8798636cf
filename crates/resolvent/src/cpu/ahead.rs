//! Prefetching of memory that is about to be overwritten.
//!
//! A store needs its cache line in the first-level cache. Processors prefetch lines that are read, because they
//! predict the addresses of the reads; lines that are only written are fetched one after the other, while the
//! stores already wait. A sweep that writes results to memory it has not read would then spend as much time waiting
//! for memory as computing. Sweeps therefore read one word of each such line some sites in advance.

use super::meeting::Side;
use crate::real::{Real, Register};
use std::hint::black_box;

/// The number of sites between the one that is computed and the one that is read. A few suffice for every cache;
/// beyond some dozens, lines would be evicted again before they are written.
const SITES: usize = 4;
/// The number of 32-bit words in a cache line.
const LINE: usize = 16;

/// The exclusive or of all words read. The value is meaningless, but keeps the compiler from removing the reads.
#[derive(Default)]
pub(super) struct Ahead(u32);

impl Ahead {
    /// Reads the cache lines of the values [`SITES`] sites further on, in the direction of a sweep that comes from
    /// `from`.
    #[inline(always)]
    pub(super) fn along<R: Register, const REGISTERS: usize>(
        &mut self,
        values: &[[R; REGISTERS]],
        site: usize,
        from: Side,
    ) {
        if let Some(value) = values.get(from.further(site, SITES)) {
            self.read(value);
        }
    }

    /// Does the same as [`along`](Self::along) for complex values.
    #[inline(always)]
    pub(super) fn along_pairs<R: Register, const REGISTERS: usize>(
        &mut self,
        values: &[[[R; REGISTERS]; 2]],
        site: usize,
        from: Side,
    ) {
        if let Some(value) = values.get(from.further(site, SITES)) {
            self.read(value.as_flattened());
        }
    }

    /// Reads the cache lines of values that are written next, except a first line that they share with the values
    /// before them.
    #[inline(always)]
    pub(super) fn next<T: Real>(&mut self, values: Option<&[T]>) {
        let words: &[u32] = values.map(bytemuck::cast_slice).unwrap_or_default();
        for word in words.iter().rev().step_by(LINE) {
            self.0 ^= word;
        }
    }

    #[inline(always)]
    fn read<R: Register>(&mut self, registers: &[R]) {
        let words: &[u32] = bytemuck::cast_slice(registers);
        for word in words.iter().step_by(LINE) {
            self.0 ^= word;
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        black_box(self.0);
    }
}
