//! How a measurement goes on: point after point of a model, and several models at once, each in a worker of its own.

use super::state::WidthsRoom;
use crate::kit::context::Progress;
use crate::kit::page::client::Client;
use crate::kit::page::sources::Source;
use crate::kit::page::state::Lab;
use crate::kit::protocol::RequestId;
use crate::studies::language_models::messages::ModelKey;
use crate::studies::robustness::measured::messages::MeasureWidths;
use crate::studies::robustness::measured::record::{Tuned, Tuning, Way};
use bk_models::Format;
use leptos::prelude::*;
use std::time::Duration;
use web_time::Instant;

/// Workers at most, whatever the machine has: each holds a model and its text in memory of its own.
pub(crate) const MOST_WORKERS: usize = 4;

/// The page's own worker, by its place among all.
const OWN: usize = 0;

/// What is under way in a worker.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Work {
    /// The place of the worker: the page's own is the first.
    pub(crate) worker: usize,
    /// The request.
    id: RequestId,
    /// The model; none that is only being opened.
    pub(crate) key: Option<ModelKey>,
    /// What is done.
    pub(crate) deed: Deed,
    /// How fast.
    pace: Pace,
}

/// What is done to a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Deed {
    /// It is put on the shelf, or given its text.
    Opening,
    /// A way is measured.
    Measuring(Way),
    /// It is trained further.
    Tuning(Tuning),
    /// It is trained, and measured along the way.
    Course,
}

/// Where the work on a model began, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pace {
    began: Instant,
    first: Option<Progress>,
    last: Option<Progress>,
}

impl Pace {
    /// Nothing is done yet.
    pub(crate) fn set_off() -> Self {
        Pace { began: Instant::now(), first: None, last: None }
    }
}

impl Work {
    /// A model is opened by the page's own worker.
    pub(crate) fn opening(id: RequestId) -> Self {
        Work { worker: OWN, id, key: None, deed: Deed::Opening, pace: Pace::set_off() }
    }

    /// The part of the model's points that is done.
    pub(crate) fn share(&self) -> f64 {
        self.pace.last.map_or(0.0, |last| last.done as f64 / last.total.max(1) as f64)
    }

    /// How long the rest will take, at the pace so far.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        let (first, last) = (self.pace.first?, self.pace.last?);
        let done = last.done.checked_sub(first.done).filter(|&done| done > 0)?;
        let rest = last.total.saturating_sub(last.done) as f64;
        Some(self.pace.began.elapsed().mul_f64(rest / done as f64))
    }
}

impl WidthsRoom {
    /// Measures the model that is chosen, point after point.
    pub(crate) fn measure(self, lab: Lab) {
        self.begin(lab, self.chosen.get_untracked().into_iter().collect());
    }

    /// Measures all models of which points are left, several at once where the machine has the cores.
    pub(crate) fn measure_all(self, lab: Lab) {
        self.begin(lab, untrack(|| self.unmeasured()));
    }

    /// The models of which points are left, the newest last.
    pub(crate) fn unmeasured(&self) -> Vec<ModelKey> {
        let shelf = self.shelf.get();
        let ready = shelf.iter().filter(|model| model.baselines.is_some() && model.steps > 0);
        let is_left = |key: &ModelKey| self.left(*key).is_none_or(|left| !left.is_empty());
        ready.map(|model| model.key).filter(is_left).collect()
    }

    fn begin(self, lab: Lab, keys: Vec<ModelKey>) {
        self.show_this_tab();
        // What lies in the memory of a worker alone is there for no other.
        let is_kept = |key: &ModelKey| {
            self.shelf.with_untracked(|shelf| shelf.iter().any(|model| model.key == *key && model.kept))
        };
        let cores = window().navigator().hardware_concurrency() as usize;
        let most = if keys.iter().all(is_kept) { cores.clamp(1, MOST_WORKERS) } else { 1 };
        let workers = keys.len().min(most);
        self.further.set_value((1..workers).map(|_| lab.client().another()).collect());
        self.waiting.set(keys);
        (OWN..workers).for_each(|worker| self.take_next(lab, worker));
    }

    /// Numbers of this tab come, on the text of the model that is chosen.
    pub(crate) fn show_this_tab(self) {
        self.sources.chosen.set(Some(Source::Here));
        self.text.set(untrack(|| self.model()).map(|model| model.config.text.clone()));
        self.trouble.set(None);
    }

    /// A worker takes the next model that waits; when no worker has any, those besides the page's own end.
    fn take_next(self, lab: Lab, worker: usize) {
        let next = self.waiting.try_update(|waiting| (!waiting.is_empty()).then(|| waiting.remove(0)));
        match next.flatten() {
            Some(key) => self.measure_next(lab, worker, key, Pace::set_off()),
            None if untrack(|| self.is_idle()) => {
                self.further.try_update_value(std::mem::take).into_iter().flatten().for_each(Client::end);
            }
            None => {}
        }
    }

    fn measure_next(self, lab: Lab, worker: usize, key: ModelKey, pace: Pace) {
        let way = match untrack(|| self.left(key)) {
            Some(left) => left.first().copied(),
            // The first there is, whatever the checkpoint holds.
            None => Some(Way::of(Format::Fp16)),
        };
        let Some(way) = way else { return self.take_next(lab, worker) };
        self.ask(lab, worker, key, Deed::Measuring(way), pace, move |pace| match pace {
            Some(pace) => self.measure_next(lab, worker, key, pace),
            None => self.take_next(lab, worker),
        });
    }

    /// Trains the model that is chosen further, with quantization and then as long without.
    pub(crate) fn tune(self, lab: Lab) {
        self.show_this_tab();
        self.tune_next(lab, Pace::set_off());
    }

    fn tune_next(self, lab: Lab, pace: Pace) {
        let Some(key) = self.chosen.get_untracked() else { return };
        let tuning = self.settings.with_untracked(|settings| settings.tuning);
        self.ask(lab, OWN, key, Deed::Tuning(tuning), pace, move |pace| {
            if let Some(pace) = pace
                && untrack(|| self.is_tuned(key, tuning)) == Some(false)
            {
                self.tune_next(lab, pace);
            }
        });
    }

    /// Whether a further training of a model is complete; none where it has not begun.
    pub(crate) fn is_tuned(&self, key: ModelKey, tuning: Tuning) -> Option<bool> {
        let measured = self.measured(key)?;
        measured.tuned.iter().find(|tuned| tuned.tuning == tuning).map(Tuned::is_complete)
    }

    /// Goes on with a training along which a model is measured.
    pub(crate) fn take_course(
        self,
        lab: Lab,
        key: ModelKey,
        pace: Pace,
        then: impl FnOnce(Option<Pace>) + 'static,
    ) {
        self.ask(lab, OWN, key, Deed::Course, pace, then);
    }

    /// Asks a worker for the next point or look; `then` has the pace if it came, and nothing if not.
    fn ask(
        self,
        lab: Lab,
        worker: usize,
        key: ModelKey,
        deed: Deed,
        pace: Pace,
        then: impl FnOnce(Option<Pace>) + 'static,
    ) {
        let tuning = match deed {
            Deed::Tuning(tuning) => Some(tuning),
            Deed::Opening | Deed::Measuring(_) | Deed::Course => None,
        };
        let lengths = (deed == Deed::Course).then(|| untrack(|| self.lengths()));
        let watch = move |progress: Progress| {
            self.work.update(|work| {
                if let Some(work) = work.iter_mut().find(|work| work.worker == worker) {
                    work.pace.first.get_or_insert(progress);
                    work.pace.last = Some(progress);
                }
            });
        };
        let take = move |found| {
            let pace = self.work.try_update(|work| {
                let place = work.iter().position(|work| work.worker == worker)?;
                Some(work.remove(place).pace)
            });
            match found {
                Ok(found) => {
                    self.put(found);
                    then(pace.flatten());
                }
                Err(stopped) => {
                    self.say(stopped);
                    then(None);
                }
            }
        };
        let task = MeasureWidths { key, config: untrack(|| self.config()), tuning, lengths };
        let id = self.client(lab, worker).ask(&task, vec![], watch, take);
        self.work.update(|work| work.push(Work { worker, id, key: Some(key), deed, pace }));
    }

    /// A worker by its place.
    fn client(self, lab: Lab, worker: usize) -> Client {
        let further =
            worker.checked_sub(1).and_then(|place| self.further.with_value(|all| all.get(place).cloned()));
        further.unwrap_or_else(|| lab.client())
    }

    /// Stops what is under way; what was measured stays.
    pub(crate) fn stop(self, lab: Lab) {
        self.waiting.update(Vec::clear);
        for work in self.work.get_untracked() {
            self.client(lab, work.worker).cancel(work.id);
        }
    }
}
