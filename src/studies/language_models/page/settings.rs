//! What a link to the room restores.

use super::panels::Panel;
use crate::studies::language_models::mixed_precision::record as mixed;
use crate::studies::language_models::record::Config;
use serde::{Deserialize, Serialize};

/// What is to be trained, how it is to be stored, and what is looked at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// The next model.
    #[serde(flatten)]
    pub(crate) config: Config,
    /// The panel that is shown.
    pub(crate) panel: Panel,
    /// How a model is stored.
    pub(crate) precision: mixed::Config,
}
