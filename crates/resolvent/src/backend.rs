//! Back ends: the machine and precision that compute, the choice between them, and the reason for it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::adapter::AdapterReport;
use crate::error::ResolventError;

/// The names of all [`BackendChoice`]s, for messages.
pub(super) const BACKEND_CHOICES: &str = "auto, f64, f32, gpu";

/// The back end to use. Written `auto`, `f64`, `f32` or `gpu`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackendChoice {
    /// The GPU if there is a usable adapter, otherwise the CPU in single precision. See
    /// [`Engine::prepared_for`](crate::Engine::prepared_for).
    #[default]
    Auto,
    /// The CPU in double precision: the reference.
    F64,
    /// The CPU in single precision.
    F32,
    /// The GPU; opening the engine fails if there is none.
    Gpu,
}

impl fmt::Display for BackendChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::Gpu => "gpu",
        })
    }
}

impl FromStr for BackendChoice {
    type Err = ResolventError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "auto" => Ok(Self::Auto),
            "f64" => Ok(Self::F64),
            "f32" => Ok(Self::F32),
            "gpu" => Ok(Self::Gpu),
            name => Err(ResolventError::BackendName { name: name.to_owned() }),
        }
    }
}

/// The back end that computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    /// The CPU in double precision.
    F64,
    /// The CPU in single precision.
    F32,
    /// The GPU, in single precision.
    Gpu,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::Gpu => "gpu",
        })
    }
}

/// The back end of an engine, its adapter, and the reason for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendReport {
    /// The back end.
    pub backend: Backend,
    /// The adapter; `None` unless the back end is [`Backend::Gpu`].
    pub adapter: Option<AdapterReport>,
    /// The reason for this back end, as a clause that follows “because”.
    pub reason: String,
}
