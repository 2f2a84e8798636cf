//! The errors of this crate. Each message names the value and says what to do.

use crate::backend::BACKEND_CHOICES;
use crate::chain::{LARGEST_BOND, LARGEST_ENERGY, LARGEST_ETA, MOST_SITES, SMALLEST_ETA};
use crate::engine::MOST_SITE_ENERGIES;
use crate::potential_text::ACCEPTED_POTENTIALS;

/// The reason why a chain, a potential or an engine cannot be created, or a resolvent cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ResolventError {
    /// The length of the chain is 0 or above [`MOST_SITES`].
    #[error("A chain of {sites} sites cannot be computed. Choose from 1 to {MOST_SITES} sites.")]
    Sites {
        /// The requested number of sites.
        sites: usize,
    },
    /// An element of the diagonal is not finite or above [`LARGEST_ENERGY`] in magnitude.
    #[error(
        "The potential at site {site} (counted from 0) is {value:?}. Give a finite number of magnitude at most {LARGEST_ENERGY:e}."
    )]
    PotentialValue {
        /// The site, counted from 0.
        site: usize,
        /// The value at this site.
        value: f64,
    },
    /// The number of bonds is not the number of pairs of neighbors in the chain.
    #[error("There are {bonds} bonds for a chain of {sites} sites. Give one bond per pair of neighbors: {}.", .sites - 1)]
    BondCount {
        /// The number of bonds given.
        bonds: usize,
        /// The number of sites of the chain.
        sites: usize,
    },
    /// A bond is negative, not finite or above [`LARGEST_BOND`].
    #[error(
        "The bond between the sites {bond} and {} (counted from 0) is {value:?}. Give a number from 0 to {LARGEST_BOND:e}: the product of the two off-diagonal elements, in units that make it about 1.", .bond + 1
    )]
    BondValue {
        /// The site on the left of the bond, counted from 0.
        bond: usize,
        /// The value of the bond.
        value: f64,
    },
    /// The arrays of a batch do not have matching lengths.
    #[error(
        "A batch of {sequences} sequences with {sites} sites each needs {expected} values of the {quantity}, but has {found}. Give one row per sequence."
    )]
    BatchShape {
        /// The quantity with the wrong number of values.
        quantity: &'static str,
        /// The number of sequences of the batch, which is the number of shifts.
        sequences: usize,
        /// The number of sites of each sequence.
        sites: usize,
        /// The expected number of values.
        expected: usize,
        /// The number of values given.
        found: usize,
    },
    /// A value of a batch is out of range.
    #[error(
        "The {quantity} of sequence {sequence} at site {site} (both counted from 0) is {value:?}. Give a finite number from {least:e} to {most:e}."
    )]
    BatchValue {
        /// The quantity that is out of range.
        quantity: &'static str,
        /// The sequence, counted from 0.
        sequence: usize,
        /// The site, or for a bond the site on its left, counted from 0.
        site: usize,
        /// The value at this site.
        value: f64,
        /// The smallest accepted value.
        least: f64,
        /// The largest accepted value.
        most: f64,
    },
    /// The result or the workspace does not fit in memory.
    #[error(
        "There is not enough memory for {bytes} more bytes. Compute fewer or shorter sequences at a time."
    )]
    Memory {
        /// The number of bytes requested.
        bytes: usize,
    },
    /// The energy is not finite or above [`LARGEST_ENERGY`] in magnitude.
    #[error(
        "The energy E = {energy:?} cannot be used. Give a finite number of magnitude at most {LARGEST_ENERGY:e}."
    )]
    Energy {
        /// The requested energy.
        energy: f64,
    },
    /// The broadening is not positive, not finite, or too large or too small for its square in single precision.
    #[error(
        "The broadening η = {eta:?} cannot be used. It must lie between {SMALLEST_ETA:e} and {LARGEST_ETA:e}, because the resolvent exists for every chain only off the real axis."
    )]
    Eta {
        /// The requested broadening.
        eta: f64,
    },
    /// The list of energies of a map is empty.
    #[error("The list of energies is empty. Give at least one.")]
    NoEnergies,
    /// The kind of potential is unknown.
    #[error("There is no potential of kind “{kind}”. Choose one of {ACCEPTED_POTENTIALS}.")]
    PotentialKind {
        /// The requested kind.
        kind: String,
    },
    /// This kind of potential does not have the setting.
    #[error(
        "The potential “{kind}” has no setting “{key}”. Its settings are {accepted}, each given as key=value."
    )]
    PotentialSetting {
        /// The kind of potential.
        kind: &'static str,
        /// The requested setting.
        key: String,
        /// The settings of this kind.
        accepted: String,
    },
    /// A setting is given twice.
    #[error("The potential “{kind}” has its setting “{key}” twice. Give it once.")]
    RepeatedSetting {
        /// The kind of potential.
        kind: &'static str,
        /// The repeated setting.
        key: String,
    },
    /// The value of a setting cannot be parsed or is out of range.
    #[error("“{value}” cannot be the {key} of the potential “{kind}”. Give {expected}.")]
    SettingValue {
        /// The kind of potential.
        kind: &'static str,
        /// The setting, or the position in a list of values.
        key: String,
        /// The text given.
        value: String,
        /// A description of the accepted values.
        expected: String,
    },
    /// The number of values in a list is not the number of sites of the chain.
    #[error("The potential lists {values} values but the chain has {sites} sites. Give one value per site.")]
    ValueCount {
        /// The number of values in the list.
        values: usize,
        /// The number of sites of the chain.
        sites: usize,
    },
    /// The impurity is beyond the end of the chain.
    #[error(
        "The impurity sits at site {site}, beyond the last site {} of the chain. Choose a site on it.", .sites - 1
    )]
    ImpuritySite {
        /// The requested site, counted from 0.
        site: usize,
        /// The number of sites of the chain.
        sites: usize,
    },
    /// The name of the back end is unknown.
    #[error("There is no back end “{name}”. Choose one of {BACKEND_CHOICES}.")]
    BackendName {
        /// The requested name.
        name: String,
    },
    /// A tile has more (site, energy) pairs than a GPU buffer holds at the default limits of WebGPU.
    #[error(
        "A tile of {sites} sites × {energies} energies is too large: at most {MOST_SITE_ENERGIES} pairs fit. Take Engine::tile_width energies at a time."
    )]
    Tile {
        /// The number of sites.
        sites: usize,
        /// The number of energies in the tile.
        energies: usize,
    },
    /// There is no adapter, or it gives no device at the default limits of WebGPU.
    #[error(
        "There is no usable GPU here ({reason}). Choose the back end “auto”, “f32” or “f64” to compute on the CPU, or enable WebGPU in the browser or install a Vulkan driver."
    )]
    NoAdapter {
        /// The message of the browser or driver.
        reason: String,
    },
    /// The device was lost during a computation. The engine handles this error itself and continues on the CPU.
    #[error(
        "The GPU device was lost ({reason}). Open the engine again, or choose the back end “f32” or “f64”."
    )]
    DeviceLost {
        /// The message of the browser or driver.
        reason: String,
    },
    /// The GPU rejected a command or failed to execute it.
    #[error("The GPU failed ({message}). Choose the back end “f32” or “f64” to compute on the CPU.")]
    Gpu {
        /// The message of the browser or driver.
        message: String,
    },
    /// The GPU returned a value that is not finite, which cannot result from a valid problem.
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
