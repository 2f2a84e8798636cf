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

    /// The bond on this side of a site: none beyond either end, where this is no index of a bond.
    pub(super) fn bond(self, site: usize) -> usize {
        match self {
            Self::Left => site.wrapping_sub(1),
            Self::Right => site,
        }
    }
}

/// A computation at every site from what comes from both of its sides; the same formula in either direction. A site's
/// lanes are `REGISTERS` registers, and each is computed by itself, so that the processor's registers suffice.
pub(super) trait Meeting<const REGISTERS: usize> {
    /// What is handed from site to site in one direction; nothing comes from outside.
    type Carry: Copy + Default;

    /// The first visit of a site, coming from `from`.
    fn enter(&mut self, site: usize, part: usize, from: Side, carry: &mut Self::Carry);
    /// The second visit of a site, which comes from the other side than the first.
    fn finish(&mut self, site: usize, part: usize, from: Side, carry: &mut Self::Carry);
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
        for part in 0..REGISTERS {
            meeting.enter(site, part, Side::Left, &mut left[part]);
            meeting.enter(sites - 1 - site, part, Side::Right, &mut right[part]);
        }
    }
    if sites % 2 == 1 {
        for part in 0..REGISTERS {
            meeting.enter(half, part, Side::Left, &mut left[part]);
            meeting.finish(half, part, Side::Right, &mut right[part]);
        }
        meeting.end_tile();
    }
    let mut end = half;
    while end > 0 {
        let start = end.saturating_sub(TILE);
        for site in (start..end).rev() {
            for part in 0..REGISTERS {
                meeting.finish(site, part, Side::Right, &mut right[part]);
                meeting.finish(sites - 1 - site, part, Side::Left, &mut left[part]);
            }
        }
        meeting.end_tile();
        end = start;
    }
}
