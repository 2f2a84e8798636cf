//! Two sweeps that meet in the middle.
//!
//! What is known at a site from its left and what is known from its right come from two recursions that know nothing
//! of each other. So they start at the two ends at the same time, meet, and go on over what the other one has left
//! behind: the processor has two chains of divisions to work on instead of one, and half as much must be kept.

use super::batch::room;
use super::block::Side;
use super::rows::TILE;
use crate::resolvent::error::ResolventError;
use crate::resolvent::real::Real;

/// A computation at every site from what comes from both of its sides; the same formula in either direction.
pub(super) trait Meeting<T: Real> {
    /// What is handed from site to site in one direction.
    type Carry: Copy;
    /// What the first sweep over a site leaves for the second.
    type Saved: Copy;
    /// What is read for a tile on the first visit, coming from `Side`.
    type Entering;
    /// What is read for a tile on the second visit, coming from `Side`.
    type Finishing;
    /// What is written for a tile on the second visit.
    type Results;

    /// Reads the tile at `first` for a first visit that comes from `from`.
    fn entering(&self, first: usize, from: Side) -> Self::Entering;
    /// The first visit of a site.
    fn enter(&self, tile: &Self::Entering, site: usize, carry: &mut Self::Carry) -> Self::Saved;
    /// Reads the tile at `first` for a second visit that comes from `from`.
    fn finishing(&self, first: usize, from: Side) -> (Self::Finishing, Self::Results);
    /// The second visit of a site, which comes from the other side than the first.
    fn finish(
        &mut self,
        tile: &Self::Finishing,
        results: &mut Self::Results,
        site: usize,
        saved: &Self::Saved,
        carry: &mut Self::Carry,
    );
    /// Writes the results of the tile at `first`, of a second visit that came from `from`.
    fn store(&mut self, first: usize, results: &Self::Results, from: Side);
    /// Called where the sweeps meet, between the last site of the middle and the first beyond, before the sweep from
    /// the left goes on: what came out at that site of the middle.
    fn meet(&mut self, _results: &Self::Results, _site: usize, _left: &mut Self::Carry) {}
}

/// What the first visits leave, from the left and from the right, in the order of the visits.
pub(super) struct Stacks<Saved> {
    sites: usize,
    left: Vec<Saved>,
    right: Vec<Saved>,
}

impl<Saved> Stacks<Saved> {
    /// Room for so many sites.
    pub(super) fn of(sites: usize) -> Result<Self, ResolventError> {
        let half = half(sites);
        Ok(Self { sites, left: room(sites - half)?, right: room(half)? })
    }
}

/// The sites of each half; the middle between them, which is swept one way after the other, has 1 to 2·TILE sites.
fn half(sites: usize) -> usize {
    sites.saturating_sub(1) / (2 * TILE) * TILE
}

/// Runs both sweeps, from what comes from outside on either side.
#[inline(always)]
pub(super) fn meet<T: Real, M: Meeting<T>>(
    meeting: &mut M,
    stacks: &mut Stacks<M::Saved>,
    mut left: M::Carry,
    mut right: M::Carry,
) {
    let sites = stacks.sites;
    let half = half(sites);
    stacks.left.clear();
    stacks.right.clear();

    for first in (0..half).step_by(TILE) {
        let left_tile = meeting.entering(first, Side::Left);
        let right_tile = meeting.entering(sites - first - TILE, Side::Right);
        for step in 0..TILE {
            stacks.left.push(meeting.enter(&left_tile, step, &mut left));
            stacks.right.push(meeting.enter(&right_tile, TILE - 1 - step, &mut right));
        }
    }

    let end = sites - half;
    for first in (half..end).step_by(TILE) {
        let inputs = meeting.entering(first, Side::Left);
        for site in 0..TILE.min(end - first) {
            stacks.left.push(meeting.enter(&inputs, site, &mut left));
        }
    }
    for first in (half..end).step_by(TILE).rev() {
        let (inputs, mut results) = meeting.finishing(first, Side::Right);
        let saved = &stacks.left[first..end.min(first + TILE)];
        for (site, saved) in saved.iter().enumerate().rev() {
            meeting.finish(&inputs, &mut results, site, saved, &mut right);
        }
        if first + saved.len() == end {
            meeting.meet(&results, saved.len() - 1, &mut left);
        }
        meeting.store(first, &results, Side::Right);
    }

    for first in (0..half).step_by(TILE).rev() {
        let right_first = sites - first - TILE;
        let (left_tile, mut left_results) = meeting.finishing(first, Side::Right);
        let (right_tile, mut right_results) = meeting.finishing(right_first, Side::Left);
        let saved = stacks.left[first..first + TILE].iter().zip(&stacks.right[first..first + TILE]);
        for (site, (left_saved, right_saved)) in saved.enumerate().rev() {
            meeting.finish(&left_tile, &mut left_results, site, left_saved, &mut right);
            meeting.finish(&right_tile, &mut right_results, TILE - 1 - site, right_saved, &mut left);
        }
        meeting.store(first, &left_results, Side::Right);
        meeting.store(right_first, &right_results, Side::Left);
    }
}
