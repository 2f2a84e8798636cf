//! What the room knows once it is open, and how a training goes on.

use super::settings::{Linked, Settings, Study};
use crate::kit::context::Progress;
use crate::kit::page::room_handle::{Arrival, Host, restore};
use crate::kit::page::sources::{Source, Sources};
use crate::kit::page::state::Lab;
use crate::kit::page::texts;
use crate::kit::permalink;
use crate::kit::protocol::{RequestId, Stopped};
use crate::kit::record::{Document, Provenance};
use crate::studies::scaling::messages::{Action, TrainLadder, TrainedLadder};
use crate::studies::scaling::record::{Config, Ladder, Place};
use bk_plot::View;
use js_sys::{ArrayBuffer, Date};
use leptos::prelude::*;
use std::sync::Arc;

/// The state of the room.
#[derive(Clone, Copy)]
pub(crate) struct LadderRoom {
    pub(crate) settings: RwSignal<Settings>,
    /// In the order of [`Study::ALL`].
    pub(crate) studies: [StudyState; 2],
}

impl LadderRoom {
    /// The state of the room that is opened, with what came for it before.
    pub(crate) fn open(lab: Lab) -> Self {
        let settings: RwSignal<Settings> = RwSignal::default();
        let studies = Study::ALL.map(|study| StudyState::open(lab, study, settings));
        let room = LadderRoom { settings, studies };
        let entrance = lab.entrance(crate::studies::scaling::ROOM);
        let host = Host {
            address: Signal::derive(move || room.fragment(settings.with(|settings| settings.study))),
            restore: Callback::new(move |link| {
                restore(&link, |Linked { settings: linked, view }| {
                    batch(|| {
                        room.of(linked.study).view.set(view);
                        settings.set(linked);
                    });
                })
            }),
            take: Callback::new(move |(document, arrival): (Document, Arrival)| {
                entrance.take(lab, document.clone(), arrival);
                if let Some(record) = lab.record::<Ladder>(&document).filter(|_| arrival.is_new) {
                    let study = Study::of(&record);
                    settings.update(|settings| settings.study = study);
                    room.of(study).sources.show(&document);
                }
            }),
        };
        entrance.open(lab, crate::studies::scaling::ROOM, host);
        room
    }

    /// The state of a study.
    fn of(&self, study: Study) -> StudyState {
        self.studies[study as usize]
    }

    /// The fragment that shows a study as it is.
    pub(crate) fn fragment(&self, study: Study) -> String {
        let settings = Settings { study, ..self.settings.get() };
        permalink::to_fragment(
            crate::studies::scaling::ROOM,
            &Linked { settings, view: self.of(study).view.get() },
        )
    }
}

/// The state of one study.
#[derive(Clone, Copy)]
pub(crate) struct StudyState {
    pub(crate) study: Study,
    settings: RwSignal<Settings>,
    /// What is trained.
    pub(crate) config: Memo<Config>,
    /// What the ladder of the config has come to.
    pub(crate) record: RwSignal<Arc<Ladder>>,
    /// Records that were not measured here.
    pub(crate) sources: Sources<Ladder>,
    /// How the figure is looked at.
    pub(crate) view: RwSignal<View>,
    progress: RwSignal<Option<Progress>>,
    /// Whether the browser keeps what was trained.
    pub(crate) kept: RwSignal<bool>,
    /// Whether the text is missing.
    pub(crate) waits: RwSignal<bool>,
    /// Bytes of memory that the worker has.
    pub(crate) memory: RwSignal<u64>,
    pub(crate) running: RwSignal<Option<RequestId>>,
    /// Whether it goes on when a request has come back.
    pub(crate) going: RwSignal<bool>,
    /// When it was begun, in milliseconds, and the steps that were done before.
    began: RwSignal<Option<(f64, u64)>>,
    pub(crate) trouble: RwSignal<Option<String>>,
}

impl StudyState {
    fn open(lab: Lab, study: Study, settings: RwSignal<Settings>) -> Self {
        let config = Memo::new(move |_| settings.with(|settings| settings.of(study).clone()));
        let state = StudyState {
            study,
            settings,
            config,
            record: RwSignal::new(Arc::new(Ladder::begin(config.get_untracked(), None))),
            sources: Sources::open(lab, crate::studies::scaling::ROOM, move |record| {
                Study::of(record) == study
            }),
            view: RwSignal::default(),
            progress: RwSignal::default(),
            kept: RwSignal::new(true),
            waits: RwSignal::default(),
            memory: RwSignal::default(),
            running: RwSignal::default(),
            going: RwSignal::default(),
            began: RwSignal::default(),
            trouble: RwSignal::default(),
        };
        let is_shown = Memo::new(move |_| {
            lab.room.get() == crate::studies::scaling::ROOM
                && settings.with(|settings| settings.study == study)
        });
        // Another ladder is looked for wherever one is kept.
        Effect::new(move |looked: Option<Option<Config>>| {
            let (is_shown, config) = (is_shown.get(), config.get());
            let known = looked.flatten();
            if is_shown && known.as_ref() != Some(&config) {
                untrack(|| state.turn_to(lab, config.clone()));
                return Some(config);
            }
            known
        });
        state.sources.fetch_native(lab, study.shipped(), measured_natively);
        state
    }

    /// Changes what is trained.
    pub(crate) fn change(self, change: impl FnOnce(&mut Config)) {
        let mut config = self.config.get_untracked();
        change(&mut config);
        self.set(config);
    }

    /// Sets what is trained.
    pub(crate) fn set(self, config: Config) {
        self.settings.update(|settings| settings.put(self.study, config));
    }

    /// Shows another ladder, as far as there is one.
    fn turn_to(self, lab: Lab, config: Config) {
        self.pause();
        batch(|| {
            self.running.set(None);
            self.record.set(Arc::new(Ladder::begin(config, None)));
            self.progress.set(None);
            self.waits.set(false);
            self.trouble.set(None);
        });
        self.ask(lab, Action::Look);
    }

    /// Whose numbers are shown: before anything is chosen or measured here, what comes with the lab.
    pub(crate) fn shown_source(self) -> Source {
        let config = self.config.get();
        let wanted = |native: &Ladder| config == self.study.config() || native.config.measures_alike(&config);
        self.sources.shown(wanted, || self.record.with(|record| !record.rungs.is_empty()))
    }

    /// The record that is shown.
    pub(crate) fn shown(self) -> Arc<Ladder> {
        self.sources.record(self.shown_source()).unwrap_or_else(|| self.record.get())
    }

    fn ask(self, lab: Lab, action: Action) {
        let config = self.config.get_untracked();
        let asked = config.clone();
        let watch = move |progress: Progress| {
            if self.began.with_untracked(Option::is_none) {
                self.began.set(Some((Date::now(), progress.done)));
            }
            self.progress.set(Some(progress));
        };
        let id = lab.ask_and_watch(&TrainLadder { config, action }, vec![], watch, move |found| {
            // Another ladder may be wanted by now.
            if self.config.get_untracked() != asked {
                return;
            }
            self.running.set(None);
            match found {
                Ok(found) => {
                    self.take(action, found);
                    self.go_on(lab);
                }
                Err(Stopped::Failed(sentence)) => self.fail(sentence),
                Err(Stopped::Cancelled) => {}
            }
        });
        self.running.set(Some(id));
    }

    /// Trains the next model, if one is left and nobody has paused.
    fn go_on(self, lab: Lab) {
        if self.record.with_untracked(|record| record.left().is_empty()) {
            self.going.set(false);
        } else if self.going.get_untracked() {
            self.ask(lab, Action::GoOn);
        }
    }

    fn fail(self, sentence: String) {
        batch(|| {
            self.going.set(false);
            self.trouble.set(Some(sentence));
        });
    }

    /// Takes in what came of it.
    fn take(self, action: Action, found: TrainedLadder) {
        let TrainedLadder { rungs, progress, kept, waits, memory } = found;
        batch(|| {
            self.trouble.set(None);
            self.record.update(|record| {
                let record = Arc::make_mut(record);
                match action {
                    Action::GoOn => rungs.into_iter().for_each(|rung| record.put(rung)),
                    Action::Look | Action::GiveText | Action::Forget => record.rungs = rungs,
                }
            });
            self.progress.set(Some(progress));
            self.kept.set(kept);
            self.waits.set(waits);
            self.memory.set(memory);
        });
    }

    /// Trains the ladder of the settings, or goes on with it.
    pub(crate) fn begin(self, lab: Lab) {
        batch(|| {
            self.sources.chosen.set(Some(Source::Here));
            self.began.set(None);
            self.trouble.set(None);
            self.going.set(true);
        });
        if self.running.get_untracked().is_none() {
            self.ask(lab, Action::GoOn);
        }
    }

    /// Stops after what is under way: some steps, or the measurement of a model.
    pub(crate) fn pause(self) {
        self.going.set(false);
    }

    /// Throws away what was trained of this ladder.
    pub(crate) fn forget(self, lab: Lab) {
        self.ask(lab, Action::Forget);
    }

    /// Takes a text of the reader's, which the worker keeps.
    pub(crate) fn choose_text(self, lab: Lab, name: String, file: ArrayBuffer) {
        self.pause();
        let mut config = self.config.get_untracked();
        config.text = texts::of_file(name, &config.text);
        let task = TrainLadder { config: config.clone(), action: Action::GiveText };
        lab.ask(&task, vec![file], move |found| match found {
            // Another text of the same name.
            Ok(found) if self.config.get_untracked() == config => self.take(Action::GiveText, found),
            Ok(_) => self.set(config),
            Err(Stopped::Failed(sentence)) => self.fail(sentence),
            Err(Stopped::Cancelled) => {}
        });
    }

    /// The model that is trained next, and its place among all.
    pub(crate) fn next(self) -> Option<(Place, usize, usize)> {
        self.record.with(|record| {
            let all = record.config.places().len();
            let left = record.left();
            Some((*left.first()?, all - left.len() + 1, all))
        })
    }

    /// The part of the ladder that is done.
    pub(crate) fn share(self) -> f64 {
        self.progress.get().map_or(0.0, |progress| progress.done as f64 / progress.total.max(1) as f64)
    }

    /// Seconds that are left, by the pace so far.
    pub(crate) fn seconds_left(self) -> Option<f64> {
        let (began, before) = self.began.get()?;
        let Progress { done, total } = self.progress.get()?;
        let steps = done.checked_sub(before).filter(|&steps| steps > 0)? as f64;
        Some((Date::now() - began) / 1000.0 / steps * total.saturating_sub(done) as f64)
    }
}

/// Says that a record was measured by the command line, and how.
fn measured_natively(mut record: Ladder) -> Ladder {
    record.provenance = Provenance::Shipped;
    let seeds = match record.config.seeds.len() {
        1 => "one seed".to_owned(),
        seeds => format!("{seeds} seeds"),
    };
    let (by, how) = (&record.manifest.application, &record.manifest.origin);
    record.manifest.origin =
        format!("Measured natively by {by}, {seeds} a model, {}. {how}", record.config.scale());
    record
}
