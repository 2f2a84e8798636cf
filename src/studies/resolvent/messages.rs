//! What the room asks of the worker, and the answers.

use super::record::{Config, Resolvent};
use super::speed::record::{self as speed, Speed};
use crate::kit::protocol::{Arrays, Parcel, tasks};
use bk_resolvent::Potential;
use serde::{Deserialize, Serialize};

impl Parcel for Speed {}
impl Parcel for ReadValues {}

impl Parcel for Resolvent {
    fn arrays(&mut self) -> Arrays<'_> {
        let (mut doubles, singles) = self.finding.arrays_mut();
        doubles.push(&mut self.diagonal);
        Arrays { doubles, singles, ..Arrays::default() }
    }
}

tasks! {
    "resolvent":
    Config = "panel" => Resolvent,
    speed::Config = "speed" => Speed,
}

tasks! { "import": ReadPotential = "potential" => ReadValues }

/// Read a file as the values of a potential, or as a record of this lab; its bytes follow as a buffer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadPotential {
    /// The file's name, or where the bytes come from.
    pub name: String,
}

/// The potential that was read, and what to say of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadValues {
    /// The potential.
    pub potential: Potential,
    /// How many sites it is for.
    pub sites: usize,
    /// What was read, in one sentence.
    pub sentence: String,
}
