//! Reading what is about to be overwritten.
//!
//! A processor writes into lines of memory that lie in its first cache. It fetches those it reads long before they are
//! wanted, because it sees where the reads go; those that are only written it fetches one after the other, when the
//! writes are already waiting. A sweep that writes results where it has read nothing then waits for memory as long as
//! it computes. So it reads a word of each such line some sites before it comes there.

use super::meeting::Side;
use crate::real::{Real, Register};
use std::hint::black_box;

/// Sites from the one that is computed to the one that is read: a few are enough for every cache, and more than some
/// dozens would be evicted again.
const SITES: usize = 4;
/// Words of a cache line.
const LINE: usize = 16;

/// What has been read ahead; of no meaning, but the compiler may not know.
#[derive(Default)]
pub(super) struct Ahead(u32);

impl Ahead {
    /// Reads the lines of the values some sites further on, coming from `from`.
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

    /// [`along`](Self::along) for complex values.
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

    /// Reads the lines of a few values that are written next, but for one that what is before them may lie in.
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
