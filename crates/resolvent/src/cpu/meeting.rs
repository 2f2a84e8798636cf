//! Two sweeps that meet in the middle.
//!
//! What is known at a site from its left and what is known from its right come from two recursions that know nothing
//! of each other. So they start at the two ends at the same time, meet, and go on over what the other one has left
//! behind: the processor has two chains of divisions to work on instead of one. What the first visit leaves lies where
//! the results will, so that nothing else need be kept.

/// One of the two sides of a site.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The sites before it.
    Left,
    /// The sites after it.
    Right,
}

impl Side {
    /// The other one.
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// The site so many further on, coming from this side; beyond either end, no site's number.
    pub(super) fn further(self, site: usize, sites: usize) -> usize {
        match self {
            Self::Left => site.wrapping_add(sites),
            Self::Right => site.wrapping_sub(sites),
        }
    }

    /// The bond on this side of a site: none beyond either end, where this is no index of a bond.
    pub(super) fn bond(self, site: usize) -> usize {
        match self {
            Self::Left => site.wrapping_sub(1),
            Self::Right => site,
        }
    }
}

/// A computation at every site from what comes from both of its sides; the same formula in either direction. A site's
/// lanes are `REGISTERS` registers, and each is computed by itself, so that the processor's registers suffice; where
/// the site lies in memory is looked up once for all of them.
pub(super) trait Meeting<const REGISTERS: usize> {
    /// What is handed from site to site in one direction; nothing comes from outside.
    type Carry: Copy + Default;

    /// The first visit of a site, coming from `from`.
    fn enter(&mut self, site: usize, from: Side, carries: &mut [Self::Carry; REGISTERS]);
    /// The second visit of a site, which comes from the other side than the first.
    fn finish(&mut self, site: usize, from: Side, carries: &mut [Self::Carry; REGISTERS]);
    /// Reads ahead where first visits write, before the one coming from `from` at this site.
    fn before_entering(&mut self, site: usize, from: Side);
    /// Reads ahead where only second visits write.
    fn before_finishing(&mut self, _site: usize, _from: Side) {}
    /// Called after at most [`TILE`] pairs of second visits.
    fn end_tile(&mut self) {}
}

/// Pairs of second visits between two calls of [`Meeting::end_tile`].
const TILE: usize = 16;

/// Runs both sweeps over so many sites.
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
