//! The state of a published figure's room: its simulation, and what was imported beside it.

use super::PageFigure;
use crate::lab::page::state::Lab;
use crate::lab::protocol::Answer;
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

/// What a link to this room restores.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::lab::page) struct View<Config> {
    #[serde(flatten)]
    pub(super) config: Config,
    pub(super) source: Source,
}

/// The state of the room of one figure.
pub(in crate::lab::page) struct FigureState<Figure: PageFigure> {
    pub(in crate::lab::page) view: RwSignal<View<Figure::Config>>,
    pub(super) simulated: RwSignal<Option<Figure>>,
    pub(in crate::lab::page) imported: RwSignal<Vec<Figure>>,
    pub(super) trouble: RwSignal<Option<String>>,
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
            view: RwSignal::default(),
            simulated: RwSignal::default(),
            imported: RwSignal::default(),
            trouble: RwSignal::default(),
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
        if show && self.view.with_untracked(|view| view.source == Source::Published) {
            self.view.update(|view| view.source = Source::Both);
        }
    }

    /// Drops what was imported.
    pub(super) fn forget(&self) {
        self.imported.set(vec![]);
        self.view.update(|view| view.source = Source::Published);
    }

    /// The records on the figure, imported ones first.
    pub(super) fn shown(&self) -> Vec<Figure> {
        let source = self.view.with(|view| view.source);
        let mut records = if source == Source::Published { vec![] } else { self.imported.get() };
        if source != Source::Imported {
            records.extend(self.simulated.get());
        }
        records
    }

    /// Runs the simulation anew whenever its config changes: it takes milliseconds at most.
    pub(in crate::lab::page) fn keep_simulated(self, lab: Lab) {
        let config = Memo::new(move |_| self.view.with(|view| view.config.clone()));
        let visible = Memo::new(move |_| lab.room.get() == Figure::ROOM);
        Effect::new(move || {
            if !visible.get() {
                return;
            }
            let asked = config.get();
            let current = move |asked: &Figure::Config| config.with_untracked(|config| config == asked);
            lab.ask(Figure::task(asked.clone()), vec![], move |answer| match answer {
                Answer::Records { records, .. } if current(&asked) => {
                    self.simulated.set(records.into_iter().find_map(|record| Figure::try_from(record).ok()));
                    self.trouble.set(None);
                }
                Answer::Failed(sentence) => self.trouble.set(Some(sentence)),
                Answer::Records { .. } | Answer::Ready | Answer::Progress(_) | Answer::Cancelled => {}
            });
        });
    }
}
