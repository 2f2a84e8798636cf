//! Two sweeps that meet in the middle.
//!
//! Each site needs one value from its left and one from its right, which come from two independent recursions. The
//! two sweeps start at both ends at the same time, meet in the middle, and continue over the sites that the other
//! sweep has visited. The processor thus works on two chains of divisions instead of one. The values that the first
//! visit of a site leaves are stored in the memory of the results, so that no further memory is needed.

/// One of the two sides of a site.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The sites before it.
    Left,
    /// The sites after it.
    Right,
}

impl Side {
    /// Returns the other side.
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// Returns the site `sites` sites further on for a sweep that comes from this side. Beyond either end, the
    /// result is no valid site.
    pub(super) fn further(self, site: usize, sites: usize) -> usize {
        match self {
            Self::Left => site.wrapping_add(sites),
            Self::Right => site.wrapping_sub(sites),
        }
    }

    /// Returns the index of the bond on this side of a site. Beyond either end, the result is no valid index.
    pub(super) fn bond(self, site: usize) -> usize {
        match self {
            Self::Left => site.wrapping_sub(1),
            Self::Right => site,
        }
    }
}

/// A computation that combines, at every site, the values from both of its sides, with the same formula in either
/// direction. The lanes of a site are `REGISTERS` registers. Each register is computed separately, so that the
/// registers of the processor suffice; the address of a site is computed once for all of them.
pub(super) trait Meeting<const REGISTERS: usize> {
    /// The values carried from site to site in one direction. They start at their default at the ends of the chain.
    type Carry: Copy + Default;

    /// Visits a site for the first time, in a sweep that comes from `from`.
    fn enter(&mut self, site: usize, from: Side, carries: &mut [Self::Carry; REGISTERS]);
    /// Visits a site for the second time, in the sweep that comes from the other side.
    fn finish(&mut self, site: usize, from: Side, carries: &mut [Self::Carry; REGISTERS]);
    /// Prefetches what first visits write, before the first visit of this site in the sweep that comes from `from`.
    fn before_entering(&mut self, site: usize, from: Side);
    /// Prefetches what only second visits write.
    fn before_finishing(&mut self, _site: usize, _from: Side) {}
    /// Called after at most [`TILE`] pairs of second visits.
    fn end_tile(&mut self) {}
}

/// The number of pairs of second visits between two calls of [`Meeting::end_tile`].
const TILE: usize = 16;

/// Runs both sweeps over `sites` sites.
#[inline(always)]
pub(super) fn meet<const REGISTERS: usize, M: Meeting<REGISTERS>>(meeting: &mut M, sites: usize) {
    let half = sites / 2;
    let (mut left, mut right) = ([M::Carry::default(); REGISTERS], [M::Carry::default(); REGISTERS]);
    for site in 0..half {
        meeting.before_entering(site, Side::Left);
        meeting.before_entering(sites - 1 - site, Side::Right);
        meeting.enter(site, Side::Left, &mut left);
        meeting.enter(sites - 1 - site, Side::Right, &mut right);
    }
    if sites % 2 == 1 {
        meeting.enter(half, Side::Left, &mut left);
        meeting.finish(half, Side::Right, &mut right);
        meeting.end_tile();
    }
    let mut end = half;
    while end > 0 {
        let start = end.saturating_sub(TILE);
        for site in (start..end).rev() {
            meeting.before_finishing(site, Side::Right);
            meeting.before_finishing(sites - 1 - site, Side::Left);
            meeting.finish(site, Side::Right, &mut right);
            meeting.finish(sites - 1 - site, Side::Left, &mut left);
        }
        meeting.end_tile();
        end = start;
    }
}
