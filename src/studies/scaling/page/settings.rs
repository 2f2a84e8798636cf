//! What a link to the room restores.

use crate::studies::scaling::figure::contexts::Trace;
use crate::studies::scaling::record::{Config, Ladder};
use bk_plot::View;
use serde::{Deserialize, Serialize};

/// What is trained, and what is looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// The study that is shown.
    pub(crate) study: Study,
    /// Widths and depths at one context.
    pub(crate) efficiency: Config,
    /// Contexts at one size.
    pub(crate) stability: Config,
    /// What is shown of trainings.
    pub(crate) trace: Trace,
}

impl Default for Settings {
    fn default() -> Self {
        let [efficiency, stability] = Study::ALL.map(Study::config);
        Self { study: Study::default(), efficiency, stability, trace: Trace::default() }
    }
}

impl Settings {
    /// What is trained in a study.
    pub(crate) fn of(&self, study: Study) -> &Config {
        match study {
            Study::Efficiency => &self.efficiency,
            Study::Stability => &self.stability,
        }
    }

    /// Sets it.
    pub(crate) fn put(&mut self, study: Study, config: Config) {
        match study {
            Study::Efficiency => self.efficiency = config,
            Study::Stability => self.stability = config,
        }
    }
}

/// The settings, and how the figure is looked at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Linked {
    #[serde(flatten)]
    pub(crate) settings: Settings,
    #[serde(flatten)]
    pub(crate) view: View,
}

/// What is asked of trained models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Study {
    /// What models of several sizes cost and achieve.
    #[default]
    Efficiency,
    /// What becomes of losses at several contexts.
    Stability,
}

impl Study {
    pub(crate) const ALL: [Study; 2] = [Study::Efficiency, Study::Stability];

    /// The one that a record is of.
    pub(crate) fn of(record: &Ladder) -> Self {
        if record.config.contexts.len() > 1 { Study::Stability } else { Study::Efficiency }
    }

    /// What is trained unless something else is chosen.
    pub(crate) fn config(self) -> Config {
        match self {
            Study::Efficiency => Config::efficiency(),
            Study::Stability => Config::stability(),
        }
    }

    /// Its name.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Study::Efficiency => "Efficiency",
            Study::Stability => "Stability",
        }
    }

    /// How its files are called, without an extension.
    pub(crate) fn stem(self) -> &'static str {
        match self {
            Study::Efficiency => "measured-efficiency",
            Study::Stability => "measured-stability",
        }
    }

    /// Where the record lies that the command line made.
    pub(crate) fn shipped(self) -> &'static str {
        match self {
            Study::Efficiency => "checkpoints/ladder-efficiency.json",
            Study::Stability => "checkpoints/ladder-stability.json",
        }
    }

    pub(crate) fn explanation(self) -> &'static str {
        match self {
            Study::Efficiency => {
                "Models of several widths and depths learn from as many tokens of the same text. The operations of a token are counted completely, with routers, recursions and scans. A token that exits early is spared its experts and what is made of its resolvent, but not the recursion through its site, which every later token needs. Learned sparsity computes the whole diagonal before it leaves sites of it out, and adds two networks."
            }
            Study::Stability => {
                "Models of one size learn sequences of several lengths, as many tokens a step for all. The loss of every step is kept, and the norm of its derivatives before clipping; a step of which either is not finite is left out and counted. Longer contexts take more memory: how far a tab gets depends on the machine."
            }
        }
    }
}
