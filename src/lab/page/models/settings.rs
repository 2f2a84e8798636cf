//! What a link to the room restores.

use super::panels::Panel;
use crate::record::language_model::Config;
use crate::record::mixed;
use serde::{Deserialize, Serialize};

/// What is to be trained, how it is to be stored, and what is looked at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    /// The next model.
    #[serde(flatten)]
    pub(super) config: Config,
    /// The panel that is shown.
    pub(super) panel: Panel,
    /// How a model is stored.
    pub(super) precision: mixed::Config,
}
