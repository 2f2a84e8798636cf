//! The state of a published figure's room: its simulation, and what was imported beside it.

use super::PageFigure;
use crate::kit::context::Progress;
use crate::kit::page::room_handle::{Arrival, Entrance, Host, restore};
use crate::kit::page::state::{Lab, Tone};
use crate::kit::permalink;
use crate::kit::protocol::{RequestId, Stopped};
use crate::kit::record::{Document, Filed, Provenance};
use crate::studies::published_figure::fragility::record as fragility;
use crate::studies::published_figure::fragility::record::Fragility;
use bk_plot::View;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Which data the figure shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Source {
    /// The published simulation.
    #[default]
    Published,
    /// What was imported.
    Imported,
    /// Both, overlaid.
    Both,
}

impl Source {
    pub(crate) const ALL: [(&'static str, &'static str); 3] =
        [("published", "Published simulation"), ("imported", "Imported files"), ("both", "Both, overlaid")];

    pub(crate) fn key(self) -> &'static str {
        Self::ALL[self as usize].0
    }

    pub(crate) fn from_key(key: &str) -> Self {
        match key {
            "imported" => Source::Imported,
            "both" => Source::Both,
            _ => Source::Published,
        }
    }
}

/// What a link to this room restores: its settings, and how its figure is looked at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Linked<Config, Look> {
    #[serde(flatten)]
    settings: Settings<Config, Look>,
    #[serde(flatten)]
    view: View,
}

/// The settings of this room.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Settings<Config, Look> {
    #[serde(flatten)]
    pub(crate) config: Config,
    #[serde(flatten)]
    pub(crate) look: Look,
    pub(crate) source: Source,
}

/// The state of the room of one figure.
pub(crate) struct FigureState<Figure: PageFigure> {
    pub(crate) settings: RwSignal<Settings<Figure::Config, Figure::Look>>,
    /// How the figure is looked at.
    pub(crate) view: RwSignal<View>,
    pub(crate) simulated: RwSignal<Option<Figure>>,
    /// Where imported records and run A are kept.
    entrance: Entrance,
    pub(crate) imported: Memo<Vec<Figure>>,
    /// Run A, with which the others are compared.
    pub(crate) pinned: Memo<Option<Figure>>,
    pub(crate) trouble: RwSignal<Option<String>>,
    /// How often the checks hold, once it was counted.
    pub(crate) fragility: RwSignal<Option<Fragility>>,
    /// The count that is under way.
    pub(crate) counting: RwSignal<Option<RequestId>>,
    pub(crate) counted: RwSignal<Option<Progress>>,
}

// Signals are handles: they are copied whatever they hold.
impl<Figure: PageFigure> Clone for FigureState<Figure> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Figure: PageFigure> Copy for FigureState<Figure> {}

impl<Figure: PageFigure> FigureState<Figure> {
    /// The state of a room that is opened, with what came for it before.
    pub(crate) fn open(lab: Lab) -> Self {
        let entrance = lab.entrance(Figure::ROOM);
        let imported = move |_: Option<&_>| {
            let documents = entrance.imported.get();
            documents.iter().filter_map(|document| lab.record(document)).collect()
        };
        let state = FigureState {
            settings: RwSignal::default(),
            view: RwSignal::default(),
            simulated: RwSignal::default(),
            entrance,
            imported: Memo::new(imported),
            pinned: Memo::new(move |_| entrance.pinned.get().and_then(|document| lab.record(&document))),
            trouble: RwSignal::default(),
            fragility: RwSignal::default(),
            counting: RwSignal::default(),
            counted: RwSignal::default(),
        };
        let host = Host {
            address: Signal::derive(move || permalink::to_fragment(Figure::ROOM, &state.linked())),
            restore: Callback::new(move |link| restore(&link, |linked| state.follow(linked))),
            take: Callback::new(move |(document, arrival)| state.take(lab, document, arrival)),
        };
        entrance.open(lab, Figure::ROOM, host);
        state.keep_simulated(lab);
        state
    }

    /// Takes a record in; nothing is to be taken where the settings were restored that give the record.
    fn take(self, lab: Lab, document: Document, arrival: Arrival) {
        if document.study == Fragility::STUDY {
            return lab.record(&document).into_iter().for_each(|record| self.fragility.set(Some(record)));
        }
        if arrival.is_restored && lab.record(&document).is_some_and(|record| self.simulates(&record)) {
            let sentence = "The settings of that figure were restored, and its simulation was run again.";
            return lab.notify(Tone::Information, sentence);
        }
        self.entrance.take(lab, document, arrival);
        if arrival.is_new && self.settings.with_untracked(|of| of.source == Source::Published) {
            self.settings.update(|of| of.source = Source::Both);
        }
    }

    /// What a link to the room as it is restores.
    fn linked(&self) -> Linked<Figure::Config, Figure::Look> {
        Linked { settings: self.settings.get(), view: self.view.get() }
    }

    /// Restores what a link says.
    fn follow(&self, linked: Linked<Figure::Config, Figure::Look>) {
        batch(|| {
            self.settings.set(linked.settings);
            self.view.set(linked.view);
        });
    }

    /// Pins a run as A, or unpins it.
    pub(crate) fn pin(&self, lab: Lab, run: Option<Figure>) {
        match run.map(|run| Document::of(&run)).transpose() {
            Ok(document) => self.entrance.pinned.set(document),
            Err(error) => lab.notify(Tone::Trouble, format!("This run cannot be pinned: {error}.")),
        }
    }

    /// Whether a record is what the present settings simulate, and so need not be imported to be shown.
    fn simulates(&self, record: &Figure) -> bool {
        let is_own =
            record.provenance() == Provenance::PublishedSimulation && record.manifest().files.is_empty();
        self.settings.with_untracked(|of| is_own && record.config() == Some(&of.config))
    }

    /// Drops what was imported.
    pub(crate) fn forget(&self) {
        self.entrance.imported.set(vec![]);
        self.settings.update(|of| of.source = Source::Published);
    }

    /// Counts how often the checks of the present simulation hold over other seeds and arrangements.
    pub(crate) fn count_checks(self, lab: Lab, config: fragility::Config) {
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
    pub(crate) fn shown(&self) -> Vec<Figure> {
        let mut records = self.runs();
        if let Some(pinned) = self.pinned.get().filter(|_| self.is_compared()) {
            records.retain(|run| *run != pinned);
            records.push(pinned);
        }
        records
    }

    /// Whether there is a run to compare run A with.
    pub(crate) fn is_compared(&self) -> bool {
        let runs = self.runs();
        self.pinned.with(|pinned| pinned.as_ref().is_some_and(|pinned| runs.iter().any(|run| run != pinned)))
    }

    /// The records that the settings show, imported ones first.
    pub(crate) fn runs(&self) -> Vec<Figure> {
        let source = self.settings.with(|of| of.source);
        let mut records = if source == Source::Published { vec![] } else { self.imported.get() };
        if source != Source::Imported {
            records.extend(self.simulated.get());
        }
        records
    }

    /// Runs the simulation anew whenever its config changes: it takes milliseconds at most.
    fn keep_simulated(self, lab: Lab) {
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
