//! What the rooms of efficiency and stability ask the worker of the models that are trained here, and what comes of it.

use crate::record::ladder::{Config, Rung};
use crate::study::Progress;
use serde::{Deserialize, Serialize};

/// Do something to the ladder of a config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainLadder {
    /// Which ladder.
    pub config: Config,
    /// What.
    pub action: Action,
    /// So many of its models are known to who asks.
    pub known: usize,
}

/// What is done to a ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Look what there is of it.
    Look,
    /// Train its next model and measure it.
    GoOn,
    /// Throw away what there is of it.
    Forget,
}

/// What there is of a ladder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainedLadder {
    /// The models behind those that were known.
    pub rungs: Vec<Rung>,
    /// How far it has come, in steps.
    pub progress: Progress,
    /// Whether the browser keeps it when the tab closes.
    pub kept: bool,
}
