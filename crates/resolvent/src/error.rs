//! Everything that can go wrong in this room, each as a sentence that names the value and says what to do.

use crate::backend::BACKEND_CHOICES;
use crate::chain::{LARGEST_BOND, LARGEST_ENERGY, LARGEST_ETA, MOST_SITES, SMALLEST_ETA};
use crate::engine::MOST_SITE_ENERGIES;
use crate::potential_text::ACCEPTED_POTENTIALS;

/// Why a chain, a potential or an engine could not be had, or why a resolvent could not be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ResolventError {
    /// The length of the chain is 0 or beyond [`MOST_SITES`].
    #[error("A chain of {sites} sites cannot be computed. Choose from 1 to {MOST_SITES} sites.")]
    Sites {
        /// The number of sites asked for.
        sites: usize,
    },
    /// One element of the diagonal is not finite or beyond [`LARGEST_ENERGY`].
    #[error(
        "The potential at site {site} (counted from 0) is {value:?}. Give a finite number of magnitude at most {LARGEST_ENERGY:e}."
    )]
    PotentialValue {
        /// The site, counted from 0.
        site: usize,
        /// The value found there.
        value: f64,
    },
    /// Another number of bonds than the chain has pairs of neighbours.
    #[error("There are {bonds} bonds for a chain of {sites} sites. Give one bond a pair of neighbours: {}.", .sites - 1)]
    BondCount {
        /// How many bonds were given.
        bonds: usize,
        /// How many sites the chain has.
        sites: usize,
    },
    /// One bond is negative, not finite or beyond [`LARGEST_BOND`].
    #[error(
        "The bond between the sites {bond} and {} (counted from 0) is {value:?}. Give a number from 0 to {LARGEST_BOND:e}: the product of the two off-diagonal elements, in units that make it about 1.", .bond + 1
    )]
    BondValue {
        /// The site on its left, counted from 0.
        bond: usize,
        /// The value found there.
        value: f64,
    },
    /// The arrays of a batch do not fit together.
    #[error(
        "A batch of {sequences} sequences with {sites} sites each needs {expected} values of the {quantity}, but has {found}. Give one row a sequence."
    )]
    BatchShape {
        /// What there is too much or too little of.
        quantity: &'static str,
        /// How many sequences, which is how many shifts, the batch has.
        sequences: usize,
        /// How many sites each has.
        sites: usize,
        /// How many values that makes.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// One value of a batch is out of range.
    #[error(
        "The {quantity} of sequence {sequence} at site {site} (both counted from 0) is {value:?}. Give a finite number from {least:e} to {most:e}."
    )]
    BatchValue {
        /// What is out of range.
        quantity: &'static str,
        /// The sequence, counted from 0.
        sequence: usize,
        /// The site, or for a bond the site on its left, counted from 0.
        site: usize,
        /// The value found there.
        value: f64,
        /// The least that is accepted.
        least: f64,
        /// The most that is accepted.
        most: f64,
    },
    /// The result or the workspace does not fit the memory there is.
    #[error("There is no memory for {bytes} more bytes. Compute fewer sequences or shorter ones at a time.")]
    Memory {
        /// How many bytes were asked for.
        bytes: usize,
    },
    /// The energy is not finite or beyond [`LARGEST_ENERGY`].
    #[error(
        "The energy E = {energy:?} cannot be used. Give a finite number of magnitude at most {LARGEST_ENERGY:e}."
    )]
    Energy {
        /// The energy asked for.
        energy: f64,
    },
    /// The broadening is not positive, not finite, or beyond what single precision can square.
    #[error(
        "The broadening η = {eta:?} cannot be used. It must lie between {SMALLEST_ETA:e} and {LARGEST_ETA:e}, because the resolvent exists for every chain only off the real axis."
    )]
    Eta {
        /// The broadening asked for.
        eta: f64,
    },
    /// A map over no energies.
    #[error("The list of energies is empty. Give at least one.")]
    NoEnergies,
    /// The potential is of no known kind.
    #[error("There is no potential of kind “{kind}”. Choose one of {ACCEPTED_POTENTIALS}.")]
    PotentialKind {
        /// The kind asked for.
        kind: String,
    },
    /// A setting that this kind of potential does not have.
    #[error(
        "The potential “{kind}” has no setting “{key}”. Its settings are {accepted}, each given as key=value."
    )]
    PotentialSetting {
        /// The kind of potential.
        kind: &'static str,
        /// The setting asked for.
        key: String,
        /// The settings this kind has.
        accepted: String,
    },
    /// A setting given twice.
    #[error("The potential “{kind}” has its setting “{key}” twice. Give it once.")]
    RepeatedSetting {
        /// The kind of potential.
        kind: &'static str,
        /// The setting that occurs twice.
        key: String,
    },
    /// A setting whose value cannot be read.
    #[error("“{value}” cannot be the {key} of the potential “{kind}”. Give {expected}.")]
    SettingValue {
        /// The kind of potential.
        kind: &'static str,
        /// The setting, or for a list the place in it.
        key: String,
        /// The text found.
        value: String,
        /// What is accepted.
        expected: String,
    },
    /// A list of values whose length is not that of the chain.
    #[error("The potential lists {values} values but the chain has {sites} sites. Give one value a site.")]
    ValueCount {
        /// How many values the potential lists.
        values: usize,
        /// How many sites the chain has.
        sites: usize,
    },
    /// An impurity off the chain.
    #[error(
        "The impurity sits at site {site}, beyond the last site {} of the chain. Choose a site on it.", .sites - 1
    )]
    ImpuritySite {
        /// The site asked for, counted from 0.
        site: usize,
        /// How many sites the chain has.
        sites: usize,
    },
    /// A back end of no known name.
    #[error("There is no back end “{name}”. Choose one of {BACKEND_CHOICES}.")]
    BackendName {
        /// The name asked for.
        name: String,
    },
    /// More (site, energy) pairs in one tile than a GPU buffer holds at WebGPU's default limits.
    #[error(
        "A tile of {sites} sites × {energies} energies is too large: at most {MOST_SITE_ENERGIES} pairs fit. Take Engine::tile_width energies at a time."
    )]
    Tile {
        /// The number of sites.
        sites: usize,
        /// The number of energies in the tile.
        energies: usize,
    },
    /// No adapter, or one that gives no device at WebGPU's default limits.
    #[error(
        "There is no usable GPU here ({reason}). Choose the back end “auto”, “f32” or “f64” to compute on the CPU, or enable WebGPU in the browser or install a Vulkan driver."
    )]
    NoAdapter {
        /// What the browser or driver said.
        reason: String,
    },
    /// The device was lost while it computed. The engine recovers from it by itself, on the CPU.
    #[error(
        "The GPU device was lost ({reason}). Open the engine again, or choose the back end “f32” or “f64”."
    )]
    DeviceLost {
        /// What the browser or driver said.
        reason: String,
    },
    /// The GPU refused or failed a command.
    #[error("The GPU failed ({message}). Choose the back end “f32” or “f64” to compute on the CPU.")]
    Gpu {
        /// What the browser or driver said.
        message: String,
    },
    /// The GPU returned a value that is not finite, which no valid problem can give.
    #[error(
        "The GPU returned a value that is not finite at site {site}, energy {energy:?}: its arithmetic is broken. Choose the back end “f32” or “f64” to compute on the CPU."
    )]
    NotFinite {
        /// The site, counted from 0.
        site: usize,
        /// The energy.
        energy: f64,
    },
}
