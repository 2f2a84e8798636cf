//! The exact adjoint of the two-sided form, in the same two sweeps.
//!
//! With the cotangents g_i = ∂Loss/∂Re G_ii − i ∂Loss/∂Im G_ii, that is dLoss = Re Σ g_i dG_ii,
//!
//! ```text
//! A_1 = 0,  A_{j+1} = β_j L_j² (g_j + A_j)          in the sweep from the left,
//! B_N = 0,  B_{j−1} = β_{j−1} R_j² (g_j + B_j)      in the sweep from the right,
//! s_j = G_jj² (g_j + A_j + B_j),
//! ∂Loss/∂v_j = −Re s_j,   ∂Loss/∂E = Re Σ s_j,   ∂Loss/∂η = −Im Σ s_j,
//! ∂Loss/∂β_j = Re[ R_{j+1} G_jj² (g_j + A_j) + L_j G_{j+1,j+1}² (g_{j+1} + B_{j+1}) ].
//! ```
//!
//! Coming from the left and coming from the right is the same computation with L, A and R, B exchanged.
//! No division and no difference besides those of the resolvent itself; |s_j| ≤ max|g| · Im G_jj/η
//! (resolvent-performance.md §3).

use super::batch::{Batch, ComplexPlanes, Gradient};
use super::block::{Block, Side};
use super::lanes::{Lanes, Vector};
use super::meeting::{Meeting, Stacks, meet};
use super::rows::{Rows, RowsMut, Tile, empty_tile};
use super::schedule::{Kernel, in_blocks};
use super::totals::Totals;
use crate::resolvent::error::ResolventError;
use crate::resolvent::real::Real;

/// The exact gradient through [`green_batch`](super::green_batch), given the cotangents
/// g_i = ∂Loss/∂Re G_ii − i ∂Loss/∂Im G_ii. Two sweeps; nothing of the forward computation is needed.
///
/// # Errors
/// [`ResolventError::BatchShape`] where the cotangents are not of the batch's shape, [`ResolventError::BatchValue`] for
/// one that is not finite or so large that a derivative, which may be |g|/η³, could overflow,
/// [`ResolventError::Memory`] where result or workspace do not fit.
pub fn green_adjoint<T: Real>(
    batch: &Batch<T>,
    cotangents: &ComplexPlanes<T>,
    gradient: &mut Gradient<T>,
) -> Result<(), ResolventError> {
    batch.check_cotangents(cotangents)?;
    gradient.reshape(batch)?;
    in_blocks(batch.sequences(), &mut Adjoint { batch, cotangents, gradient, green: None })
}

/// [`green_batch`](super::green_batch) and [`green_adjoint`] in the same two sweeps, for a loss whose cotangents are
/// known beforehand.
///
/// # Errors
/// As [`green_adjoint`].
pub fn green_with_adjoint<T: Real>(
    batch: &Batch<T>,
    cotangents: &ComplexPlanes<T>,
    green: &mut ComplexPlanes<T>,
    gradient: &mut Gradient<T>,
) -> Result<(), ResolventError> {
    batch.check_cotangents(cotangents)?;
    gradient.reshape(batch)?;
    green.reshape(batch.diagonals().len())?;
    in_blocks(batch.sequences(), &mut Adjoint { batch, cotangents, gradient, green: Some(green) })
}

struct Adjoint<'b, 'a, T> {
    batch: &'b Batch<'a, T>,
    cotangents: &'b ComplexPlanes<T>,
    gradient: &'b mut Gradient<T>,
    green: Option<&'b mut ComplexPlanes<T>>,
}

impl<T: Real> Kernel for Adjoint<'_, '_, T> {
    type Precision = T;
    type Scratch<const WIDTH: usize> = Stacks<Saved<T, WIDTH>>;

    fn scratch<const WIDTH: usize>(&self) -> Result<Self::Scratch<WIDTH>, ResolventError> {
        Stacks::of(self.batch.sites())
    }

    fn run<const WIDTH: usize>(&mut self, first: usize, saved: &mut Self::Scratch<WIDTH>) {
        match self.batch.bonds() {
            Some(_) => self.sweep::<WIDTH, true>(first, saved),
            None => self.sweep::<WIDTH, false>(first, saved),
        }
    }
}

impl<T: Real> Adjoint<'_, '_, T> {
    fn sweep<const WIDTH: usize, const BONDED: bool>(
        &mut self,
        first: usize,
        saved: &mut Stacks<Saved<T, WIDTH>>,
    ) {
        let block = Block::<T, WIDTH>::of(self.batch, first);
        let sites = block.sites;
        let mut sweeps = Sweeps::<T, WIDTH, BONDED> {
            block,
            cotangents: [&self.cotangents.re, &self.cotangents.im].map(|plane| Rows::of(plane, sites, first)),
            green: self.green.as_mut().map(|green| {
                [&mut green.re, &mut green.im].map(|plane| RowsMut::of(plane, sites, first, WIDTH))
            }),
            diagonals: RowsMut::of(&mut self.gradient.diagonals, sites, first, WIDTH),
            bonds: RowsMut::of(&mut self.gradient.bonds, sites - 1, first, WIDTH),
            totals: Totals::default(),
        };
        let carry =
            Carry { value: Lanes::zero(), sensitivity: Lanes::zero(), waiting: [T::default(); WIDTH] };
        meet(&mut sweeps, saved, carry, carry);
        sweeps.totals.write(&mut self.gradient.energies, &mut self.gradient.etas, first);
    }
}

/// What is handed from site to site; from the left, and mirrored from the right.
#[derive(Clone, Copy)]
struct Carry<T, const WIDTH: usize> {
    /// L_{j−1}.
    value: Lanes<T, WIDTH>,
    /// L_{j−1}² (g_{j−1} + A_{j−1}), so that A_j is β_{j−1} times this.
    sensitivity: Lanes<T, WIDTH>,
    /// The half of ∂Loss/∂β that the site before knows.
    waiting: Vector<T, WIDTH>,
}

/// What the first sweep over a site leaves for the second; from the left, and mirrored from the right.
#[derive(Clone, Copy)]
pub(super) struct Saved<T, const WIDTH: usize> {
    /// v − E.
    term: Vector<T, WIDTH>,
    /// L_{j−1}.
    neighbour: Lanes<T, WIDTH>,
    /// g_j + A_j.
    sum: Lanes<T, WIDTH>,
}

/// The cotangents of a tile, and its bonds towards the side the sweep comes from and the other one.
struct Inputs<T, const WIDTH: usize> {
    cotangents: [Tile<T, WIDTH>; 2],
    bonds: Tile<T, WIDTH>,
    bonds_behind: Tile<T, WIDTH>,
}

/// What comes out for a tile.
struct Results<T, const WIDTH: usize> {
    green: [Tile<T, WIDTH>; 2],
    by_diagonal: Tile<T, WIDTH>,
    by_bond: Tile<T, WIDTH>,
}

struct Sweeps<'a, T, const WIDTH: usize, const BONDED: bool> {
    block: Block<'a, T, WIDTH>,
    cotangents: [Rows<'a, T, WIDTH>; 2],
    green: Option<[RowsMut<'a, T>; 2]>,
    diagonals: RowsMut<'a, T>,
    bonds: RowsMut<'a, T>,
    totals: Totals<T, WIDTH>,
}

impl<T: Real, const WIDTH: usize, const BONDED: bool> Sweeps<'_, T, WIDTH, BONDED> {
    #[inline(always)]
    fn inputs(&self, first: usize, from: Side) -> Inputs<T, WIDTH> {
        Inputs {
            cotangents: [0, 1].map(|part| self.cotangents[part].load(first as isize)),
            bonds: self.block.bonds(first, from),
            bonds_behind: self.block.bonds(first, from.opposite()),
        }
    }
}

impl<T: Real, const WIDTH: usize> Inputs<T, WIDTH> {
    #[inline(always)]
    fn cotangent(&self, site: usize) -> Lanes<T, WIDTH> {
        Lanes { re: self.cotangents[0][site], im: self.cotangents[1][site] }
    }

    #[inline(always)]
    fn share<const BONDED: bool>(&self, site: usize, lanes: Lanes<T, WIDTH>) -> Lanes<T, WIDTH> {
        if BONDED { lanes.scaled(&self.bonds[site]) } else { lanes }
    }
}

impl<T: Real, const WIDTH: usize, const BONDED: bool> Meeting<T> for Sweeps<'_, T, WIDTH, BONDED> {
    type Carry = Carry<T, WIDTH>;
    type Saved = Saved<T, WIDTH>;
    type Entering = (Tile<T, WIDTH>, Inputs<T, WIDTH>);
    type Finishing = Inputs<T, WIDTH>;
    type Results = Results<T, WIDTH>;

    #[inline(always)]
    fn entering(&self, first: usize, from: Side) -> Self::Entering {
        (self.block.diagonal(first), self.inputs(first, from))
    }

    #[inline(always)]
    fn enter(
        &self,
        (diagonal, inputs): &Self::Entering,
        site: usize,
        carry: &mut Self::Carry,
    ) -> Self::Saved {
        let term = self.block.term(&diagonal[site]);
        let neighbour = carry.value;
        let share = inputs.share::<BONDED>(site, neighbour);
        let sum = inputs.cotangent(site).plus(&inputs.share::<BONDED>(site, carry.sensitivity));
        carry.value = self.block.site(&term).minus_conjugate(&share).reciprocal();
        carry.sensitivity = carry.value.squared().times(&sum);
        Saved { term, neighbour, sum }
    }

    #[inline(always)]
    fn finishing(&self, first: usize, from: Side) -> (Self::Finishing, Self::Results) {
        let results =
            Results { green: [empty_tile(), empty_tile()], by_diagonal: empty_tile(), by_bond: empty_tile() };
        (self.inputs(first, from), results)
    }

    #[inline(always)]
    fn finish(
        &mut self,
        inputs: &Self::Finishing,
        results: &mut Self::Results,
        site: usize,
        saved: &Self::Saved,
        carry: &mut Self::Carry,
    ) {
        let share = inputs.share::<BONDED>(site, carry.value);
        let saved_share =
            if BONDED { saved.neighbour.scaled(&inputs.bonds_behind[site]) } else { saved.neighbour };
        let other = self.block.site(&saved.term).minus_conjugate(&share);
        let green = other.minus_conjugate(&saved_share).reciprocal();
        let squared = green.squared();
        let sensitivity = inputs.share::<BONDED>(site, carry.sensitivity);
        let sum = inputs.cotangent(site).plus(&sensitivity);
        let total = squared.times(&saved.sum.plus(&sensitivity));
        if BONDED {
            let from_here = carry.value.times(&squared.times(&saved.sum)).re;
            for lane in 0..WIDTH {
                results.by_bond[site][lane] = from_here[lane] + carry.waiting[lane];
            }
            carry.waiting = saved.neighbour.times(&squared.times(&sum)).re;
        }
        carry.value = other.reciprocal();
        carry.sensitivity = carry.value.squared().times(&sum);
        results.by_diagonal[site] = total.re.map(|value| -value);
        (results.green[0][site], results.green[1][site]) = (green.re, green.im);
        self.totals.add(&total);
    }

    #[inline(always)]
    fn store(&mut self, first: usize, results: &Self::Results, from: Side) {
        self.totals.end_tile();
        self.diagonals.store(first, &results.by_diagonal);
        if BONDED {
            // From the left the bond of a site is the one before it, and there always is one.
            self.bonds.store(if from == Side::Left { first - 1 } else { first }, &results.by_bond);
        }
        if let Some(rows) = &mut self.green {
            rows.iter_mut().zip(&results.green).for_each(|(rows, tile)| rows.store(first, tile));
        }
    }

    #[inline(always)]
    fn meet(&mut self, results: &Self::Results, site: usize, left: &mut Self::Carry) {
        left.waiting = results.by_bond[site];
    }
}
