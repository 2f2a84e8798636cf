//! The state of a published figure's room: its simulation, and what was imported beside it.

use super::PageFigure;
use crate::figure::View;
use crate::lab::page::state::Lab;
use crate::lab::protocol::{RequestId, Stopped};
use crate::record::fragility::{self, Fragility};
use crate::record::{Provenance, Record};
use crate::study::Progress;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Which data the figure shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::lab::page) enum Source {
    /// The published simulation.
    #[default]
    Published,
    /// What was imported.
    Imported,
    /// Both, overlaid.
    Both,
}

impl Source {
    pub(super) const ALL: [(&'static str, &'static str); 3] =
        [("published", "Published simulation"), ("imported", "Imported files"), ("both", "Both, overlaid")];

    pub(super) fn key(self) -> &'static str {
        Self::ALL[self as usize].0
    }

    pub(super) fn from_key(key: &str) -> Self {
        match key {
            "imported" => Source::Imported,
            "both" => Source::Both,
            _ => Source::Published,
        }
    }
}

/// What a link to this room restores: its settings, and how its figure is looked at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(in crate::lab::page) struct Linked<Config, Look> {
    #[serde(flatten)]
    settings: Settings<Config, Look>,
    #[serde(flatten)]
    view: View,
}

/// The settings of this room.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(in crate::lab::page) struct Settings<Config, Look> {
    #[serde(flatten)]
    pub(super) config: Config,
    #[serde(flatten)]
    pub(super) look: Look,
    pub(super) source: Source,
}

/// The state of the room of one figure.
pub(in crate::lab::page) struct FigureState<Figure: PageFigure> {
    pub(super) settings: RwSignal<Settings<Figure::Config, Figure::Look>>,
    /// How the figure is looked at.
    pub(super) view: RwSignal<View>,
    pub(super) simulated: RwSignal<Option<Figure>>,
    pub(super) imported: RwSignal<Vec<Figure>>,
    /// Run A, with which the others are compared.
    pub(super) pinned: RwSignal<Option<Figure>>,
    pub(super) trouble: RwSignal<Option<String>>,
    /// How often the checks hold, once it was counted.
    pub(super) fragility: RwSignal<Option<Fragility>>,
    /// The count that is under way.
    pub(super) counting: RwSignal<Option<RequestId>>,
    pub(super) counted: RwSignal<Option<Progress>>,
}

// Signals are handles: they are copied whatever they hold.
impl<Figure: PageFigure> Clone for FigureState<Figure> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Figure: PageFigure> Copy for FigureState<Figure> {}

impl<Figure: PageFigure> Default for FigureState<Figure> {
    fn default() -> Self {
        FigureState {
            settings: RwSignal::default(),
            view: RwSignal::default(),
            simulated: RwSignal::default(),
            imported: RwSignal::default(),
            pinned: RwSignal::default(),
            trouble: RwSignal::default(),
            fragility: RwSignal::default(),
            counting: RwSignal::default(),
            counted: RwSignal::default(),
        }
    }
}

impl<Figure: PageFigure> FigureState<Figure> {
    /// Adds an imported record, once; `show` brings it on the figure.
    pub(in crate::lab::page) fn add(&self, record: Figure, show: bool) {
        self.imported.update(|records| {
            if !records.contains(&record) {
                records.push(record);
            }
        });
        if show && self.settings.with_untracked(|of| of.source == Source::Published) {
            self.settings.update(|of| of.source = Source::Both);
        }
    }

    /// What a link to the room as it is restores.
    pub(in crate::lab::page) fn linked(&self) -> Linked<Figure::Config, Figure::Look> {
        Linked { settings: self.settings.get(), view: self.view.get() }
    }

    /// Restores what a link says.
    pub(in crate::lab::page) fn follow(&self, linked: Linked<Figure::Config, Figure::Look>) {
        batch(|| {
            self.settings.set(linked.settings);
            self.view.set(linked.view);
        });
    }

    /// Pins a run as A, or unpins it.
    pub(in crate::lab::page) fn pin(&self, run: Option<Figure>) {
        self.pinned.set(run);
    }

    /// Whether a record is what the present settings simulate, and so need not be imported to be shown.
    pub(in crate::lab::page) fn simulates(&self, record: &Figure) -> bool {
        let is_own =
            record.provenance() == Provenance::PublishedSimulation && record.manifest().files.is_empty();
        self.settings.with_untracked(|of| is_own && record.config() == Some(&of.config))
    }

    /// What was imported, as records of any study.
    pub(in crate::lab::page) fn imported_records(&self) -> Vec<Record> {
        self.imported.get().into_iter().map(Into::into).collect()
    }

    /// Drops what was imported.
    pub(super) fn forget(&self) {
        self.imported.set(vec![]);
        self.settings.update(|of| of.source = Source::Published);
    }

    /// Shows a count of checks.
    pub(in crate::lab::page) fn show_fragility(&self, record: Fragility) {
        self.fragility.set(Some(record));
    }

    /// Counts how often the checks of the present simulation hold over other seeds and arrangements.
    pub(super) fn count_checks(self, lab: Lab, config: fragility::Config) {
        let watch = move |progress| self.counted.set(Some(progress));
        let id = lab.ask_and_watch(&config, vec![], watch, move |counted| {
            match counted {
                Ok(record) => self.fragility.set(Some(record)),
                Err(stopped) => lab.tell(stopped),
            }
            self.counting.set(None);
            self.counted.set(None);
        });
        self.counting.set(Some(id));
    }

    /// The records on the figure: the runs, and behind them run A, if it is another one.
    pub(super) fn shown(&self) -> Vec<Figure> {
        let mut records = self.runs();
        if let Some(pinned) = self.pinned.get().filter(|_| self.is_compared()) {
            records.retain(|run| *run != pinned);
            records.push(pinned);
        }
        records
    }

    /// Whether there is a run to compare run A with.
    pub(super) fn is_compared(&self) -> bool {
        let runs = self.runs();
        self.pinned.with(|pinned| pinned.as_ref().is_some_and(|pinned| runs.iter().any(|run| run != pinned)))
    }

    /// The records that the settings show, imported ones first.
    pub(super) fn runs(&self) -> Vec<Figure> {
        let source = self.settings.with(|of| of.source);
        let mut records = if source == Source::Published { vec![] } else { self.imported.get() };
        if source != Source::Imported {
            records.extend(self.simulated.get());
        }
        records
    }

    /// Runs the simulation anew whenever its config changes: it takes milliseconds at most.
    pub(in crate::lab::page) fn keep_simulated(self, lab: Lab) {
        let config = Memo::new(move |_| self.settings.with(|of| of.config.clone()));
        let visible = Memo::new(move |_| lab.room.get() == Figure::ROOM);
        Effect::new(move || {
            if !visible.get() {
                return;
            }
            let asked = config.get();
            let current = move |asked: &Figure::Config| config.with_untracked(|config| config == asked);
            lab.ask(&asked.clone(), vec![], move |simulated| match simulated {
                Ok(record) if current(&asked) => {
                    self.simulated.set(Some(record));
                    self.trouble.set(None);
                }
                Err(Stopped::Failed(sentence)) => self.trouble.set(Some(sentence)),
                // Another was asked for since.
                Ok(_) | Err(Stopped::Cancelled) => {}
            });
        });
    }
}
