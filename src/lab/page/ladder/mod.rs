//! Efficiency and stability as they are measured here: what a room knows of its ladder, and how the work goes on.

mod controls;
mod shown;

pub(super) use controls::settings;
pub(super) use shown::view;

use crate::lab::ladder::{Action, TrainLadder, TrainedLadder};
use crate::lab::page::state::{Lab, Tone};
use crate::lab::permalink::Room;
use crate::lab::protocol::{RequestId, Stopped};
use crate::record::Document;
use crate::record::ladder::{Config, Ladder};
use crate::study::Progress;
use js_sys::Date;
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// The state of the measured half of a room.
#[derive(Clone, Copy)]
pub(super) struct LadderRoom {
    /// The room: efficiency or stability.
    room: Room,
    /// What is trained.
    config: Memo<Config>,
    /// Sets it.
    set: Callback<Config>,
    /// What the ladder of the config has come to.
    record: RwSignal<Arc<Ladder>>,
    /// The record of a file, shown until it is forgotten.
    opened: RwSignal<Option<Arc<Ladder>>>,
    progress: RwSignal<Option<Progress>>,
    /// Whether the browser keeps what was trained.
    kept: RwSignal<bool>,
    running: RwSignal<Option<RequestId>>,
    /// Whether it goes on when a request has come back.
    going: RwSignal<bool>,
    /// When it was begun, in milliseconds, and the steps that were done before.
    began: RwSignal<Option<(f64, u64)>>,
    trouble: RwSignal<Option<String>>,
}

impl LadderRoom {
    /// The state, once its room is opened; `is_shown` says whether this half of it is.
    pub(super) fn open(
        lab: Lab,
        room: Room,
        config: Memo<Config>,
        set: Callback<Config>,
        is_shown: Memo<bool>,
    ) -> Self {
        let ladder = LadderRoom {
            room,
            config,
            set,
            record: RwSignal::new(Arc::new(Ladder::begin(config.get_untracked(), None))),
            opened: RwSignal::default(),
            progress: RwSignal::default(),
            kept: RwSignal::new(true),
            running: RwSignal::default(),
            going: RwSignal::default(),
            began: RwSignal::default(),
            trouble: RwSignal::default(),
        };
        // Another ladder is looked for wherever one is kept.
        Effect::new(move |looked: Option<Option<Config>>| {
            let (is_shown, config) = (is_shown.get(), config.get());
            let known = looked.flatten();
            if is_shown && known.as_ref() != Some(&config) {
                untrack(|| ladder.turn_to(lab, config.clone()));
                return Some(config);
            }
            known
        });
        ladder
    }

    /// Shows another ladder, as far as there is one.
    fn turn_to(self, lab: Lab, config: Config) {
        self.pause(lab);
        batch(|| {
            self.running.set(None);
            self.record.set(Arc::new(Ladder::begin(config, None)));
            self.progress.set(None);
            self.trouble.set(None);
        });
        self.ask(lab, Action::Look);
    }

    /// The record that is shown.
    fn shown(&self) -> Arc<Ladder> {
        self.opened.get().unwrap_or_else(|| self.record.get())
    }

    fn ask(self, lab: Lab, action: Action) {
        let config = self.config.get_untracked();
        let known = self.record.with_untracked(|record| record.rungs.len());
        let asked = config.clone();
        let watch = move |progress: Progress| {
            if self.began.with_untracked(Option::is_none) {
                self.began.set(Some((Date::now(), progress.done)));
            }
            self.progress.set(Some(progress));
        };
        let task = TrainLadder { config, action, known };
        let id = lab.ask_and_watch(&task, vec![], watch, move |found| {
            // Another ladder may be wanted by now.
            if self.config.get_untracked() != asked {
                return;
            }
            self.running.set(None);
            match found {
                Ok(found) => self.take(lab, found),
                Err(Stopped::Failed(sentence)) => batch(|| {
                    self.going.set(false);
                    self.trouble.set(Some(sentence));
                }),
                // Who paused may want to go on by now.
                Err(Stopped::Cancelled) if self.going.get_untracked() => self.ask(lab, Action::GoOn),
                Err(Stopped::Cancelled) => {}
            }
        });
        self.running.set(Some(id));
    }

    /// Takes in what came of it, and goes on.
    fn take(self, lab: Lab, TrainedLadder { rungs, progress, kept }: TrainedLadder) {
        batch(|| {
            self.trouble.set(None);
            if !rungs.is_empty() {
                self.record.update(|record| Arc::make_mut(record).rungs.extend(rungs));
            }
            self.progress.set(Some(progress));
            self.kept.set(kept);
        });
        if self.is_complete() {
            self.going.set(false);
        } else if self.going.get_untracked() {
            self.ask(lab, Action::GoOn);
        }
    }

    fn is_complete(&self) -> bool {
        self.record.with_untracked(|record| record.left().is_empty())
    }

    /// Trains the ladder of the settings, or goes on with it.
    fn begin(self, lab: Lab) {
        batch(|| {
            self.opened.set(None);
            self.began.set(None);
            self.trouble.set(None);
            self.going.set(true);
        });
        if self.running.get_untracked().is_none() {
            self.ask(lab, Action::GoOn);
        }
    }

    /// Stops after the step that is under way.
    fn pause(self, lab: Lab) {
        self.going.set(false);
        if let Some(id) = self.running.get_untracked() {
            lab.cancel(id);
        }
    }

    /// Throws away what was trained of this ladder.
    fn forget(self, lab: Lab) {
        self.record.set(Arc::new(Ladder::begin(self.config.get_untracked(), None)));
        self.ask(lab, Action::Forget);
    }

    /// The part of the ladder that is done.
    fn share(&self) -> f64 {
        self.progress.get().map_or(0.0, |progress| progress.done as f64 / progress.total.max(1) as f64)
    }

    /// How long the rest will take, at the pace so far.
    fn time_left(&self) -> Option<Duration> {
        let (began, before) = self.began.get()?;
        let Progress { done, total } = self.progress.get()?;
        let steps = done.checked_sub(before).filter(|&steps| steps > 0)? as f64;
        let seconds = (Date::now() - began) / 1000.0 / steps * total.saturating_sub(done) as f64;
        Some(Duration::from_secs_f64(seconds.max(0.0)))
    }

    /// Takes the record of a file in, which is shown as it is.
    pub(super) fn open_record(self, lab: Lab, document: &Document) {
        let Some(record) = lab.record::<Ladder>(document) else { return };
        let (label, origin) = (record.provenance.label(), record.manifest.origin.clone());
        self.opened.set(Some(Arc::new(record)));
        lab.notify(Tone::Information, format!("That record was opened: {label}. {origin}"));
    }
}
