//! The panels of the resolvent room, one per question about a resolvent.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A study of a chain's resolvent. Serialized as in [`Panel::key`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Panel {
    /// The diagonal of (H − z)⁻¹ along the chain.
    #[default]
    Green,
    /// The local density of states over a window of energies.
    Density,
    /// The published recursions beside the exact Green's function.
    Published,
    /// The gradient of a loss: exact, by finite differences, as published.
    Gradient,
    /// The dependence of each site's G on each site's potential, in the two-sided and in the one-sided form.
    Causality,
    /// The Birman–Schwinger operator: singular values, Schatten norms, Mourre estimate.
    BirmanSchwinger,
    /// The deviation of single precision as η decreases, beside the error bound.
    Precision,
}

impl Panel {
    /// All panels, in the order of the room.
    pub const ALL: [Panel; 7] = [
        Panel::Green,
        Panel::Density,
        Panel::Published,
        Panel::Gradient,
        Panel::Causality,
        Panel::BirmanSchwinger,
        Panel::Precision,
    ];

    /// Returns its name in links and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Panel::Green => "green",
            Panel::Density => "density",
            Panel::Published => "published",
            Panel::Gradient => "gradient",
            Panel::Causality => "causality",
            Panel::BirmanSchwinger => "birman-schwinger",
            Panel::Precision => "precision",
        }
    }

    /// Returns its title.
    pub fn title(self) -> &'static str {
        match self {
            Panel::Green => "Green’s function",
            Panel::Density => "Density of states",
            Panel::Published => "Exact against published",
            Panel::Gradient => "Gradient",
            Panel::Causality => "Causality",
            Panel::BirmanSchwinger => "Birman–Schwinger",
            Panel::Precision => "Precision",
        }
    }
}

impl fmt::Display for Panel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key())
    }
}

/// A panel that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("There is no panel “{0}”. Choose one of {list}.", list = Panel::ALL.map(Panel::key).join(", "))]
pub struct PanelError(String);

impl FromStr for Panel {
    type Err = PanelError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Panel::ALL
            .into_iter()
            .find(|panel| panel.key() == name)
            .ok_or_else(|| PanelError(name.chars().take(40).collect()))
    }
}
