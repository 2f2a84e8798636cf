//! The table of panels: the questions that can be asked of a resolvent. A panel is one line of the table and one folder
//! that holds its definition, record, study, and figures. Links, command line, page, and worker read the table.

pub mod birman_schwinger;
pub mod causality;
pub mod definition;
pub mod density;
pub mod gradient;
pub mod green;
pub mod precision;
pub mod published;
pub mod spectral_function;
#[macro_use]
mod table;

use super::figure::Look;
use super::record::{LongArrays, Numbers, Resolvent};
use super::study::{Outcome, Problem};
use crate::kit::context::StudyError;
use bk_plot::scene::Scene;
use bk_plot::style::Layout;
use bk_plot::view::View;
use definition::{Definition, Setting};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

panels! {
    /// The diagonal of (H − z)⁻¹ along the chain.
    Green = green {
        /// Re G and Im G against site.
        Green = LINES,
    }
    /// The local density of states over a window of energies.
    Density = density {
        /// The local density of states by site and energy.
        Density = MAP,
    }
    /// The published recursions beside the exact Green's function.
    Published = published {
        /// |G| exactly and as published.
        Published = LINES,
        /// How far the published routines are off.
        PublishedDeviation = DEVIATIONS,
    }
    /// The gradient of a loss: exact, by finite differences, as published.
    Gradient = gradient {
        /// The gradient, exact and as published.
        Gradient = LINES,
        /// The exact gradient and its finite differences.
        GradientCheck = CHECK,
    }
    /// Which site's G depends on which site's potential, in the two-sided and in the one-sided form.
    Causality = causality {
        /// What one site's potential moves.
        Effect = LINES,
        /// Who depends on whom around that site.
        EffectMap = MAPS,
    }
    /// The Birman–Schwinger operator: singular values, Schatten norms, Mourre estimate.
    BirmanSchwinger = birman_schwinger {
        /// Singular values of the Birman–Schwinger operator.
        SingularValues = SINGULAR_VALUES,
        /// Its Schatten norms beside their bounds.
        SchattenNorms = SCHATTEN_NORMS,
    }
    /// How far single precision is off as η falls, beside the bound.
    Precision = precision {
        /// Deviation of single precision against η.
        Precision = LINES,
    }
    /// Im G of one site against energy, with its sum rule.
    SpectralFunction = spectral_function {
        /// Im G of one site against energy.
        SpectralFunction = LINES,
    }
}

impl Panel {
    /// Its name in links and on the command line.
    pub fn key(self) -> &'static str {
        self.definition().key
    }

    /// What it is called.
    pub fn title(self) -> &'static str {
        self.definition().title
    }

    /// Whether the result depends on a setting.
    pub fn depends_on(self, setting: Setting) -> bool {
        self.definition().settings.contains(&setting)
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
