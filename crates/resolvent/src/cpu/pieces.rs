//! The computation of one long sequence in overlapping pieces, one per lane.
//!
//! The effect of a wrong start decays with the distance: |G_ij| falls at least like e^{−m|i−j|} with m =
//! asinh(η/(2√β)) (Combes and Thomas), and the error of L and R like its square. A piece that begins a halo early
//! and ends a halo late therefore has, between the two halos, the values of the whole sequence up to rounding
//! (resolvent-performance.md §0.4, §2.5).

use super::batch::{Batch, ComplexPlanes};
use super::blocks::{Blocks, Shape};
use super::complex_blocks::ComplexBlocks;
use super::schedule::BLOCKS;
use super::transpose::Target;
use super::width::Width;
use crate::error::ResolventError;
use crate::real::Real;

/// The number of singles in a cache line. Rows whose length is an odd number of lines do not compete for the same
/// lines of a cache (resolvent-performance.md §4.3).
const LINE: usize = 16;
/// The smallest number of sites of a piece without its halos.
const LEAST_CORE: usize = 4096;
/// The smallest ratio of core to halo: with two halos, they take up at most half of the work in a piece.
const CORE_PER_HALO: usize = 2;

/// The division of a sequence into pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    sites: usize,
    /// The number of sites whose values a piece contributes to the result; the last piece may have fewer.
    core: usize,
    /// The number of sites before the core; fewer at the ends of the sequence.
    halo: usize,
    /// The number of sites of each piece, including halos.
    length: usize,
}

impl Cut {
    /// Returns a division into as many pieces as fill the lanes, with `sides` halos each; `None` if the halos would
    /// cost more than the lanes gain.
    fn of(sites: usize, halo: usize, sides: usize, lanes: usize) -> Option<Self> {
        // At small η, a halo may be longer than any chain and so long that its products overflow.
        if halo >= sites {
            return None;
        }
        let blocks = (sites / lanes / LEAST_CORE.max(8 * halo)).max(1);
        let core = sites.div_ceil(blocks * lanes);
        let length = (core + sides * halo).div_ceil(LINE) | 1;
        let cut = Self { sites, core, halo, length: length * LINE };
        (core >= CORE_PER_HALO * halo && core >= LINE && cut.length <= sites).then_some(cut)
    }

    /// Returns the first site of each piece and of its core.
    fn starts(self) -> impl Iterator<Item = (usize, usize)> {
        let last = self.sites - self.length;
        let core_starts = (0..self.sites).step_by(self.core);
        core_starts.map(move |core| (core.saturating_sub(self.halo).min(last), core))
    }
}

/// Returns the number of sites after which the effect of a wrong start is below the rounding of `T`.
fn halo<T: Real>(eta: f64, coupling: f64) -> usize {
    let relative = eta / coupling.max(f64::MIN_POSITIVE);
    let digits = -libm::log(T::ROUNDOFF) + 2.0 * libm::log(1.0 + 1.0 / eta);
    (digits / (2.0 * libm::asinh(relative / 2.0))).ceil() as usize
}

/// Computes the only sequence of a batch in pieces with halos on `sides` sides, and returns true. Returns false,
/// without a result, if there is not exactly one sequence, if it is too short, or if η is too small.
pub(super) fn in_pieces<T: Real>(
    batch: &Batch<T>,
    sides: usize,
    result: &mut ComplexPlanes<T>,
    compute: impl Fn(&Blocks<T>, &mut ComplexBlocks<T>) -> Result<(), ResolventError>,
) -> Result<bool, ResolventError> {
    let [shift] = *batch.shifts() else { return Ok(false) };
    let coupling = batch
        .bonds()
        .map_or(1.0, |bonds| bonds.iter().fold(0.0, |most: f64, &bond| most.max(bond.into())).sqrt());
    let halo = halo::<T>(shift.eta(), coupling);
    let Some(cut) = Cut::of(batch.sites(), halo, sides, Width::Wide.lanes::<T>()) else { return Ok(false) };

    let starts: Vec<_> = cut.starts().collect();
    let (mut blocks, mut computed) = (Blocks::default(), ComplexBlocks::default());
    // As many pieces at a time as the kernel computes at once, so that packed values stay in a cache until they are
    // unpacked.
    let together = if sides == 1 { BLOCKS } else { 1 } * Width::Wide.lanes::<T>();
    let planes = result.re.chunks_mut(together * cut.core).zip(result.im.chunks_mut(together * cut.core));
    for (starts, (re, im)) in starts.chunks(together).zip(planes) {
        blocks.pack_rows(
            Shape { sites: cut.length, sequences: starts.len(), width: Width::Wide },
            |piece| &batch.diagonals()[starts[piece].0..][..cut.length],
            batch.bonds().map(|bonds| move |piece: usize| &bonds[starts[piece].0..][..cut.length - 1]),
            |_| shift,
        )?;
        compute(&blocks, &mut computed)?;
        let [re, im] = [re, im].map(|plane| {
            let rows = plane.chunks_mut(cut.core).zip(starts);
            rows.map(|(row, (start, core))| Target { row, skip: core - start }).collect()
        });
        computed.unpack_rows(re, im);
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every core lies in its piece with a whole halo on either side, except at the ends of the sequence.
    #[test]
    fn cores_cover_the_sequence_with_their_halos() {
        for sites in [4096, 65_536, 65_537, 1_000_003, 1 << 20] {
            for halo in [1, 19, 216, 2000] {
                for (sides, lanes) in [(1, 16), (2, 16), (2, 8)] {
                    let Some(cut) = Cut::of(sites, halo, sides, lanes) else { continue };
                    let mut covered = 0;
                    for (start, core) in cut.starts() {
                        let end = (core + cut.core).min(sites);
                        assert_eq!(core, covered);
                        assert!(start + cut.length <= sites && start <= core && end <= start + cut.length);
                        assert!(core - start >= halo || start == 0);
                        let after = start + cut.length - end;
                        assert!(sides == 1 || after >= halo || start + cut.length == sites);
                        covered = end;
                    }
                    assert_eq!(covered, sites);
                    assert_eq!(cut.length / LINE % 2, 1);
                }
            }
        }
        assert!(Cut::of(65_536, 216, 2, 16).is_some(), "η = 0.1 is worth it");
        assert_eq!(Cut::of(65_536, 20_000, 2, 16), None);
        assert_eq!(Cut::of(100, 19, 2, 16), None);
    }
}
