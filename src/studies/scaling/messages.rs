//! What the room of measured efficiency and stability asks the worker, and what comes of it.

use super::record::{Config, Rung};
use crate::kit::context::Progress;
use crate::kit::protocol::{Parcel, tasks};
use serde::{Deserialize, Serialize};

impl Parcel for TrainedLadder {}

tasks! { "ladder": TrainLadder = "train" => TrainedLadder }

/// Do something to the ladder of a config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainLadder {
    /// Which ladder.
    pub config: Config,
    /// What.
    pub action: Action,
}

/// What is done to a ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Look what there is of it.
    Look,
    /// Train its next model for a while, and measure it where its training is over.
    GoOn,
    /// Give it the text that its models learn from, whose bytes follow as a buffer; then look.
    GiveText,
    /// Throw away what there is of it.
    Forget,
}

/// What there is of a ladder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainedLadder {
    /// The models that are known; of [`Action::GoOn`] the one that was measured, if one was.
    pub rungs: Vec<Rung>,
    /// How far it has come, in steps.
    pub progress: Progress,
    /// Whether the browser keeps it when the tab closes.
    pub kept: bool,
    /// Whether it waits for its text.
    pub waits: bool,
    /// Bytes of memory that the worker has.
    pub memory: u64,
}
